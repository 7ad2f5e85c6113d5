"""What stands around every page: the dataset that is being looked at."""

import streamlit as st

from pages.parts import cached, score_tables
from pages.parts.address import settle
from pages.parts.language import _, language


def title_of(name: str) -> str:
    """A dataset as people call it."""
    return cached.dataset_title(cached.datasets()[name], language())


def titles() -> dict[str, str]:
    """Every dataset's name, and what people call it."""
    return {name: cached.dataset_title(entry, language()) for name, entry in cached.datasets().items()}


def pick_dataset() -> str | None:
    """The dataset that every page looks at; it stands in the address. Gives the one that a link asked for in vain."""
    called = titles()
    names = list(called)
    if st.session_state.get("fresh") in names:
        st.session_state["dataset"] = st.session_state.pop("fresh")
    chosen = st.session_state.get("dataset")
    lost = settle("dataset", names, chosen if chosen in names else cached.first_choice())
    st.selectbox(
        _("Dataset"),
        names,
        format_func=called.get,
        key="dataset",
        persist_state="session",
    )
    return lost


def regret_dataset(lost: str | None) -> None:
    """On the page itself: a link asked for a dataset that is not here."""
    if lost:
        shown = title_of(st.session_state["dataset"])
        score_tables.regret(
            _(
                "The link asks for the dataset {asked}, which is not here; {shown} is shown instead.",
                asked=lost,
                shown=shown,
            )
        )

"""What stands around every page: the mark, the title, and the dataset that is being looked at."""

from pathlib import Path

import streamlit as st

from pages.parts import cached, score_tables
from pages.parts.address import settle
from pages.parts.language import _, language, ngettext

HERE = Path(__file__).parent


def title_of(name: str) -> str:
    """A dataset as people call it."""
    return cached.dataset_title(cached.datasets()[name], language())


def titles() -> dict[str, str]:
    """Every dataset's name, and what people call it."""
    return {name: cached.dataset_title(entry, language()) for name, entry in cached.datasets().items()}


def dress() -> None:
    """The product's mark, and the room that Streamlit leaves empty above every page, given back."""
    st.logo(HERE / "mark.svg", size="large", icon_image=HERE / "icon.svg")
    st.html(HERE / "frame.css")


def head(title: str) -> str | None:
    """The title of the page and, beside it at every width, the dataset that it looks at; gives what `pick_dataset` does."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="head"):
        st.title(title, width="stretch")
        return pick_dataset()


def pick_dataset() -> str | None:
    """The dataset that every page looks at; it stands in the address. Gives the one that a link asked for in vain."""
    called = titles()
    names = list(called)
    if st.session_state.get("fresh") in names:
        st.session_state["dataset"] = st.session_state.pop("fresh")
    chosen = st.session_state.get("dataset")
    lost = settle("dataset", names, chosen if chosen in names else cached.first_choice())
    st.selectbox(
        _("Dataset") + about(st.session_state["dataset"]),
        names,
        format_func=called.get,
        key="dataset",
        persist_state="session",
        width=380,
    )
    return lost


def about(name: str | None) -> str:
    """Of which task the dataset is, and how many items are judged where a model has been run on it."""
    if name is None:
        return ""
    entry, runs = cached.datasets()[name], cached.runs_on(name)
    counted = [ngettext("{n} item", "{n} items", int(runs["items"].max()))] if len(runs) else []
    return "".join(f" · {one}" for one in (_(cached.task(entry.task).title), *counted))


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

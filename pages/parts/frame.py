"""What stands around every page: the mark, the title, and the dataset that is being looked at."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st
from streamlit import runtime

from engine.jobs import queue
from engine.types import Message
from pages.parts import cached, score_tables
from pages.parts.address import settle, stop, told_by, write
from pages.parts.language import _, language, listed, ngettext, say
from pages.parts.markdown import escape

HERE = Path(__file__).parent
DELETED_HERE = "dataset.deleted.here"
"""Where the session keeps the name of the dataset that its own visitor has deleted."""
CALLED = "dataset.deleted.called"
"""What that was called."""
UNKNOWN = "unknown"
"""Which page was asked for in vain, in the address of the one that stands in its place (pages/start/unknown.py)."""
OWN = ("datasets", "models", "runs", "suites", "exchange", "method")
"""Pages that are about more than the dataset in view."""
ANY = ("models", "suites", "exchange")
"""Pages that are the same whatever dataset is in view."""


def title_of(name: str) -> str:
    """A dataset as people call it."""
    return cached.dataset_title(cached.card_of(name), language())


def titles() -> dict[str, str]:
    """Every dataset's name, and what people call it."""
    return {name: cached.dataset_title(entry, language()) for name, entry in cached.datasets().items()}


def need_own_server() -> None:
    """Ends the page where Streamlit's own server draws it, under which no job is done and no door is guarded."""
    served = runtime.exists() and type(runtime.get_instance()) is runtime.Runtime  # AppTest has another in its place
    if served and not queue.asked:
        st.error(
            _(
                "This is Streamlit's own server, under which jobs wait for ever and other sites may ask for pages. Stop it, "
                "and start Parallax with `make run`, or with `python -m pages.start` and the same options."
            )
        )
        st.stop()


def dress() -> None:
    """The product's mark, and the room that Streamlit leaves empty above every page, given back."""
    st.logo(HERE / "mark.svg", size="large", icon_image=HERE / "icon.svg")
    st.html(HERE / "frame.css")


def regret_choices() -> None:
    """Here the page says what else a link asks for in vain: in its place stands what somebody without a link would see."""
    place = st.container()

    def tell(missed: Mapping[str, Sequence[str]]) -> None:
        said = [
            _("The link asks for {asked} at “{choice}”, which is not here.", asked=listed(asked), choice=choice)
            for choice, asked in missed.items()
        ]
        with place:
            score_tables.regret(*said)

    told_by(tell)


def head(title: str, page: str) -> Message | None:
    """The title of the page and, beside it at every width, the dataset that it looks at; gives what `pick_dataset` does.

    Where a new dataset comes in, or the page is the same for all, none that is there already is named.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", key="head"):
        st.title(title, width="stretch")
        view = st.session_state.get("datasets", st.query_params.get("datasets"))
        return pick_dataset(named=page not in ANY and (page != "datasets" or view not in ("upload", "public")))


def pick_dataset(*, named: bool) -> Message | None:
    """The dataset that every page looks at; it stands in the address. Says what became of one that is not here."""
    called, asked = (
        titles(),
        (st.session_state.get("fresh"), st.session_state.get("dataset"), st.query_params.get("dataset")),
    )
    names = [name for name in called if name in cached.offered() or name in asked]
    if st.session_state.get("fresh") in names:
        st.session_state["dataset"] = st.session_state.pop("fresh")
    lost = deleted(names) or settle("dataset", names, cached.first_choice(language()), strict=True)
    if named:
        st.selectbox(
            _("Dataset") + about(st.session_state["dataset"]),
            names,
            format_func=called.get,
            key="dataset",
            persist_state="session",
            index=None if lost else 0,
            placeholder=_("Choose a dataset"),
            width=380,
        )
    if lost is None:
        return None
    if lost == st.session_state.get("dataset.deleted"):
        own = lost == st.session_state.get(DELETED_HERE)
        return Message("The dataset {asked} was deleted.", {"asked": st.session_state[CALLED] if own else lost})
    return Message("The link asks for the dataset {asked}, which is not here.", {"asked": lost})


def deleted(names: Sequence[str]) -> str | None:
    """The dataset that was looked at, if somebody has deleted it, until another one is chosen."""
    if "dataset" not in st.session_state:
        return None
    chosen = st.session_state["dataset"]
    if chosen is not None:
        st.session_state["dataset.deleted"] = chosen if chosen not in names else None
        st.session_state["dataset"] = chosen if chosen in names else None
    if st.session_state["dataset"] is not None:
        return None
    gone = st.session_state.get("dataset.deleted")
    if gone:
        write("dataset", [gone])
    return gone


def about(name: str | None) -> str:
    """Of which task the dataset is, and how many items are judged where a model has been run on it."""
    if name is None:
        return ""
    entry, judged = cached.card_of(name), cached.judged(name)
    counted = [] if judged is None else [ngettext("{n} item", "{n} items", judged)]
    return "".join(f" · {one}" for one in (_(cached.task(entry.task).title), *counted))


def regret_page() -> None:
    """On the first page: the address that was asked for is no page's, and this one stands in its place."""
    asked = st.query_params.get(UNKNOWN)
    if asked:
        score_tables.regret(_("There is no page “{asked}” here. This is the first one.", asked=asked))


def regret_dataset(lost: Message | None, page: str) -> None:
    """On the page itself: the dataset that was looked at is not here. A page about it shows no other in its place."""
    if lost:
        gone = st.session_state.get("dataset.deleted")
        if gone and gone == st.session_state.get(DELETED_HERE):
            st.success(escape(say(lost)), icon=":material/check:")
        else:
            score_tables.regret(say(lost))
        if page not in OWN:
            st.page_link("pages/work/datasets.py", label=_("See the datasets"), icon=":material/arrow_forward:")
            stop()

"""Nobody meets an empty page: what to do next, and the way there."""

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.jobs import queue
from engine.runs import example
from pages.locale import LANGUAGES
from pages.parts import address, cached
from pages.parts.language import _, language
from pages.parts.markdown import escape

PICTURES = Path(__file__).parents[1] / "about"
EXAMPLE = {name: {"wide": f"answer_{name}.png", "narrow": f"answer_{name}_narrow.png"} for name in LANGUAGES}
"""The picture of an answer, and the same for a phone, on which the wide one could not be read."""


def box() -> DeltaGenerator:
    """A bordered place for what stands alone, and goes at once when something else takes its place.

    A container would leave its contents to the next one that is drawn there, where they stand pale until all is drawn.
    """
    return st.columns(1, border=True)[0]


def empty(text: str, page: str, label: str) -> None:
    """Say why there is nothing to see, link to where that changes, and end the page."""
    with box():
        st.text(text)
        st.page_link(page, label=label, icon=":material/arrow_forward:")
    address.stop()


def welcome() -> None:
    """The first start: one press scores the samples with the models that are on every machine."""
    with box():
        st.header(_("Which embedding model is best on your data?"))
        if any(job.kind == "evaluate" for job in queue.active()):
            st.text(_("The first runs are under way; what is scored appears here by itself."))
            st.page_link("pages/work/runs.py", label=_("Watch them"), icon=":material/play_circle:")
            address.stop()
        st.text(
            _(
                "Parallax runs embedding models on your texts, on this machine, and says which is best, by how much, whether that may be luck, where each goes wrong, and what it costs."
            )
        )
        with st.container(horizontal=True, vertical_alignment="center", key="doors"):
            st.button(
                _("Score the samples"),
                key="welcome.start",
                type="primary",
                icon=":material/play_circle:",
                on_click=score_samples,
            )
            upload_link()
            st.button(
                _("Look at a finished example"),
                key="welcome.example",
                icon=":material/visibility:",
                on_click=show_example,
            )
        st.caption(_("Such an answer, on a sample that comes with Parallax:"))
        told = _("A leaderboard with its verdict")
        for kind, name in EXAMPLE[language()].items():  # of which the style sheet shows one
            with st.container(width=760, key=f"welcome.{kind}"):  # at most, unlike a picture's own width
                st.image(PICTURES / name, alt=told, width="stretch")
    address.stop()


def upload_link() -> None:
    """The way to the upload."""
    st.page_link(
        "pages/work/datasets.py",
        label=_("Upload a dataset"),
        icon=":material/upload:",
        query_params={"datasets": "upload"},
    )


def show_example() -> None:
    """The results that come along, on the sample in the visitor's language."""
    example.show()
    st.session_state["dataset"] = "helpcentre_zh" if language() == "zh" else "helpcentre_en"


def note_example() -> None:
    """Says of results that come along that they are no own ones, and what to do instead."""
    runs = cached.runs()
    where = runs["example"].iloc[0] if len(runs) else ""
    if not where:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="example"):
        st.badge(_("Example"), icon=":material/visibility:", width="content")
        st.caption(
            _("Results that come with Parallax. Your first own run takes their place."),
            help=_("Measured on {machine}.", machine=escape(where)),
        )
        upload_link()
        st.button(
            _("Close the example"),
            key="example.hide",
            type="tertiary",
            icon=":material/close:",
            on_click=example.hide,
        )


def score_samples() -> None:
    """Every sample with every model that is always there and fits its task."""
    for entry in cached.datasets().values():
        for model in cached.FIRST_MODELS:
            if cached.applies(model, entry.task):
                queue.submit("evaluate", {"model": model, "dataset": entry.name})

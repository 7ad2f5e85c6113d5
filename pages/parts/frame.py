"""What stands around every page: the dataset that is being looked at, and the work under way."""

from collections.abc import Mapping

import streamlit as st

from engine.jobs import queue
from engine.types import Job
from pages.parts import cached, score_tables
from pages.parts.address import settle
from pages.parts.language import _, language, say

SHOWN = 4


@st.cache_resource(show_spinner=False)
def start_workers() -> None:
    """The worker that does the jobs, started once per server; it takes up what an earlier one left."""
    queue.ensure_running("batch")


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


def show_jobs() -> None:
    """The jobs under way, refreshed by themselves; the page is drawn anew once when their number changes."""
    seen: list[list[str]] = []  # what this drawing of the page has shown; never drawn anew from within a drawing

    @st.fragment(run_every=1.0 if queue.active() else 5.0)
    def panel() -> None:
        now = queue.active()
        ids = [job.id for job in now]
        if not seen:
            seen.append(ids)
        elif ids != seen[0]:
            st.rerun()
        for lane in {job.lane for job in now}:
            queue.ensure_running(lane)  # a worker that was killed with its keeper comes back
        with st.container(height=220 if now else 60, border=False):
            if not now:
                st.caption(_("No work under way."))
            called = titles() if now else {}
            for job in now[:SHOWN]:
                st.progress(job.progress, text=f"{job.progress:.0%}")
                message = say(job.message) if job.message else _("waiting")
                st.text(f"{name_of(job, called)}\n{message}")
            if len(now) > SHOWN:
                st.caption(_("and {n} more", n=len(now) - SHOWN))

    panel()


def name_of(job: Job, called: Mapping[str, str]) -> str:
    """What a job is about, as plain text; the datasets by their titles."""
    arguments = job.arguments
    models = arguments.get("model") or ", ".join(arguments.get("models", []))
    name = arguments.get("dataset") or arguments.get("suite", "")
    dataset = called.get(name, name)
    return f"{models} × {dataset}" if models and dataset else models or dataset or job.kind

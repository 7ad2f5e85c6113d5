"""The jobs with their progress, and what can be done about them."""

from datetime import datetime

import streamlit as st

from engine import jobs
from engine.types import Job
from pages.parts.frame import name_of
from pages.parts.language import _, say

SHOWN = 30


@st.fragment(run_every=2.0)
def show() -> None:
    """All jobs, the newest first; each can be cancelled or tried again, and its log read."""
    known = sorted(jobs.jobs(), key=lambda job: -job.created)
    if not known:
        st.text(_("No job yet."))
    for job in known[:SHOWN]:
        with st.container(border=True):
            show_job(job)


def show_job(job: Job) -> None:
    """One job: what it is about, how far it is, its buttons."""
    text, button, log = st.columns([6, 1, 1], vertical_alignment="center")
    with text:
        st.text(f"{name_of(job)} · {state(job)} · {when(job.created)}")
        if job.state in ("queued", "running"):
            st.progress(job.progress)
        if job.error is not None:
            st.text(say(job.error))
        elif job.message is not None and job.state == "running":
            st.text(say(job.message))
    if job.state in ("queued", "running"):
        button.button(_("Cancel"), key=f"cancel.{job.id}", on_click=jobs.cancel, args=(job.id,))
    elif job.state in ("failed", "cancelled"):
        button.button(_("Retry"), key=f"retry.{job.id}", on_click=again, args=(job.id,))
    with log.popover(_("Log")):
        st.code(jobs.log(job.id) or _("The log is empty."), language=None)


def again(job: str) -> None:
    """Queue a job once more; texts already in the vector store are not encoded again."""
    jobs.retry(job)
    jobs.ensure_running("batch")


def state(job: Job) -> str:
    """The state in words."""
    words = {
        "queued": _("waiting"),
        "running": _("running"),
        "done": _("done"),
        "failed": _("failed"),
        "cancelled": _("cancelled"),
    }
    return words[job.state]


def when(seconds: float) -> str:
    """A moment, in this machine's time."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")

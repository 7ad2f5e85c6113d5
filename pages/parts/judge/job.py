"""Long work that a view waits for: asked for by a press, followed until it is done."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from engine.jobs import queue
from engine.types import Job
from pages.parts.jobs_panel import said
from pages.parts.language import _, say
from pages.parts.markdown import escape


def newest(kind: str, arguments: Mapping[str, Any]) -> Job | None:
    """The newest job of this kind for these arguments."""
    return next((job for job in queue.jobs("batch") if job.kind == kind and same(job, arguments)), None)


def same(job: Job, arguments: Mapping[str, Any]) -> bool:
    """Whether a job was asked for with these arguments."""
    return dict(job.arguments) == dict(arguments)


def offer(kind: str, arguments: Mapping[str, Any], label: str, *, icon: str, key: str) -> None:
    """The button that asks for the work, its progress while it is under way, and why it failed if it did."""
    job = newest(kind, arguments)
    if job and job.state in ("queued", "running"):
        follow(job.id)
        return
    if job and job.error is not None:
        st.text(say(job.error))
    st.button(label, key=key, type="primary", icon=icon, on_click=starter(kind, arguments))


def starter(kind: str, arguments: Mapping[str, Any]) -> Callable[[], None]:
    """What hands the work to the worker when it is called."""

    def start() -> None:
        queue.submit(kind, dict(arguments))

    return start


@st.fragment(run_every=0.7)
def follow(job: str) -> None:
    """How far a job is; the page is drawn anew when it has ended."""
    now = queue.job(job)
    if now.state not in ("queued", "running"):
        st.rerun()
    st.progress(now.progress, text=escape(said(now, queue.active())))
    st.button(_("Cancel"), key="judge.cancel", on_click=queue.cancel, args=(job,))

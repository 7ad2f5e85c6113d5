"""What work is under way? A panel beside every page that its tab keeps up to date over a socket of its own."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from engine.jobs import queue
from engine.types import Job
from pages.parts.frame import titles
from pages.parts.language import _, language, say
from pages.start import JOBS

SHOWN = 4
HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "parallax_jobs",
    css=(HERE / "panel.css").read_text(encoding="utf-8"),
    js=(HERE / "panel.js").read_text(encoding="utf-8"),
)


def show() -> None:
    """The jobs under way; the page is drawn anew when another one begins or ends."""
    base = st.get_option("server.baseUrlPath").strip("/")
    path = f"{f'/{base}' if base else ''}/{JOBS}?lang={language()}"
    _mount(key="jobs", data={"path": path, "state": state(queue.active())}, on_changed_change=lambda: None)


def while_working(draw: Callable[..., None], seconds: float) -> Callable[..., None]:
    """A part of a page that is drawn again and again while jobs are under way, and once where none is."""
    return st.fragment(draw, run_every=seconds if queue.active() else None)


def state(jobs: Sequence[Job]) -> dict[str, Any]:
    """What the panel says of these jobs, as plain texts in the reader's language."""
    called = titles() if jobs else {}
    shown = [
        {
            "name": name_of(job, called),
            "message": say(job.message) if job.message else _("waiting"),
            "progress": round(job.progress, 3),
        }
        for job in jobs[:SHOWN]
    ]
    more = _("and {n} more", n=len(jobs) - SHOWN) if len(jobs) > SHOWN else ""
    return {"ids": [job.id for job in jobs], "jobs": shown, "more": more, "none": _("No work under way.")}


def name_of(job: Job, called: Mapping[str, str]) -> str:
    """What a job is about, as plain text; the datasets by their titles."""
    arguments = job.arguments
    models = arguments.get("model") or ", ".join(arguments.get("models", []))
    name = arguments.get("dataset") or arguments.get("suite", "")
    dataset = called.get(name, name)
    return f"{models} × {dataset}" if models and dataset else models or dataset or job.kind

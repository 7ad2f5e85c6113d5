"""What work is under way? A panel beside every page that its tab keeps up to date over a socket of its own."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from engine.jobs import queue
from engine.types import Job
from pages.parts.frame import titles
from pages.parts.language import _, language, listed, ngettext, say
from pages.start import JOBS

SHOWN = 4
BEGUN = 0.05
"""Share of a job from which the time that it has taken says how long the rest takes."""
FOLLOWED = ("map", "search", "similarity", "label_noise", "what_if", "adapt_probe")
"""Kinds of jobs that the page that asked for them follows by itself, and that are nothing to any other page."""
LISTING = ("runs",)
"""Pages that list jobs of every kind."""
HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "parallax_jobs",
    css=(HERE / "panel.css").read_text(encoding="utf-8"),
    js=(HERE / "panel.js").read_text(encoding="utf-8"),
)


def show(page: str) -> None:
    """The jobs under way; the page is drawn anew when one that changes what it shows begins or ends."""
    base = st.get_option("server.baseUrlPath").strip("/")
    path = f"{f'/{base}' if base else ''}/{JOBS}?lang={language()}"
    data = {"path": path, "state": state(queue.active()), "anew": "all" if page in LISTING else "changing"}
    _mount(key="jobs", data=data, on_changed_change=lambda: None)


def while_working(draw: Callable[..., None], seconds: float) -> Callable[..., None]:
    """A part of a page that is drawn again and again while jobs are under way, and once where none is."""
    return st.fragment(draw, run_every=seconds if queue.active() else None)


def state(jobs: Sequence[Job]) -> dict[str, Any]:
    """What the panel says of these jobs, as plain texts in the reader's language."""
    called = titles() if jobs else {}
    shown = [
        {
            "name": name_of(job, called),
            "message": said(job, jobs),
            "progress": round(job.progress, 3),
        }
        for job in jobs[:SHOWN]
    ]
    more = _("and {n} more", n=len(jobs) - SHOWN) if len(jobs) > SHOWN else ""
    ids = {
        "all": [job.id for job in jobs],
        "changing": [job.id for job in jobs if job.kind not in FOLLOWED],
    }
    return {"ids": ids, "jobs": shown, "more": more, "none": _("Nothing is running.")}


def said(job: Job, active: Sequence[Job]) -> str:
    """What a job is busy with, or what it waits for: jobs under way, or its worker, which takes seconds to begin."""
    if job.message is not None:
        return say(job.message)
    busy = next((one for one in active if one.state == "running" and one.lane == job.lane and one.id != job.id), None)
    if job.state != "queued" or busy is None:
        return _("beginning")
    other, minutes = name_of(busy, titles()), left(busy)
    if minutes is None:
        return _("waiting for {other}", other=other)
    return ngettext(
        "waiting for {other}, about {n} minute more",
        "waiting for {other}, about {n} minutes more",
        minutes,
        other=other,
    )


def left(job: Job) -> int | None:
    """The minutes that a job still takes if it goes on as it went, at least one; None while too little of it is done."""
    if job.started is None or job.progress < BEGUN:
        return None
    return max(1, round((time.time() - job.started) * (1 / job.progress - 1) / 60))


def name_of(job: Job, called: Mapping[str, str]) -> str:
    """What a job is about, as plain text; the datasets by their titles."""
    arguments = job.arguments
    models = arguments.get("model") or arguments.get("name") or listed(arguments.get("models", []))
    name = arguments.get("dataset") or arguments.get("suite", "")
    dataset = called.get(name, name)
    return f"{models} × {dataset}" if models and dataset else models or dataset or job.kind

"""The jobs with their progress, and what can be done about them."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import pandas as pd
import streamlit as st

from engine.jobs import queue
from engine.types import Job
from pages.parts import cached, lists
from pages.parts.frame import titles
from pages.parts.jobs_panel import name_of, said, while_working
from pages.parts.language import _, say

SHOWN = 8


def show() -> None:
    """What runs, waits or failed as cards, each to be cancelled or tried again; below it what is done."""
    while_working(_show, 2.0)()


def _show() -> None:
    known, active = queue.jobs("batch"), queue.active()
    if not known and not active:
        st.text(_("No job yet."))
    done_since = settled(known)
    open_ones = active + [job for job in known if job.state in ("failed", "cancelled") and job.id not in done_since]
    called = titles()
    for job in open_ones[:SHOWN]:
        with st.container(border=True):
            show_job(job, called)
    if len(open_ones) > SHOWN:
        st.text(_("and {n} more", n=len(open_ones) - SHOWN))
    show_done([job for job in known if job.state == "done"], called)


def settled(known: Sequence[Job]) -> set[str]:
    """The jobs, of these with the newest first, whose work was asked for again later or is done: nothing to retry."""
    later: set[str] = set()
    found = set()
    for job in known:
        work = f"{job.kind} {sorted(job.arguments.items())}"
        if job.state in ("failed", "cancelled") and (work in later or scored(job)):
            found.add(job.id)
        later.add(work)
    return found


def scored(job: Job) -> bool:
    """Whether the run that a job was to make has been made after it, by whatever way."""
    if job.kind != "evaluate" or job.arguments["dataset"] not in cached.datasets():
        return False
    runs = cached.runs_on(job.arguments["dataset"])
    wanted = job.arguments.get("precision") or "float32"
    mine = (runs["model"] == job.arguments["model"]) & runs["precision"].isin(["", wanted])
    return bool((runs.loc[mine & (runs["example"] == ""), "created"] > job.created).any())


def show_done(done: list[Job], called: Mapping[str, str]) -> None:
    """The jobs that are done, with the time they took."""
    if not done:
        return
    st.text(_("Done"))
    rows = [
        {
            _("what"): name_of(job, called),
            _("kind"): kind_of(job),
            _("begun"): when(job.started or job.created),
            _("seconds"): math.nan if job.seconds is None else job.seconds,
        }
        for job in done
    ]
    height: int | Literal["content"] = 260 if len(rows) > SHOWN else "content"
    table = lists.amounts(pd.DataFrame(rows), {_("seconds"): 1})
    st.dataframe(table, key="runs.done", hide_index=True, height=height, placeholder="–")


def show_job(job: Job, called: Mapping[str, str]) -> None:
    """One job: what it is about, how far it is, its buttons."""
    text, button, log = st.columns([6, 2, 2], vertical_alignment="center")
    with text:
        kind = [] if job.kind == "evaluate" else [kind_of(job)]
        st.text(" · ".join([name_of(job, called), *kind, state(job), when(job.created)]))
        if job.state == "running":
            st.progress(job.progress)
        if job.error is not None:
            st.text(say(job.error))
        elif job.state == "running":
            st.text(said(job, ()))
    if job.state in ("queued", "running"):
        button.button(_("Cancel"), key=f"cancel.{job.id}", on_click=queue.cancel, args=(job.id,))
    elif job.state in ("failed", "cancelled"):
        button.button(_("Retry"), key=f"retry.{job.id}", on_click=again, args=(job.id,))
    with log.popover(_("Log")):
        st.code(queue.log(job.id) or _("The log is empty."), language=None)


def again(job: str) -> None:
    """Queue a job once more; texts already in the vector store are not encoded again."""
    queue.retry(job)


def kind_of(job: Job) -> str:
    """What sort of work a job is, in words."""
    words = {
        "evaluate": _("evaluation"),
        "map": _("map"),
        "compression": _("smaller vectors"),
        "adapt": _("adaptation"),
        "adapt_probe": _("check and estimate of an adaptation"),
        "search": _("search"),
        "similarity": _("similarity"),
        "adapt_mixes": _("mixes of two models"),
        "chunking": _("ways to cut documents"),
        "indexes": _("approximate indexes"),
        "latency": _("query latency"),
        "suite": _("suite"),
        "label_noise": _("search for mistakes"),
        "what_if": _("rankings before and after"),
        "dataset": _("reading a dataset"),
    }
    return words.get(job.kind, job.kind)


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

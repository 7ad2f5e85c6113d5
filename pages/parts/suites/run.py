"""A suite before, while and after it runs: what is there, what is left, and which parts failed."""

import pandas as pd
import streamlit as st

from engine.jobs import queue as job_queue
from engine.suites import runs
from engine.types import Job
from pages.parts import cached
from pages.parts.frame import titles
from pages.parts.jobs_panel import while_working
from pages.parts.language import _, listed, ngettext, say, together
from pages.parts.runs import plan as page_plan
from pages.parts.runs import queue
from pages.parts.suites import choice

SHOWN = 3
AT_ONCE = 24
"""Parts that are estimated without being asked: each reads its dataset."""


def plan(suite: str) -> None:
    """The models, what each has done of every task, and the button that runs the rest as one job."""
    models = pick_models()
    precision = page_plan.pick_precision()
    table, pressed = choice.progress(suite, models), st.container()  # what starts it stands above the long table
    show(table, models)
    left = sum(int((table["datasets"] - table[name]).sum()) for name in models)
    far = int((table["datasets"] - table["here"]).sum())
    if far:
        st.text(
            ngettext(
                "The data of {n} dataset is not on this machine: it is downloaded where there is a network, and otherwise its part fails and says what to do; the others go on.",
                "The data of {n} datasets is not on this machine: it is downloaded where there is a network, and otherwise their parts fail and say what to do; the others go on.",
                far,
            )
        )
    if left:
        with pressed:
            tell_estimate(suite, models, precision, left)
    pressed.button(
        ngettext("Run the {n} part that is left", "Run the {n} parts that are left", left),
        key="suites.start",
        type="primary",
        disabled=left == 0,
        on_click=start,
        args=(suite, models, precision),
    )


def tell_estimate(suite: str, models: list[str], precision: str, left: int) -> None:
    """What the parts will take, as far as their data have been read here: the others are read when they run."""
    known = cached.datasets()
    here = [name for name in choice.parts(suite)["dataset"].drop_duplicates() if name in known]
    if len(here) * len(models) > AT_ONCE and not st.toggle(_("Estimate time and disk"), key="suites.estimate"):
        return
    table = page_plan.plan(tuple(models), tuple(here), precision)
    table = table[table["state"] == "to do"] if len(table) else table
    told = [page_plan.total_of(table)] if len(table) else []
    if unread := left - len(table) if told else 0:
        told.append(
            ngettext(
                "{n} part comes on top: its data have not been read here yet, or it cannot be run.",
                "{n} parts come on top: their data have not been read here yet, or they cannot be run.",
                unread,
            )
        )
    elif left and not told:
        told = [_("No estimate: none of the data has been read here yet.")]
    st.text(together(*told))


def pick_models() -> list[str]:
    """The models to run; those on this machine come first."""
    known = cached.models()
    available = cached.here()
    here = [name for name in known if name in available]
    if "suites.models" not in st.session_state:
        st.session_state["suites.models"] = here[:1]
    names = here + [name for name in known if name not in here]
    return st.multiselect(_("Models"), names, key="suites.models", placeholder=_("choose"))


def show(table: pd.DataFrame, models: list[str]) -> None:
    """One row per task: how much of it there is, how much of it is here, how much each model has done."""
    types, here = table["type"].nunique(), int(table["here"].sum())
    said = [
        ngettext("{n} task", "{n} tasks", len(table)),
        ngettext("{n} type of task", "{n} types of tasks", types),
        ngettext("{n} dataset", "{n} datasets", int(table["datasets"].sum())),
        _("on this machine: {here}", here=f"{here:,}"),
    ]
    st.text(" · ".join(said))
    shown = table.assign(
        type=table["type"].map(choice.type_title), task=table["task"].map(choice.task_titles(table["task"]))
    )
    shown[models] = shown[models].div(shown["datasets"], axis=0)
    said = {"own_rules": table["own_rules"].any(), "samples": table["samples"].notna().any()}
    shown = shown.drop(columns=[name for name, anything in said.items() if not anything])
    st.dataframe(
        shown,
        key="suites.plan",
        hide_index=True,
        placeholder="–",
        column_config={
            "task": st.column_config.TextColumn(_("task"), pinned=True),
            "type": _("type"),
            "datasets": st.column_config.NumberColumn(
                _("datasets"), help=_("Its subsets and splits: each is a dataset of its own.")
            ),
            "here": st.column_config.NumberColumn(
                _("here"), help=_("How many of its datasets can be run without a network.")
            ),
            "own_rules": st.column_config.CheckboxColumn(
                _("own rules"),
                help=_(
                    "mteb counts this task by a metric that only it has and that is not computed here: it can be run, but does not count on the board."
                ),
            ),
            "samples": st.column_config.NumberColumn(_("samples"), format="localized"),
        }
        | {
            name: st.column_config.ProgressColumn(name, format="percent", min_value=0.0, max_value=1.0)
            for name in models
        },
    )


def start(suite: str, models: list[str], precision: str | None) -> None:
    """Hand the rest of the suite to the worker, as one job."""
    arguments = {"suite": suite, "models": models} | ({"precision": precision} if precision else {})
    job_queue.submit("suite", arguments)


def show_jobs(suite: str) -> None:
    """The last jobs of this suite: how far they are, and which parts failed why."""
    while_working(_show_jobs, 2.0)(suite)


def _show_jobs(suite: str) -> None:
    mine = [job for job in job_queue.jobs("batch") if job.kind == "suite" and job.arguments["suite"] == suite]
    called = titles() if mine else {}
    for job in mine[:SHOWN]:
        with st.container(border=True):
            queue.show_job(job, called)
            if job.state == "done":
                show_result(job)


def show_result(job: Job) -> None:
    """What came of a suite's parts."""
    result = job_queue.result(job.id)
    failed = runs.failures(result)
    parts = sum(one.parts for one in failed)
    st.text(_("Parts done: {done} · failed: {failed}", done=f"{result['done']:,}", failed=f"{parts:,}"))
    if failed:
        st.text(_("What failed can be run again."))
        named = choice.task_titles(one.dataset for one in failed)
        told = []
        for one in failed:
            number = ngettext("{n} part", "{n} parts", one.parts)
            told.append(f"{named[one.dataset]} · {listed(one.models)} · {number}\n{say(one.why)}")
        with st.container(height=320 if len(told) > 3 else "content", border=False):
            st.text("\n\n".join(told))

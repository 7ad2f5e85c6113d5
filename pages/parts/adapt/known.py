"""Which adaptations of a dataset are there, and how far is one that is under way?"""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.adaptation import kept, searched, work
from engine.adaptation.plans import Plan
from engine.adaptation.training import checkpoints
from engine.jobs import queue
from engine.jobs.schema import whole
from engine.statistics.draws import FEWEST
from engine.texts.widths import lines
from engine.types import Job
from pages.parts import address, cached, charts
from pages.parts.jobs_panel import said
from pages.parts.language import _, ngettext, say, together
from pages.parts.markdown import escape

CHOSEN = "adapt.name"
AXIS = 28
"""Latin letters of a line of the title beside the picture, which is so high."""


@dataclass(frozen=True)
class State:
    """An adaptation as it stands: its plan, what is kept of it so far, and the job that makes it."""

    plan: Plan
    facts: dict[str, Any]
    verdict: dict[str, Any] | None
    job: Job | None


def pick(dataset: str) -> str | None:
    """The adaptation of this dataset that is looked at, the newest first; None where there is none."""
    jobs = [job for job in queue.jobs("batch") if job.kind == "adapt" and job.arguments.get("dataset") == dataset]
    there = kept.names()
    names = [one for one in (str(job.arguments["name"]) for job in jobs) if one in there or not kept.begun(one)]
    names += [name for name in there if kept.plan(name).dataset == dataset]
    names = list(dict.fromkeys(names))
    if not names:
        return None
    if st.session_state.get("adapt.fresh") in names:
        st.session_state[CHOSEN] = st.session_state.pop("adapt.fresh")
    address.settle(CHOSEN, names, names[0], called=_("Adapted model"))
    return str(st.selectbox(_("Adapted model"), names, key=CHOSEN, persist_state="session", width=380))


def state(name: str) -> State:
    """What is known under this name."""
    jobs = _jobs(name)
    job = jobs[0] if jobs else None
    facts = kept.facts(name) or {}
    plan = Plan.read(job.arguments if job and not facts else facts["plan"])
    ended = job is None or job.state not in ("queued", "running")
    return State(plan, facts, kept.verdict(name) if ended else None, job)


def _jobs(name: str) -> list[Job]:
    """The jobs that make the adaptation of this name, the newest first."""
    return [job for job in queue.jobs("batch") if job.kind == "adapt" and job.arguments.get("name") == name]


def follow(state: State) -> None:
    """The job with its progress, drawn again and again while it is under way; or why there is no verdict, and the ways on."""
    job = state.job
    if job is not None and job.state in ("queued", "running"):
        _live(job.id, state.plan.name, known=bool(state.facts))
        return
    with st.container(border=True):
        st.text(stopped(state))
        with st.container(horizontal=True):
            st.button(_("Go on"), key="adapt.retry", icon=":material/replay:", on_click=resume, args=(state,))
            if state.verdict is None:
                with st.popover(_("Remove"), icon=":material/delete:"):
                    if checkpoints.kept(state.plan.folder):
                        st.text(_("What was learnt and kept so far goes too."))
                    st.button(_("Remove it"), key="adapt.remove", on_click=remove, args=(state,))
    if state.verdict is None and state.facts:
        show_curve(state.plan.name, "adapt.stopped")


def stopped(state: State) -> str:
    """Why nothing is under way."""
    if state.job is not None and state.job.error:
        return say(state.job.error)
    if state.job is not None and state.job.state == "cancelled":
        return together(_("Cancelled."), remains(state.plan))
    stopped = _("{name} stopped before its verdict, unless a terminal is still at it.", name=state.plan.name)
    return together(stopped, remains(state.plan))


def remains(plan: Plan) -> str:
    """What going on can begin from."""
    if checkpoints.kept(plan.folder):
        return _("What was kept last is still there.")
    return _("Nothing has been learnt yet, so it would begin anew.")


def resume(state: State) -> None:
    """Queues the work again; it goes on from what was kept last."""
    if state.job is not None and state.job.state in ("failed", "cancelled"):
        queue.retry(state.job.id)
    else:
        queue.submit("adapt", state.plan.arguments())


def remove(state: State) -> None:
    """Forgets an adaptation without a verdict, with the jobs that were to make it."""
    for job in _jobs(state.plan.name):
        queue.forget(job.id)
    if state.facts:
        work.forget(state.plan.name)
    st.session_state.pop(CHOSEN, None)


@st.fragment(run_every=2.0)
def _live(job: str, name: str, known: bool) -> None:
    now = queue.job(job)
    if now.state not in ("queued", "running") or known != (kept.facts(name) is not None):
        st.rerun()  # the split, which is told below, is known by now
    st.progress(now.progress, text=escape(said(now, queue.active())))
    st.button(_("Cancel"), key="adapt.cancel", on_click=queue.cancel, args=(job,))
    show_curve(name, "adapt.live")


def show_curve(name: str, key: str) -> None:
    """Loss and dev score by step, as far as they are known."""
    table = kept.curve_of(name)
    looks, losses = table.dropna(subset="dev"), table.dropna(subset="loss")
    if table.empty:
        return
    task = cached.task(cached.card_of(kept.plan(name).dataset).task)
    metric = say(searched.measured(task.main_metric, (kept.facts(name) or {}).get("searched")))
    figure = go.Figure()
    figure.add_scatter(
        x=losses["step"], y=losses["loss"], name=_("loss"), mode="lines", yaxis="y2",
        line={"color": charts.NEUTRAL}, hovertemplate="%{x} · %{y:.4f}<extra></extra>",
    )  # fmt: skip
    ends = {"array": looks["high"] - looks["dev"], "arrayminus": looks["dev"] - looks["low"]}
    figure.add_scatter(
        x=looks["step"], y=looks["dev"], name=_("dev part"), mode="lines+markers", line={"color": charts.PALETTE[0]},
        error_y={"type": "data", "symmetric": False, **ends}, hovertemplate="%{x} · %{y:.4f}<extra></extra>",
    )  # fmt: skip
    figure.update_layout(
        yaxis={"title": "<br>".join(map(charts.plain, lines(metric, AXIS)))}, yaxis2={"title": _("loss"), "overlaying": "y", "tickformat": ".3~g", "side": "right", "showgrid": False, "visible": not losses.empty},
        legend={"orientation": "h"},
    )  # fmt: skip
    figure.update_xaxes(title=_("step"), rangemode="nonnegative", **charts.counted(table["step"].max()))
    alt = _("Loss and score of the dev part of {name} by step", name=name)
    charts.show(figure, key, alt, height=320)
    tell_dots(looks)


def tell_dots(table: pd.DataFrame) -> None:
    """Why some of the dots that were drawn of these rows have no interval."""
    if table["low"].isna().any():
        st.caption(
            _(
                "A dot without a line has no interval: below {fewest} items that do not hang together, or where all of them went alike, nothing tells how far the next one may lie.",
                fewest=FEWEST,
            )
        )


def show_course(state: State) -> None:
    """How the data were split, what was found in them, and the curve of the training that is over."""
    if not state.facts:
        return
    with st.expander(_("Data and training")):
        show_split(state.facts)
        plan = state.plan
        st.text(_("Base: {base} · recipe: {recipe} · seed: {seed}", base=plan.base, seed=plan.seed,
                  recipe=" + ".join([plan.recipe, *plan.added])))  # fmt: skip
        if "steps" in state.facts:
            st.text(say(kept.took(state.facts)))
        if state.verdict is not None:
            show_curve(plan.name, "adapt.curve")


def show_split(facts: dict[str, Any]) -> None:
    """The three parts, and what the check for leaks found."""
    sizes = facts["sizes"]
    told = _(
        "{train} units to learn from, {dev} to stop in time, {test} to judge; none shows a text of another.", **sizes
    )
    if facts["left_out"]:
        told = together(
            told, ngettext("For that, {n} unit was left out.", "For that, {n} units were left out.", facts["left_out"])
        )
    st.text(told)
    for note in facts["notes"]:
        st.text(f"⚠ {say(whole(**note))}")

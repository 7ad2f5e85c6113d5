"""Which adaptations of a dataset are there, and how far is one that is under way?"""

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from engine.adaptation import kept
from engine.adaptation.plans import Plan
from engine.jobs import queue
from engine.jobs.schema import whole
from engine.types import Job
from pages.parts import address, cached, charts
from pages.parts.jobs_panel import said
from pages.parts.language import _, metric_title, say
from pages.parts.markdown import escape

CHOSEN = "adapt.name"


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
    names = [str(job.arguments["name"]) for job in jobs]
    names += [name for name in kept.names() if kept.plan(name).dataset == dataset]
    names = list(dict.fromkeys(names))
    if not names:
        return None
    if st.session_state.get("adapt.fresh") in names:
        st.session_state[CHOSEN] = st.session_state.pop("adapt.fresh")
    address.settle(CHOSEN, names, names[0], called=_("Adapted model"))
    return str(st.selectbox(_("Adapted model"), names, key=CHOSEN, persist_state="session", width=380))


def state(name: str) -> State:
    """What is known under this name."""
    jobs = [job for job in queue.jobs("batch") if job.kind == "adapt" and job.arguments.get("name") == name]
    job = jobs[0] if jobs else None
    facts = kept.facts(name) or {}
    plan = Plan.read(job.arguments if job and not facts else facts["plan"])
    ended = job is None or job.state not in ("queued", "running")
    return State(plan, facts, kept.verdict(name) if ended else None, job)


def follow(state: State) -> None:
    """The job with its progress and its buttons, drawn again and again while it is under way."""
    assert state.job is not None
    if state.job.state in ("queued", "running"):
        _live(state.job.id, state.plan.name, known=bool(state.facts))
        return
    with st.container(border=True):
        st.text(say(state.job.error) if state.job.error else _("Cancelled. What was kept last is still there."))
        st.button(_("Go on"), key="adapt.retry", icon=":material/replay:", on_click=queue.retry, args=(state.job.id,))
    if state.verdict is None and state.facts:
        show_curve(state.plan.name, "adapt.stopped")


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
    metric = metric_title(cached.task(cached.datasets()[kept.plan(name).dataset].task).main_metric)
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
        yaxis={"title": charts.plain(metric)}, yaxis2={"title": _("loss"), "overlaying": "y", "tickformat": ".1f", "side": "right", "showgrid": False},
        legend={"orientation": "h"},
    )  # fmt: skip
    figure.update_xaxes(title=_("step"))
    alt = _("Loss and score of the dev part of {name} by step", name=name)
    charts.show(figure, key, alt, height=320)


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
    st.text(
        _("{train} units to learn from, {dev} to stop in time, {test} to judge; none shows a text of another.", **sizes)
    )
    for note in facts["notes"]:
        st.text(f"⚠ {say(whole(**note))}")

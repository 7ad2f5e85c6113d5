"""The pieces of the cost page: score against a cost, the lean choice, latency and prices."""

import itertools
import time
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.comparison import costs as engine_costs
from engine.comparison.costs import AXES, Axis
from engine.jobs import queue
from engine.types import Task
from pages.parts import cached, charts, drawn, export, score_tables
from pages.parts.address import settle
from pages.parts.cost import picture
from pages.parts.frame import titles
from pages.parts.language import _, listed, metric_title, named, ngettext, say, together
from pages.parts.markdown import escape

MADE = "made"
"""Where a table of costs says which one it is: what it says may change without any new result."""
_made = itertools.count()


def table(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs with what their models cost; to be read only."""
    known, stamp = cached.models(), engine_costs.stamp()
    # A stamp of the last moment is an object that equals nothing, but its text may come again.
    entered = stamp if isinstance(stamp, tuple) else time.monotonic_ns()
    return _table(drawn.state(runs, entered, *(known.get(model) for model in runs["model"])), runs)


@drawn.once(max_entries=32)
def _table(state: str, _runs: pd.DataFrame) -> pd.DataFrame:
    found = engine_costs.table(_runs, cached.runs(), cached.models())
    found.attrs[MADE] = next(_made)
    return found


def state(costs: pd.DataFrame, *more: object) -> str:
    """What a drawing of costs hangs on."""
    return drawn.state(costs, costs.attrs[MADE], *more)


def axes(task: Task) -> dict[str, Axis]:
    """The costs that mean something for a task: only where there are queries, how long one takes."""
    return {name: axis for name, axis in AXES.items() if asks(task) or name not in ("p50", "p95")}


def pick_axis(task: Task) -> Axis:
    """The cost to set against the score."""
    known = axes(task)
    settle("axis", list(known), "texts_per_second", called=_("Cost"))
    name = st.selectbox(
        _("Cost"),
        list(known),
        format_func={one: say(its.title) for one, its in known.items()}.get,
        key="axis",
        persist_state="session",
        width=420,
    )
    return AXES[name]


def show_choice(costs: pd.DataFrame, task: Task, axis: Axis) -> str | None:
    """The cheapest model that may be as good as the best, in one sentence; its label."""
    title = titles()[costs["dataset"].iloc[0]]
    return _draw_choice(state(costs, axis.name, title), title, task, costs, axis)


@drawn.once(max_entries=64)
def _draw_choice(state: str, title: str, _task: Task, _costs: pd.DataFrame, _axis: Axis) -> str | None:
    found = engine_costs.choice(_task, _costs, cached.comparisons(_costs), _axis, title)
    if found is None:
        return None
    best = _costs.loc[_costs["score"].idxmax(), "label"]
    caution = elsewhere(_costs[_costs["label"].isin([best, found[0]])], _axis)
    st.info(escape(together(say(found[1]), caution)), icon=":material/savings:")
    return found[0]


def elsewhere(costs: pd.DataFrame, axis: Axis) -> str:
    """Which of these figures were not measured on this dataset as it is, and where they were; nothing if all were."""
    source = engine_costs.borrowed(costs, axis)
    rows = costs.assign(source=source)[source != ""]
    if rows.empty:
        return ""
    called = [f"{row.label} ({place(row.source, row.dataset)})" for row in rows.itertuples()]
    return _("Not measured on this dataset: the figure of {models}.", models=listed(called))


def place(source: str, dataset: str) -> str:
    """What to call the dataset that a figure was borrowed from."""
    if source == dataset:
        return _("from an earlier state of this dataset or model")
    return _("from {dataset}", dataset=titles().get(source, source)) if source else ""


def show_frontier(costs: pd.DataFrame, task: Task, axis: Axis, chosen: str | None) -> go.Figure | None:
    """A point per model; those that another model beats in both are faded."""
    known = costs[costs[axis.name].notna() & costs["score"].notna()]
    if known.empty:
        st.text(_("This cost is not known for any model yet: see below how to measure or enter it."))
        say_why(costs, axis)
        return None
    key, alt = "cost.frontier", _("Score of every model against what it costs")
    now = state(costs, axis.name, *titles().values())
    figure = charts.kept(now, key, alt, charts.HEIGHT, partial(picture.frontier, known, task, axis, chosen))
    _draw_note(now, costs, known, axis)
    return figure


@drawn.once(max_entries=64)
def _draw_note(state: str, _costs: pd.DataFrame, _known: pd.DataFrame, _axis: Axis) -> None:
    """How to read the chart, and who is missing."""
    costs, known, axis = _costs, _known, _axis
    st.caption(
        _(
            "Faded: another model scores as much and costs less. Dotted: the best score for the cost. Star: the recommended choice."
        )
    )
    if borrowed := elsewhere(known, axis):
        st.text(named(_("Hollow"), borrowed))
    say_absent(costs, axis)


def say_absent(costs: pd.DataFrame, axis: Axis) -> None:
    """Of which models a cost is not known, and why not."""
    absent = costs[costs[axis.name].isna()]
    if absent.empty:
        return
    st.text(_("Not known for: {models}", models=listed(absent["label"].tolist())))
    say_why(absent, axis)


def say_why(absent: pd.DataFrame, axis: Axis) -> None:
    """Why the cost of these models cannot be known, or what measures it."""
    entries = cached.models()
    reasons = [engine_costs.unknown(entries[name], axis) for name in absent["model"] if name in entries]
    for why in dict.fromkeys(say(one) for one in reasons if one):
        st.text(why)
    if axis.name in ("p50", "p95") and None in reasons:
        st.text(_("Queries are timed by the button below the table, for models that are on this machine."))


def show_table(costs: pd.DataFrame, task: Task, axis: Axis, figure: go.Figure | None) -> None:
    """All costs, the chosen one first, and the downloads of table and picture."""
    now = state(costs, axis.name, *titles().values())
    export.downloads(_draw_table(now, costs, task, axis.name), "cost", figure)


@drawn.once(max_entries=32)
def _draw_table(state: str, _costs: pd.DataFrame, _task: Task, first: str) -> pd.DataFrame:
    """The table as it is taken away."""
    costs, task = _costs, _task
    sources = {"speed_from": _("speed measured"), **({"latency_from": _("queries timed")} if asks(task) else {})}
    costs = costs.assign(
        **{name: [place(*one) for one in zip(costs[name], costs["dataset"], strict=True)] for name in sources}
    )
    sources = {name: text for name, text in sources.items() if costs[name].any()}
    devices = {"device": _("device"), "latency_device": _("device of the queries")}
    devices = {name: text for name, text in devices.items() if costs[name].replace("", pd.NA).nunique() > 1}
    further = [
        name for name in ("low", "high", "parameters", *axes(task), "bytes_a_document", "megabytes") if name != first
    ]
    columns = ["label", "score", first, *dict.fromkeys(further), *sources, *devices]
    numbers = {name: st.column_config.NumberColumn(say(axis.title), format="localized") for name, axis in AXES.items()}
    fixed = {
        "label": st.column_config.TextColumn(_("model"), pinned=True),
        "score": st.column_config.NumberColumn(metric_title(task.main_metric), format="%.3f"),
        **score_tables.ends("%.3f"),
    }
    costs["megabytes"] = costs["bytes"] / 1e6
    costs["bytes_a_document"], costs["texts_per_second"] = (
        costs["bytes_a_document"].round(),
        costs["texts_per_second"].round(1),
    )
    numbers |= {
        "bytes_a_document": st.column_config.NumberColumn(
            _("bytes a document"),
            format="localized",
            help=_("What the vectors of a document take; the mean where a text has one for every token."),
        ),
        "megabytes": st.column_config.NumberColumn(
            _("MB of vectors"), format="localized", help=_("Those of all documents of this dataset together.")
        ),
    }
    config = fixed | numbers | sources | devices
    shown = costs[columns]
    shown.attrs.clear()  # they would leave with the file
    st.dataframe(shown, key="cost.table", hide_index=True, placeholder="–", column_config=config)
    return shown


def asks(task: Task) -> bool:
    """Whether a dataset of this task has queries whose latency means something."""
    return task.name in ("retrieval", "reranking")


def time_queries(runs: pd.DataFrame) -> None:
    """Hand the measurement of query latency to the worker."""
    known, available = cached.models(), cached.here()
    here = [
        name
        for name in runs["model"].unique()
        if name in available and engine_costs.unknown(known[name], AXES["p50"]) is None
    ]
    if not here:
        return
    explained = _(
        "One query of this dataset at a time, from its text to its ranking, through every stage as it is run: with an exact search, on one core, everything loaded before. It takes seconds a model, with a reranker up to minutes. Until a model has been timed here, its figure from another dataset stands, and is marked."
    )
    st.button(
        ngettext("Time the queries of {n} model", "Time the queries of {n} models", len(here)),
        key="cost.time",
        icon=":material/timer:",
        help=explained,
        on_click=start_timing,
        args=(runs[runs["model"].isin(here)],),
    )


def start_timing(runs: pd.DataFrame) -> None:
    """One job a model, one after the other, so that none disturbs another."""
    for row in runs.itertuples():
        queue.submit("latency", {"model": row.model, "dataset": row.dataset, "precision": row.precision})


def edit_prices(runs: pd.DataFrame) -> None:
    """What a million tokens of each model cost; kept on this machine."""
    models = list(dict.fromkeys(runs["model"]))
    st.text(_("Price per million tokens, in one currency for all models; double-click to edit."))
    known = engine_costs.prices()
    rows = pd.DataFrame({"model": models, "price": pd.Series([known.get(name) for name in models], dtype=float)})
    st.data_editor(
        rows,
        key="cost.prices",
        hide_index=True,
        placeholder="–",
        on_change=keep_prices,
        args=(models,),
        column_config={
            "model": st.column_config.TextColumn(_("model"), disabled=True),
            "price": st.column_config.NumberColumn(
                say(AXES["price"].title),
                min_value=0.0,
                format="%.4g",
            ),
        },
    )


def keep_prices(models: list[str]) -> None:
    """Keep the prices that were just typed or emptied."""
    for row, cells in st.session_state["cost.prices"]["edited_rows"].items():
        if "price" in cells:
            engine_costs.set_price(models[int(row)], cells["price"])

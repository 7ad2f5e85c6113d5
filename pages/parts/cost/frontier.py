"""The pieces of the cost page: score against a cost, the lean choice, latency and prices."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.comparison import costs as engine_costs
from engine.comparison.costs import AXES, Axis
from engine.jobs import queue
from engine.metrics.names import title
from engine.notation import interval
from engine.types import Task
from pages.parts import cached, charts, export, score_tables
from pages.parts.address import settle
from pages.parts.cost import point_labels
from pages.parts.frame import titles
from pages.parts.language import _, ngettext, say
from pages.parts.markdown import escape

FADED = 0.35
AROUND = 85
"""Pixels that margins and the axis below take of a chart's height."""


def table(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs with what their models cost."""
    return engine_costs.table(runs, cached.runs(), cached.models())


def axes(task: Task) -> dict[str, Axis]:
    """The costs that mean something for a task: only where there are queries, how long one takes."""
    return {name: axis for name, axis in AXES.items() if asks(task) or name not in ("p50", "p95")}


def pick_axis(task: Task) -> Axis:
    """The cost to set against the score."""
    known = axes(task)
    settle("axis", list(known), "texts_per_second")
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
    found = engine_costs.choice(task, costs, cached.comparisons(costs), axis, titles()[costs["dataset"].iloc[0]])
    if found is None:
        return None
    best = costs.loc[costs["score"].idxmax(), "label"]
    caution = elsewhere(costs[costs["label"].isin([best, found[0]])], axis)
    st.info(escape(" ".join([say(found[1]), caution]).strip()), icon=":material/savings:")
    return found[0]


def elsewhere(costs: pd.DataFrame, axis: Axis) -> str:
    """Which of these figures were not measured on this dataset as it is, and where they were; nothing if all were."""
    source = engine_costs.borrowed(costs, axis)
    rows = costs.assign(source=source)[source != ""]
    if rows.empty:
        return ""
    called = [f"{row.label} ({place(row.source, row.dataset)})" for row in rows.itertuples()]
    return _("Not measured on this dataset: the figure of {models}.", models=", ".join(called))


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
        return None
    best = engine_costs.frontier(known, axis)
    known = known.assign(x=drawable(known[axis.name]))
    figure = go.Figure()
    line = known[best].sort_values("x")
    figure.add_scatter(x=line["x"].to_numpy(), y=line["score"].to_numpy(), mode="lines", hoverinfo="skip")
    figure.data[0].update(line={"color": charts.NEUTRAL, "dash": "dot", "shape": "linear"}, showlegend=False)
    for rows, opacity in ((known[~best], FADED), (known[best], 1.0)):
        figure.add_scatter(opacity=opacity, **points(rows, axis, chosen))
    figure.update_xaxes(title=charts.plain(say(axis.title)))
    figure.update_yaxes(title=charts.plain(title(task.main_metric)))
    name_points(figure, known, best, chosen)
    charts.show(figure, "cost.frontier", _("Score of every model against what it costs"), menu=False)
    note(costs, known, axis)
    return figure


def name_points(figure: go.Figure, known: pd.DataFrame, best: np.ndarray, chosen: str | None) -> None:
    """The models' names beside their points, of many models those on the frontier only, and axes with room for them."""
    x, wide = known["x"].to_numpy(float), known["x"].max() / known["x"].min() > 20
    x, ends = np.log10(x) if wide else x, known[["score", "low", "high"]].to_numpy(float)
    across, up = (room(values) for values in (x, ends))
    figure.update_xaxes(type="log" if wide else "linear", range=list(across), **(ticks(across) if wide else {}))
    figure.update_yaxes(range=list(up))
    share, heights = (x - across[0]) / np.ptp(across), (ends - up[0]) / np.ptp(up)
    kept = best | (known["label"] == chosen).to_numpy() | (len(known) <= point_labels.MOST)
    names = [name if one else "" for name, one in zip(known["label"], kept, strict=True)]
    height, lines = charts.HEIGHT - AROUND, [sorted(zip(share[best], heights[best, 0], strict=True))]
    lines += [[(at, low), (at, high)] for at, (_score, low, high) in zip(share, heights, strict=True) if low < high]
    crossed = [box for line in lines for box in point_labels.beside(line, height)]
    found = point_labels.places(share, heights[:, 0], names, height, crossed=crossed)
    figure.update_layout(annotations=point_labels.annotations(x, ends[:, 0], names, found))


def room(values: np.ndarray) -> tuple[float, float]:
    """From where to where an axis goes, with some room around its values."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    around = 0.08 * (high - low) or 0.05 * abs(high) or 1.0
    return low - around, high + around


def ticks(across: tuple[float, float]) -> dict[str, object]:
    """Round numbers on a logarithmic axis (its ends as powers of ten), written out."""
    steps = (1, 2, 5) if across[1] - across[0] < 3 else (1,)
    values = [step * 10.0**power for power in range(int(across[0]) - 2, int(across[1]) + 2) for step in steps]
    return {"tickvals": values, "ticktext": [f"{value:,.6g}" for value in values]}


def points(rows: pd.DataFrame, axis: Axis, chosen: str | None) -> dict[str, object]:
    """A point per model with its interval; the chosen one is a star, hollow ones stand at a borrowed figure."""
    shade, star = charts.colours(rows["label"].tolist()), (rows["label"] == chosen).to_numpy()
    filled = (engine_costs.borrowed(rows, axis) == "").to_numpy()
    spread = {
        "array": (rows["high"] - rows["score"]).to_numpy(),
        "arrayminus": (rows["score"] - rows["low"]).to_numpy(),
    }
    return {
        "x": rows["x"].to_numpy(),
        "y": rows["score"].to_numpy(),
        "error_y": {"symmetric": False, "color": charts.NEUTRAL, **spread},
        "mode": "markers",
        "text": [charts.plain(label) for label in rows["label"]],
        "marker": {
            "size": np.where(star, 16, 11),
            "symbol": np.char.add(np.where(star, "star", "circle"), np.where(filled, "", "-open")),
            "color": [shade[label] for label in rows["label"]],
        },
        "showlegend": False,
        "customdata": [
            [cost, interval(score, low, high)]
            for cost, score, low, high in rows[[axis.name, "score", "low", "high"]].itertuples(index=False)
        ],
        "hovertemplate": "%{text}<br>%{customdata[0]:,.4~g} · %{customdata[1]}<extra></extra>",
    }


def drawable(values: pd.Series) -> np.ndarray:
    """Costs as a logarithmic axis can show them: nothing stands a little left of the least."""
    least = values[values > 0].min()
    return np.maximum(values.to_numpy(float), 1.0 if np.isnan(least) else least / 4)


def note(costs: pd.DataFrame, known: pd.DataFrame, axis: Axis) -> None:
    """How to read the chart, and who is missing."""
    st.caption(
        _(
            "Faded: another model scores as much and costs less. Dotted: the best score for the cost. Star: the recommended choice."
        )
    )
    if borrowed := elsewhere(known, axis):
        st.text(_("Hollow:") + " " + borrowed)
    absent = costs[~costs["label"].isin(known["label"])]["label"].tolist()
    if absent:
        st.text(_("Not known for: {models}", models=", ".join(absent)))


def show_table(costs: pd.DataFrame, task: Task, figure: go.Figure | None) -> None:
    """All costs, and the downloads of table and picture."""
    sources = {"speed_from": _("speed measured"), **({"latency_from": _("queries timed")} if asks(task) else {})}
    costs = costs.assign(
        **{name: [place(*one) for one in zip(costs[name], costs["dataset"], strict=True)] for name in sources}
    )
    sources = {name: text for name, text in sources.items() if costs[name].any()}
    devices = {"device": _("device"), "latency_device": _("device of the queries")}
    devices = {name: text for name, text in devices.items() if costs[name].replace("", pd.NA).nunique() > 1}
    columns = ["label", "score", "low", "high", "bytes_a_document", "megabytes", *axes(task), *sources, *devices]
    numbers = {name: st.column_config.NumberColumn(say(axis.title), format="localized") for name, axis in AXES.items()}
    fixed = {
        "label": st.column_config.TextColumn(_("model"), pinned=True),
        "score": st.column_config.NumberColumn(title(task.main_metric), format="%.3f"),
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
    st.dataframe(costs[columns], key="cost.table", hide_index=True, placeholder="–", column_config=config)
    export.downloads(costs[columns], "cost", figure)


def asks(task: Task) -> bool:
    """Whether a dataset of this task has queries whose latency means something."""
    return task.name in ("retrieval", "reranking")


def time_queries(runs: pd.DataFrame) -> None:
    """Hand the measurement of query latency to the worker."""
    known = cached.models()
    here = [name for name in runs["model"].unique() if name in known and known[name].pipeline is None
            and cached.on_this_machine(name)]  # fmt: skip
    explained = _(
        "One query of this dataset at a time through the loaded model, without the search: seconds a model. Until a model has been timed here, its figure from another dataset stands, and is marked."
    )
    st.button(
        ngettext("Time the queries of {n} model", "Time the queries of {n} models", len(here)),
        key="cost.time",
        icon=":material/timer:",
        help=explained,
        disabled=not here,
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

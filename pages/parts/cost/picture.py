"""Score against cost as a picture: a point per model, its name beside it, and a line through the best."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from engine.comparison import costs as engine_costs
from engine.comparison.costs import Axis
from engine.notation import interval
from engine.types import Task
from pages.parts import charts
from pages.parts.cost import point_labels
from pages.parts.language import metric_title, say

FADED = 0.35
AROUND = 85
"""Pixels that margins and the axis below take of a chart's height."""


def frontier(known: pd.DataFrame, task: Task, axis: Axis, chosen: str | None) -> go.Figure:
    """Every model at its score and cost, and the frontier through the best."""
    best = engine_costs.frontier(known, axis)
    known = known.assign(x=drawable(known[axis.name]))
    figure = go.Figure()
    line = known[best].sort_values("x")
    figure.add_scatter(x=line["x"].to_numpy(), y=line["score"].to_numpy(), mode="lines", hoverinfo="skip")
    figure.data[0].update(line={"color": charts.NEUTRAL, "dash": "dot", "shape": "linear"}, showlegend=False)
    for rows, opacity in ((known[~best], FADED), (known[best], 1.0)):
        figure.add_scatter(opacity=opacity, **points(rows, axis, chosen))
    figure.update_xaxes(title=charts.plain(say(axis.title)))
    figure.update_yaxes(title=charts.plain(metric_title(task.main_metric)))
    name_points(figure, known, best, chosen)
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

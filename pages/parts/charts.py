"""The charts that more than one page draws: one colour per model everywhere, safe for colour-blind readers."""

import html
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.notation import interval
from engine.results import frames
from engine.texts.widths import lines, width
from pages.parts import cached, drawn, export
from pages.parts.language import _, metric_title

# Okabe and Ito's palette, then lighter and darker companions for long tables.
PALETTE = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#8C6BB1",
    "#999999",
    "#3B5998",
    "#B8860B",
    "#2E8B57",
    "#C71585",
    "#4682B4",
    "#A0522D",
    "#6A5ACD",
    "#708090",
)
NEUTRAL = "#999999"
HEIGHT = 340
BARE: dict[str, object] = {"displayModeBar": False}
"""A picture without Plotly's toolbar: it lies on legends and bars. A double click shows all of it again."""
PHONE = 31
"""Latin letters that a phone is wide, less the names beside a chart."""

MOST_LINES, NAMES = 3, 26
"""Lines of a name beside a picture, and Latin letters of a line."""
STANDOFF = 12
"""Pixels between the numbers of an axis and its title, which Plotly would let meet in a low picture."""
LEGEND = 44
"""Latin letters that fit into a row of a legend on a phone."""
LEGEND_ROW = 20
"""Pixels."""
MOST_LEGEND_ROWS = 4
"""For which room is made above a picture."""
WHOLE = 6
"""Up to so many Plotly would mark halves too."""
KEY = 4
"""Latin letters that the sample beside an entry of a legend is wide."""


def colours(labels: Sequence[str]) -> dict[str, str]:
    """A model's colour: by the order of `cached.labels`, so that it never changes."""
    first = cached.labels()
    order = {label: place for place, label in enumerate([*first, *(label for label in labels if label not in first)])}
    return {label: PALETTE[order[label] % len(PALETTE)] for label in labels}


def over(colour: str) -> str:
    """Black or white, whichever can be read on this colour, such as #0072b2."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#ffffff" if 0.299 * red + 0.587 * green + 0.114 * blue < 140 else "#000000"


def plain(text: object) -> str:
    """User text as Plotly shows it letter by letter: its markup is escaped, line ends kept."""
    return html.escape(str(text), quote=False).replace("\n", "<br>")


def show(
    figure: go.Figure,
    key: str,
    alt: str,
    *,
    height: int = HEIGHT,
    picked: Callable[[object], None] | None = None,
    menu: bool = True,
) -> None:
    """Draw a figure with our margins and without a toolbar, which would cover it; `alt` says in words what it shows.

    picked: called, before the page is drawn anew, with the customdata of the point that was clicked; menu: whether its
    download stands under it, or in the menu of the table that follows.
    """
    if figure.layout.height != height:  # else it was `made`
        fit(figure, height)

    def clicked() -> None:
        points = st.session_state[key].selection.points
        if points and picked:
            picked(points[0]["customdata"])

    choosing: dict[str, Any] = {"on_select": clicked, "selection_mode": "points"} if picked else {}
    st.plotly_chart(figure, key=key, alt=alt, config=BARE, **choosing)
    if menu:
        export.figure_download(figure, key)


@drawn.once(max_entries=64)
def kept(state: str, key: str, alt: str, height: int, _make: Callable[[], go.Figure]) -> go.Figure:
    """As `show`, of a picture that hangs on a `drawn.state` alone and is made once; offer its download beside it."""
    figure = fit(_make(), height)
    st.plotly_chart(figure, key=key, alt=alt, config=BARE)
    return figure


@drawn.once(max_entries=64)
def made(state: str, key: str, height: int, _make: Callable[[], go.Figure]) -> go.Figure:
    """A picture to `show` that hangs on a state alone, where a click on it counts and it has to be drawn each time."""
    return fit(_make(), height)


def counted(most: float) -> dict[str, Any]:
    """An axis that counts to this number, for its `update`: between whole numbers there is nothing to mark."""
    return {"tickformat": ",d"} | ({"dtick": 1} if most < WHOLE else {})


def fit(figure: go.Figure, height: int) -> go.Figure:
    """The figure with our margins."""
    figure.for_each_xaxis(fit_title)
    fit_names(figure)
    top = 24
    if (
        figure.layout.legend.orientation == "h" and figure.layout.showlegend is not False
    ):  # above the picture; Plotly would draw it into it where it is narrow
        figure.update_layout(legend={"y": 1.02, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"})
        top = 20 + LEGEND_ROW * legend_rows(figure)
    return figure.update_layout(height=height, margin={"l": 8, "r": 8, "t": top, "b": 8}, hoverlabel={"align": "left"})


def fit_names(figure: go.Figure) -> None:
    """Break the names beside a picture where they would take a phone more than half of its width."""
    names = list(dict.fromkeys(one for trace in figure.data for one in _beside(trace)))
    if figure.layout.yaxis.type != "category" or figure.layout.yaxis.ticktext is not None:
        return
    if any(width(one) > NAMES and "<br>" not in one for one in names):
        told = [one if "<br>" in one else _broken(one) for one in names]
        figure.update_yaxes(tickmode="array", tickvals=names, ticktext=told)


def _broken(name: str) -> str:
    """A name in three lines at most; its end tells variants of a model apart."""
    first, *rest = lines(name, NAMES)
    return "<br>".join([first, *rest] if len(rest) < MOST_LINES else [f"{first} …", *rest[1 - MOST_LINES :]])


def _beside(trace: Any) -> list[str]:
    """The names along the vertical axis; none where numbers stand there."""
    return [one for one in (trace.y if getattr(trace, "y", None) is not None else ()) if isinstance(one, str)]


def legend_rows(figure: go.Figure) -> int:
    """How many rows a legend above the picture has on a phone, where its entries stand in columns of one width."""
    names = [str(trace.name) for trace in figure.data if trace.name and trace.showlegend is not False]
    if figure.layout.showlegend is False or not names:
        return 1
    columns = max(1, LEGEND // max(width(name) + KEY for name in names))
    return min(MOST_LEGEND_ROWS, -(-len(names) // columns))


def fit_title(axis: Any) -> None:
    """Break an axis's title where a phone is not wide enough for it, and keep it off the numbers above it."""
    if axis.title.text:
        axis.title.standoff = STANDOFF
        axis.title.text = "<br>".join(lines(axis.title.text.replace("<br>", " "), PHONE))


def intervals(board: pd.DataFrame, metric: str) -> go.Figure:
    """A dot per model at its score with its 95% interval, best on top."""
    shade, board = colours(board["label"].tolist()), board.iloc[::-1]
    spread = {
        "array": (board["high"] - board["score"]).to_numpy(),
        "arrayminus": (board["score"] - board["low"]).to_numpy(),
    }
    figure = go.Figure()
    figure.add_scatter(
        x=board["score"].to_numpy(),
        y=[plain(label) for label in cautioned(board)],
        error_x={"type": "data", "symmetric": False, "color": NEUTRAL, **spread},
        mode="markers",
        marker={"size": 11, "color": [shade[label] for label in board["label"]], "opacity": 1.0},
        showlegend=False,
        customdata=[interval(row.score, row.low, row.high) for row in board.itertuples()],
        hovertemplate="%{y}: %{customdata}<extra></extra>",
    )
    figure.update_yaxes(type="category", dtick=1)
    figure.update_xaxes(title=_("{metric} [95% interval]", metric=plain(metric_title(metric))))
    return figure


def cautioned(board: pd.DataFrame) -> list[str]:
    """The names of the models, with a sign where something was said before their run."""
    warned = board["warnings"] if "warnings" in board else ["[]"] * len(board)
    return [
        f"⚠ {label}" if frames.warnings(kept) else label for label, kept in zip(board["label"], warned, strict=True)
    ]


def histogram(series: dict[str, pd.Series], title: str) -> go.Figure:
    """The distributions of one number under several models, over each other."""
    shade = colours(list(series))
    figure = go.Figure()
    for label, values in series.items():
        figure.add_histogram(
            x=values.to_numpy(),
            name=plain(label),
            marker={"color": shade[label]},
            opacity=0.6,
            nbinsx=40,
            bingroup="all",
        )
    figure.update_layout(barmode="overlay", legend={"orientation": "h"})
    figure.update_xaxes(title=title)
    figure.update_yaxes(title=_("items"))
    return figure


def differences(values: pd.Series, a: str, b: str) -> go.Figure:
    """The distribution of how much better A did on the items, in the colour of whoever did better."""
    figure, shade, most = go.Figure(), colours([a, b]), float(values.abs().max())
    size = 0.05 if most > 0.5 or not most > 0 else most / 20  # models that hardly part would else be one bar
    most = max(most, size) + size
    bins = {"start": -most - size / 2, "end": most + size, "size": size}
    for name, side, colour in (
        (_("B better"), values < 0, shade[b]),
        (_("equal"), values == 0, NEUTRAL),
        (_("A better"), values > 0, shade[a]),
    ):
        figure.add_histogram(x=values[side].to_numpy(), name=name, marker={"color": colour}, xbins=bins)
    figure.update_layout(barmode="stack", legend={"orientation": "h"})
    figure.update_xaxes(title=_("A − B, item by item"), range=[-most, most])
    figure.update_yaxes(title=_("items"))
    return figure

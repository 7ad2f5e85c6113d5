"""Choices that are made in a picture: pills with counts, cells of a table of labels, points. They stand in the address."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.parts import charts
from pages.parts.address import settle
from pages.parts.language import _

MOST_NUMBERS = 14
FULL = 0.55  # the share from which a cell is so dark, or bright, that its number is written in black or white
BETWEEN = "#777777"  # which can be read on a light page and on a dark one
MOST_NAMES, MOST_HEADS = 40, 20
"""Names that fit along the rows, and along the columns."""


def pills(key: str, label: str, titles: Mapping[str, str], counts: Mapping[str, int]) -> str | None:
    """Keep one kind of items, each kind with how many there are; a second press shows all again."""
    names = [name for name in titles if counts.get(name)]
    settle(key, names, None, called=label)
    if not names:
        return None
    words = {name: f"{titles[name]} · {counts[name]:,}" for name in names}
    return st.pills(label, names, key=key, persist_state="session", format_func=words.get)


def one_of(key: str, label: str, options: Sequence[str], none: str) -> str | None:
    """A box with one of these, or none of them."""
    settle(key, list(options), None, called=label)
    return st.selectbox(label, options, index=None, key=key, persist_state="session", placeholder=none)


def into(*keys: str) -> Callable[[object], None]:
    """What puts the value of the point that was clicked into the state, or the parts of it under several keys."""

    def put(value: object) -> None:
        parts = [value] if len(keys) == 1 else str(value).split("\t")
        for key, part in zip(keys, parts, strict=True):
            st.session_state[key] = str(part)

    return put


def cells(table: pd.DataFrame, colour: str, titles: tuple[str, str]) -> go.Figure:
    """A table of counts as cells that can be clicked, rows from the top: each carries its row and column, tab between."""
    values = table.to_numpy()
    rows, columns = np.nonzero(values)
    counts = values[rows, columns]
    names, heads = ([charts.plain(name) for name in side] for side in (table.index, table.columns))
    share = counts / values.sum(axis=1)[rows]
    figure = go.Figure(
        go.Bar(
            x=columns,
            base=rows - 0.5,
            y=np.ones(len(rows)),
            width=1,
            marker={"color": share, "colorscale": [[0, "rgba(127,127,127,0.08)"], [1, colour]], "cmin": 0, "cmax": 1, "line": {"width": 0}},
            customdata=[f"{table.index[row]}\t{table.columns[column]}" for row, column in zip(rows, columns, strict=True)],
            hovertext=[f"{names[row]} → {heads[column]}: {values[row, column]:,}" for row, column in zip(rows, columns, strict=True)],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )  # fmt: skip
    if max(table.shape) <= MOST_NUMBERS:
        written = [f"{count:,}" for count in counts]
        shades = [charts.over(colour) if part > FULL else BETWEEN for part in share]
        figure.add_scatter(x=columns, y=rows, mode="text", text=written, hoverinfo="skip", textfont={"color": shades},
                           unselected={"textfont": {"color": BETWEEN}})  # fmt: skip
    figure.update_layout(showlegend=False)
    figure.update_xaxes(title=titles[1], **ticks(table.columns, MOST_HEADS), range=[-0.5, len(heads) - 0.5])
    figure.update_yaxes(title=titles[0], **ticks(table.index, MOST_NAMES), range=[len(names) - 0.5, -0.5])
    figure.update_xaxes(
        showgrid=False, zeroline=False, ticklabeloverflow="allow"
    )  # or a narrow chart hides the last name
    figure.update_yaxes(showgrid=False, zeroline=False)
    return figure


def ticks(names: Sequence[object], most: int) -> dict[str, object]:
    """At most so many of the names, at equal steps: more would cover one another; the pointer shows the others."""
    shown = range(0, len(names), -(-len(names) // most))
    return {"tickvals": list(shown), "ticktext": [charts.plain(short(str(names[at]))) for at in shown]}


def short(name: str, most: int = 22) -> str:
    """A name that leaves room for the picture."""
    return name if len(name) <= most else f"{name[: most - 1]}…"


def note() -> None:
    """How to work with a picture that can be clicked."""
    st.caption(_("Click in the picture to see only these items; clear the boxes to see all."))

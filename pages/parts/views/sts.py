"""A pair with what people and the model think of it."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.results import frames
from pages.parts import address, chart_choices, charts, lists
from pages.parts.language import _
from pages.parts.views import Look, Overview

MOST_POINTS = 20_000

COLUMNS = ("residual", "score", "cosine")


def overview(look: Look) -> Overview:
    """Gold score against cosine, or both as ranks: a good model's cloud rises from left to right."""
    axes = address.view("axes", {"values": _("values"), "ranks": _("ranks")})
    for column, label in zip(st.columns(len(look.runs)), look.runs, strict=True):
        with column:
            st.text(label)
            items = look.items[label]
            shown = items if len(items) <= MOST_POINTS else items.sample(MOST_POINTS, random_state=0)
            alt = _("Gold score of every pair against its cosine similarity")
            charts.show(scatter(shown, axes), f"inspect.scatter.{label}", alt, picked=chart_choices.into("item"))
    st.caption(
        _(
            "Click a point to open it. Colour is the residual, the difference of both ranks as a share of all: orange where "
            "the model finds a pair more alike than people do, blue where less."
        )
    )
    return Overview(look.all())


def scatter(items: pd.DataFrame, axes: str) -> go.Figure:
    """A point per item, coloured by its residual; each carries its id."""
    x, y = ("gold", "cosine") if axes == "values" else ("gold_rank", "rank")
    titles = {"gold": _("gold score"), "cosine": _("cosine similarity"), "gold_rank": _("rank by gold"),
              "rank": _("rank by cosine")}  # fmt: skip
    figure = go.Figure(
        go.Scattergl(
            x=items[x].to_numpy("float32"),
            y=items[y].to_numpy("float32"),
            mode="markers",
            customdata=items["item"].tolist(),
            marker={
                "size": 7,
                "opacity": 0.65,
                "color": items["residual"].to_numpy("float32"),
                "colorscale": [[0, "#0072B2"], [0.5, "#999999"], [1, "#D55E00"]],
                "cmin": -0.6,
                "cmax": 0.6,
                "colorbar": {"title": _("residual"), "thickness": 10},
            },
            hovertemplate="%{customdata}: %{x} · %{y:.3f}<extra></extra>",
        )
    )
    figure.update_xaxes(title=titles[x])
    figure.update_yaxes(title=titles[y])
    return figure


def detail(rows: Mapping[str, pd.Series], look: Look) -> dict[str, pd.DataFrame]:
    """Both sentences, then gold and similarity, as values and as ranks."""
    first = next(iter(rows.values()))
    lists.side_by_side(frames.item_texts(look.dataset, pd.DataFrame([first])).iloc[0])
    names = ["gold", "cosine", "gold_rank", "rank", "residual"]
    table = (
        pd.DataFrame({label: row[["item", *names]] for label, row in rows.items()}).T.rename_axis("model").reset_index()
    )
    columns = {
        "model": _("model"),
        "gold": lists.number(_("gold score")),
        "cosine": lists.number(_("cosine similarity")),
        "gold_rank": st.column_config.NumberColumn(_("rank by gold"), format="%.1f"),
        "rank": st.column_config.NumberColumn(_("rank by cosine"), format="%.1f"),
        "residual": lists.number(_("residual")),
    }
    drawn, columns = lists.negative(table[list(columns)].astype(dict.fromkeys(names, float)), columns)
    st.dataframe(drawn, hide_index=True, placeholder="–", key="inspect.pair", column_config=columns)
    st.caption(_("Ranks count from the least similar one; equal values share their mean rank."))
    return {"pair": table}

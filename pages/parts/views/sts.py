"""A pair with what people and the model think of it."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine import tables
from engine.types import Dataset
from pages.parts import charts, lists
from pages.parts.language import _

MOST_POINTS = 20_000

COLUMNS = ("gold", "cosine", "residual")


def overview(items: pd.DataFrame, dataset: Dataset, label: str) -> None:
    """Gold score against cosine: a good model's cloud rises from left to right."""
    shown = items if len(items) <= MOST_POINTS else items.sample(MOST_POINTS, random_state=0)
    figure = go.Figure(
        go.Scattergl(
            x=shown["gold"].to_numpy("float32"),
            y=shown["cosine"].to_numpy("float32"),
            mode="markers",
            marker={
                "size": 6,
                "opacity": 0.55,
                "color": shown["residual"].to_numpy("float32"),
                "colorscale": "RdBu",
                "cmid": 0,
                "colorbar": {"title": _("residual")},
            },
            hovertemplate="%{x} · %{y:.3f}<extra></extra>",
        )
    )
    figure.update_xaxes(title=_("gold score"))
    figure.update_yaxes(title=_("cosine similarity"))
    charts.show(figure, "inspect.scatter", _("Gold score of every pair against its cosine similarity"))


def detail(rows: Mapping[str, pd.Series], items: Mapping[str, pd.DataFrame], dataset: Dataset) -> None:
    """Both sentences, then gold and similarity, as values and as ranks."""
    first = next(iter(rows.values()))
    texts = tables.item_texts(dataset, pd.DataFrame([first])).iloc[0]
    lists.side_by_side(texts)
    table = pd.DataFrame(
        [
            {
                _("model"): label,
                _("gold score"): row["gold"],
                _("cosine similarity"): row["cosine"],
                _("rank by gold"): row["gold_rank"],
                _("rank by cosine"): row["rank"],
                _("residual"): row["residual"],
            }
            for label, row in rows.items()
        ]
    )
    st.dataframe(table, hide_index=True, key="inspect.pair")
    st.caption(
        _(
            "Ranks count from the least similar pair. The residual is the difference of the two ranks as a share of all pairs: above 0 the model finds the pair more alike than people do."
        )
    )

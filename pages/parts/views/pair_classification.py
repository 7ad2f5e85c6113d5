"""A pair with its label and what the best threshold makes of it."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine import tables
from engine.types import Dataset
from pages.parts import charts, lists
from pages.parts.language import _

COLUMNS = ("gold", "predicted", "similarity")


def overview(items: pd.DataFrame, dataset: Dataset, label: str) -> None:
    """The similarities of like and unlike pairs, and the threshold between them."""
    figure = go.Figure()
    for gold, name, colour in ((1, _("alike"), charts.PALETTE[2]), (0, _("not alike"), charts.PALETTE[5])):
        values = items.loc[items["gold"] == gold, "similarity"].to_numpy("float32")
        figure.add_histogram(x=values, name=name, marker={"color": colour}, opacity=0.6, nbinsx=60)
    threshold = items["threshold"].iloc[0]
    if pd.notna(threshold):
        figure.add_vline(x=float(threshold), line={"dash": "dash"}, annotation_text=f"{threshold:.3f}")
    figure.update_layout(barmode="overlay", legend={"orientation": "h", "y": 1.12})
    figure.update_xaxes(title=_("similarity"))
    figure.update_yaxes(title=_("pairs"))
    charts.show(figure, "inspect.classes", _("Similarities of both kinds of pairs and the best threshold"))


def detail(rows: Mapping[str, pd.Series], items: Mapping[str, pd.DataFrame], dataset: Dataset) -> None:
    """Both texts, the label, and per model the similarity against its threshold."""
    first = next(iter(rows.values()))
    texts = tables.item_texts(dataset, pd.DataFrame([first])).iloc[0]
    lists.side_by_side(texts)
    words = {1: _("alike"), 0: _("not alike")}
    table = [
        {
            _("model"): label,
            _("label"): words[int(row["gold"])],
            _("predicted"): words[int(row["predicted"])],
            _("similarity"): row["similarity"],
            _("threshold"): row["threshold"],
        }
        for label, row in rows.items()
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True, key="inspect.pair")

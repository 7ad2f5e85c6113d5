"""A text with its label and what every experiment predicted."""

from collections import Counter
from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine import tables
from engine.types import Dataset
from pages.parts import charts
from pages.parts.language import _

COLUMNS = ("gold",)


def overview(items: pd.DataFrame, dataset: Dataset, label: str) -> None:
    """Labels against predictions over all experiments: what lies off the diagonal is confused."""
    table = tables.confusion(items)
    names = [charts.plain(name) for name in table.index]
    figure = go.Figure(
        go.Heatmap(
            z=table.to_numpy(),
            x=[charts.plain(name) for name in table.columns],
            y=names,
            colorscale="Blues",
            hovertemplate="%{y} → %{x}: %{z}<extra></extra>",
        )
    )
    figure.update_xaxes(title=_("predicted"), type="category")
    figure.update_yaxes(title=_("label"), type="category", autorange="reversed")
    alt = _("How often each label was predicted for each label")
    charts.show(figure, "inspect.confusion", alt, height=140 + 18 * len(table))


def detail(rows: Mapping[str, pd.Series], items: Mapping[str, pd.DataFrame], dataset: Dataset) -> None:
    """The text, its label, and per model how often each label was predicted."""
    first = next(iter(rows.values()))
    texts = tables.item_texts(dataset, pd.DataFrame([first])).iloc[0]
    with st.container(border=True):
        st.text(texts["text"])
        st.text(_("label: {label}", label=tables.label_text(first["gold"])))
    for column, (label, row) in zip(st.columns(len(rows)), rows.items(), strict=True):
        counts = Counter(map(tables.label_text, row["predictions"])).most_common()
        with column:
            st.text(label)
            table = pd.DataFrame(counts, columns=[_("predicted"), _("experiments")])
            st.dataframe(table, hide_index=True, key=f"inspect.predictions.{label}")

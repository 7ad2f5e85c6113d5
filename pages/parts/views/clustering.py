"""A text with the clusters it fell into, and who else lies there."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine import tables
from engine.types import Dataset
from pages.parts import charts
from pages.parts.language import _

NEIGHBOURS = 8

COLUMNS = ("label",)


def overview(items: pd.DataFrame, dataset: Dataset, label: str) -> None:
    """Labels against clusters of the first draw: a good model fills one cell a row."""
    table = tables.contingency(items)
    names = [charts.plain(name) for name in table.index]
    figure = go.Figure(
        go.Heatmap(
            z=table.to_numpy(),
            x=[str(name) for name in table.columns],
            y=names,
            colorscale="Blues",
            hovertemplate="%{y} · %{x}: %{z}<extra></extra>",
        )
    )
    figure.update_xaxes(title=_("cluster (first draw)"), type="category")
    figure.update_yaxes(title=_("label"), type="category", autorange="reversed")
    charts.show(
        figure,
        "inspect.contingency",
        _("How many texts of each label fell into each cluster"),
        height=120 + 24 * len(table),
    )


def detail(rows: Mapping[str, pd.Series], items: Mapping[str, pd.DataFrame], dataset: Dataset) -> None:
    """The text, its label, and per model in how many draws it lay among its own."""
    first = next(iter(rows.values()))
    texts = tables.item_texts(dataset, pd.DataFrame([first])).iloc[0]
    with st.container(border=True):
        st.text(texts["text"])
        st.text(_("label: {label}", label=first["label"]))
    for column, (label, row) in zip(st.columns(len(rows)), rows.items(), strict=True):
        drawn = sum(cluster >= 0 for cluster in row["clusters"])
        with column:
            st.text(label)
            st.text(
                _(
                    "In {share} of the {n} draws with this text, most of its cluster carries its label.",
                    share=f"{row['measure']:.0%}",
                    n=drawn,
                )
            )
            show_companions(tables.companions(items[label], row), dataset)


def show_companions(others: pd.DataFrame, dataset: Dataset) -> None:
    """Who else lies in its cluster (in the first draw that has it): the labels, then some of the texts."""
    if others.empty:
        st.text(_("Nobody else lies in its cluster."))
        return
    counts = others["label"].astype(str).value_counts().head(NEIGHBOURS)
    st.dataframe(counts.rename_axis(_("label")).rename(_("texts in its cluster")))
    some = others.head(NEIGHBOURS)
    texts = tables.item_texts(dataset, some)["text"]
    st.dataframe(
        pd.DataFrame({_("label"): some["label"].astype(str).to_numpy(), _("text"): texts.to_numpy()}), hide_index=True
    )

"""A sentence with the translation it should have found, and the one it found."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.types import Dataset
from pages.parts import charts, lists
from pages.parts.language import _

COLUMNS = ("score", "gold_score", "gold_rank")


def overview(items: pd.DataFrame, dataset: Dataset, label: str) -> None:
    """By how much the right translation beats or misses the best one."""
    margin = items["gold_score"] - items["score"]
    figure = go.Figure(
        go.Histogram(x=margin.to_numpy("float32"), marker={"color": charts.colours([label])[label]}, nbinsx=60)
    )
    figure.update_xaxes(title=_("similarity of the right translation minus that of the one found"))
    figure.update_yaxes(title=_("pairs"))
    charts.show(figure, "inspect.margin", _("By how much the right translation misses the best one"))


def detail(rows: Mapping[str, pd.Series], items: Mapping[str, pd.DataFrame], dataset: Dataset) -> None:
    """The sentence, its translation, and per model what was found instead."""
    pairs = dataset.tables["pairs"]
    first = next(iter(rows.values()))
    pair = pairs.iloc[int(first["item"])]
    lists.side_by_side(pair)
    for column, (label, row) in zip(st.columns(len(rows)), rows.items(), strict=True):
        with column.container(border=True):
            st.text(label)
            if row["correct"]:
                st.badge(_("right"), color="green")
            else:
                st.badge(_("wrong"), color="red")
                st.text(pairs["sentence2"].iloc[int(row["found"])])
            st.text(
                _(
                    "similarity {found} · right translation {gold}, rank {rank}",
                    found=f"{row['score']:.3f}",
                    gold=f"{row['gold_score']:.3f}",
                    rank=f"{int(row['gold_rank']):,}",
                )
            )
            others = items[label]
            claimants = others[(others["found"] == int(row["item"])) & (others["item"] != row["item"])]["item"]
            if len(claimants):
                st.text(_("Other sentences that found this translation:"))
                st.dataframe(pairs["sentence1"].iloc[claimants.astype(int)].head(8), hide_index=True)

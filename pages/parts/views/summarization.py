"""A machine summary with its nearest human one, among the other summaries of the same text."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from engine import tables
from engine.types import Dataset
from pages.parts.language import _
from pages.parts.views.sts import overview as overview

COLUMNS = ("gold", "cosine", "residual")


def detail(rows: Mapping[str, pd.Series], items: Mapping[str, pd.DataFrame], dataset: Dataset) -> None:
    """The summary, the human one that each model finds nearest, and all summaries of the text."""
    first = next(iter(rows.values()))
    summary = tables.item_texts(dataset, pd.DataFrame([first])).iloc[0]
    with st.container(border=True):
        st.text(summary["machine_summary"])
    for column, (label, row) in zip(st.columns(len(rows)), rows.items(), strict=True):
        with column.container(border=True):
            st.text(_("{model}: nearest human summary, cosine {cosine}", model=label, cosine=f"{row['cosine']:.3f}"))
            st.text(list(summary["human_summaries"])[int(row["nearest"])])
            same = items[label][items[label]["text_id"] == row["text_id"]].sort_values("gold", ascending=False)
            table = same[["gold", "cosine", "gold_rank", "rank"]].reset_index(drop=True)
            table["text"] = tables.item_texts(dataset, same)["machine_summary"]
            st.dataframe(
                table,
                hide_index=True,
                key=f"inspect.text.{label}",
                column_config={
                    "gold": _("human score"),
                    "cosine": st.column_config.NumberColumn(_("cosine similarity"), format="%.3f"),
                    "gold_rank": _("rank by gold"),
                    "rank": _("rank by cosine"),
                    "text": st.column_config.TextColumn(_("text"), width="large"),
                },
            )

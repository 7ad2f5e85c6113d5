"""A machine summary with its nearest human one, among the other summaries of the same text."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine.inspection import ratings
from engine.results import frames
from pages.parts import chart_choices, charts, lists
from pages.parts.language import _
from pages.parts.views import Look, Overview
from pages.parts.views.sts import scatter

COLUMNS = ("score", "cosine", "residual")


def overview(look: Look) -> Overview:
    """On which texts the model orders the summaries as people do, and the summaries of one text or of all."""
    found = {label: ratings.by_text(items) for label, items in look.items.items()}
    order = found[look.label]["text_id"].tolist()
    left, right = st.columns(2)
    with left:
        alt = _("Correlation of ratings and similarities, text by text")
        charts.show(correlations(found, order), "inspect.texts", alt, picked=chart_choices.into("text"))
    text = chart_choices.one_of("text", _("Only the summaries of the text"), order, _("all texts"))
    kept = look.all() if text is None else (look.mine["text_id"] == text).to_numpy()
    with right:
        alt = _("Rating of every summary against its cosine similarity")
        charts.show(scatter(look.mine[kept], "values"), "inspect.scatter", alt, picked=chart_choices.into("item"))
    chart_choices.note()
    return Overview(kept, {f"texts {label}": table for label, table in found.items()})


def correlations(found: Mapping[str, pd.DataFrame], order: list[str]) -> go.Figure:
    """A bar per text and model, the texts on which the chosen model does worst first."""
    figure, shade = go.Figure(), charts.colours(list(found))
    for label, table in found.items():
        values = table.set_index("text_id")["spearman"].reindex(order)
        figure.add_bar(
            x=list(range(len(order))),
            y=values,
            name=charts.plain(label),
            marker={"color": shade[label]},
            customdata=order,
            hovertext=[charts.plain(one) for one in order],
            hovertemplate="%{hovertext}: %{y:.3f}<extra></extra>",
        )
    figure.update_layout(legend={"orientation": "h"}, showlegend=len(found) > 1)
    figure.update_xaxes(title=_("texts, the worst first"), showticklabels=False)
    figure.update_yaxes(title=_("Spearman of ratings and cosines"))
    return figure


def detail(rows: Mapping[str, pd.Series], look: Look) -> dict[str, pd.DataFrame]:
    """The summary, the human one that each model finds nearest, and all summaries of the text."""
    first = next(iter(rows.values()))
    summary = frames.item_texts(look.dataset, pd.DataFrame([first])).iloc[0]
    human = list(look.dataset.tables["summaries"]["human_summaries"].iloc[int(first["item"])])
    exports = {}
    st.text(_("text {name} · human score {score}", name=first["text_id"], score=f"{first['gold']:g}"))
    lists.whole(summary["machine_summary"])
    for column, (label, row) in zip(st.columns(len(rows)), rows.items(), strict=True):
        with column.container(border=True):
            st.text(_("{model}: nearest human summary, cosine {cosine}", model=label, cosine=f"{row['cosine']:.3f}"))
            st.text(human[int(row["nearest"])])
            same = look.items[label][look.items[label]["text_id"] == row["text_id"]].sort_values(
                "gold", ascending=False
            )
            table = same[["item", "gold", "cosine", "gold_rank", "rank"]].reset_index(drop=True)
            table["text"] = frames.item_texts(look.dataset, same)["machine_summary"]
            exports[f"summaries of {row['text_id']} {label}"] = table
            show_summaries(table, label)
    return exports


def show_summaries(table: pd.DataFrame, label: str) -> None:
    """All summaries of the text, the best rated first."""
    st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        key=f"inspect.text.{label}",
        column_order=["gold", "cosine", "text", "gold_rank", "rank"],
        column_config={
            "gold": st.column_config.NumberColumn(_("human score"), format="%.2f"),
            "cosine": lists.number(_("cosine similarity")),
            "gold_rank": st.column_config.NumberColumn(_("rank by gold"), format="%.1f"),
            "rank": st.column_config.NumberColumn(_("rank by cosine"), format="%.1f"),
            "text": lists.text(_("text")),
        },
    )

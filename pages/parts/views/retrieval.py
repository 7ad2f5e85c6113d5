"""A query with what each model found, and what it should have found."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from engine import tables
from engine.types import Dataset
from pages.parts import charts
from pages.parts.language import _

SNIPPET = 400
CARDS = 10

COLUMNS = ("recall_at_10", "mrr_at_10", "unjudged_at_10")


def overview(items: pd.DataFrame, dataset: Dataset, label: str) -> None:
    """At which rank the first right answer stood, over all queries."""
    kinds = tables.error_kinds(items)
    figure = go.Figure(
        go.Bar(x=kinds.index.tolist(), y=kinds.to_numpy(), marker={"color": charts.colours([label])[label]})
    )
    figure.update_xaxes(title=_("rank of the first relevant document"), type="category")
    figure.update_yaxes(title=_("queries"))
    charts.show(figure, "inspect.kinds", _("Queries by the rank of their first relevant document"), height=260)


def detail(rows: Mapping[str, pd.Series], items: Mapping[str, pd.DataFrame], dataset: Dataset) -> None:
    """The query, then a column of cards per model."""
    first = next(iter(rows.values()))
    with st.container(border=True):
        st.text(tables.item_texts(dataset, pd.DataFrame([first]))["text"].iloc[0])
    for column, (label, row) in zip(st.columns(len(rows)), rows.items(), strict=True):
        others = [other for name, other in rows.items() if name != label]
        with column:
            st.text(f"{label} · nDCG@10 {row['measure']:.3f}")
            show_missed(row, dataset)
            for card in tables.ranking(row, dataset, CARDS).itertuples():
                show_card(card, others)


def show_missed(row: pd.Series, dataset: Dataset) -> None:
    """The relevant documents that are not among the cards."""
    table = tables.missed(row, dataset)
    table = table[(table["rank"].isna()) | (table["rank"] > CARDS)]
    if table.empty:
        return
    st.text(_("Should have been found:"))
    for card in table.itertuples():
        with st.container(border=True):
            rank = _("rank {n}", n=int(card.rank)) if pd.notna(card.rank) else _("not among the first 1,000")
            grade_badge(card.grade)
            st.text(f"{rank} · {card.corpus_id}\n{heading(card)}")
            st.text(snippet(card.text))


def show_card(card: tuple, others: list[pd.Series]) -> None:
    """One document that was found: rank, where the other model has it, grade, text."""
    with st.container(border=True):
        with st.container(horizontal=True):
            st.text(f"{card.rank} {' '.join(arrow(card, other) for other in others)}".strip())
            grade_badge(card.grade)
            st.text(f"{card.score:.3f} · {card.corpus_id}")
        if heading(card):
            st.text(heading(card))
        st.text(snippet(card.text))


def arrow(card: tuple, other: pd.Series) -> str:
    """Where the other model ranks this document: ↑ higher there, ↓ lower, = the same, ✕ not in its first 100."""
    found = list(other["top_ids"])
    if card.corpus_id not in found:
        return "✕"
    there = found.index(card.corpus_id) + 1
    return f"{'=' if there == card.rank else '↑' if there < card.rank else '↓'}{there}"


def grade_badge(grade: float | None) -> None:
    """Whether a document is relevant to the query, not, or was never judged."""
    if pd.isna(grade):
        st.badge(_("unjudged"), color="gray")
    elif grade > 0:
        st.badge(_("relevant {grade}", grade=f"{grade:g}"), color="green")
    else:
        st.badge(_("not relevant"), color="red")


def heading(card: tuple) -> str:
    """A document's title, if it has one."""
    title = getattr(card, "title", "")
    return title if isinstance(title, str) else ""


def snippet(text: object) -> str:
    """The beginning of a document."""
    words = text if isinstance(text, str) else ""
    return words if len(words) <= SNIPPET else f"{words[:SNIPPET]}…"

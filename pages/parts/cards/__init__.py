"""Rankings of one query next to each other, as cards: rank, where the other model has it, grade, passage."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from engine.texts import snippets
from pages.parts.language import _

HERE = Path(__file__).parent
MOST_WHOLE = 6_000
_mount = st.components.v2.component(
    "parallax_cards",
    css=(HERE / "cards.css").read_text(encoding="utf-8"),
    js=(HERE / "cards.js").read_text(encoding="utf-8"),
)


def show(sides: Sequence[Mapping[str, object]], key: str) -> None:
    """Draw the sides: title, note, and the cards that were missed and found."""
    words = {
        "missed": _("Should have been found:"),
        "found": _("Was found:"),
        "whole": _("the whole text"),
    }
    _mount(key=key, data={"sides": list(sides), "words": words})


def card(row: tuple, query: str, *, ends: Mapping[str, int], others: Sequence[tuple[str, Sequence[str]]]) -> dict:
    """One document as the browser takes it; others: label and ids of each other ranking."""
    text = row.text if isinstance(row.text, str) else ""
    title = heading(row)
    found = snippets.passage(query, text)
    end = ends.get(row.corpus_id)
    read = None if end is None else max(0, end - (len(title) + 1 if title else 0))
    short = found.start > 0 or found.end < found.length
    return {
        "id": str(row.corpus_id),
        "rank": rank_words(row.rank),
        "arrows": [arrow(row, label, ids) for label, ids in others],
        "score": "" if pd.isna(getattr(row, "score", float("nan"))) else f"{row.score:.3f}",
        "title": title,
        "pieces": [list(piece) for piece in found.pieces],
        "before": found.start > 0,
        "after": found.end < found.length,
        "whole": text[:MOST_WHOLE] if short else "",
        "unread": read is not None and found.start >= read,
        "cut": "" if read is None else cut_words(read, found.length),
        **badge(row.grade),
    }


def heading(row: tuple) -> str:
    """A document's title, if it has one."""
    title = getattr(row, "title", "")
    return title if isinstance(title, str) else ""


def cut_words(read: int, length: int) -> str:
    """Where the model stops reading."""
    return _("✂ The model reads {read} of its {length} characters.", read=f"{read:,}", length=f"{length:,}")


def rank_words(rank: object) -> str:
    """A rank, or that there is none."""
    return _("not ranked") if pd.isna(rank) else f"{int(rank):,}"


def arrow(row: tuple, label: str, ids: Sequence[str]) -> dict[str, str]:
    """Where another model ranks this document: ↑ higher there, ↓ lower, = the same, ✕ not among its first ones."""
    if row.corpus_id not in ids:
        return {"text": "✕", "way": "out", "title": _("{model}: not among the first {n}", model=label, n=len(ids))}
    there = list(ids).index(row.corpus_id) + 1
    here = float("inf") if pd.isna(row.rank) else row.rank
    sign, way = ("=", "same") if there == here else ("↑", "up") if there < here else ("↓", "down")
    return {"text": f"{sign}{there}", "way": way, "title": _("{model}: rank {n}", model=label, n=there)}


def badge(grade: float | None) -> dict[str, str]:
    """Whether a document is relevant to the query, not, or was never judged."""
    if pd.isna(grade):
        return {"grade": _("unjudged"), "kind": "open"}
    if grade > 0:
        return {"grade": _("relevant {grade}", grade=f"{grade:g}"), "kind": "right"}
    return {"grade": _("not relevant"), "kind": "wrong"}

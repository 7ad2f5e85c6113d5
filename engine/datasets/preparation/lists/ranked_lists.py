"""Which table holds, for each question, the ids of the right documents and those of its candidates, side by side?"""

from collections.abc import Mapping

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.datasets.reading.identifiers import plain
from engine.datasets.recognition import tables as names
from engine.datasets.recognition.headers import is_unnamed
from engine.types import Message, Tables

ROWS = 200
IDS = r"[^\s,;]+([\s,;]+[^\s,;]+)*"
PARTS = r"[\s,;]+"
KNOWN = 0.9
"""The share of ids that must stand in the table of texts."""


def with_candidates(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with such lists as judgements and candidates, the texts as questions and documents; and what was done.

    Only columns without names are looked at: a question's id, the right documents' ids, the candidates' ids, and
    perhaps their scores, as AskUbuntu's files of similar questions have them.
    """
    texts = {name: ids for name, table in tables.items() if (ids := _ids(table))}
    found = {
        name: other for name, table in tables.items()
        if (other := next((one for one, ids in texts.items() if one != name and _lists(table, ids)), None))
    }  # fmt: skip
    chosen = max(found, key=names.points, default="")
    if not chosen:
        return dict(tables), []
    other = found[chosen]
    table, corpus = tables[chosen], tables[other]
    asked = plain(as_text(table.iloc[:, 0]))
    queries = corpus[plain(as_text(corpus.iloc[:, 0])).isin(set(asked))].reset_index(drop=True)
    qrels, candidates = (_parted(asked, table.iloc[:, place]) for place in (1, 2))
    made = {name: one for name, one in tables.items() if name not in {chosen, other}}
    made |= {"corpus": corpus, "queries": queries, "qrels": qrels.assign(score="1"), "candidates": candidates}
    said = Message(
        "Each row of {table} names a question of {other}, the right documents and the candidates by their ids; made of "
        "it: {queries} {queries:question|questions}, {count} {count:judgement|judgements}, {candidates} "
        "{candidates:candidate|candidates}.",
        {"table": chosen, "other": other, "queries": len(table), "count": len(qrels), "candidates": len(candidates)},
    )
    return made, [said]


def _ids(table: pd.DataFrame) -> set[str]:
    """The ids in the first of several columns without names, each there once; none where what follows is no text."""
    if table.shape[1] < 2 or not all(map(is_unnamed, map(str, table.columns))) or has_lists(table.iloc[:, 0]):
        return set()
    ids = plain(as_text(table.iloc[:, 0].dropna()))
    bodies = as_text(table.iloc[:, 1].dropna().head(ROWS))
    if not len(ids) or not ids.is_unique or bodies.str.contains(r"[^\W\d_]{2}").mean() < KNOWN:
        return set()
    return set(ids)


def _lists(table: pd.DataFrame, known: set[str]) -> bool:
    """Whether the first three columns are ids of the known ones: one, several, and more of them."""
    if table.shape[1] not in (3, 4) or not all(map(is_unnamed, map(str, table.columns))):
        return False
    parts = []
    for place in range(3):
        cells = as_text(table.iloc[:, place].dropna().head(ROWS)).str.strip()
        if not len(cells) or not cells.str.fullmatch(IDS).all():
            return False
        ids = plain(cells.str.split(PARTS, regex=True).explode())
        if ids.isin(known).mean() < KNOWN:
            return False
        parts.append(len(ids) / len(cells))
    return parts[0] == 1 and parts[2] > max(1.0, parts[1])


def _parted(asked: pd.Series, cells: pd.Series) -> pd.DataFrame:
    """One row for each id in a cell, beside its question's."""
    ids = as_text(cells).str.strip().str.split(PARTS, regex=True)
    ids.index = asked.to_numpy(object)
    each = ids.explode().dropna()
    each = each[each != ""]
    columns: Mapping[str, object] = {"query_id": each.index.to_numpy(object), "corpus_id": plain(each).to_numpy(object)}
    return pd.DataFrame(columns, dtype="str")

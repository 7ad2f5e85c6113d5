"""How did a ranking treat the judged documents of each query? One row per query."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.metrics.abstention import confidences, naucs
from engine.metrics.groups import COLUMN, called, grouped
from engine.metrics.judged_tables import texts
from engine.metrics.ranking import DEPTH, cutoffs, means, measures
from engine.rankings import Ranking, Request
from engine.texts.text_columns import TextColumn
from engine.types import BadDataset, Dataset, Tables

SETTINGS: Mapping[str, Any] = {"ignore_identical_ids": False, "skip_first_result": False, "further_k_values": []}
SHOWN = 100
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Judgements:
    """The judged queries (Q), in the order of their table, and J judgements of documents, sorted by query.

    `query_rows` (Q,) are rows of the table of queries; `queries` (J,) counts in 0..Q-1; `documents` (J,) are rows of
    the corpus, -1 for a document that is not there; a grade of 1 or more means relevant.
    """

    query_ids: list[str]
    corpus_ids: list[str]
    query_rows: Rows
    queries: Rows
    documents: Rows
    document_ids: npt.NDArray[np.object_]
    grades: Rows
    groups: npt.NDArray[np.object_] | None = None
    """What the table of queries calls their group, (Q,)."""
    named_by: str = COLUMN
    """What the file calls the column of these groups."""

    def order(self) -> Rows:
        """The place of each document among the ids sorted as strings: equal scores go to the later one."""
        places = np.empty(len(self.corpus_ids), dtype=np.int64)
        places[sorted(range(len(places)), key=self.corpus_ids.__getitem__)] = np.arange(len(places))
        return places


def judgements(dataset: Dataset) -> Judgements:
    """What the qrels of a dataset say; as `read_judgements`."""
    return replace(read_judgements(dataset.tables), named_by=called(dataset))


def read_judgements(tables: Tables) -> Judgements:
    """What qrels say, by mteb's rules: only queries that exist and have a judgement count, be it one of 0.

    Raises:
        BadDataset: no query is judged, an id stands twice, or a score is not a whole number.
    """
    corpus, queries, qrels = unique_ids(tables, "corpus"), unique_ids(tables, "queries"), tables["qrels"]
    said = pd.DataFrame({"query": qrels["query_id"].astype(str), "document": qrels["corpus_id"].astype(str)})
    said["grade"] = _grades(qrels)
    said["row"] = queries.get_indexer(said["query"])
    said = said[said["row"] >= 0].drop_duplicates(["query", "document"], keep="last").sort_values("row", kind="stable")
    if said.empty:
        raise BadDataset(
            "No query is judged: none of the {count} rows of qrels names an id of the queries, such as {known}.",
            count=len(qrels),
            known=", ".join(queries[:3]),
        )
    query_rows, positions = np.unique(said["row"].to_numpy(), return_inverse=True)
    groups = tables["queries"].get(COLUMN)
    return Judgements(
        query_ids=queries[query_rows].tolist(),
        corpus_ids=corpus.tolist(),
        query_rows=query_rows,
        queries=positions,
        documents=corpus.get_indexer(said["document"]),
        document_ids=said["document"].to_numpy(dtype=object),
        grades=said["grade"].to_numpy(np.int64),
        groups=None if groups is None else groups.astype(object).to_numpy()[query_rows],
    )


def unique_ids(tables: Tables, table: str) -> pd.Index:
    """The ids of a table as strings, in its order.

    Raises:
        BadDataset: one stands there twice.
    """
    ids = pd.Index(tables[table]["id"].astype(str), dtype=object)
    if not ids.is_unique:
        row = int(np.flatnonzero(ids.duplicated())[0])
        raise BadDataset(
            "The table {table} has the id {id!r} in row {row} and before; every id may stand there once.",
            table=table,
            id=ids[row],
            row=row + 1,
        )
    return ids


def _grades(qrels: pd.DataFrame) -> npt.NDArray[np.float64]:
    if "score" not in qrels:
        return np.ones(len(qrels))
    grades = qrels["score"].to_numpy(dtype=np.float64)
    wrong = np.flatnonzero(~np.isfinite(grades) | (grades % 1 != 0))
    if len(wrong):
        raise BadDataset(
            "The table qrels has the score {value} in row {row}; a judgement is a whole number, 0 for not relevant.",
            value=str(grades[wrong[0]]),  # as it was seen: "–" would hide a nan
            row=int(wrong[0]) + 1,
        )
    return grades


def request(dataset: Dataset, judged: Judgements, candidates: Sequence[Rows] | None = None) -> Request:
    """The judged queries over the whole corpus, or over their candidates, to the depth of the deepest metric."""
    sides = texts(dataset)
    queries, titles = sides["queries"].items, dataset.tables["corpus"].get("title")
    return Request(
        [queries[row] for row in judged.query_rows.tolist()],
        sides["corpus"].items,
        judged.query_rows,
        judged.order(),
        DEPTH,
        candidates,
        () if titles is None else TextColumn(titles.fillna("")),
    )


def apply_settings(ranking: Ranking, judged: Judgements, settings: Mapping[str, Any]) -> Ranking:
    """The ranking without the document that has the query's own id, or without its first place, if settings say so."""
    rows, scores = ranking
    settings = {**SETTINGS, **settings}
    if settings["ignore_identical_ids"]:
        rows, scores = rows.copy(), scores.copy()
        own = pd.Index(judged.corpus_ids, dtype=object).get_indexer(judged.query_ids)
        for query, place in zip(*np.nonzero((rows == own[:, None]) & (rows >= 0)), strict=True):
            rows[query, place:] = np.r_[rows[query, place + 1 :], -1]
            scores[query, place:] = np.r_[scores[query, place + 1 :], np.float32("nan")]
    if settings["skip_first_result"]:
        last = ((0, 0), (0, 1))
        rows = np.pad(rows[:, 1:], last, constant_values=-1)
        scores = np.pad(scores[:, 1:], last, constant_values=np.float32("nan"))
    return Ranking(rows, scores)


def judged_items(judged: Judgements) -> pd.DataFrame:
    """The columns `item` and those of `grouped` of judged queries: those about one relevant document are one group."""
    together = grouped(_by_query(judged, judged.document_ids), judged.groups, judged.named_by)
    return pd.DataFrame({"item": judged.query_ids, **together})


def _by_query(judged: Judgements, values: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    """What belongs to the relevant documents, query by query."""
    relevant = judged.grades > 0
    return np.split(values[relevant], np.searchsorted(judged.queries[relevant], np.arange(1, len(judged.query_ids))))


def item_table(judged: Judgements, ranking: Ranking, measure: str, *, further: Collection[int] = ()) -> pd.DataFrame:
    """One row per judged query: the measures, the relevant documents with their ranks, and the head of the ranking.

    The measures are taken at mteb's k values and at `further` ones.

    `relevant_ranks` counts from 1, 0 where a document is not among the ranked; `unjudged_at_10` is the share of the
    first ten that nobody judged for this query. Queries about one relevant document are one group.
    """
    rows, scores = ranking
    ranks = _ranks(judged, rows)
    columns = measures(judged.queries, ranks, judged.grades, number=len(judged.query_ids), at=cutoffs(further))
    ids = np.array([*judged.corpus_ids, None], dtype=object)
    told = {"relevant_ids": judged.document_ids, "relevant_grades": judged.grades, "relevant_ranks": ranks}
    return pd.DataFrame(
        {
            **judged_items(judged),
            "measure": columns[measure],
            **columns,
            "unjudged_at_10": _unjudged(judged, ranks, rows),
            **{f"confidence_{name}": values for name, values in confidences(scores).items()},
            **{name: _by_query(judged, values) for name, values in told.items()},
            "top_ids": [ids[line[line >= 0]] for line in rows[:, :SHOWN]],
            "top_scores": [line[np.isfinite(line)] for line in scores[:, :SHOWN]],
        }
    )


def answers(ids: Sequence[str], scores: Sequence[float]) -> list[str]:
    """What a model has found, of a row's `top_ids` and `top_scores`: a document of score 0 shares nothing with the
    query, and stands there because something must."""
    return [name for name, score in zip(ids, scores, strict=True) if score != 0]


def metrics(items: pd.DataFrame) -> dict[str, Any]:
    """mteb's 148 values, and those at each further k: means over queries, rounded where mteb rounds, and nAUCs."""
    return means(items) | naucs(items)


def _ranks(judged: Judgements, rows: Rows) -> Rows:
    """The rank of each judged document in its query's ranking, from 1; 0 where it is not in it."""
    place = np.zeros(len(judged.corpus_ids) + 1, dtype=np.int64)  # the last is for -1: no document
    counting = np.arange(1, rows.shape[1] + 1)
    edges = np.searchsorted(judged.queries, np.arange(len(rows) + 1))
    ranks = np.zeros(len(judged.documents), dtype=np.int64)
    for line, (start, stop) in zip(rows, pairwise(edges), strict=True):
        place[line] = counting
        place[-1] = 0
        ranks[start:stop] = place[judged.documents[start:stop]]
        place[line] = 0
    return ranks


def _unjudged(judged: Judgements, ranks: Rows, rows: Rows) -> npt.NDArray[np.float64]:
    shown = (rows[:, :10] >= 0).sum(axis=1)
    seen = np.bincount(judged.queries[(ranks > 0) & (ranks <= 10)], minlength=len(rows))
    return np.divide(shown - seen, shown, out=np.full(len(rows), np.nan), where=shown > 0)

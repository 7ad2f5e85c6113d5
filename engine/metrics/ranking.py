"""How good is a ranking for one query, and for all of them? nDCG, MAP, recall, precision, MRR and hit rate at k.

The arithmetic is trec_eval's (m_ndcg_cut.c, m_map_cut.c, m_recall.c, m_P.c, m_success.c), which mteb runs through
pytrec_eval, in the same order of additions; the reciprocal rank is mteb's own.
"""

import math
import re
from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.types import BadDataset

CUTOFFS = (1, 3, 5, 10, 20, 100, 1000)
DEPTH = max(CUTOFFS)
FAMILIES = ("ndcg", "map", "recall", "precision", "mrr", "hit_rate")
NAMES = tuple(f"{family}_at_{k}" for family in FAMILIES for k in CUTOFFS)
_NAME = re.compile(rf"({'|'.join(FAMILIES)})_at_\d+")

DEFINITIONS = {
    "ndcg": "Gain of the relevant documents among the first k, each divided by log2(rank + 1), as a share of"
    " what the best possible order would give; the gain is the grade itself. 0 to 1, higher is better. Järvelin and"
    " Kekäläinen 2002.",
    "map": "Mean average precision: the precision at the rank of every relevant document found among the first k,"
    " summed and divided by the number of all relevant documents. 0 to 1, higher is better.",
    "recall": "Share of a query's relevant documents that stand among the first k. 0 to 1, higher is better.",
    "precision": "Share of the first k places that hold relevant documents. 0 to 1, higher is better; it cannot"
    " reach 1 where a query has fewer than k relevant documents.",
    "mrr": "Mean reciprocal rank: 1 / rank of the first relevant document, 0 if none is among the first k. 0 to 1,"
    " higher is better.",
    "hit_rate": "Share of queries with at least one relevant document among the first k. 0 to 1, higher is better.",
    "accuracy": "The same number as recall at 1, under the name mteb uses for tasks with one right answer. 0 to 1,"
    " higher is better.",
}

_DISCOUNTS = np.array([math.log2(place + 2) for place in range(DEPTH)])


def cutoffs(further: Collection[int]) -> tuple[int, ...]:
    """mteb's k values and these, rising.

    Raises:
        BadDataset: one is not a whole number from 1 to 1000.
    """
    for k in further:
        if not isinstance(k, int) or not 1 <= k <= DEPTH:
            raise BadDataset(
                "further_k_values holds {value!r}; each is a whole number from 1 to {most}.", value=k, most=DEPTH
            )
    return tuple(sorted({*CUTOFFS, *further}))


def names(items: pd.DataFrame) -> list[str]:
    """The measures that an item table holds: `NAMES`, and those at further k."""
    return [column for column in items if _NAME.fullmatch(column)]


def measures(
    queries: npt.NDArray[np.int64],
    ranks: npt.NDArray[np.int64],
    grades: npt.NDArray[np.int64],
    *,
    number: int,
    at: tuple[int, ...] = CUTOFFS,
) -> dict[str, npt.NDArray[np.float64]]:
    """All measures (`NAMES`, or those at other k) of each of `number` queries, from its judged documents.

    Each judgement is a query 0..number-1, the rank of its document (from 1; 0: not among the first 1000) and its grade
    (1 or more: relevant). A query without relevant documents scores 0.
    """
    relevant = grades > 0
    totals = np.bincount(queries[relevant], minlength=number)
    best = np.lexsort((-grades, queries))
    ideal = _gains(queries[best], _count_within(queries[best]), grades[best], number=number, at=at)
    found = np.flatnonzero(relevant & (ranks > 0))
    found = found[np.lexsort((ranks[found], queries[found]))]  # additions in trec_eval's order
    asked, places, nth = queries[found], ranks[found], _count_within(queries[found])
    gained = _gains(asked, places, grades[found], number=number, at=at)
    result: dict[str, npt.NDArray[Any]] = {}
    for k in at:
        near = places <= k
        hits = np.bincount(asked[near], minlength=number)
        precisions = np.bincount(asked[near], weights=nth[near] / places[near], minlength=number)
        first = near & (nth == 1)
        result[f"ndcg_at_{k}"] = _share(gained[k], ideal[k])
        result[f"map_at_{k}"] = _share(precisions, totals)
        result[f"recall_at_{k}"] = _share(hits, totals)
        result[f"precision_at_{k}"] = hits / k
        result[f"mrr_at_{k}"] = np.bincount(asked[first], weights=1 / places[first], minlength=number)
        result[f"hit_rate_at_{k}"] = (hits > 0).astype(float)
    return {name: result[name] for name in (f"{family}_at_{k}" for family in FAMILIES for k in at)}


def means(items: pd.DataFrame) -> dict[str, float]:
    """The mean of every measure over the queries, with `accuracy`; rounded to five places as in mteb, MRR not."""
    exact = {name: sum(items[name].tolist()) / len(items) for name in names(items)}
    rounded = {name: value if name.startswith("mrr") else round(value, 5) for name, value in exact.items()}
    return rounded | {"accuracy": rounded["recall_at_1"]}


def resampled_means(items: pd.DataFrame, counts: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.float64]]:
    """The means (not rounded) when query i stands counts[draw, i] times in a draw: arrays of shape (draws,)."""
    known = names(items)
    with np.errstate(invalid="ignore"):  # a draw without any query has no mean: nan
        drawn = counts @ items[known].to_numpy(dtype=float) / counts.sum(axis=1, keepdims=True)
    columns = dict(zip(known, drawn.T, strict=True))
    return columns | {"accuracy": columns["recall_at_1"]}


def _gains(
    queries: npt.NDArray[np.int64],
    ranks: npt.NDArray[np.int64],
    grades: npt.NDArray[np.int64],
    *,
    number: int,
    at: tuple[int, ...],
) -> dict[int, npt.NDArray[Any]]:
    """The discounted gain of each query at each cutoff; ranks ascend within a query."""
    near = (ranks > 0) & (ranks <= DEPTH) & (grades > 0)
    queries, ranks, gains = queries[near], ranks[near], grades[near] / _DISCOUNTS[ranks[near] - 1]
    return {k: np.bincount(queries[ranks <= k], weights=gains[ranks <= k], minlength=number) for k in at}


def _count_within(queries: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """1, 2, 3 … within each run of equal queries."""
    starts = np.flatnonzero(np.r_[True, queries[1:] != queries[:-1]]) if len(queries) else np.empty(0, dtype=np.int64)
    lengths = np.diff(np.r_[starts, len(queries)])
    return np.arange(len(queries)) - np.repeat(starts, lengths) + 1


def _share(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)

"""Does a ranking follow when the instruction of its query changes? p-MRR of FollowIR, with mteb's arithmetic.

Weller et al. 2024, https://arxiv.org/abs/2403.15246. A query is asked twice: as it was (its id ends in `-og`), and with
a narrower instruction (`-changed`); a table says of which documents that changes the relevance.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.metrics.ranked_items import Judgements
from engine.rankings import Ranking

KEY = "p-MRR"
COLUMN = "followed"
BEFORE, AFTER = "-og", "-changed"
DEFINITION = (
    "How far the documents that a changed instruction rules out move down: for each, 1 less the quotient of its ranks"
    " before and after, or that quotient less 1 where it moves up; the mean per query, then over the queries. From −1"
    " to 1; 0: the instruction changes nothing. Weller et al. 2024."
)


def followed(judged: Judgements, ranking: Ranking, changed: pd.DataFrame) -> npt.NDArray[np.float64]:
    """The p-MRR of each query that was asked anew, in -1..1; nan for all others, of shape (queries,).

    changed: `query_id` (without its ending) and `corpus_id`. A document that is not ranked stands behind all that are.
    """
    place = {name: row for row, name in enumerate(judged.query_ids)}
    asked = [[place.get(f"{query}{end}", -1) for query in changed["query_id"]] for end in (BEFORE, AFTER)]
    documents = pd.Index(judged.corpus_ids, dtype=object).get_indexer(changed["corpus_id"].astype(str))
    pairs = np.column_stack([*asked, documents])
    pairs = pairs[(pairs[:, :2] >= 0).all(axis=1)]
    before, after = (
        np.array([_rank(ranking[0][query], document) for query, document in pairs[:, [side, 2]]], np.float64)
        for side in (0, 1)
    )
    moves = np.where(before >= after, after / before - 1, 1 - before / after)
    return pd.Series(moves).groupby(pairs[:, 1]).mean().reindex(range(len(judged.query_ids))).to_numpy(np.float64)


def _rank(line: npt.NDArray[np.int64], document: int) -> int:
    found = np.flatnonzero((line == document) & (line >= 0))
    return int(found[0]) + 1 if len(found) else int((line >= 0).sum()) + 1


def scores(items: pd.DataFrame, metrics: Callable[[pd.DataFrame], dict[str, Any]]) -> dict[str, Any]:
    """What mteb adds for such a task: p-MRR, and all metrics of the queries as they were and as they are now."""
    if COLUMN not in items:
        return {}
    before = items["item"].str.endswith(BEFORE)
    sides = {"og": items[before], "changed": items[~before]}
    mean = items[COLUMN].mean() if items[COLUMN].notna().any() else np.nan
    return {KEY: float(mean), **{name: metrics(side) for name, side in sides.items() if len(side)}}


def resampled(items: pd.DataFrame, counts: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.float64]]:
    """p-MRR when query i stands counts[draw, i] times in a draw, of shape (draws,); nothing where there is none."""
    if COLUMN not in items:
        return {}
    there = items[COLUMN].notna().to_numpy()
    drawn = np.asarray(counts, np.float64)[:, there]
    with np.errstate(invalid="ignore", divide="ignore"):
        return {KEY: drawn @ items[COLUMN].to_numpy()[there] / drawn.sum(axis=1)}

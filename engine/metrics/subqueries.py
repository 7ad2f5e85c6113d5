"""How well do several queries that ask for the same find it together? Their rankings become one."""

from dataclasses import replace

import numpy as np
import pandas as pd

from engine.metrics.ranked_items import Judgements
from engine.rankings import Ranking


def merge(judged: Judgements, ranking: Ranking) -> tuple[Judgements, Ranking]:
    """Queries whose ids differ only behind their last `_` as one: a document's score is the best that it has in any.

    It stands under the id of the first of them, and is judged by the judgements of the last, for they are the same for
    all. Equal scores go to the later id, as everywhere. What mteb calls `max_over_subqueries`; there, ids without `_`
    would all be one query, here each is one of its own.
    """
    return merged(judged), _ranking(judged, ranking, _alike(judged))


def _alike(judged: Judgements) -> np.ndarray:
    """A number for each query, the same for those that ask for the same."""
    names = [name.rpartition("_")[0] or f" {name}" for name in judged.query_ids]
    return pd.factorize(np.array(names, dtype=object))[0]


def merged(judged: Judgements) -> Judgements:
    """The judgements of queries that were made one."""
    groups = _alike(judged)
    first = np.unique(groups, return_index=True)[1]
    last = len(groups) - 1 - np.unique(groups[::-1], return_index=True)[1]
    places = np.full(len(groups), -1)
    places[last] = np.arange(len(last))
    kept = np.flatnonzero(places[judged.queries] >= 0)
    kept = kept[np.argsort(places[judged.queries[kept]], kind="stable")]
    return replace(
        judged,
        query_ids=[judged.query_ids[row] for row in first],
        query_rows=judged.query_rows[first],
        queries=places[judged.queries[kept]],
        documents=judged.documents[kept],
        document_ids=judged.document_ids[kept],
        grades=judged.grades[kept],
        groups=None if judged.groups is None else judged.groups[first],
    )


def _ranking(judged: Judgements, ranking: Ranking, groups: np.ndarray) -> Ranking:
    rows, scores = ranking
    there = np.nonzero(rows >= 0)
    found = pd.DataFrame({"group": groups[there[0]], "row": rows[there], "score": scores[there]})
    best = found.groupby(["group", "row"], sort=False, as_index=False)["score"].max()
    best["place"] = judged.order()[best["row"].to_numpy()]
    best = best.sort_values(["group", "score", "place"], ascending=[True, False, False], kind="stable")
    nth = best.groupby("group").cumcount().to_numpy()
    shape = int(groups.max()) + 1, int(nth.max(initial=-1)) + 1
    at = best["group"].to_numpy(), nth
    merged_rows, merged_scores = np.full(shape, -1, dtype=rows.dtype), np.full(shape, np.nan, dtype=scores.dtype)
    merged_rows[at], merged_scores[at] = best["row"].to_numpy(), best["score"].to_numpy()
    return Ranking(merged_rows, merged_scores)

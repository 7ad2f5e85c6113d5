"""What of several parts of a corpus, each searched where it lies, ranks first in the whole of it?

Each part gives all of its k best, so that the k best of all are among them. Equal scores go to the id that is later
among the ids sorted as strings: mteb's rule, for which no part needs to know the ids of another.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.rankings import Ranking


class Hits(NamedTuple):
    """The best documents of each query, best first: rows of the corpus (queries, k), -1 where there are fewer; their
    scores, nan there; and their ids, strings, None there."""

    rows: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]
    ids: npt.NDArray[Any]


def order_of(ids: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """The place of each id among all of them sorted as strings, (n,), which a search settles ties by."""
    places = np.empty(len(ids), np.int64)
    places[np.argsort(ids, kind="stable")] = np.arange(len(ids))
    return places


def hits(ranking: Ranking, ids: npt.NDArray[Any], first: int) -> Hits:
    """The ranking of a part whose documents have these ids and begin at row `first` of the corpus."""
    there = ranking.rows >= 0
    named = np.full(ranking.rows.shape, None, object)
    named[there] = ids[ranking.rows[there]]
    return Hits(np.where(there, ranking.rows + first, -1), ranking.scores, named)


def merged(one: Hits, other: Hits, k: int) -> Hits:
    """The k best of both, for the same queries."""
    rows = np.concatenate([one.rows, other.rows], axis=1)
    scores = np.concatenate([one.scores, other.scores], axis=1)
    ids = np.concatenate([one.ids, other.ids], axis=1)
    order = np.argsort(-scores, axis=1, kind="stable")  # nan, which stands for none, comes last
    sorted_scores = np.take_along_axis(scores, order, axis=1)
    tied = (sorted_scores[:, 1:] == sorted_scores[:, :-1]).any(axis=1)
    for query in np.flatnonzero(tied):
        there = [place for place in order[query] if rows[query, place] >= 0]
        there.sort(key=ids[query].__getitem__, reverse=True)
        there.sort(key=(-scores[query]).__getitem__)
        order[query, : len(there)] = there
    best = order[:, :k]
    return Hits(*(np.take_along_axis(part, best, axis=1) for part in (rows, scores, ids)))

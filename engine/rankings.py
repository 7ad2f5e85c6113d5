"""What is a ranking, and what is it asked of?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]


class Ranking(NamedTuple):
    """The best documents of each query, best first.

    rows: of the corpus, (queries, k), -1 where there are fewer; scores: (queries, k), float32, nan there. Equal scores
    stand in the order of `Request.order`, the higher place first.
    """

    rows: Rows
    scores: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Request:
    """What is to be ranked: Q queries, a corpus of D documents, and how deep.

    query_rows: of the table of queries, (Q,); order: the place of each document among the ids sorted as strings, (D,);
    candidates: of each query, rows of the corpus, where only these are to be ranked; titles: with which the documents
    begin, (D,), or nothing.
    """

    queries: Sequence[str]
    corpus: Sequence[str]
    query_rows: Rows
    order: Rows
    depth: int
    candidates: Sequence[Rows] | None = None
    titles: Sequence[str] = ()


def ranked(rows: Sequence[Rows], scores: Sequence[npt.NDArray[Any]], order: Rows, k: int) -> Ranking:
    """The ranking of documents that each query has scores for, at most k of them: equal scores by `order`.

    Scores may be of any precision; they are kept, and told apart, as float32.
    """
    width = max(1, min(k, max(map(len, rows), default=0)))
    found = Ranking(np.full((len(rows), width), -1), np.full((len(rows), width), np.nan, np.float32))
    for place, (own, values) in enumerate(zip(rows, scores, strict=True)):
        exact = np.asarray(values, np.float32) + np.float32(0)  # -0.0 equals 0.0
        best = np.lexsort((-order[own], -exact))[:width]
        found.rows[place, : len(best)], found.scores[place, : len(best)] = own[best], exact[best]
    return found

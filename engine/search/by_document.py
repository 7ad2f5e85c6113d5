"""Which documents have the best chunks for each query, exactly?"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.rankings import Ranking, Request, ranked
from engine.search.similarity import every
from engine.search.top_k import keys_of, places_of, ready, scores_of
from engine.types import Similarity, Vectors

SCORES = 8_000_000
"""Scores of queries with chunks that are in memory at once."""
Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


def by_document(
    request: Request, queries: Vectors, chunks: Vectors, documents: Rows, *, similarity: Similarity, best: int = 1
) -> Ranking:
    """The documents of the request in the order of their best chunk, or of the mean of their best few.

    Args:
        queries, chunks: vectors (Q, d) and (C, d).
        documents: the row of each chunk's document, rising; every document has a chunk.
        best: how many chunks count; all of a document that has fewer.

    Raises:
        BadModel: a vector holds a value that is not a finite number.
    """
    return of_ready(
        request, ready(queries, similarity), ready(chunks, similarity), documents, similarity=similarity, best=best
    )


def of_ready(
    request: Request, asked: Any, held: Any, documents: Rows, *, similarity: Similarity, best: int = 1
) -> Ranking:
    """As `by_document`, of queries and chunks that `ready` has made ready."""
    edges = np.searchsorted(documents, np.arange(len(request.corpus)))
    blocks = _scores(asked, held, documents, edges, similarity, best)
    if request.candidates is not None:
        lines: Sequence[Floats] = [line for block in blocks for line in block]
        own = [scores[rows] for scores, rows in zip(lines, request.candidates, strict=True)]
        return ranked(request.candidates, own, request.order, request.depth)
    k = min(request.depth, len(request.corpus))
    row_of = np.empty_like(request.order)
    row_of[request.order] = np.arange(len(request.order))
    found = []
    for block in blocks:
        keys = np.sort(np.partition(keys_of(block, request.order), k - 1, axis=1)[:, :k], axis=1)
        found.append((row_of[places_of(keys)], scores_of(keys)))
    return Ranking(np.concatenate([rows for rows, _ in found]), np.concatenate([scores for _, scores in found]))


def _scores(asked: Any, held: Any, documents: Rows, edges: Rows, similarity: Similarity, best: int) -> Iterator[Floats]:
    """The scores of all documents for some queries after others, (queries, documents)."""
    size = max(1, SCORES // max(held.shape[0], 1))
    for start in range(0, asked.shape[0], size):
        scores = every(asked[start : start + size], held, similarity, together=asked.shape[0])
        yield _best(np.asarray(scores, np.float32), documents, edges, best)


def _best(scores: Floats, documents: Rows, edges: Rows, best: int) -> Floats:
    """The mean over the best chunks of every document; scores: (queries, chunks), which are changed."""
    highest = np.maximum.reduceat(scores, edges, axis=1)
    if best == 1:
        return highest
    total, count = highest.copy(), np.ones(len(edges), np.float32)
    sizes = np.diff([*edges, scores.shape[1]])
    columns = np.arange(scores.shape[1])
    for taken in range(1, best):
        place = np.where(scores == highest[:, documents], columns, scores.shape[1])
        np.put_along_axis(scores, np.minimum.reduceat(place, edges, axis=1), -np.inf, axis=1)
        highest = np.maximum.reduceat(scores, edges, axis=1)
        more = sizes > taken
        total[:, more] += highest[:, more]
        count += more
    return np.asarray(total / count, np.float32)

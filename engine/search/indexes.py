"""What would an approximate index find, and in how much memory?

Unit vectors are searched by their distance, which orders as cosine does and which product quantisation fits better than
inner products. A kind is built in one call, on one core, with the seeds that faiss has fixed (1234 for its k-means,
12345 for its graphs): the same vectors give the same index.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.rankings import Ranking, ranked
from engine.search.index_kinds import Kind
from engine.types import Similarity, UserError

FEWEST = 1_000
"""Different vectors below which nobody needs an index, and product quantisation could hardly learn one."""
Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@contextmanager
def one_core() -> Iterator[None]:
    """Everything in faiss on one core, as a server that answers many at once gives to each."""
    before = _faiss().omp_get_max_threads()
    _faiss().omp_set_num_threads(1)
    try:
        yield
    finally:
        _faiss().omp_set_num_threads(before)


def _faiss() -> Any:
    import faiss

    return faiss


def refuse_few(vectors: int) -> None:
    """Raises UserError where there are too few different vectors for an index."""
    if vectors < FEWEST:
        raise UserError(
            "There are {n} different vectors; an index is worth its loss from {fewest} on, below that an exact search "
            "takes no time.",
            n=vectors,
            fewest=FEWEST,
        )


@dataclass(frozen=True)
class Distinct:
    """The different vectors of a corpus, in the order of their first appearance, and which documents have each.

    Copies in a graph hide other vectors: 900 of one among 30,000 take HNSW's recall from 0.990 to 0.858.
    """

    vectors: Floats
    of_document: Rows
    """The row in `vectors` of each document."""
    similarity: Similarity

    @classmethod
    def of(cls, corpus: npt.NDArray[Any], similarity: Similarity) -> "Distinct":
        """From the vectors of all documents; under cosine at length one.

        Raises:
            UserError: no index searches by this similarity, or there are too few vectors for one.
        """
        if similarity == "manhattan":
            raise UserError("No index here searches by Manhattan distance; take a model of another similarity.")
        corpus = prepared(corpus, similarity)
        whole = corpus.view(np.dtype((np.void, corpus.shape[1] * corpus.itemsize))).ravel()
        _, first, inverse = np.unique(whole, return_index=True, return_inverse=True)
        refuse_few(len(first))
        place = np.empty(len(first), np.int64)
        place[np.argsort(first)] = np.arange(len(first))
        return cls(corpus[np.sort(first)], place[inverse.ravel()], similarity)

    def documents(self, found: Ranking, order: Rows, depth: int) -> Ranking:
        """The documents behind found vectors, (queries, depth), equal scores by `order` as in `top_k`.

        There are `depth` of them, unless no query found so many.
        """
        own, known = [], []
        for vectors, values in zip(*found, strict=True):
            vectors, values = vectors[vectors >= 0], values[vectors >= 0]
            starts, ends = self._ends[vectors], self._ends[vectors + 1]
            spans = [self._by_vector[start:end] for start, end in zip(starts, ends, strict=True)]
            own.append(np.concatenate([np.empty(0, np.int64), *spans]))
            known.append(np.repeat(values, ends - starts))
        return ranked(own, known, order, depth)

    @cached_property
    def _by_vector(self) -> Rows:
        return np.argsort(self.of_document, kind="stable")

    @cached_property
    def _ends(self) -> Rows:
        return np.concatenate([[0], np.cumsum(np.bincount(self.of_document, minlength=len(self.vectors)))])


def prepared(vectors: npt.NDArray[Any], similarity: Similarity) -> Floats:
    """float32 rows, of length one under cosine (zero vectors stay zero)."""
    found = np.ascontiguousarray(vectors, np.float32)
    if similarity == "cosine":
        found = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), np.float32(1e-12))
    return found


class Index:
    """An index of one kind over distinct vectors."""

    def __init__(self, kind: Kind, distinct: Distinct) -> None:
        self.kind, self._of = kind, distinct
        self._codes = np.packbits(distinct.vectors > 0, axis=1) if not kind.recipe(*distinct.vectors.shape) else None
        self._index = self._built()

    def _built(self) -> Any:
        faiss = _faiss()
        vectors = self._of.vectors
        if self._codes is not None:
            index = faiss.IndexBinaryFlat(8 * self._codes.shape[1])
            index.add(self._codes)
            return index
        metric = faiss.METRIC_INNER_PRODUCT if self._of.similarity == "dot" else faiss.METRIC_L2
        index = faiss.index_factory(vectors.shape[1], self.kind.recipe(*vectors.shape), metric)
        own = faiss.downcast_index(index)  # which does not keep it alive
        if hasattr(own, "pq"):  # faiss would warn on standard error once a block of numbers; recall tells it
            own.pq.cp.min_points_per_centroid = 1
        index.train(vectors)
        index.add(vectors)
        return index

    @cached_property
    def bytes(self) -> int:
        """What it takes in memory: all that faiss would write to a file."""
        faiss = _faiss()
        size = 0

        def count(part: Any) -> int:
            nonlocal size
            size += len(part)
            return len(part)

        writer = faiss.PyCallbackIOWriter(count)
        (faiss.write_index_binary if self._codes is not None else faiss.write_index)(self._index, writer)
        return size

    def efforts(self, k: int) -> tuple[int, ...]:
        """The efforts that find k and that differ from one another; (0,) where a search has no setting."""
        if not self.kind.effort:
            return (0,)
        if self.kind.effort == "nprobe":
            return tuple(one for one in self.kind.efforts if one <= self._index.nlist)
        return tuple(one for one in self.kind.efforts if k <= one <= len(self._of.vectors))

    def search(self, queries: Floats, k: int, effort: int = 0) -> Ranking:
        """The k best vectors that it finds for each query, and their scores, of which larger is better.

        queries: as `prepared` gives them. Rows are -1 where it finds fewer.
        """
        faiss = _faiss()
        if self._codes is not None:
            return self._rescored(queries, min(k, effort), effort)
        settings = None
        if self.kind.effort == "efSearch":
            settings = faiss.SearchParametersHNSW(efSearch=effort)
        elif self.kind.effort == "nprobe":
            settings = faiss.SearchParametersIVF(nprobe=effort)
        scores, rows = self._index.search(queries, k, params=settings)
        return Ranking(rows, scores if self._of.similarity == "dot" else -scores)

    def _rescored(self, queries: Floats, k: int, candidates: int) -> Ranking:
        """The nearest by Hamming distance, ordered by the float query's product with their signs or full vectors."""
        assert self._codes is not None
        _, rows = self._index.search(np.packbits(queries > 0, axis=1), candidates)
        if self.kind.full:
            found = self._of.vectors[rows]
        else:
            bits = np.unpackbits(self._codes[rows], axis=2, count=queries.shape[1])
            found = bits.astype(np.float32) * 2 - 1
        if self.kind.full and self._of.similarity == "euclidean":
            scores = -np.square(found - queries[:, None]).sum(axis=2)
        else:
            scores = np.matmul(found, queries[:, :, None])[:, :, 0]
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return Ranking(np.take_along_axis(rows, best, 1), np.take_along_axis(scores, best, 1))

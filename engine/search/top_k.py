"""Which documents score highest for each query, exactly, without ever holding all the scores at once?

Dense products run in torch and in mteb's own chunks of documents: on one machine the float32 scores are then those of
mteb to the last bit, and documents with equal vectors tie exactly where they tie there.

What is kept of a score is one integer that holds it and the document's place: sorting these settles ties.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine.compute import threads
from engine.compute.compiled import compiled
from engine.rankings import Ranking, Request
from engine.search.similarity import POWERS, every
from engine.types import BadModel, Similarity, TokenVectors, Vectors
from engine.vectors import numbers

CHUNK = 50_000
"""Documents at once."""
TOGETHER = 512
"""Most queries that share the cores in each product, as in mteb: the last bits depend on it."""
SHARE = 64
"""Fewest queries that are worth a core of their own where there are more."""
BLOCK = 2_048
"""Most queries of a core at once: products of more rows read each document less often."""
TILE = 2_000_000
"""Scores that stay near the processor until the best of them are kept."""
GROUP = 64
"""Scores of which most often none is good enough, which takes one look."""
NONE = np.iinfo(np.int64).max
"""The key of no document: it sorts last."""

Keys = npt.NDArray[np.int64]


def search(request: Request, queries: Vectors, documents: Vectors, *, similarity: Similarity) -> Ranking:
    """What the vectors of the request's queries (Q, d) and documents (D, d) rank first; see `top_k`.

    Raises:
        BadModel: a vector holds a value that is not a finite number.
    """
    if request.candidates is None:
        return top_k(queries, documents, request.depth, similarity=similarity, order=request.order)
    rows, scores = rank_candidates(queries, documents, request.candidates, similarity=similarity, order=request.order)
    return Ranking(rows[:, : request.depth], scores[:, : request.depth])


def top_k(
    queries: Vectors, documents: Vectors, k: int, *, similarity: Similarity, order: npt.NDArray[Any] | None = None
) -> Ranking:
    """The k best documents of each query, best first.

    Equal scores go to the document that stands higher in `order`, a permutation of 0..documents-1 (with the place of
    each id among the sorted ids this is mteb's rule), or to the earlier row where no order is given.

    Returns:
        rows (queries, k), -1 where there are fewer than k documents, and scores (queries, k), nan there.

    Raises:
        BadModel: a vector holds a value that is not a finite number.
    """
    number = documents.shape[0]
    places = np.arange(number)[::-1] if order is None else np.asarray(order, dtype=np.int64)
    chunks = (ready(documents[start : start + CHUNK], similarity) for start in range(0, number, CHUNK))
    return unfolded(best_keys(ready(queries, similarity), chunks, places, k, similarity=similarity), places)


def best_keys(
    queries: Any, chunks: Iterable[Any], places: npt.NDArray[np.int64], k: int, *, similarity: Similarity = "dot"
) -> Keys:
    """The keys of the k best documents of each query, (queries, k) in no order: torch tensors, or CSR matrices.

    Args:
        queries, chunks: of length one already where the similarity is cosine; or many vectors for each text.
        places: of the documents of all chunks, one behind the other; of equal scores the higher place is better.
    """
    blocks, best, start = _blocks(queries), np.full((queries.shape[0], k), NONE), 0
    streams = max(1, min(len(blocks), _cores()))
    running: list[Future[None] | None] = [None] * len(blocks)
    with threads.pool(streams) as pool:
        for chunk in chunks:  # the next one is made ready while this one is searched
            stop = start + chunk.shape[0]
            work, before = partial(_sift, queries, chunk, places[start:stop], best, similarity), running
            running = [pool.submit(_after, *pair, work) for pair in zip(before, blocks, strict=True)]
            _finish(before)
            start = stop
        _finish(running)
    return best


def _finish(works: Iterable[Future[None] | None]) -> None:
    for one in filter(None, works):
        one.result()


def _after(before: Future[None] | None, block: slice, work: Callable[[slice], None]) -> None:
    """The work on a block of queries, once that on the chunk before is done; no core waits for the others."""
    _finish([before])
    work(block)


def rank_candidates(
    queries: Vectors,
    documents: Vectors,
    candidates: Sequence[npt.NDArray[np.int64]],
    *,
    similarity: Similarity,
    order: npt.NDArray[Any],
) -> Ranking:
    """As `top_k`, but each query ranks all of its own candidates: rows of documents, in mteb's order of scoring them.

    There are as many places as the longest list has, and at least one.
    """
    places = np.asarray(order, dtype=np.int64)
    best = np.full((queries.shape[0], max([1, *map(len, candidates)])), NONE)
    for row, own in enumerate(candidates):
        if len(own):
            asked, chunk = ready(queries[row : row + 1], similarity), ready(documents[own], similarity)
            best[row, : len(own)] = keys_of(every(asked, chunk, similarity)[0], places[own])
    return unfolded(best, places)


def _cores() -> int:
    import torch

    return torch.get_num_threads()


def _blocks(queries: Any) -> list[slice]:
    """Even blocks, so that no small remainder is left, and where there are several, as many for every core."""
    number, streams = queries.shape[0], 1
    if isinstance(queries, TokenVectors):
        streams = max(1, min(_cores(), number))
    elif number > TOGETHER:
        streams = min(_cores(), number // SHARE)
    count = streams * -(-number // (streams * BLOCK))
    edges = np.linspace(0, number, count + 1).astype(int).tolist()
    return [slice(start, stop) for start, stop in pairwise(edges)]


def ready(vectors: Vectors, similarity: Similarity) -> Any:
    """float32, of length one under cosine (zero vectors stay zero): a torch tensor or a CSR matrix.

    Those of texts with many vectors stay as they are: they may lie in a file.
    """
    import torch

    values: Any = numbers(vectors)
    if not np.isfinite(values.sum()) and not np.isfinite(values).all():  # a sum of numbers may be too large for one
        raise BadModel("The model gave vectors with values that are not finite numbers; they cannot be ranked.")
    if isinstance(vectors, TokenVectors):
        return vectors
    if sparse.issparse(vectors):
        matrix = sparse.csr_array(vectors, dtype=np.float32)
        lengths = np.sqrt(matrix.multiply(matrix).sum(axis=1)) if similarity == "cosine" else np.ones(matrix.shape[0])
        matrix.data = matrix.data / np.repeat(np.maximum(lengths, 1e-12), np.diff(matrix.indptr)).astype(np.float32)
        return matrix
    tensor = torch.from_numpy(np.require(vectors, np.float32, ["C", "W"]))
    return torch.nn.functional.normalize(tensor, dim=1) if similarity == "cosine" else tensor


def _tiles(
    queries: Any, documents: Any, similarity: Similarity, together: int
) -> Iterator[tuple[slice, npt.NDArray[np.float32]]]:
    """The similarities tile by tile, (queries, documents of the tile); each takes the place of the one before."""
    import torch

    rows, number = queries.shape[0], documents.shape[0]
    edges = np.linspace(0, number, -(-rows * number // TILE) + 1).astype(int)
    if not isinstance(queries, torch.Tensor) or similarity in POWERS:
        for start, stop in pairwise(edges.tolist()):
            yield slice(start, stop), every(queries, documents[start:stop], similarity, together=together)
        return
    widest = rows * int(np.diff(edges).max())
    space = torch.empty(widest)
    raw = space if queries.dtype == space.dtype else queries.new_empty(widest)
    for start, stop in pairwise(edges.tolist()):
        products = torch.mm(queries, documents[start:stop].T, out=raw[: rows * (stop - start)].view(rows, stop - start))
        if raw is not space:
            products = space[: products.numel()].view_as(products).copy_(products)
        yield slice(start, stop), products.numpy()


def _sift(
    asked: Any, chunk: Any, places: npt.NDArray[np.int64], best: Keys, similarity: Similarity, block: slice
) -> None:
    """Puts into the rows `block` of `best` (queries, k) the keys of whatever in this chunk is better."""
    collect, k, queries = compiled(_collect), best.shape[1], asked[block]
    rows, wide = queries.shape[0], min(chunk.shape[0], -(-TILE // max(queries.shape[0], 1)) + 1)
    near = np.full((rows, 2 * k + wide), NONE)
    near[:, :k] = best[block]
    filled, low = np.full(rows, k), _lowest(best[block])
    for some, products in _tiles(queries, chunk, similarity, max(len(places), asked.shape[0])):
        collect(products, products.view(np.int32), places[some], low, near, filled)
        if filled.max() > 2 * k:
            _cut(near[:, : filled.max()], k)
            filled[:], low = k, _lowest(near[:, :k])
    _cut(near[:, : filled.max()], k)
    best[block] = near[:, :k]


def _cut(near: Keys, k: int) -> None:
    """The k best keys of each row, in no order, at its front; none behind them."""
    near.partition(k - 1, axis=1)
    near[:, k:] = NONE


def _lowest(best: Keys) -> npt.NDArray[np.float32]:
    """The score that another document must reach, by row."""
    worst = best.max(axis=1)
    return np.where(worst == NONE, np.float32(-np.inf), scores_of(worst))


def _collect(products: Any, bits: Any, places: Any, low: Any, near: Any, filled: Any) -> None:
    """Appends to each row of `near` the keys of the products (queries, documents) that reach its `low`."""
    queries, number = products.shape
    for row in range(queries):
        least, at = low[row], filled[row]
        for start in range(0, number, GROUP):
            stop = min(start + GROUP, number)
            some = np.uint8(stop - start < GROUP)
            if not some:  # a loop of fixed length over a slice is what becomes vector instructions
                group = products[row, start:stop]
                for column in range(GROUP):
                    some |= np.uint8(group[column] >= least)
            if some:
                for column in range(start, stop):
                    score = products[row, column]
                    if score >= least:
                        rank = np.int64(bits[row, column]) if score != 0 else np.int64(0)  # -0.0 equals 0.0
                        near[row, at] = ~(((rank ^ ((rank >> 31) & 0x7FFFFFFF)) << 32) | places[column])
                        at += 1
        filled[row] = at


def keys_of(scores: npt.NDArray[np.float32], places: npt.NDArray[np.int64]) -> Keys:
    """One integer for score and place: the better one is the smaller, of equal scores the one at the higher place."""
    bits = (scores + np.float32(0)).view(np.int32)  # -0.0 becomes 0.0, its equal
    return ~(((bits ^ ((bits >> 31) & 0x7FFFFFFF)).astype(np.int64) << 32) | places)


def scores_of(keys: Keys) -> npt.NDArray[np.float32]:
    """The scores that keys hold."""
    bits = (~keys >> 32).astype(np.int32)
    return (bits ^ ((bits >> 31) & 0x7FFFFFFF)).view(np.float32)


def places_of(keys: Keys) -> npt.NDArray[np.int64]:
    """The places that keys hold."""
    return ~keys & 0xFFFFFFFF


def unfolded(best: Keys, places: npt.NDArray[np.int64]) -> Ranking:
    """The sorted rows and scores behind each query's keys."""
    row_of = np.empty_like(places)
    row_of[places] = np.arange(len(places))
    best.sort(axis=1)
    there = best != NONE
    rows = np.full(best.shape, -1)
    rows[there] = row_of[places_of(best[there])]
    return Ranking(rows, np.where(there, scores_of(best), np.float32("nan")))

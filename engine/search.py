"""Which documents score highest for each query, exactly, without ever holding all the scores at once?

Dense products run in torch and in mteb's own chunks of documents: on one machine the float32 scores are then those of
mteb to the last bit, and documents with equal vectors tie exactly where they tie there.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine.types import BadModel, Similarity, Vectors

CHUNK = 50_000
"""Documents at once."""
BLOCK = 512
"""Queries at once: 100 MB of scores."""
SPARSE_BLOCK = 128
GROUP = 40
"""Documents of which only the best is looked at first."""
TILE = 2_500_000
"""Scores that stay in the processor's cache until their groups have been looked at."""
FEW = 100
"""Up to this k only groups that may hold one of the k best are looked into; beyond, that is most of them."""

Ranking = tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]


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
    asked = _ready(queries, similarity)
    best = [np.empty(0, dtype=np.int64)] * queries.shape[0]
    for start in range(0, number, CHUNK):
        stop = min(start + CHUNK, number)
        chunk = _ready(documents[start:stop], similarity)
        for block in _blocks(queries):
            near = _near(_Scores.of(asked[block], chunk), best[block], k)
            for row, (at, scores) in zip(range(block.start, block.stop), near, strict=True):
                best[row] = _merge(best[row], _keys(scores, places[start:stop][at]), k)
    return _unfold(best, places, k)


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
    k = max([1, *map(len, candidates)])
    places = np.asarray(order, dtype=np.int64)
    none = np.empty(0, dtype=np.int64)
    best = [none] * queries.shape[0]
    for row, own in enumerate(candidates):
        if len(own):
            asked, chunk = _ready(queries[row : row + 1], similarity), _ready(documents[own], similarity)
            best[row] = _merge(none, _keys(_products(asked, chunk)[0], places[own]), k)
    return _unfold(best, places, k)


def _blocks(queries: Vectors) -> list[slice]:
    """Even blocks: small remainders would go through other float kernels than mteb's."""
    number, most = queries.shape[0], SPARSE_BLOCK if sparse.issparse(queries) else BLOCK
    edges = np.linspace(0, number, -(-number // most) + 1).astype(int).tolist()
    return [slice(start, stop) for start, stop in pairwise(edges)]


def _ready(vectors: Vectors, similarity: Similarity) -> Any:
    """float32, of length one under cosine (zero vectors stay zero): a torch tensor or a CSR matrix."""
    import torch

    values: Any = vectors.data if sparse.issparse(vectors) else vectors
    if not np.isfinite(values.sum()) and not np.isfinite(values).all():  # a sum of numbers may be too large for one
        raise BadModel("The model gave vectors that hold values which are not finite numbers; they cannot be ranked.")
    if sparse.issparse(vectors):
        matrix = sparse.csr_array(vectors, dtype=np.float32)
        lengths = np.sqrt(matrix.multiply(matrix).sum(axis=1)) if similarity == "cosine" else np.ones(matrix.shape[0])
        matrix.data = matrix.data / np.repeat(np.maximum(lengths, 1e-12), np.diff(matrix.indptr)).astype(np.float32)
        return matrix
    tensor = torch.from_numpy(np.require(vectors, np.float32, ["C", "W"]))
    return torch.nn.functional.normalize(tensor, dim=1) if similarity == "cosine" else tensor


def _products(queries: Any, documents: Any) -> npt.NDArray[np.float32]:
    """All inner products, (queries, documents)."""
    products = queries @ documents.T
    return products.toarray() if sparse.issparse(products) else products.numpy()


class _Scores(NamedTuple):
    """All inner products (queries, documents), filled up to whole groups, and the best of each group."""

    all: Any
    tops: Any

    @classmethod
    def of(cls, queries: Any, documents: Any) -> "_Scores":
        """Product and groups tile by tile; the tiles are even, and one where there is little."""
        import torch

        rows, number = queries.shape[0], documents.shape[0]
        groups = -(-number // GROUP)
        scores = torch.empty((rows, groups * GROUP), dtype=torch.float32)
        scores[:, number:] = -torch.inf
        tops = torch.empty((rows, groups), dtype=torch.float32)
        tiles = 1 if sparse.issparse(documents) else -(-rows * number // TILE)
        for first, last in pairwise(np.linspace(0, groups, tiles + 1).astype(int).tolist()):
            start, stop = first * GROUP, min(last * GROUP, number)
            scores[:, start:stop] = torch.from_numpy(_products(queries, documents[start:stop]))
            parts = scores[:, start : last * GROUP].unflatten(1, (last - first, GROUP))
            torch.amax(parts, dim=2, out=tops[:, first:last])
        return cls(scores, tops)


def _near(
    scores: _Scores, best: Sequence[npt.NDArray[np.int64]], k: int
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]]:
    """For each query the documents that may be among its k best, and their scores: none below the k-th best group."""
    import torch

    least = np.array([_scores(one).min() if len(one) == k else -np.inf for one in best], dtype=np.float32)
    groups = scores.tops.shape[1]
    if k > FEW:
        if groups >= k:
            least = np.maximum(least, np.partition(scores.tops.numpy(), groups - k, axis=1)[:, groups - k])
        lines = scores.all.numpy()
        found = [np.flatnonzero((line >= low) & (line > -np.inf)) for line, low in zip(lines, least, strict=True)]
        return [(at, line[at]) for at, line in zip(found, lines, strict=True)]
    if groups >= k:
        least = np.maximum(least, torch.topk(scores.tops, k, dim=1, sorted=False).values.amin(dim=1).numpy())
    low = torch.from_numpy(least)
    rows, columns = torch.nonzero(scores.tops >= low[:, None], as_tuple=True)
    members = scores.all.unflatten(1, (groups, GROUP))[rows, columns]
    inside = (members >= low[rows, None]) & (members > -torch.inf)
    which, at = torch.nonzero(inside, as_tuple=True)
    ends = np.cumsum(np.bincount(rows[which].numpy(), minlength=len(best)))[:-1]
    places, values = (columns[which] * GROUP + at).numpy(), members[which, at].numpy()
    return list(zip(np.split(places, ends), np.split(values, ends), strict=True))


def _merge(best: npt.NDArray[np.int64], fresh: npt.NDArray[np.int64], k: int) -> npt.NDArray[np.int64]:
    """The k best of both, in no order; exact where scores are equal."""
    keys = np.concatenate([best, fresh])
    return np.partition(keys, -k)[-k:] if len(keys) > k else keys


def _keys(scores: npt.NDArray[np.float32], places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """One integer for score and place: it orders as (score, place) does, so that sorting it settles ties."""
    bits = (scores + np.float32(0)).view(np.int32)  # -0.0 becomes 0.0, its equal
    return ((bits ^ ((bits >> 31) & 0x7FFFFFFF)).astype(np.int64) << 32) | places


def _scores(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    bits = (keys >> 32).astype(np.int32)
    return (bits ^ ((bits >> 31) & 0x7FFFFFFF)).view(np.float32)


def _unfold(best: list[npt.NDArray[np.int64]], places: npt.NDArray[np.int64], k: int) -> Ranking:
    """The sorted rows and scores behind each query's keys."""
    row_of = np.empty_like(places)
    row_of[places] = np.arange(len(places))
    rows = np.full((len(best), k), -1, dtype=np.int64)
    scores = np.full((len(best), k), np.nan, dtype=np.float32)
    for query, keys in enumerate(best):
        keys = np.sort(keys)[::-1]
        rows[query, : len(keys)] = row_of[keys & 0xFFFFFFFF]
        scores[query, : len(keys)] = _scores(keys)
    return rows, scores

"""Which texts does a model hold to be alike, and do two models agree on it?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine import config
from engine.search import approximation, rescoring
from engine.search.similarity import one_each
from engine.search.top_k import Keys, places_of
from engine.storage import flat_arrays, kept_files
from engine.types import Message, SingleVectors, Step, Vectors

Indices = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.float32]

KEPT_NEIGHBOURS = 30
MANY, COARSE = 30_000, 3
"""Dense rows above which neighbours are found approximately unless all are asked for: below, exact is quick enough. So
it is up to three times as many where the processor has units for products of bfloat16."""
APPROXIMATE = "approximate-1-"
"""How the names of graphs begin that were found so, the way to find them with its number."""


class Graph(NamedTuple):
    """The nearest neighbours of every row, nearest first, itself left out: (n, k) int32 and cosine distances 0..2.

    recall: the share (0..1) of the 15 nearest that are among the first 15, on a sample; None where all were compared.
    """

    indices: Indices
    distances: Numbers
    recall: float | None = None

    def first(self, k: int) -> Graph:
        """The same graph with at most k neighbours a row."""
        return Graph(self.indices[:, :k], self.distances[:, :k], self.recall)


def unit(vectors: Vectors) -> SingleVectors:
    """The rows at length one, float32; a row of zeros stays as it is.

    Raises:
        BadModel: a text has many vectors.
    """
    vectors = one_each(vectors)
    if sparse.issparse(vectors):
        rows = sparse.csr_array(vectors, dtype=np.float32)
        lengths = np.sqrt(rows.multiply(rows).sum(axis=1))
        scale = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        scaled = rows.data * np.repeat(scale, np.diff(rows.indptr))
        # scikit-learn takes 32-bit places only
        return sparse.csr_array((scaled, rows.indices.astype(np.int32), rows.indptr.astype(np.int32)), rows.shape)
    dense = np.ascontiguousarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(dense, axis=1, keepdims=True)
    return np.divide(dense, lengths, out=np.zeros_like(dense), where=lengths > 0)


def approximate(vectors: Vectors, *, exact: bool = False) -> bool:
    """Whether `graph` finds these rows' neighbours approximately.

    Sparse vectors are compared all with all, for their products are not those that cells make cheap; so are dense ones
    on a graphics card, where that takes seconds.
    """
    if exact or sparse.issparse(vectors) or vectors.shape[0] <= MANY or config.machine().device != "cpu":
        return False
    return vectors.shape[0] > MANY * (COARSE if rescoring.coarse() else 1)


def graph(
    vectors: Vectors, k: int = KEPT_NEIGHBOURS, *, exact: bool = False, seed: int = 42, step: Step | None = None
) -> Graph:
    """The k nearest neighbours of every row by cosine; fewer than k where there are fewer other rows.

    Similarities that agree in six digits count as equal and go to the lower row. Above 30,000 dense rows a few
    neighbours are missed (see `recall`), unless an exact search is asked for; one seed, one result.
    """
    rows, count = unit(vectors), vectors.shape[0]
    k, recall = min(k, count - 1), None
    indices, distances = np.empty((count, max(k, 0)), np.int32), np.empty((count, max(k, 0)), np.float32)
    if k < 1:
        return Graph(indices, distances)

    def tell(share: float) -> None:
        if step is not None:
            step(share, Message("Looking for the nearest neighbours of {count} texts", {"count": count}))

    wanted = min(k + 9, count)
    if approximate(vectors, exact=exact):
        found, recall = approximation.search(rows, wanted, tell, seed=seed)
        blocks = _scored(rows, found)
    else:
        blocks = _candidates(rows, wanted, tell)
    for start, similarities, places in blocks:
        part = slice(start, start + len(places))
        indices[part], distances[part] = _nearest(similarities, places, np.arange(count)[part], k)
    return Graph(indices, distances, recall)


def _scored(rows: Numbers, found: Keys) -> Iterator[tuple[int, Numbers, npt.NDArray[np.int64]]]:
    """As `_candidates`: what was found, with similarities that are all summed in the same order."""
    for start in range(0, len(rows), 4096):
        places = len(rows) - 1 - places_of(found[start : start + 4096])
        yield start, rescoring.scored(rows[start : start + 4096], rows, places), places


def _candidates(
    rows: SingleVectors, wanted: int, tell: Callable[[float], None]
) -> Iterator[tuple[int, Numbers, npt.NDArray[np.int64]]]:
    """Per block of rows: its first row, and the `wanted` most similar rows of each of its rows, in any order."""
    count = rows.shape[0]
    if sparse.issparse(rows):
        for start in range(0, count, block := min(4096, max(16, 2**25 // count))):
            similarities = dense(rows[start : start + block] @ rows.T)
            found = np.argpartition(-similarities, wanted - 1, axis=1)[:, :wanted]
            tell(start / count)
            yield start, np.take_along_axis(similarities, found, axis=1), found
        return
    for best in rescoring.among(rows, wanted, tell):
        yield best.start, best.similarities, best.rows


def dense(product: Any) -> Numbers:
    """A product that may be sparse, as an array."""
    return product.toarray() if sparse.issparse(product) else product


def _nearest(
    similarities: Numbers, found: npt.NDArray[np.int64], own: npt.NDArray[np.int64], k: int
) -> tuple[Indices, Numbers]:
    """The k best candidates of each row without the row itself, equal ones by row number."""
    rounded = np.where(found == own[:, None], -np.inf, np.round(similarities, 6))
    order = np.lexsort((found, -rounded), axis=1)[:, :k]
    distances = np.maximum(1 - np.take_along_axis(similarities, order, axis=1), 0)
    return np.take_along_axis(found, order, axis=1).astype(np.int32), distances.astype(np.float32)


def digest(encoder_key: str, texts_key: str, k: int = KEPT_NEIGHBOURS, *, approximate: bool = False) -> str:
    """The name under which the graph of these texts under this encoder is kept on disk; it says if approximate."""
    name = hashlib.sha256("\x00".join(["neighbours 1", encoder_key, texts_key, str(k)]).encode()).hexdigest()[:32]
    return f"{APPROXIMATE}{name}" if approximate else name


def stored(name: str) -> Graph | None:
    """The graph kept under this name, memory-mapped; None where there is none, or one that is not what was written."""
    found = [kept_files.find(place) for place in _places(name)]
    if None in found:
        return None
    indices, distances, *recall = (np.load(one, mmap_mode="r") for one in found if one)
    return Graph(indices, distances, float(recall[0][0]) if recall else None)


def keep(name: str, graph: Graph) -> None:
    """Puts the graph on disk under this name, whole or not at all."""
    arrays = [graph.indices, graph.distances, *([] if graph.recall is None else [np.array([graph.recall])])]
    for place, array in zip(_places(name), arrays, strict=True):
        with kept_files.keep(place) as fresh:
            flat_arrays.write(fresh, array)


def _places(name: str) -> list[Path]:
    parts = ("indices", "distances", *(["recall"] if name.startswith(APPROXIMATE) else []))
    return [config.home() / "neighbours" / f"{name}.{part}.npy" for part in parts]


def occurrences(graph: Graph) -> npt.NDArray[np.int64]:
    """How many rows count each row among their neighbours, of shape (n,); their mean is k."""
    return np.bincount(graph.indices.ravel(), minlength=len(graph.indices))


def hubness(graph: Graph) -> float:
    """The skewness of the occurrences: 0 is even, above about 1 few texts stand near everything (Radovanović 2010)."""
    counts = occurrences(graph).astype(np.float64)
    spread = counts.std()
    return float(((counts - counts.mean()) ** 3).mean() / spread**3) if spread > 0 else float("nan")


def shared(first: Indices, second: Indices) -> npt.NDArray[np.int64]:
    """How many entries of each row of (n, k) stand in the same row of the other (n, k) too, of shape (n,)."""
    both = np.sort(np.concatenate([first, second], axis=1), axis=1)
    return (both[:, 1:] == both[:, :-1]).sum(axis=1)


def jaccard(first: Graph, second: Graph, k: int = 10) -> Numbers:
    """Per row, common neighbours among the first k of both, by those of either: 0..1, shape (n,)."""
    common = shared(first.indices[:, :k], second.indices[:, :k])
    size = min(k, first.indices.shape[1])
    return (common / np.maximum(2 * size - common, 1)).astype(np.float32)


def ranked_overlap(first: Graph, second: Graph, k: int = 10) -> Numbers:
    """Per row, the share of common neighbours among the first d, averaged over d = 1..k: 0..1, shape (n,).

    The top of the list weighs most (average overlap; Webber, Moffat & Zobel 2010).
    """
    k = min(k, first.indices.shape[1])
    total = np.zeros(len(first.indices))
    for depth in range(1, k + 1):
        total += shared(first.indices[:, :depth], second.indices[:, :depth]) / depth
    return (total / max(k, 1)).astype(np.float32)

"""Which texts does a model hold to be alike, do two models agree on it, and how much of it does a picture keep?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine import config
from engine.search import rescoring
from engine.search.similarity import one_each
from engine.storage import flat_arrays, kept_files
from engine.types import Message, SingleVectors, Step, Vectors

Indices = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.float32]

KEPT_NEIGHBOURS = 30
EXACT_TRUST = 20_000
TRUST_SAMPLE = 1_000


class Graph(NamedTuple):
    """The nearest neighbours of every row, nearest first, itself left out: (n, k) int32 and cosine distances 0..2."""

    indices: Indices
    distances: Numbers

    def first(self, k: int) -> Graph:
        """The same graph with at most k neighbours a row."""
        return Graph(self.indices[:, :k], self.distances[:, :k])


@dataclass(frozen=True)
class Trust:
    """How far a picture can be believed; each 0..1, higher is better, nan where there are too few points to tell.

    trustworthiness: neighbours in the picture are neighbours in truth; continuity: true neighbours lie near one another
    in the picture (Venna & Kaski 2001); kept: the mean share of the k true neighbours that are among the k of the
    picture; by_chance: that share if the points were thrown at random. `measured_on` points were asked, against all.
    """

    trustworthiness: float
    continuity: float
    kept: float
    by_chance: float
    k: int
    measured_on: int


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


def graph(vectors: Vectors, k: int = KEPT_NEIGHBOURS, *, step: Step | None = None) -> Graph:
    """The exact k nearest neighbours of every row by cosine; fewer than k where there are fewer other rows.

    Similarities that agree in six digits count as equal and go to the lower row.
    """
    rows, count = unit(vectors), vectors.shape[0]
    k = min(k, count - 1)
    indices, distances = np.empty((count, max(k, 0)), np.int32), np.empty((count, max(k, 0)), np.float32)
    if k < 1:
        return Graph(indices, distances)

    def tell(share: float) -> None:
        if step is not None:
            step(share, Message("Looking for the nearest neighbours of {count} texts", {"count": count}))

    for start, similarities, found in _candidates(rows, min(k + 9, count), tell):
        part = slice(start, start + len(found))
        indices[part], distances[part] = _nearest(similarities, found, np.arange(count)[part], k)
    return Graph(indices, distances)


def _candidates(
    rows: SingleVectors, wanted: int, tell: Callable[[float], None]
) -> Iterator[tuple[int, Numbers, npt.NDArray[np.int64]]]:
    """Per block of rows: its first row, and the `wanted` most similar rows of each of its rows, in any order."""
    count = rows.shape[0]
    if sparse.issparse(rows):
        for start in range(0, count, block := min(4096, max(16, 2**25 // count))):
            similarities = _dense(rows[start : start + block] @ rows.T)
            found = np.argpartition(-similarities, wanted - 1, axis=1)[:, :wanted]
            tell(start / count)
            yield start, np.take_along_axis(similarities, found, axis=1), found
        return
    for best in rescoring.among(rows, wanted, tell):
        yield best.start, best.similarities, best.rows


def _dense(product: Any) -> Numbers:
    return product.toarray() if sparse.issparse(product) else product


def _nearest(
    similarities: Numbers, found: npt.NDArray[np.int64], own: npt.NDArray[np.int64], k: int
) -> tuple[Indices, Numbers]:
    """The k best candidates of each row without the row itself, equal ones by row number."""
    rounded = np.where(found == own[:, None], -np.inf, np.round(similarities, 6))
    order = np.lexsort((found, -rounded), axis=1)[:, :k]
    distances = np.maximum(1 - np.take_along_axis(similarities, order, axis=1), 0)
    return np.take_along_axis(found, order, axis=1).astype(np.int32), distances.astype(np.float32)


def digest(encoder_key: str, texts_key: str, k: int = KEPT_NEIGHBOURS) -> str:
    """The name under which the graph of these texts under this encoder is kept on disk."""
    return hashlib.sha256("\x00".join(["neighbours 1", encoder_key, texts_key, str(k)]).encode()).hexdigest()[:32]


def stored(name: str) -> Graph | None:
    """The graph kept under this name, memory-mapped; None where there is none, or one that is not what was written."""
    indices, distances = (kept_files.find(place) for place in _places(name))
    if indices is None or distances is None:
        return None
    return Graph(np.load(indices, mmap_mode="r"), np.load(distances, mmap_mode="r"))


def keep(name: str, graph: Graph) -> None:
    """Puts the graph on disk under this name, whole or not at all."""
    for place, array in zip(_places(name), graph, strict=True):
        with kept_files.keep(place) as fresh:
            flat_arrays.write(fresh, array)


def _places(name: str) -> tuple[Path, Path]:
    folder = config.home() / "neighbours"
    return folder / f"{name}.indices.npy", folder / f"{name}.distances.npy"


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


def drawn(coordinates: Numbers, k: int) -> Indices:
    """The k nearest points of every point in a picture, nearest first, of shape (n, k)."""
    from scipy.spatial import cKDTree

    k = min(k, len(coordinates) - 1)
    own = np.arange(len(coordinates))[:, None]
    _, found = cKDTree(coordinates).query(coordinates, k=[*range(1, k + 2)])
    # among many equal points a point may not find itself: then its farthest goes instead
    last = np.where((found == own).any(axis=1), -1, k)
    gone = (found == own) | (np.arange(k + 1) == last[:, None])
    return found[~gone].reshape(-1, k).astype(np.int32)


def kept(graph: Graph, coordinates: Numbers, k: int = 15) -> Numbers:
    """Per point, the share of its k true neighbours that are among its k in the picture: 0..1, shape (n,)."""
    k = min(k, graph.indices.shape[1])
    if k < 1:
        return np.full(len(coordinates), np.nan, np.float32)
    return (shared(graph.indices[:, :k], drawn(coordinates, k)) / k).astype(np.float32)


def pointwise(vectors: Vectors, coordinates: Numbers, *, k: int = 15, seed: int = 42) -> tuple[Numbers, Numbers]:
    """Trustworthiness and continuity of every point, each (n,): their means are those of the picture.

    Above 20,000 points 1,000 drawn at random are asked, against all; the others are nan, as all are where there are too
    few points to tell.
    """
    count = len(coordinates)
    k, asked = min(k, (count - 1) // 2), np.arange(count)
    if count > EXACT_TRUST:
        asked = np.sort(np.random.default_rng(seed).choice(count, TRUST_SAMPLE, replace=False))
    found = np.full((2, count), np.nan, np.float32)
    if k >= 1:
        rows, block = unit(vectors), max(1, 2**22 // count)
        for start in range(0, len(asked), block):
            some = asked[start : start + block]
            found[:, some] = 1 - _penalties(rows, coordinates, some, k) * 2 / (k * (2 * count - 3 * k - 1))
    return found[0], found[1]


def trust(apiece: tuple[Numbers, Numbers], kept_shares: Numbers, k: int = 15) -> Trust:
    """How far a picture can be believed, from what holds of its points apiece."""
    count, known = len(kept_shares), int(np.isfinite(apiece[0]).sum())
    k = min(k, (count - 1) // 2)
    share, chance = float(np.mean(kept_shares)) if count else float("nan"), min(k / max(count - 1, 1), 1)
    near, torn = (float(np.nanmean(one, dtype=np.float64)) if known else float("nan") for one in apiece)
    return Trust(near, torn, share, chance, k, known or count)


def _penalties(
    rows: SingleVectors, coordinates: Numbers, asked: npt.NDArray[np.int64], k: int
) -> npt.NDArray[np.float64]:
    """How far outside the k-neighbourhood in truth the k neighbours in the picture lie, and the reverse: (2, asked)."""
    own = np.arange(len(asked)), asked
    truth = -_dense(rows[asked] @ rows.T)
    picture = np.zeros_like(truth)
    for axis in coordinates.T:
        picture += (axis[asked, None] - axis[None, :]) ** 2
    truth[own] = picture[own] = np.inf
    sums = []
    for near, far in ((picture, truth), (truth, picture)):
        places = np.argpartition(near, k - 1, axis=1)[:, :k]
        values, ordered = np.take_along_axis(far, places, axis=1), np.sort(far, axis=1)
        ranks = np.stack([np.searchsorted(*pair) for pair in zip(ordered, values, strict=True)]) + 1
        sums.append(np.maximum(ranks - k, 0).sum(axis=1))
    return np.array(sums, dtype=np.float64)

"""How much of what is near in truth does a picture keep near?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.search.neighbours import Graph, Indices, Numbers, dense, shared, unit
from engine.types import SingleVectors, Vectors

NEAREST = 10
"""Neighbours of a text that everything said of a map is about."""
EXACT = 20_000
SAMPLE = 1_000


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


def kept(graph: Graph, coordinates: Numbers, k: int = NEAREST) -> Numbers:
    """Per point, the share of its k true neighbours that are among its k in the picture: 0..1, shape (n,)."""
    k = min(k, graph.indices.shape[1])
    if k < 1:
        return np.full(len(coordinates), np.nan, np.float32)
    return (shared(graph.indices[:, :k], drawn(coordinates, k)) / k).astype(np.float32)


def pointwise(vectors: Vectors, coordinates: Numbers, *, k: int = NEAREST, seed: int = 42) -> tuple[Numbers, Numbers]:
    """Trustworthiness and continuity of every point, each (n,): their means are those of the picture.

    Above 20,000 points 1,000 drawn at random are asked, against all; the others are nan, as all are where there are too
    few points to tell.
    """
    count = len(coordinates)
    k, asked = min(k, (count - 1) // 2), np.arange(count)
    if count > EXACT:
        asked = np.sort(np.random.default_rng(seed).choice(count, SAMPLE, replace=False))
    found = np.full((2, count), np.nan, np.float32)
    if k >= 1:
        rows, block = unit(vectors), max(1, 2**22 // count)
        for start in range(0, len(asked), block):
            some = asked[start : start + block]
            found[:, some] = 1 - _penalties(rows, coordinates, some, k) * 2 / (k * (2 * count - 3 * k - 1))
    return found[0], found[1]


def summary(apiece: tuple[Numbers, Numbers], kept_shares: Numbers, k: int = NEAREST) -> Trust:
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
    truth = -dense(rows[asked] @ rows.T)
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

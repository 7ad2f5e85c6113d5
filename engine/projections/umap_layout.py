"""Where do the texts lie, if neighbours attract one another and all others repel? UMAP's edges, and its layout at once.

The model is UMAP's (McInnes, Healy & Melville 2018): the same weights of edges, the same forces. It is optimised by
another way, made for many cores and the same bits on any number of them: in every epoch all points move at the same
time, each by the sum of its own forces at the places of the epoch before. The pull of the neighbours is solved for
rather than followed (a semi-implicit step: towards their weighted mean, as in SMACOF, de Leeuw 1977), so that no step
is too long; Polyak's momentum (1964) carries far, and a weak push at first lets neighbours find one another before
they are driven apart (van der Maaten & Hinton's early exaggeration, 2008). Points to be repelled are drawn by a hash of
a number of the epoch, the point and the draw, not by a state.
"""

from __future__ import annotations

import functools
import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine import config
from engine.compute.compiled import compiled

A, B = 1.5769, 0.8951
"""UMAP's curve 1 / (1 + a d^2b) for a least distance of 0.1 and a spread of 1."""
REPELLED = 5
"""Points drawn to be repelled, for each neighbour and epoch; as in umap-learn."""
PUSH = 1.5
"""How hard they are repelled at last (umap-learn's repulsion_strength, there 1): truer to near neighbours."""
ALONE = 5_000
"""Up to so many points one thread is enough."""
Places = npt.NDArray[np.float32]


def edges(indices: npt.NDArray[Any], distances: npt.NDArray[Any]) -> sparse.csr_array:
    """UMAP's fuzzy edges between neighbours, (n, n), symmetric, the heaviest of weight one.

    Args:
        indices, distances: (n, k), nearest first, a row never its own neighbour.
    """
    count, k = indices.shape
    gaps = np.asarray(distances, np.float32)
    nearest = np.where(gaps > 0, gaps, np.inf).min(axis=1, keepdims=True)
    nearest[np.isinf(nearest)] = 0
    width = _widths(np.maximum(gaps - nearest, 0), float(np.log2(k + 1)))
    mean = np.where(nearest > 0, gaps.sum(axis=1, keepdims=True) / (k + 1), gaps.sum() / (count * (k + 1)))
    width = np.maximum(np.maximum(width, 1e-3 * mean), 1e-12)
    weights = np.exp(-np.maximum(gaps - nearest, 0) / width)
    one = sparse.csr_array((weights.ravel(), np.ravel(indices), np.arange(count + 1) * k), (count, count))
    other = one.T.tocsr()
    both = (one + other - one * other).tocsr()
    both.data /= both.data.max()
    return both


def _widths(gaps: Places, target: float) -> Places:
    """For each row the width at which the sum of exp(-gap / width) is the target, (n, 1), by bisection."""
    low, width = np.zeros((len(gaps), 1), np.float32), np.ones((len(gaps), 1), np.float32)
    high = np.full_like(low, np.inf)
    for _ in range(40):
        much = np.exp(-gaps / width).sum(axis=1, keepdims=True) > target
        high, low = np.where(much, width, high), np.where(much, low, width)
        width = np.where(np.isinf(high), np.minimum(2 * width, 1e9), (low + high) / 2).astype(np.float32)
    return width


def lay_out(
    graph: sparse.csr_array, start: Places, *, epochs: int, seed: int = 42, threads: int | None = None
) -> Places:
    """The places (n, 2 or 3) of the points of a graph of edges, from a start of that shape; any threads, same bits."""
    count, size = start.shape
    here = np.zeros((3, count), np.float32)
    here[:size] = start.T
    before = here.copy()
    degrees = np.asarray(graph.sum(axis=1), np.float32)
    net = (graph.indptr.astype(np.uint64), graph.indices.astype(np.uint32), graph.data.astype(np.float32), degrees)
    keys = np.random.default_rng(seed).integers(2**32, size=epochs, dtype=np.uint32)
    threads = threads or (config.cores() if count > ALONE else 1)
    bounds = np.linspace(0, count, 8 * threads + 1 if threads > 1 else 2).astype(np.int64)
    move = compiled(_move, "fast", parts=(_power, _scrambled, _short, _pulled, _pushed))
    parts = list(itertools.pairwise(bounds))
    with ThreadPoolExecutor(threads) as pool:
        for epoch, key in enumerate(keys):
            list(pool.map(functools.partial(move, (here, before), net, _schedule(epoch / epochs), key), parts))
            here, before = before, here
    return np.ascontiguousarray(here[:size].T)


def _schedule(done: float) -> tuple[np.float32, np.float32, np.float32]:
    """Length of step, strength of the push (from a twentieth up), and momentum, when that share of epochs is done."""
    push = PUSH * min(1, 0.05 ** (1 - done / 0.4))
    return np.float32((1 - done) ** 2), np.float32(push), np.float32(0.95 * (1 - done))


def _move(places: Any, net: Any, how: Any, key: Any, part: Any) -> None:
    """Moves the points of a part: over the places of the epoch before the present one, those of the next are written.

    Args:
        places: the present ones and those before, each (3, n); in the plane the third stays zero.
        net: the edges as in a CSR matrix (starts of rows, columns, weights), and the sum of weights of each point.
        how: as of _schedule.
        part: the first point, and the one after the last.
    """
    here, before = places
    first, tails, weights, degrees = net
    step, push, momentum = how
    for point in range(part[0], part[1]):
        edges = slice(first[point], first[point + 1])
        pull, px, py, pz = _pulled(here, point, tails[edges], weights[edges])
        draws = max(np.int64(REPELLED * degrees[point]), 1)
        rx, ry, rz = _pushed(here, point, draws, _scrambled(np.uint32(key + np.uint32(point))))
        share = push * REPELLED * degrees[point] / draws
        length = step / (np.float32(1) + step * pull)
        before[0, point] = here[0, point] + length * (px + share * rx) + momentum * (here[0, point] - before[0, point])
        before[1, point] = here[1, point] + length * (py + share * ry) + momentum * (here[1, point] - before[1, point])
        before[2, point] = here[2, point] + length * (pz + share * rz) + momentum * (here[2, point] - before[2, point])


def _pulled(here: Any, point: Any, tails: Any, weights: Any) -> Any:
    """The stiffness of all edges of a point, and their pull; both ends of an edge are moved by it, hence the 4."""
    x, y, z = here[0, point], here[1, point], here[2, point]
    pull = px = py = pz = np.float32(0)
    for edge in range(np.uint64(len(tails))):
        tail = np.uint64(tails[edge])
        dx, dy, dz = here[0, tail] - x, here[1, tail] - y, here[2, tail] - z
        square = max(dx * dx + dy * dy + dz * dz, np.float32(1e-12))
        curve = np.float32(A) * _power(square)
        force = np.float32(4 * B) * weights[edge] * curve / (square * (np.float32(1) + curve))
        pull += force
        px += force * dx
        py += force * dy
        pz += force * dz
    return pull, px, py, pz


def _pushed(here: Any, point: Any, draws: Any, key: Any) -> Any:
    """The push of points drawn at random; no single one moves it by more than 4 along an axis, as in umap-learn."""
    x, y, z = here[0, point], here[1, point], here[2, point]
    count = np.uint64(here.shape[1])
    rx = ry = rz = np.float32(0)
    for draw in range(draws):
        other = (np.uint64(_scrambled(np.uint32(key + np.uint32(draw)))) * count) >> np.uint64(32)
        dx, dy, dz = x - here[0, other], y - here[1, other], z - here[2, other]
        square = dx * dx + dy * dy + dz * dz
        curve = np.float32(A) * _power(square + np.float32(1e-12))
        force = np.float32(2 * B) / ((np.float32(0.001) + square) * (np.float32(1) + curve))
        rx += _short(force * dx)
        ry += _short(force * dy)
        rz += _short(force * dz)
    return rx, ry, rz


def _short(move: Any) -> Any:
    return min(max(move, np.float32(-4)), np.float32(4))


def _power(square: Any) -> Any:
    """square ** B for 1e-12..1e30, to a relative error of 2e-4: exponent and mantissa apart, a polynomial for each."""
    bits = np.float32(square).view(np.int32)
    u = np.int32((bits & 0x7FFFFF) | 0x3F800000).view(np.float32) - np.float32(1)
    log = u * (
        np.float32(1.4390147)
        + u * (np.float32(-0.67994398) + u * (np.float32(0.3255955) + u * np.float32(-0.084768526)))
    )
    scaled = np.float32(B) * (np.float32((bits >> 23) - 127) + log)
    whole = np.floor(scaled)
    r = scaled - whole
    rest = np.float32(1) + r * (np.float32(0.69511682) + r * (np.float32(0.22764495) + r * np.float32(0.077067085)))
    return rest * np.int32((np.int32(whole) + 127) << 23).view(np.float32)


def _scrambled(x: Any) -> Any:
    """Another 32-bit number for each, as if drawn (Wellons' lowbias32)."""
    x = np.uint32((x ^ (x >> np.uint32(16))) * np.uint32(0x7FEB352D))
    x = np.uint32((x ^ (x >> np.uint32(15))) * np.uint32(0x846CA68B))
    return np.uint32(x ^ (x >> np.uint32(16)))

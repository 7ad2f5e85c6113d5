"""Could models have swapped their measures? The paired randomisation test, the same swaps for every pair."""

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from engine.statistics.draws import BLOCK, DRAWS, EQUAL, Floats
from engine.statistics.intervals import student
from engine.statistics.multiple import step_down

EXACT_UP_TO = 12
Rows = npt.NDArray[np.intp]


def swapped(
    sums: Floats, pairs: tuple[Rows, Rows], seed: int, *, widened: Floats, freedom: float | None = None
) -> tuple[Floats, Floats]:
    """p of every pair if each group's sign were a coin's, and p corrected for all of them by step-down max-T.

    sums: of the measures over each group, (groups, models). Exact up to 12 groups, and by itself for a pair that
    differs in as few. widened: by how much a web of sharing widens the error of each pair, freedom its degrees.
    """
    one, other = pairs
    moved = sums[:, one] - sums[:, other]
    moved[np.abs(moved) < EQUAL] = 0.0
    scale = np.sqrt((moved**2).sum(axis=0))
    scale[scale == 0] = math.inf
    seen = np.abs(moved.sum(axis=0)) / scale
    if freedom is not None:
        seen = student(seen / widened, freedom)
    exact = len(sums) <= EXACT_UP_TO
    single, corrected = step_down(seen, _drawn(sums, pairs, scale, seed=seed, exact=exact), exact=exact)
    for at in np.flatnonzero((moved != 0).sum(axis=0) <= EXACT_UP_TO):
        single[at] = _exactly(moved[moved[:, at] != 0, at], float(seen[at]))
    return single, single if len(single) == 1 else np.maximum(corrected, single)


def _drawn(sums: Floats, pairs: tuple[Rows, Rows], scale: Floats, *, seed: int, exact: bool) -> Iterator[Floats]:
    """The statistics of all pairs under swaps, in blocks of shape (some draws, pairs)."""
    size = max(BLOCK // len(scale), 1)
    for signs in _signs(len(sums), seed, exact=exact):
        flipped = signs @ sums
        for start in range(0, len(flipped), size):
            block = flipped[start : start + size]
            yield np.abs(block[:, pairs[0]] - block[:, pairs[1]]) / scale


def _exactly(moved: Floats, seen: float) -> float:
    """p of one pair with every swap counted."""
    scale = math.sqrt(float((moved**2).sum())) or math.inf
    signs = next(_signs(len(moved), 0, exact=True))
    return float((np.abs(signs @ moved) / scale >= seen - EQUAL).mean())


def _signs(number: int, seed: int, *, exact: bool) -> Iterator[Floats]:
    """Coins for so many groups, in blocks of shape (some draws, groups); exact: every way they can fall."""
    if exact:
        yield np.asarray(1.0 - 2.0 * ((np.arange(2**number)[:, None] >> np.arange(number)) & 1), np.float64)
        return
    rng, left = np.random.default_rng(seed), DRAWS
    while left:
        size = min(left, max(BLOCK // number, 1))
        bits = np.unpackbits(np.frombuffer(rng.bytes(-(-size * number // 8)), np.uint8), count=size * number)
        yield np.asarray(1.0 - 2.0 * bits.reshape(size, number), np.float64)
        left -= size

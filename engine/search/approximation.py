"""Which rows are most similar to each row, all but a few of them found, at a cost that grows as the rows do?

Cells first (`cells`), then rounds of asking the neighbours' neighbours (`descent`), until a sample of rows that is
searched exactly has 98 of 100 of its true neighbours, or for as long as that pays. One seed, one result, on any number
of cores.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from engine.search import cells, descent, rescoring
from engine.search.cells import Floats
from engine.search.top_k import Keys, scores_of

SAMPLE, DEPTH = 1_000, 15
"""How many rows are searched exactly, and how many neighbours of each are looked for among those found."""
AIM, ROUNDS = 0.98, 5
LEAST = 40
"""Rows that each row holds while they are looked for, if fewer are wanted: from fewer a round leads less far."""


class Found(NamedTuple):
    """The keys of what was found, (n, k or 40), best first, and the share (0..1) of true neighbours, on a sample."""

    keys: Keys
    recall: float


def search(rows: Floats, k: int, tell: Callable[[float], None], *, seed: int = 42, threads: int | None = None) -> Found:
    """About the k most similar of every row, itself among them; rows of length one or zero, k at most their number."""
    asked = np.sort(np.random.default_rng(seed).choice(len(rows), min(SAMPLE, len(rows)), replace=False))
    depth = min(DEPTH, k - 1)
    floor = _floor(rows, asked, depth)
    k = min(max(k, LEAST), len(rows))
    near = cells.cut(rows, k, seed=seed, threads=threads)
    tell(0.1)
    keys = cells.search(rows, near, k, lambda share: tell(0.1 + 0.4 * share), threads=threads)
    recall, before = _recall(keys, asked, floor, depth), -1.0
    for number in range(ROUNDS):
        if recall >= AIM or recall - before < 1e-3:
            break
        keys, before = descent.further(rows, keys, near, threads=threads), recall
        recall = _recall(keys, asked, floor, depth)
        tell(0.5 + 0.1 * (number + 1))
    return Found(keys, recall)


def _floor(rows: Floats, asked: cells.Rows, depth: int) -> Floats:
    """How similar the last of so many true neighbours of each row is that is asked, itself not counted."""
    parts = [best.similarities.min(axis=1) for best in rescoring.nearest(rows[asked], rows, depth + 1)]
    return np.concatenate(parts)


def _recall(keys: Keys, asked: cells.Rows, floor: Floats, depth: int) -> float:
    """The share of places among the first that hold a row no less similar than the last true one; ties are as good."""
    found = scores_of(keys[asked, : depth + 1])  # the row itself is one of them, and as similar as any
    return float((((found >= floor[:, None] - 1e-6).sum(axis=1) - 1).clip(0, depth)).mean() / depth)

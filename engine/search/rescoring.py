"""Which rows are most similar to each query, exactly, when a coarse product has ruled out nearly all of them?

Where the processor multiplies bfloat16 much faster than float32, the products of all queries with all rows are taken in
bfloat16, and twice as many rows as wanted are kept. How far such a product can be from the truth is known, so that
whatever lies further below the k-th best than twice that cannot be among the k best. If all that was kept lies nearer,
for many rows are equal for instance, more may: then that query is searched in float32. The kept ones are scored in
float32 anyway.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from engine import config
from engine.compute.compiled import compiled
from engine.search import all_pairs
from engine.search.top_k import Keys, best_keys, keys_of, places_of, scores_of, top_k

PART = 4_096
"""Queries between two words to whoever waits."""
PRODUCTS = 2**28
"""How many products are in a graphics card's memory at once."""
COARSE = 2**-8 + 1e-5
"""How far a product in bfloat16 of two rounded rows can be from theirs: half a step of numbers from 1 on, and sums."""

Floats = npt.NDArray[np.float32]


class Best(NamedTuple):
    """The k best of some queries in no order: the first query's place, rows and similarities (queries, k)."""

    start: int
    rows: npt.NDArray[np.int64]
    similarities: Floats


@cache
def coarse() -> bool:
    """Whether the processor has units for products of bfloat16."""
    import torch

    return bool(torch.cpu._is_amx_tile_supported())


def nearest(queries: Floats, rows: Floats, k: int) -> Iterator[Best]:
    """The k rows with the largest products with each query, k at most the number of rows; all of length one or zero.

    The products are those of float32: equal rows have equal ones, and which of them stay at the k-th place is open.
    """
    if config.machine().device != "cpu":
        yield from _on_device(queries, rows, k)
    elif coarse():
        yield from _coarse_first(queries, rows, k)
    else:
        for start in range(0, len(queries), PART):
            yield Best(start, *top_k(queries[start : start + PART], rows, k, similarity="dot"))


def _on_device(queries: Floats, rows: Floats, k: int) -> Iterator[Best]:
    """All products in float32, for which a graphics card is fast enough."""
    import torch

    device = config.machine().device
    whole, asked = torch.from_numpy(rows).to(device), torch.from_numpy(queries).to(device)
    for start in range(0, len(queries), block := max(16, min(PART, PRODUCTS // max(len(rows), 1)))):
        similarities, found = torch.topk(asked[start : start + block] @ whole.T, k, sorted=False)
        yield Best(start, found.cpu().numpy(), similarities.cpu().numpy())


def among(rows: Floats, k: int, tell: Callable[[float], None]) -> Iterator[Best]:
    """As `nearest` of all rows with themselves; `tell` hears how much of the long part is done, 0..1."""
    import torch

    if config.machine().device != "cpu" or not coarse():
        for best in nearest(rows, rows, k):
            tell(best.start / len(rows))
            yield best
        return
    rounded = torch.from_numpy(rows).bfloat16()
    error = _error(rows, rounded)
    rough = all_pairs.candidates(rounded, min(2 * k + 16, len(rows)), tell)
    for start in range(0, len(rows), PART):
        part = slice(start, start + PART)
        yield Best(start, *_settled(rows[part], rows, rough[part], k, error=2 * error))


def _coarse_first(queries: Floats, rows: Floats, k: int) -> Iterator[Best]:
    import torch

    rounded, asked = (torch.from_numpy(one).bfloat16() for one in (rows, queries))
    error = _error(queries, asked) + _error(rows, rounded)
    places, wide = np.arange(len(rows)), min(2 * k + 16, len(rows))
    for start in range(0, len(queries), PART):
        part = slice(start, start + PART)
        rough = best_keys(asked[part], [rounded], places, wide)
        yield Best(start, *_settled(queries[part], rows, rough, k, error=error))


def _settled(
    queries: Floats, rows: Floats, rough: Keys, k: int, *, error: float
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Rows and similarities of the k best of each query, from the keys of those that have the best coarse products."""
    rough.sort(axis=1)
    low = scores_of(rough[:, k - 1]) - 2 * (1.01 * error + COARSE)
    found = keys_of(scored(queries, rows, places_of(rough)), places_of(rough))
    found.partition(k - 1, axis=1)
    places, similarities = places_of(found[:, :k]), scores_of(found[:, :k])
    unsure = np.flatnonzero((scores_of(rough[:, -1]) >= low) & (rough.shape[1] < len(rows)))
    if len(unsure):
        places[unsure], similarities[unsure] = top_k(queries[unsure], rows, k, similarity="dot")
    return places, similarities


def _error(exact: Floats, rounded: Any) -> float:
    """How far rounding one of these rows can move its product with another of length one (Cauchy and Schwarz)."""
    parts = (slice(start, start + PART) for start in range(0, len(exact), PART))
    return max(float(np.linalg.norm(exact[part] - rounded[part].float().numpy(), axis=1).max()) for part in parts)


def scored(queries: Floats, rows: Floats, candidates: npt.NDArray[np.int64]) -> Floats:
    """The products of each query with its candidates, (queries, candidates), each summed in the same order."""
    found = np.empty(candidates.shape, np.float32)
    compiled(_multiply, "reassoc", "contract")(queries, rows, candidates, found)
    return found


def _multiply(queries: Any, rows: Any, candidates: Any, found: Any) -> None:
    for query in range(len(queries)):
        for at in range(candidates.shape[1]):
            row, total = candidates[query, at], np.float32(0)
            for place in range(queries.shape[1]):
                total += queries[query, place] * rows[row, place]
            found[query, at] = total

"""Which rows are most similar to each query, exactly, when a coarse product has ruled out nearly all of them?

Where the device multiplies bfloat16 much faster than float32, the product of all queries with all rows is taken in
bfloat16. It is at most `_error` away from the truth, so that whatever lies further below the k-th best than twice
that cannot be among the k best. Only the rest is scored in float32. Where more are left than is worth looking at one
by one, for many rows are equal for instance, all rows are.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from engine import config

GROUP = 64
"""Rows of which only the best is looked at first."""
TILE = 8_192
"""Rows whose products stay in the processor's cache until their groups are known."""
BLOCK = 512
PRODUCTS = 2**27
"""How many coarse products are in memory at once."""
WORTH = 12
"""Candidates for every place that are worth scoring one by one."""
PAIRS = 1_024
"""How many of them at once: their numbers stay in the processor's cache, which makes this four times as fast."""


class Best(NamedTuple):
    """The k best of some queries in no order: the first query's place, rows and similarities (queries, k)."""

    start: int
    rows: npt.NDArray[np.int64]
    similarities: npt.NDArray[np.float32]


@cache
def coarse() -> Any:
    """The torch type of the first look: bfloat16 where the device has units for it, else float32."""
    import torch

    device = config.machine().device
    if device == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    fast = device == "cpu" and torch.cpu._is_amx_tile_supported()
    return torch.bfloat16 if fast else torch.float32


def nearest(queries: npt.NDArray[np.float32], rows: npt.NDArray[np.float32], k: int) -> Iterator[Best]:
    """The k rows with the largest products with each query, k at most the number of rows; all of length one or zero.

    The products are those of float32: equal rows have equal ones, and which of them stay at the k-th place is open.
    """
    import torch

    device, count = config.machine().device, len(rows)
    whole, asked = torch.from_numpy(rows).to(device), torch.from_numpy(queries).to(device)
    tiles = _tiles(whole)
    for start in range(0, len(queries), block := max(16, min(BLOCK, PRODUCTS // max(count, 1)))):
        some = asked[start : start + block]
        found = _sifted(some, whole, tiles, k)
        similarities, places = torch.topk(some @ whole.T, k, sorted=False) if found is None else found
        yield Best(start, places.cpu().numpy(), similarities.cpu().numpy())


def _tiles(whole: Any) -> Any:
    """The rows in the coarse type, (tiles, rows of a tile, numbers), filled up with rows of zeros."""
    import torch

    size = min(TILE, -(-len(whole) // GROUP) * GROUP)
    number = -(-len(whole) // size)
    tiles = torch.zeros((number * size, whole.shape[1]), dtype=coarse(), device=whole.device)
    tiles[: len(whole)] = whole
    return tiles.view(number, size, -1)


def _error() -> float:
    """How far a coarse product of two rows of length one can be from the truth.

    Rounding both rows moves it by 2u, rounding the product by u, u being half the distance between 1 and the next
    number; sums are kept in float32.
    """
    import torch

    return 3 * torch.finfo(coarse()).eps / 2 + 1e-5


def _sifted(some: Any, whole: Any, tiles: Any, k: int) -> tuple[Any, Any] | None:
    """Similarities and rows of the k best of each query; None where too many rows might be among them."""
    import torch

    products, tops = _products(some, tiles, len(whole))
    groups = min(k, tops.shape[1])
    # as many rows as groups are at least as good as the last of these groups, which all k are if there are k groups
    low = torch.topk(tops, groups).values[:, -1].float() - 2 * _error()
    if groups < k:
        low.fill_(-2.0)
    queries, near = torch.nonzero(tops >= low[:, None], as_tuple=True)
    in_tile = products.shape[2]
    members = products[near // in_tile, queries, near % in_tile]
    which, at = torch.nonzero(members >= low[queries, None], as_tuple=True)
    if len(which) > WORTH * k * len(some):
        return None
    rough, rows = _by_query(queries[which], members[which, at].float(), near[which] * GROUP + at, len(some))
    kth = torch.topk(rough, k, sorted=True).values[:, -1:]
    queries, at = torch.nonzero(rough >= kth - 2 * _error(), as_tuple=True)
    rows = rows[queries, at]
    pairs = zip(rows.split(PAIRS), queries.split(PAIRS), strict=True)
    exact = torch.cat([(whole.index_select(0, at) * some.index_select(0, by)).sum(dim=1) for at, by in pairs])
    similarities, rows = _by_query(queries, exact, rows, len(some))
    best, order = torch.topk(similarities, k, sorted=False)
    return best, torch.gather(rows, 1, order)


def _by_query(queries: Any, similarities: Any, rows: Any, count: int) -> tuple[Any, Any]:
    """Pairs sorted by query as two tables with a line for each query, filled up with minus infinity."""
    import torch

    each = torch.bincount(queries, minlength=count)
    column = torch.arange(len(queries), device=rows.device) - (torch.cumsum(each, 0) - each)[queries]
    shape = count, int(each.max())
    table = torch.full(shape, -torch.inf, device=rows.device)
    whose = torch.zeros(shape, dtype=torch.int64, device=rows.device)
    table[queries, column], whose[queries, column] = similarities, rows
    return table, whose


def _products(some: Any, tiles: Any, count: int) -> tuple[Any, Any]:
    """The coarse products (tiles, queries, groups, GROUP), and the best of each group (queries, groups)."""
    import torch

    number, size, _ = tiles.shape
    rounded = some.to(tiles.dtype)
    products = torch.empty((number, len(some), size // GROUP, GROUP), dtype=tiles.dtype, device=tiles.device)
    tops = torch.empty((len(some), number, size // GROUP), dtype=tiles.dtype, device=tiles.device)
    for at, tile in enumerate(tiles):
        flat = products[at].view(len(some), size)
        torch.mm(rounded, tile.T, out=flat)
        flat[:, max(count - at * size, 0) :] = -torch.inf  # rows that only fill up
        torch.amax(products[at], dim=-1, out=tops[:, at])
    return products, tops.view(len(some), -1)

"""Which rows are most similar to each query, exactly, when a coarse product has ruled out nearly all of them?

Where the device multiplies bfloat16 much faster than float32, the product of all queries with all rows is taken in
bfloat16. It is at most `_error` away from the truth, so that whatever lies further below the k-th best than twice
that cannot be among the k best. Only the rest is scored in float32. Queries with more candidates than are worth
looking at one by one, many equal rows for instance, are scored against all rows.
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
WORTH = 6
"""Candidates for every place that are worth scoring one by one."""


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
        found, sure = _sifted(some, whole, tiles, k)
        if not bool(sure.all()):
            left = torch.nonzero(~sure).ravel()
            values, places = torch.topk(some[left] @ whole.T, k, sorted=False)
            found[0][left], found[1][left] = values, places
        yield Best(start, found[1].cpu().numpy(), found[0].cpu().numpy())


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


def _sifted(some: Any, whole: Any, tiles: Any, k: int) -> tuple[tuple[Any, Any], Any]:
    """Similarities and rows of the k best of each query, and for which queries these are sure."""
    import torch

    products, tops = _products(some, tiles, len(whole))
    groups = min(WORTH * k, tops.shape[1])
    best, chosen = torch.topk(tops.float(), min(groups + 1, tops.shape[1]), sorted=True)
    slack, last = 2 * _error(), best[:, min(k, best.shape[1]) - 1, None]
    sure = best.shape[1] <= groups or best[:, -1] < last[:, 0] - slack
    near, places = _members(products, chosen[:, :groups])
    width = min(WORTH * k, near.shape[1])
    values, at = torch.topk(near.float(), min(width + 1, near.shape[1]), sorted=True)
    if values.shape[1] > width:
        sure = sure & (values[:, -1] < values[:, k - 1] - slack)
    needed = int((values[:, :width] >= values[:, k - 1, None] - slack).sum(dim=1).max())
    rows = torch.gather(places, 1, at[:, : max(k, needed)])
    exact = (whole[rows.clamp(max=len(whole) - 1)] @ some[:, :, None])[:, :, 0]
    exact[rows >= len(whole)] = -torch.inf
    similarities, order = torch.topk(exact, k, sorted=False)
    everywhere = torch.ones(len(some), dtype=torch.bool, device=whole.device)
    return (similarities, torch.gather(rows, 1, order)), everywhere & sure


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


def _members(products: Any, groups: Any) -> tuple[Any, Any]:
    """The coarse products in these groups of each query, and which rows they are of: (queries, groups × GROUP) each."""
    import torch

    in_tile = products.shape[2]
    queries = torch.arange(len(groups), device=groups.device)[:, None]
    near = products[groups // in_tile, queries, groups % in_tile]
    places = groups[:, :, None] * GROUP + torch.arange(GROUP, device=groups.device)
    return near.flatten(1), places.flatten(1)

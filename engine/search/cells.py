"""Which rows are the best in a row's own neighbourhood? Rows lie in cells, and meet the cells nearest to them.

The cells are those of k-means on a seeded sample (an inverted file, Sivic & Zisserman 2003). All rows that meet one
cell are compared with it together, so that what would be many small products is one large one. Every product is taken
by one thread: its bits do not depend on how many there are.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine import config
from engine.compute.compiled import compiled
from engine.compute.threads import apart
from engine.search.top_k import GROUP, NONE, Keys

CELL = 200
"""Fewest rows that a cell has on average."""
MET = 2_400
"""About how many rows each row is compared with."""
SAMPLED, TURNS = 32, 5
"""Rows a cell from which k-means learns, and how often it goes over them."""
PART = 2_048
UNEVEN = 8
"""A cell of more than so many times the mean is cut: many equal rows would otherwise all meet one another."""

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


class Cells(NamedTuple):
    """The cell of each row (n,), all rows cell by cell (n,), where each cell begins there and the last ends, and the
    cells that each row meets, (n, most), the nearest first."""

    of: npt.NDArray[np.int32]
    order: Rows
    bounds: Rows
    meets: npt.NDArray[np.int32]


def cut(rows: Floats, least: int, *, seed: int, threads: int | None = None) -> Cells:
    """The cells of rows of length one or zero; those that a row meets hold at least so many rows, if there are as many.

    There are n / 200 of them, or four times the root of n where that is less: more would cost more than they save.
    """
    count = len(rows)
    number = max(1, min(count // CELL, round(4 * count**0.5)))
    wide = min(number, -(-max(MET, 2 * least) * number // count))
    with pool_of(threads) as pool:
        centres = _centres(rows, number, np.random.default_rng(seed), pool)
        near = _nearest(rows, centres, wide, pool)
        while wide < number and np.bincount(near[:, 0], minlength=number)[near].sum(axis=1).min() < least:
            wide = min(2 * wide, number)
            near = _nearest(rows, centres, wide, pool)
    return _parted(near, number, max(UNEVEN * count // number, 2 * least))


def _parted(near: npt.NDArray[np.int32], number: int, most: int) -> Cells:
    """The cells that rows have as their nearest, cut into even parts of at most so many; of each a row meets one."""
    count, own = len(near), near[:, 0]
    order = np.argsort(own, kind="stable")
    sizes = np.bincount(own, minlength=number)
    parts = np.maximum(-(-sizes // most), 1)
    part = np.arange(count) % parts.max()  # of another row's cell any part
    at = np.arange(count) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    within = np.empty(count, np.int64)
    within[order] = at * parts[own[order]] // np.maximum(sizes, 1)[own[order]]
    meets = (np.cumsum(parts) - parts)[near] + part[:, None] % parts[near]
    meets[:, 0] += within - part % parts[own]
    of = meets[:, 0].astype(np.int32)
    return Cells(of, order, np.searchsorted(of[order], np.arange(parts.sum() + 1)), meets.astype(np.int32))


@contextmanager
def pool_of(number: int | None) -> Iterator[ThreadPoolExecutor]:
    """So many threads, else one a core; in each a product is taken alone, be there one of them or many."""
    import torch

    with apart(2), ThreadPoolExecutor(number or config.cores(), initializer=torch.get_num_threads) as pool:
        yield pool


def _centres(rows: Floats, number: int, rng: np.random.Generator, pool: ThreadPoolExecutor) -> Floats:
    """K-means by cosine on a sample; a centre that no row is nearest to stays where it was."""
    size = min(len(rows), SAMPLED * number)
    sample = rows[np.sort(rng.choice(len(rows), size, replace=False))]
    centres = sample[rng.choice(size, number, replace=False)]
    for _ in range(TURNS):
        near = _nearest(sample, centres, 1, pool)[:, 0]
        sums = sparse.csr_array((np.ones(size, np.float32), (near, np.arange(size))), (number, size)) @ sample
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.divide(sums, lengths, out=centres, where=lengths > 0)
    return centres


def _nearest(rows: Floats, centres: Floats, wide: int, pool: ThreadPoolExecutor) -> npt.NDArray[np.int32]:
    """The so many nearest centres of each row, (n, wide), nearest first, of equal ones the lower."""
    import torch

    columns, places = torch.from_numpy(centres).T, np.arange(len(centres))[::-1].copy()

    def one(start: int) -> npt.NDArray[np.int32]:
        products = (torch.from_numpy(rows[start : start + PART]) @ columns).numpy()
        best = np.full((len(products), wide), NONE)
        compiled(_sift, parts=(key_of, score_of, sinks))(products, places, np.arange(len(best)), best)
        best.sort(axis=1)
        return (len(centres) - 1 - (~best & 0xFFFFFFFF)).astype(np.int32)

    return np.concatenate(list(pool.map(one, range(0, len(rows), PART))))


def search(rows: Floats, cells: Cells, k: int, tell: Callable[[float], None], *, threads: int | None = None) -> Keys:
    """The keys of the k best rows of the cells that a row meets, itself among them, (n, k), the best first."""
    near = np.full((len(rows), k), NONE)
    wide = cells.meets.shape[1]
    with pool_of(threads) as pool:
        for turn in range(wide):  # in one turn each row meets one cell, so that no two threads write to one row
            met = cells.meets[:, turn]
            order = cells.order if turn == 0 else np.argsort(met, kind="stable")
            edges = np.searchsorted(met[order], np.arange(len(cells.bounds)))
            starts = [(cell, at) for cell, (a, b) in enumerate(pairwise(edges.tolist())) for at in range(a, b, PART)]
            list(pool.map(partial(_meet, rows, cells, near, order, edges), starts))
            tell((turn + 1) / wide)
    near.sort(axis=1)
    return near


def _meet(rows: Floats, cells: Cells, near: Keys, order: Rows, edges: Rows, start: tuple[int, int]) -> None:
    """Puts down the best of one cell for rows that meet it, in that order from there on."""
    import torch

    cell, at = start
    asked = order[at : min(at + PART, edges[cell + 1])]
    held = cells.order[cells.bounds[cell] : cells.bounds[cell + 1]]
    products = torch.mm(*(torch.from_numpy(part) for part in (rows[asked], rows[held].T))).numpy()
    compiled(_sift, parts=(key_of, score_of, sinks))(products, len(rows) - 1 - held, asked, near)


def _sift(products: Any, places: Any, asked: Any, near: Any) -> None:
    """Puts the best keys of each row of products into the heap, with the worst on top, of the row `asked` of `near`."""
    for row in range(products.shape[0]):
        heap = near[asked[row]]
        low = score_of(heap[0])
        for start in range(0, products.shape[1], GROUP):
            stop = min(start + GROUP, products.shape[1])
            some = np.uint8(stop - start < GROUP)
            if not some:  # a loop of fixed length over a slice is what becomes vector instructions
                group = products[row, start:stop]
                for column in range(GROUP):
                    some |= np.uint8(group[column] >= low)
            if not some:
                continue
            for column in range(start, stop):
                score = products[row, column]
                if score < low:
                    continue
                key = key_of(score, places[column])
                if key < heap[0]:
                    sinks(heap, key)
                    low = score_of(heap[0])


def key_of(score: Any, place: Any) -> Any:
    """As `top_k.keys_of`, of one score."""
    rank = np.int64(np.float32(score + np.float32(0)).view(np.int32))  # -0.0 becomes 0.0, its equal
    return ~(((rank ^ ((rank >> 31) & 0x7FFFFFFF)) << 32) | place)


def score_of(key: Any) -> Any:
    """As `top_k.scores_of`, of one key; what is no key holds a score that all reach."""
    if key == NONE:
        return np.float32(-np.inf)
    rank = np.int32(~key >> 32)
    return np.int32(rank ^ ((rank >> 31) & 0x7FFFFFFF)).view(np.float32)


def sinks(heap: Any, key: Any) -> None:
    """The key takes the place of the worst one, which is on top, and goes as far down as it is better."""
    at, child, k = 0, 1, len(heap)
    while child < k:
        if child + 1 < k and heap[child + 1] > heap[child]:
            child += 1
        if heap[child] <= key:
            break
        heap[at] = heap[child]
        at, child = child, 2 * child + 1
    heap[at] = key

"""Is a neighbour of my neighbours nearer to me than those I have? Rounds of that question mend what a search missed.

After NN-descent (Dong, Moses & Li 2011), in step: all rows look at the neighbours that all had before the round, so
that what they find depends on no order and on no number of threads. Within a round a row goes on from what it finds, as
a search in a graph does (Malkov & Yashunin 2016).
"""

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.compute.compiled import compiled
from engine.search.cells import Cells, Floats, key_of, pool_of, sinks
from engine.search.top_k import NONE, Keys

LINKS, BACK = 15, 15
"""How many of its nearest a row leads to, and how many of those whose neighbour it is."""
REACH = 30
"""How many of its nearest a row asks in a round; those that it finds nearer come to be asked too."""
PARTS = 64


def further(rows: Floats, keys: Keys, cells: Cells, *, threads: int | None = None) -> Keys:
    """The keys (n, k), best first, after one more round; what met in the cells is not compared again."""
    links, found = _links(keys), np.empty_like(keys)
    edges = np.linspace(0, len(rows), PARTS + 1).astype(int)
    look = compiled(_look, "reassoc", "contract", parts=(key_of,))
    with pool_of(threads) as pool:

        def one(part: tuple[int, ...]) -> None:
            seen = np.full(len(rows), -1, np.int32), np.full(len(cells.bounds), -1, np.int32)
            look(rows, links, (cells.of, cells.order, cells.meets), seen, keys, found, (*part, REACH))

        list(pool.map(one, pairwise(edges.tolist())))
    return found


def _links(keys: Keys) -> npt.NDArray[np.int32]:
    """The rows that a row leads to, (n, 31): its nearest, and the nearest of those that lead to it; -1 for none."""
    count, wide = len(keys), min(LINKS + 1, keys.shape[1])  # a row may be among its own
    back = np.full((count, BACK), NONE)
    compiled(_turn, parts=(sinks,))(keys[:, :wide], back)
    both = np.concatenate([keys[:, :wide], back], axis=1)
    return np.where(both == NONE, -1, count - 1 - (~both & 0xFFFFFFFF)).astype(np.int32)


def _turn(keys: Any, back: Any) -> None:
    """Puts every edge, turned round, into the heap of the row where it ends."""
    count = len(keys)
    for row in range(count):
        for at in range(keys.shape[1]):
            key = keys[row, at]
            if key == NONE:
                continue
            other = count - 1 - (~key & 0xFFFFFFFF)
            turned = (key | 0xFFFFFFFF) ^ (count - 1 - row)
            if other != row and turned < back[other, 0]:
                sinks(back[other], turned)


def _look(rows: Any, links: Any, cells: Any, seen: Any, keys: Any, found: Any, part: Any) -> None:
    """One round for a part of the rows, cell by cell, for rows of one cell ask much the same.

    Args:
        seen: for which row another one was looked at last, and a cell was met; -1 for none.
        part: the first of the rows cell by cell, the one after the last, and how many are asked.
    """
    of, order, meets = cells
    known, met = seen
    count, k = keys.shape
    asked = np.zeros(k, np.uint8)
    for at in range(part[0], part[1]):
        row = order[at]
        best, query = found[row], rows[row]
        for place in range(meets.shape[1]):
            met[meets[row, place]] = row
        for place in range(k):
            best[place], asked[place] = keys[row, place], 0
            if best[place] != NONE:
                known[count - 1 - (~best[place] & 0xFFFFFFFF)] = row
        known[row] = row
        turn = -1  # the row asks its own links first, then those of the best that it has not asked yet
        while turn < min(part[2], k):
            middle = row
            if turn >= 0:
                if asked[turn] or best[turn] == NONE:
                    turn += 1
                    continue
                asked[turn] = 1
                middle = count - 1 - (~best[turn] & 0xFFFFFFFF)
            turn += 1
            for link in range(links.shape[1]):
                other = links[middle, link]
                if other < 0 or known[other] == row:
                    continue
                known[other] = row
                if met[of[other]] == row:
                    continue
                score = np.float32(0)
                for number in range(rows.shape[1]):
                    score += query[number] * rows[other, number]
                key = key_of(score, count - 1 - other)
                if key < best[k - 1]:
                    place = k - 1
                    while place > 0 and best[place - 1] > key:
                        best[place], asked[place] = best[place - 1], asked[place - 1]
                        place -= 1
                    best[place], asked[place] = key, 0
                    turn = min(turn, place)

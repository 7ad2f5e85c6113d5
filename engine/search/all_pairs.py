"""Which rows of a set may be most similar to each other, from products in bfloat16 of which only half are taken?

The product of two rows counts for both. The set is cut into blocks that meet as teams do in a round robin: in a round
no block has two partners, so that no two threads write to one row, and what comes out does not depend on their number.
Every row keeps its best in a heap with the worst on top, as keys of `search`.
"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.compute import threads
from engine.compute.compiled import compiled
from engine.search.top_k import GROUP, NONE, Keys

BLOCK = 1_024
"""Rows: two blocks and their products stay in the processor's cache."""
ANY = np.iinfo(np.int16).min
"""The bound that every product reaches."""


def candidates(rounded: Any, k: int, tell: Callable[[float], None]) -> Keys:
    """The keys of the k rows with the largest products with each row, itself among them, (n, k) in no order.

    Args:
        rounded: a torch tensor of bfloat16 (n, d); k at most n.
        tell: hears how much is done, 0..1.
    """
    import torch

    number = len(rounded)
    edges = np.linspace(0, number, -(-number // BLOCK) + 1).astype(int).tolist()
    blocks = [slice(start, stop) for start, stop in pairwise(edges)]
    near, low = np.full((number, k), NONE), np.full(number, ANY, np.int16)
    rounds = _rounds(len(blocks))
    with threads.pool(torch.get_num_threads()) as pool:
        for done, pairs in enumerate(rounds):
            list(pool.map(partial(_meet, rounded, blocks, low, near), pairs))
            tell((done + 1) / len(rounds))
    return near


def _rounds(number: int) -> list[list[tuple[int, int]]]:
    """Rounds of pairs in which each of the teams meets itself, then every other one once (circle method)."""
    teams = list(range(number + number % 2))
    rounds = [[(team, team) for team in range(number)]]
    for _ in teams[1:]:
        pairs = zip(teams[: len(teams) // 2], reversed(teams[len(teams) // 2 :]), strict=True)
        rounds.append([pair for pair in pairs if max(pair) < number])
        teams.insert(1, teams.pop())
    return rounds


def _meet(rounded: Any, blocks: list[slice], low: npt.NDArray[np.int16], near: Keys, pair: tuple[int, int]) -> None:
    """Takes the products of two blocks, and puts down what is good enough for the rows of either."""
    import torch

    first, second = (blocks[one] for one in pair)
    products = torch.mm(rounded[first], rounded[second].T).view(torch.int16).numpy()
    compiled(_collect)(products, first.start, second.start, 1 if first == second else 2, low, near)


def _collect(products: Any, first: int, second: int, sides: int, low: Any, near: Any) -> None:
    """Puts the products (rows from `first` on, rows from `second` on) into the heaps of one or of both sides.

    The bits of numbers from nought on are in the order of the numbers; below it no bound is kept.
    """
    k = near.shape[1]
    for row in range(products.shape[0]):
        for start in range(0, products.shape[1], GROUP):
            stop = min(start + GROUP, products.shape[1])
            some = np.uint8(stop - start < GROUP)
            if not some:  # a loop of fixed length over slices is what becomes vector instructions
                group, bounds, bound = products[row, start:stop], low[second + start : second + stop], low[first + row]
                for column in range(GROUP):
                    some |= np.uint8(group[column] >= bound) | np.uint8(group[column] >= bounds[column])
            if not some:
                continue
            for column in range(start, stop):
                value = products[row, column]
                for side in range(sides):
                    own, other = (second + column, first + row) if side else (first + row, second + column)
                    if value < low[own]:
                        continue
                    rank = np.int64(value) << 16
                    key = ~(((rank ^ ((rank >> 31) & 0x7FFFFFFF)) << 32) | other)
                    heap = near[own]
                    if key >= heap[0]:
                        continue
                    at, child = 0, 1
                    while child < k:
                        if child + 1 < k and heap[child + 1] > heap[child]:
                            child += 1
                        if heap[child] <= key:
                            break
                        heap[at] = heap[child]
                        at, child = child, 2 * child + 1
                    heap[at] = key
                    worst = ~heap[0] >> 48
                    if worst >= 0:
                        low[own] = worst

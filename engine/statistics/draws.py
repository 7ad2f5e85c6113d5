"""What is drawn anew, and how often: the groups in which items hang together, by one seed for every model."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from engine.metrics.groups import COLUMN, LINKS, NAMED, grouped, incidence, named, shared_pairs, sharing

SEED = 0
DRAWS = 9_999
BLOCK = 4_000_000
MERGED = 2_000
"""Above so many groups, means draw as many sets of groups put together at random: they tell the same spread."""
ANEW = 4_000
"""Items up to which a metric is computed anew for every draw; above, its draws add up what each set of groups does."""
PARTS = 1_000
"""Sets of groups that such draws are made of."""
JACKKNIFE = 200
EQUAL = 1e-9
"""What rounding leaves of a difference that is none."""
FEWEST = 8
"""Groups below which no interval is given: they cannot tell how far the next one may lie."""
Floats: TypeAlias = npt.NDArray[np.float64]
Counts: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Groups:
    """Which of n items are drawn together.

    codes: the group of each item, 0..number−1; held: where sharing is a web, which item holds which unit, shape
    (n, units): then every item is a group, and what hangs together widens the error afterwards (`design`); named_by:
    what the file calls the column that names groups, where that is what they come from.
    """

    codes: npt.NDArray[np.intp]
    number: int
    held: sparse.csr_array | None = None
    named_by: str = ""

    @cached_property
    def sizes(self) -> Counts:
        """How many items each group has."""
        return np.bincount(self.codes, minlength=self.number)

    @cached_property
    def effective(self) -> float:
        """How many groups of one size tell as much as these.

        Of a web all items, less what `design` then finds; but named groups that are crossed are no more than they are.
        """
        squares = float((self.sizes.astype(np.float64) ** 2).sum())
        whole = len(self.codes) ** 2 / squares if squares else 0.0
        return self.linked if self.crossed_few else whole

    @cached_property
    def crossed_few(self) -> bool:
        """Whether these are items in a few named groups that something crosses."""
        return self.held is not None and bool(self.named_by) and self.linked < FEWEST

    @cached_property
    def linked(self) -> float:
        """The same, if all that is shared varied together: n² over the number of pairs that share something."""
        return self.effective if self.held is None else len(self.codes) ** 2 / shared_pairs(self.held)

    @cached_property
    def freedom(self) -> float:
        """The degrees of freedom of the spread of a mean; in a web by Satterthwaite, as if items were alike in it.

        Of groups of one size they are one less than these (Bell & McCaffrey 2002).
        """
        if self.held is None:
            return max(self.effective - 1, 1.0)
        n, both = len(self.codes), sharing(self.held)
        each = both.sum(axis=1)
        squares = both.nnz - 2 * float((each**2).sum()) / n + (both.nnz / n) ** 2
        return max((n - both.nnz / n) ** 2 / squares, 1.0) if squares > 0 else 1.0

    def sums(self, values: Floats) -> Floats:
        """The sum over each group of values of shape (n, …)."""
        found = np.zeros((self.number, *values.shape[1:]))
        np.add.at(found, self.codes, values)
        return found

    def merged(self, most: int) -> "Groups":
        """These groups, put together at random where there are more than this many."""
        if self.number <= most:
            return self
        together = np.random.default_rng(SEED).permutation(self.number) % most
        return Groups(together[self.codes], most, self.held, self.named_by)


def groups_of(items: pd.DataFrame) -> Groups:
    """The groups of an item table, row for row.

    Tables written before they named groups tell them by other columns: relevant documents, the row of a document, the
    text of a summary; else every item is one.
    """
    if COLUMN not in items:
        items = items.assign(**_told(items))
    codes, names = pd.factorize(items[COLUMN])
    held = incidence(items[LINKS].tolist()) if LINKS in items else None
    return Groups(codes, len(names), held, str(items[NAMED].iloc[0]) if NAMED in items and len(items) else "")


def _told(items: pd.DataFrame) -> dict[str, list[Any]]:
    if "relevant_ids" in items:
        return grouped(items["relevant_ids"].tolist())
    return {COLUMN: named(next((items[name] for name in ("row", "text_id") if name in items), items["item"]))}


def counts(number: int, draws: int, seed: int = SEED, *, width: int = 0) -> Iterator[Counts]:
    """How often each of so many groups stands in each draw, in blocks of shape (some draws, number).

    width: how many items the caller spreads a block over, for its memory.
    """
    rng, left = np.random.default_rng(seed), draws if number else 0
    while left:
        size = min(left, max(BLOCK // max(number, width), 1))
        rows = rng.integers(0, number, (size, number))
        rows += number * np.arange(size)[:, None]
        yield np.bincount(rows.ravel(), minlength=size * number).reshape(size, number)
        left -= size


def item_counts(groups: Groups, draws: int, seed: int) -> Iterator[Counts]:
    """How often each item stands in each draw of its group, in blocks of shape (some draws, n)."""
    for block in counts(groups.number, draws, seed, width=len(groups.codes)):
        yield block[:, groups.codes]


def left_out(groups: Groups, sets: int = JACKKNIFE) -> Iterator[Counts]:
    """Counts that leave out one group at a time, or one of so many sets of them, in blocks of shape (some sets, n)."""
    few, size = groups.merged(sets), max(BLOCK // max(len(groups.codes), 1), 1)
    for start in range(0, few.number, size):
        yield (few.codes[None] != np.arange(start, min(start + size, few.number))[:, None]).astype(np.int64)


def repeat_weights(repeats: int, draws: int, seed: int = SEED) -> Floats:
    """The share of each repetition (a training sample, a k-means start) in each draw, shape (draws, repeats)."""
    parts = counts(repeats, draws, seed + 1)
    return np.concatenate([*parts]) / repeats


def design(groups: Groups, values: Floats) -> Floats:
    """The design effect of each column of item values (n, …): how much more their mean varies than independent ones.

    For groups their sums are taken, for a web every two items that share something (Aronow, Samii & Assenova 2015,
    https://doi.org/10.1093/pan/mpv018). 1: what hangs together does not vary together; nan where nothing varies.
    """
    away = values - values.mean(axis=0)
    alone = (away**2).sum(axis=0)
    drawn = (groups.sums(away) ** 2).sum(axis=0)
    together = drawn if groups.held is None else _shared(groups.held, away)
    wide = groups.linked / (groups.linked - 1) if groups.linked > 1 else np.nan
    n = len(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(together * wide / (alone * n / max(n - 1, 1)))


def _shared(held: sparse.csr_array, away: Floats) -> Floats:
    """The sum of products over every two items that share a unit, each item with itself included."""
    return np.asarray((away * (sharing(held) @ away)).sum(axis=0))

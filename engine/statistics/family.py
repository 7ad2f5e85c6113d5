"""All differences between models that were judged on the same items: their errors, intervals and tests."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.metrics.groups import COLUMN
from engine.statistics.draws import (
    BLOCK,
    DRAWS,
    EQUAL,
    FEWEST,
    JACKKNIFE,
    MERGED,
    Floats,
    Groups,
    counts,
    design,
    groups_of,
    left_out,
)
from engine.statistics.intervals import ENDS, NONE, Error, around, jackknifed, over, resamples, spread, unmoved, unseen
from engine.statistics.multiple import step_down
from engine.statistics.swaps import EXACT_UP_TO, swapped
from engine.types import Task

Figures = dict[str, npt.NDArray[Any]]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Family:
    """Models on the same items, row for row: tables of one length, each pair of them a difference.

    known: the main metric under resampling where it was kept, one entry a table, or nothing; wanted: draws at most.
    """

    task: Task
    tables: Sequence[pd.DataFrame]
    seed: int
    known: Sequence[Floats | None] = field(default_factory=list)
    wanted: int = DRAWS
    forms: bool = False
    """Whether they are forms of the first one (indexes, compressed vectors): where items differ, they do so alike."""

    @cached_property
    def groups(self) -> Groups:
        """What is drawn and swapped as one."""
        return groups_of(next((table for table in self.tables if COLUMN in table), self.tables[0]))

    @cached_property
    def pairs(self) -> tuple[Rows, Rows]:
        """The places of the first and of the second model of each pair."""
        one, other = np.triu_indices(len(self.tables), 1)
        return one, other

    @cached_property
    def measures(self) -> Floats:
        """How well each item went, shape (n, models)."""
        return np.stack([table["measure"].to_numpy(np.float64) for table in self.tables], axis=1)

    @property
    def swapping(self) -> bool:
        """Whether swapping the models' measures says it all: a mean, and nothing common to all items that repeats."""
        return self.task.mean_measure and self.repeated is None

    @cached_property
    def repeated(self) -> Floats | None:
        """The main metric of each repetition on all items, (repeats, models); None where nothing repeats."""
        if self.task.repeated is None:
            return None
        whole = np.ones((1, len(self.measures)), np.int64)
        found = [self.task.repeated(table, whole)[self.task.main_metric][0] for table in self.tables]
        return np.stack(found, axis=1) if len(found[0]) > 1 else None

    @cached_property
    def scores(self) -> Floats:
        """The main metric on these items, (models,)."""
        if self.task.mean_measure:
            return np.asarray(self.measures.mean(axis=0))
        whole = np.ones((1, len(self.measures)), np.int64)
        return np.array([self.task.resampled(table, whole)[self.task.main_metric][0] for table in self.tables])

    @cached_property
    def draws(self) -> Floats:
        """The main metric under resampling of the groups, (draws, models)."""
        if self.task.mean_measure:
            few = self.groups.merged(MERGED)
            sums, sizes = few.sums(self.measures), few.sizes.astype(np.float64)
            parts = [(block @ sums) / (block @ sizes)[:, None] for block in counts(few.number, DRAWS, self.seed)]
            return np.concatenate(parts)
        wanted, known = self.wanted, self.known or [None] * len(self.tables)
        kept = [one if one is not None and len(one) == wanted else None for one in known]
        main = self.task.main_metric
        return np.stack(
            [resamples(self.task, table, self.seed, draws=wanted)[main] if one is None else one
             for table, one in zip(self.tables, kept, strict=True)], axis=1)  # fmt: skip

    @cached_property
    def without(self) -> Floats:
        """The main metric without each set of groups: (sets, models), or with repetitions (sets, repeats, models)."""
        if self.task.mean_measure and self.repeated is None:
            few = self.groups.merged(JACKKNIFE)
            rest = len(self.measures) - few.sizes[:, None]
            with np.errstate(invalid="ignore"):
                return np.asarray((self.measures.sum(axis=0) - few.sums(self.measures)) / rest)
        metric = self.task.resampled if self.repeated is None or self.task.repeated is None else self.task.repeated
        main = self.task.main_metric
        return np.stack([over(metric, table, left_out(self.groups))[main] for table in self.tables], axis=-1)

    def figures(self) -> Figures:
        """The fields of a Comparison for every pair, each of shape (pairs,)."""
        size = max(BLOCK // max(len(self.measures), DRAWS), 1)
        starts = range(0, len(self.pairs[0]), size)
        parts = [self.differences(self.pairs[0][at : at + size], self.pairs[1][at : at + size]) for at in starts]
        found = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        single, corrected = self._tested(found)
        number = len(found.pop("z"))
        return found | {"p": single, "corrected": corrected, "family": np.full(number, number)}

    def own(self) -> tuple[Floats, Floats]:
        """The 95 % interval of each model's score."""
        error = jackknifed(self.without, self.groups, self.repeated)
        se = spread(self.draws, error, self.groups, mean=self.task.mean_measure)
        low, high = around(self.draws, self.scores, se * self._widened(design(self.groups, self.measures)), error.reach)
        least, few = self.task.least(self.task.main_metric), self._told < FEWEST
        for at in np.flatnonzero(np.ptp(self.draws, axis=0) < EQUAL):
            low[at], high[at] = unmoved(self.scores[at], least, self._told) if self.task.mean_measure else NONE
        return np.where(few, math.nan, np.maximum(low, least)), np.where(few, math.nan, np.minimum(high, 1.0))

    def least(self, one: Rows, other: int) -> Floats:
        """What the gaps of models to another one are at least, 97.5 % sure for all of them at once (max-T)."""
        found = self.differences(one, np.full_like(one, other))
        drawn = self.draws[:, one] - self.draws[:, [other]]
        with np.errstate(invalid="ignore", divide="ignore"):
            away = np.nan_to_num((np.median(drawn, axis=0) - drawn) / drawn.std(axis=0, ddof=1))
        far = float(np.quantile(away.max(axis=1), ENDS[1]))
        least = np.asarray(found["gap"] - far * self._error(one, np.full_like(one, other)).reach * found["se"])
        apart = self.measures[:, one] - self.measures[:, [other]]
        more = self._unseen(apart, np.full(len(one), self._told))
        return np.where(self._told < FEWEST, -math.inf, np.minimum(least, -more))

    def _unseen(self, apart: Floats, worth: Floats) -> Floats:
        """What items that did not happen to be drawn may add to the gaps of a mean, or take from them; (pairs,).

        None of so many groups was such an item, and yet 3.7 in as many may be, 97.5 % sure. It differs as those do
        that differ, and half a one that differs as far as can be: few that do tell little of how far others may. Of
        forms, that half differs as those of all pairs do, for an index that finds all that the exact search finds is
        not less sure than one that misses some. The more of them there are, the more of it is in the draws already.
        """
        if not self.task.mean_measure:
            return np.zeros(apart.shape[1])
        size, far = np.abs(apart), 1 - self.task.least(self.task.main_metric)
        differ = size > EQUAL
        most = (size.sum() + far / 2) / (differ.sum() + 0.5) if self.forms else far
        typical = (size.sum(axis=0) + most / 2) / (differ.sum(axis=0) + 0.5)
        return np.asarray(unseen(worth) * (1 - differ.mean(axis=0)) * typical / np.sqrt(1 + differ.sum(axis=0)))

    def differences(self, one: Rows, other: Rows) -> Figures:
        """What is told of some pairs by themselves; z and se are of the gap."""
        apart = self.measures[:, one] - self.measures[:, other]
        apart[np.abs(apart) < EQUAL] = 0.0
        won, lost, n = (apart > 0).sum(axis=0), (apart < 0).sum(axis=0), len(apart)
        gap = self.scores[one] - self.scores[other]
        drawn = self.draws[:, one] - self.draws[:, other]
        error = self._error(one, other)
        effect = design(self.groups, apart)
        se = spread(drawn, error, self.groups, mean=self.task.mean_measure) * self._widened(effect)
        low, high = around(drawn, gap, se, error.reach)
        worth = self._told / self._widened(effect) ** 2
        more = self._unseen(apart, worth)
        low, high = gap - np.hypot(gap - low, more), gap + np.hypot(high - gap, more)
        few = (worth < FEWEST) | (high - low < EQUAL)
        with np.errstate(invalid="ignore", divide="ignore"):
            size = apart.mean(axis=0) / apart.std(axis=0, ddof=1) if n > 1 else np.full(len(gap), math.nan)
        return {
            "n": np.full(len(gap), n), "gap": gap, "low": np.where(few, math.nan, low),
            "high": np.where(few, math.nan, high), "won": won, "tied": n - won - lost, "lost": lost,
            "effect": np.where(np.isfinite(size), size, math.nan), "design": effect,
            "groups": self._number(effect), "z": error.z(gap, se), "se": se,
            "web": np.full(len(gap), self.groups.held is not None), "method": self._method(apart),
            "named_by": np.full(len(gap), self.groups.named_by),
        }  # fmt: skip

    def _number(self, effect: Floats) -> npt.NDArray[np.int64]:
        """In how many groups the items hang together; in a web how many its error makes of them, of whatever metric."""
        if self.groups.held is None:
            return np.full(len(effect), self.groups.number)
        most = self.groups.linked if self.groups.crossed_few else math.inf
        worth = np.minimum(len(self.measures) / self._widened(effect) ** 2, most)
        return np.maximum(np.round(worth), 1).astype(np.int64)

    def _method(self, apart: Floats) -> npt.NDArray[np.str_]:
        """The name of each pair's test."""
        if not self.swapping:
            name = (
                "none" if self._told < FEWEST else "paired bootstrap" if self.repeated is None else "crossed bootstrap"
            )
            return np.full(apart.shape[1], name)
        few = (np.abs(self.groups.sums(apart)) > EQUAL).sum(axis=0) <= EXACT_UP_TO
        return np.where(few, "exact randomisation", "randomisation")

    def _error(self, one: Rows, other: Rows) -> Error:
        scores = None if self.repeated is None else self.repeated[:, one] - self.repeated[:, other]
        return jackknifed(self.without[..., one] - self.without[..., other], self.groups, scores)

    @cached_property
    def _told(self) -> float:
        """How many independent groups of one size the items are worth."""
        return min(self.groups.effective, self.task.fewest(self.tables[0]))

    def _widened(self, effect: Floats) -> Floats:
        """By how much a web of sharing widens the error; groups that are drawn as one have done so already."""
        if self.groups.held is None:
            return np.ones_like(effect)
        return np.sqrt(np.fmax(effect, 1.0))

    def _tested(self, found: Figures) -> tuple[Floats, Floats]:
        """p of every pair by itself, and corrected for all of them."""
        if self.swapping:
            widened = self._widened(found["design"])
            freedom = None if self.groups.held is None else self.groups.freedom
            return swapped(
                self.groups.merged(MERGED).sums(self.measures), self.pairs, self.seed, widened=widened, freedom=freedom
            )
        if self._told < FEWEST:
            nothing = np.full(len(found["z"]), math.nan)
            return nothing, nothing
        return step_down(np.asarray(found["z"], np.float64), self._deviations())

    def _deviations(self) -> Iterator[Floats]:
        """How far each draw of every pair lies from their middle, in their own standard deviations."""
        one, other = self.pairs
        spans = np.stack([(values.std(), np.median(values)) for values in self._drawn_pairs()], axis=1)
        size = max(BLOCK // len(one), 1)
        for start in range(0, len(self.draws), size):
            block = self.draws[start : start + size]
            with np.errstate(invalid="ignore", divide="ignore"):
                away = np.abs(block[:, one] - block[:, other] - spans[1]) / spans[0]
            yield np.nan_to_num(away, nan=0.0, posinf=0.0)

    def _drawn_pairs(self) -> Iterator[Floats]:
        for one, other in zip(*self.pairs, strict=True):
            values = self.draws[:, one] - self.draws[:, other]
            yield values[~np.isnan(values)]

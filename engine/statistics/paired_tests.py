"""Is the difference luck? Paired tests of two models and groups of ties of many, for any task."""

import math
import string
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from engine.statistics.resampling import (
    BLOCK,
    DRAWS,
    SEED,
    Floats,
    centred,
    draws,
    draws_for,
    interval,
    left_out,
    stretched,
)
from engine.types import Comparison, Task

ALPHA = 0.05
EXACT_UP_TO = 12
EQUAL = 1e-9


def compare(
    task: Task,
    a: pd.DataFrame,
    b: pd.DataFrame,
    *,
    seed: int = SEED,
    resampled: tuple[Floats, Floats] | None = None,
) -> Comparison:
    """The paired difference a − b in the main metric on the items that both tables have.

    Where the main metric is a mean over items, p comes from a randomisation test that swaps the models' measures of an
    item (https://aclanthology.org/W05-0908), exact up to 12 differing items; elsewhere from the paired bootstrap,
    stretched to the jackknife's spread.
    `resampled` spares the bootstrap: the main metric of either model as `resamples` gave it for the same seed.
    """
    whole = len(a), len(b)
    a, b = _shared(a, b)
    if not len(a):
        return Comparison(0, math.nan, math.nan, math.nan, math.nan, "none", 0, 0, 0, math.nan)
    if resampled is not None and {len(a), *whole} == {len(a)} and {*map(len, resampled)} == {draws_for(len(a))}:
        gaps = resampled[0] - resampled[1]
    else:
        gaps = _gaps(task, a, b, seed)
    gap = float(_gaps(task, a, b, None)[0])
    if not task.mean_measure:
        main = task.main_metric
        gaps = stretched(gaps, left_out(task, a)[main] - left_out(task, b)[main])
    gaps = centred(gaps, gap)
    differences = (a["measure"] - b["measure"]).to_numpy(np.float64)
    differences = np.where(np.abs(differences) < EQUAL, 0.0, differences)
    p, method = _swap_test(differences, seed) if task.mean_measure else (_tail_test(gaps), "paired bootstrap")
    won, lost = int((differences > 0).sum()), int((differences < 0).sum())
    return Comparison(len(a), gap, *interval(gaps), p, method, won, len(a) - won - lost, lost, _effect(differences))


def holm(p_values: Sequence[float] | Floats) -> Floats:
    """Holm's step-down correction of a family of p-values; a nan stays nan and does not count."""
    p = np.asarray(p_values, np.float64)
    adjusted, known = np.full(len(p), np.nan), np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)), 1.0)
    return adjusted


def letters(names: Sequence[str], scores: Sequence[float], p: Floats, alpha: float = ALPHA) -> dict[str, str]:
    """Compact letter display: two models share a letter exactly where no test separates them.

    p: corrected p-values of shape (names, names); nan counts as not separated. Insert and absorb, after Piepho (2004),
    https://doi.org/10.1198/1061860043515; the best model has an a.
    """
    groups = [frozenset(range(len(names)))]
    for one, other in zip(*np.nonzero(np.triu(p < alpha, k=1)), strict=True):
        split = [group - {gone} for group in groups if {one, other} <= group for gone in (one, other)]
        kept = dict.fromkeys([group for group in groups if not {one, other} <= group] + split)
        groups = [group for group in kept if not any(group < other_group for other_group in kept)]
    place = {row: rank for rank, row in enumerate(np.argsort(-np.asarray(scores, np.float64), kind="stable"))}
    groups.sort(key=lambda group: sorted(place[row] for row in group))
    return {
        name: "".join(_letter(number) for number, group in enumerate(groups) if row in group)
        for row, name in enumerate(names)
    }


def corrected(ids: Sequence[str], comparisons: pd.DataFrame) -> Floats:
    """Holm-corrected p-values between these runs, symmetric, of shape (ids, ids); nan where a pair was not compared."""
    found = comparisons[comparisons["a"].isin(ids) & comparisons["b"].isin(ids)]
    place = {name: row for row, name in enumerate(ids)}
    one, other = found["a"].map(place).to_numpy(int), found["b"].map(place).to_numpy(int)
    matrix = np.full((len(ids), len(ids)), np.nan)
    matrix[one, other] = matrix[other, one] = holm(found["p"].to_numpy(np.float64))
    return matrix


def groups(runs: pd.DataFrame, comparisons: pd.DataFrame, alpha: float = ALPHA) -> dict[str, str]:
    """The letters of ties of one dataset's runs (columns id, label, score), by label."""
    p = corrected(runs["id"].tolist(), comparisons)
    return letters(runs["label"].tolist(), runs["score"].tolist(), p, alpha)


def detectable(sd: float, n: int) -> float:
    """The smallest true difference that n items show in 4 of 5 studies (two-sided 5 %), sd being of the differences."""
    return _POWER * sd / math.sqrt(n) if n > 0 else math.nan


def items_needed(sd: float, difference: float) -> int:
    """How many items show a true difference in 4 of 5 studies (two-sided 5 %), sd being of the differences."""
    return math.ceil((_POWER * sd / difference) ** 2)


def spread(low: Any, high: Any, n: Any) -> Any:
    """The standard deviation of the items' differences that a 95 % interval of their mean tells of; of many at once."""
    return (high - low) / (2 * _Z) * np.sqrt(n)


_Z = 1.959963984540054  # the normal distribution's 97.5 % quantile
_POWER = _Z + 0.8416212335729143  # and its 80 % quantile


def _gaps(task: Task, a: pd.DataFrame, b: pd.DataFrame, seed: int | None) -> Floats:
    """Differences of the main metric, row by row of the same items: resampled, or without a seed as the tables are."""
    n = len(a)
    blocks = [np.ones((1, n), np.int64)] if seed is None else draws(n, seed)
    if task.mean_measure:
        differences = (a["measure"] - b["measure"]).to_numpy(np.float64)
        return np.concatenate([counts @ differences / n for counts in blocks])
    main = task.main_metric
    return np.concatenate([task.resampled(a, counts)[main] - task.resampled(b, counts)[main] for counts in blocks])


def _shared(a: pd.DataFrame, b: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    both = set(a["item"]) & set(b["item"])
    a, b = (table[table["item"].isin(both)].sort_values("item", ignore_index=True) for table in (a, b))
    there = (a["measure"].notna() & b["measure"].notna()).to_numpy()
    return a[there].reset_index(drop=True), b[there].reset_index(drop=True)


def _swap_test(differences: Floats, seed: int) -> tuple[float, str]:
    """Two-sided p of the mean difference if each item's sign were a coin's; differences of 0 change nothing."""
    moved = differences[differences != 0]
    seen = abs(moved.sum()) - EQUAL * np.abs(moved).sum()  # sums in another order differ by rounding
    if len(moved) <= EXACT_UP_TO:
        signs = (np.arange(2 ** len(moved))[:, None] >> np.arange(len(moved))) & 1
        return float((np.abs((1 - 2 * signs) @ moved) >= seen).mean()), "exact randomisation"
    rng, hits, left = np.random.default_rng(seed), 0, DRAWS
    while left:
        size = min(left, max(BLOCK // len(moved), 1))
        bits = np.unpackbits(np.frombuffer(rng.bytes(-(-size * len(moved) // 8)), np.uint8), count=size * len(moved))
        sums = moved.sum() - 2 * (bits.reshape(size, len(moved)) @ moved)
        hits += int((np.abs(sums) >= seen).sum())
        left -= size
    return (hits + 1) / (DRAWS + 1), "randomisation"


def _tail_test(gaps: Floats) -> float:
    known = gaps[~np.isnan(gaps)]
    fewer = min((known <= 0).sum(), (known >= 0).sum())
    return min(1.0, 2 * (float(fewer) + 1) / (len(known) + 1)) if len(known) else math.nan


def _effect(differences: Floats) -> float:
    spread = differences.std(ddof=1) if len(differences) > 1 else 0.0
    return float(differences.mean() / spread) if spread > 0 else math.nan


def _letter(number: int) -> str:
    return string.ascii_lowercase[number % 26] + ("" if number < 26 else str(number // 26))

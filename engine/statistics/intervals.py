"""How far may a figure lie from the truth? Intervals and standard errors out of draws, for any metric."""

import math
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine.statistics.draws import (
    ANEW,
    DRAWS,
    EQUAL,
    FEWEST,
    PARTS,
    SEED,
    Counts,
    Floats,
    Groups,
    counts,
    design,
    groups_of,
    item_counts,
    left_out,
    repeat_weights,
)
from engine.types import Task

ENDS = (0.025, 0.975)
NONE = (math.nan, math.nan)
Interval = tuple[float, float]


@dataclass(frozen=True)
class Error:
    """What is known of the error of figures, each of shape (figures,).

    alone: the standard error from the items; ratio: how much repetitions that are common to all items add to it;
    freedom: the degrees of freedom that both rest on.
    """

    alone: Floats
    ratio: Floats
    freedom: Floats

    @property
    def reach(self) -> Floats:
        """By how much Student's 97.5 % quantile exceeds the normal one."""
        from scipy.special import ndtri, stdtrit

        return np.asarray(stdtrit(self.freedom, ENDS[1]) / ndtri(ENDS[1]))

    def z(self, figures: Floats, se: Floats) -> Floats:
        """How far figures lie from 0 in standard errors of a normal distribution that has Student's tail there."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return student(np.where(figures == 0, 0.0, np.abs(figures) / se), self.freedom)


def student(t: Floats, freedom: Floats | float) -> Floats:
    """The value beyond which a normal distribution has the tail that Student's has beyond t."""
    from scipy.special import ndtri, stdtr

    return np.asarray(-ndtri(np.maximum(stdtr(np.maximum(freedom, 1.0), -t), 1e-300)))


def jackknifed(without: Floats, groups: Groups, scores: Floats | None = None) -> Error:
    """The error of figures by their values without each set of groups: (sets, figures), or (sets, repeats, figures).

    scores: of each repetition on all items, shape (repeats, figures). What varies from one to the next beyond what the
    items explain is added (two-way, as in Owen 2007, https://doi.org/10.1214/07-AOAS122).
    """
    means = without if scores is None else without.mean(axis=1)
    sets, squares, fourth = len(means), _power(means, 2), _power(means, 4)
    variance = squares * (sets - 1) / sets
    uneven = fourth - squares**2 / sets  # few sets that move the figure tell little of its error
    with np.errstate(invalid="ignore", divide="ignore"):  # where all move it alike, rounding is no unevenness
        even = np.where(uneven > EQUAL * fourth, 2 * squares**2 / uneven, np.inf)
    freedom = np.fmin(even, groups.freedom)
    if scores is None or len(scores) < 2:
        return Error(np.sqrt(variance), np.ones_like(variance), freedom)
    inside = _power(without - means[:, None], 2).mean(axis=0) * (sets - 1) / sets / (len(scores) - 1)
    seen = scores.var(axis=0, ddof=1) / len(scores)
    more = np.maximum(seen - inside, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(variance > 0, np.sqrt((variance + more) / variance), 1.0)
        both = (variance + more) ** 2 / (variance**2 / freedom + (more > 0) * seen**2 / (len(scores) - 1))
    return Error(np.sqrt(variance), ratio, np.where(variance + more > 0, np.maximum(both, 1.0), freedom))


def _power(without: Floats, exponent: int) -> Floats:
    """The sum over the first axis of this power of how far values lie from their mean; nan does not count."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a metric without a single value
        return np.asarray(np.nansum((without - np.nanmean(without, axis=0)) ** exponent, axis=0))


def spread(values: Floats, error: Error, groups: Groups, *, mean: bool) -> Floats:
    """The standard error of figures by their draws (draws, figures), never less than the jackknife's unless of means.

    An item that is drawn twice ties with itself, which makes average precision steadier than it is.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a metric without a single value
        seen = np.nanstd(values, axis=0, ddof=1) * math.sqrt(groups.number / max(groups.number - 1, 1))
    return np.asarray((seen if mean else np.fmax(seen, error.alone)) * error.ratio)


def around(values: Floats, middle: Floats, se: Floats, reach: Floats) -> tuple[Floats, Floats]:
    """95 % intervals of figures from draws (draws, figures): moved to their middle and drawn to their error.

    Percentiles of the draws, expanded for few groups (Hesterberg 2015, https://doi.org/10.1080/00031305.2015.1089789).
    An item that is drawn twice lifts some metrics above what fresh items would give, hence the moving.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        low, median, high = np.nanquantile(values, [ENDS[0], 0.5, ENDS[1]], axis=0)
        own = np.nanstd(values, axis=0, ddof=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.where(own > 0, se * reach / own, 1.0)
    return middle + (low - median) * factor, middle + (high - median) * factor


def over(
    metrics: Callable[[pd.DataFrame, Counts], dict[str, Floats]], items: pd.DataFrame, blocks: Iterable[Counts]
) -> dict[str, Floats]:
    """The metrics of items under counts that come in blocks, each of shape (all draws, …)."""
    parts = [metrics(items, block) for block in blocks]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def resamples(task: Task, items: pd.DataFrame, seed: int = SEED, *, draws: int = DRAWS) -> dict[str, Floats]:
    """Every metric under resampling of whole groups of items, and of what repeats; each of shape (draws,).

    The same seed draws the same groups for every model, so that the arrays of two models may be subtracted.
    """
    items = items.sort_values("item", ignore_index=True)
    if items.empty:
        return {}
    groups = groups_of(items)
    if len(items) > ANEW:
        found = _added_up(task, items, groups, seed, draws)
    else:
        found = over(task.resampled, items, item_counts(groups, draws, seed))
    for name, (scores, error) in _repeated(task, items, groups).items():
        weights = repeat_weights(len(scores), draws, seed)
        own = scores.std() / math.sqrt(len(scores))
        more = float(error.alone[0]) * math.sqrt(max(float(error.ratio[0]) ** 2 - 1, 0.0))
        found[name] = found[name] + (weights @ scores - scores.mean()) * (more / own if own else 0.0)
    return found


def _added_up(task: Task, items: pd.DataFrame, groups: Groups, seed: int, draws: int) -> dict[str, Floats]:
    """Draws of metrics of many items: the score, and what each set of groups adds to it as often as it is drawn.

    That is the linear part of the bootstrap (Davison & Hinkley 1997, section 2.7): of thousands of items the rest is
    lost in it. As many draws as of few items cost no more than leaving out each set once.
    """
    few = groups.merged(PARTS)
    whole = task.resampled(items, np.ones((1, len(items)), np.int64))
    without, left = over(task.resampled, items, left_out(groups, PARTS)), 1 - few.sizes / len(items)
    added = {name: np.nan_to_num((whole[name][0] - values) * left) for name, values in without.items()}
    shares = np.stack([values - values.mean() for values in added.values()], axis=1)
    drawn = np.concatenate([block @ shares for block in counts(few.number, draws, seed)])
    return {name: whole[name][0] + drawn[:, column] for column, name in enumerate(added)}


def errors(task: Task, items: pd.DataFrame) -> tuple[Groups, dict[str, Error]]:
    """What is known of the error of every metric that is resampled."""
    items = items.sort_values("item", ignore_index=True)
    groups = groups_of(items)
    without = over(task.resampled, items, left_out(groups))
    found = {name: jackknifed(values[:, None], groups) for name, values in without.items()}
    return groups, found | {name: error for name, (_, error) in _repeated(task, items, groups).items()}


def _repeated(task: Task, items: pd.DataFrame, groups: Groups) -> dict[str, tuple[Floats, Error]]:
    """The metrics of every repetition, and their error with the repetitions' share in it."""
    if task.repeated is None:
        return {}
    whole = task.repeated(items, np.ones((1, len(items)), np.int64))
    if next(iter(whole.values())).shape[1] < 2:
        return {}
    without = over(task.repeated, items, left_out(groups))
    return {
        name: (values[0], jackknifed(without[name][..., None], groups, values[0][:, None]))
        for name, values in whole.items()
    }


def intervals(
    task: Task, items: pd.DataFrame, resampled: Mapping[str, Floats], scores: Mapping[str, Any]
) -> dict[str, Interval]:
    """The 95 % interval of every resampled metric; nan for both ends where nothing tells of it.

    That is so where fewer than 8 groups do, and where no draw moves a metric, unless it is a perfect or hopeless mean.
    """
    if not resampled or len(items) < 2:
        return dict.fromkeys(resampled, NONE)
    groups, known = errors(task, items)
    told = min(groups.effective, task.fewest(items))
    if told < FEWEST:
        return dict.fromkeys(resampled, NONE)
    wide, found = _web(items, groups), {}
    for name, values in resampled.items():
        score, least = float(scores[name]), task.least(name)
        if np.ptp(values) < EQUAL:
            mean = name in items or (task.mean_measure and name == task.main_metric)
            found[name] = unmoved(score, least, told) if mean else NONE
        else:
            low, high = _interval(values, score, known[name], groups, task.mean_measure, wide)
            found[name] = max(low, least), min(high, 1.0)
    return found


def unseen(groups: Floats | float) -> Floats:
    """The share that may be otherwise though none of so many groups was, 97.5 % sure: about 3.7 / groups."""
    return np.asarray(1 - (1 - ENDS[1]) ** (1 / np.asarray(groups)))


def unmoved(score: float, least: float, groups: float) -> Interval:
    """The 95 % interval of a mean that no draw moves: at an end of its range, those not seen may lie at the other.

    Between the ends nothing tells how far they may lie, and there is none: a precision among a thousand with one right
    document a query is 0.001 at best.
    """
    if 1 - score < EQUAL:
        return score - (score - least) * float(unseen(groups)), 1.0
    if score - least < EQUAL:
        return least, score + (1 - score) * float(unseen(groups))
    return NONE


def widening(items: pd.DataFrame, groups: Groups, error: Error) -> float:
    """By how much few groups and a web of sharing widen an interval of percentiles."""
    small = math.sqrt(groups.number / max(groups.number - 1, 1))
    return small * float(error.reach[0]) * _web(items, groups)


def _web(items: pd.DataFrame, groups: Groups) -> float:
    """The root of the design effect where items share in a web; 1 where what hangs together is drawn as one."""
    if groups.held is None:
        return 1.0
    measure = items.sort_values("item")["measure"].to_numpy(np.float64)[:, None]
    return math.sqrt(max(float(np.nan_to_num(design(groups, measure)[0])), 1.0))


def _interval(values: Floats, score: float, error: Error, groups: Groups, mean: bool, wide: float) -> Interval:
    column = values[:, None]
    # what repeats is in the draws already
    plain = Error(error.alone * error.ratio, np.ones(1), error.freedom)
    se = spread(column, plain, groups, mean=mean) * wide
    low, high = around(column, np.array([score]), se, error.reach)
    return float(low[0]), float(high[0])

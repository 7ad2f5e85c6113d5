"""Would the ranking of the models be the same on other items, or on other datasets?"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.statistics import intervals as spans
from engine.statistics.draws import EQUAL, left_out
from engine.statistics.multiple import ALPHA
from engine.statistics.power import items_needed, spread_of
from engine.types import Comparison, Task

DRAWS = 2_000
SEED = 0
FEWEST_DATASETS = 6
"""Datasets below which no interval over datasets is given."""
Floats = npt.NDArray[np.float64]


def on_items(scores: Mapping[str, float], resampled: Mapping[str, Floats]) -> pd.DataFrame:
    """How firm each model's place is on one dataset, from its main metric under the same resamples of the items.

    Columns: label, first (share of the resamples in which it is first, ties shared), rank_low and rank_high (95 %;
    empty for a model without a score). Of resamples that differ in number the most frequent count.
    """
    draws = most(resampled)
    values = {label: _centred(values, scores[label]) for label, values in resampled.items() if len(values) == draws}
    return _rank_stability(list(values), np.stack([*values.values()], axis=1))


def most(resampled: Mapping[str, Floats]) -> int:
    """How many resamples most models have."""
    return Counter(map(len, resampled.values())).most_common(1)[0][0]


def on_datasets(scores: pd.DataFrame, resampled: Mapping[tuple[str, str], Floats], seed: int = SEED) -> pd.DataFrame:
    """How firm each model's Borda rank is over datasets drawn anew, and within each over its items.

    scores: models × datasets; resampled: the main metric by (model, dataset) under resampling, where it is known.
    Columns as `on_items`, of Borda ranks, whose ends are empty below six datasets; a score that is missing gives no
    points, as in the leaderboard.
    """
    rng = np.random.default_rng(seed)
    values = scores.to_numpy(np.float64)
    drawn = np.repeat(values.T[None], DRAWS, axis=0)  # (draws, datasets, models)
    for column, dataset in enumerate(scores.columns):
        lengths = [len(resampled[label, dataset]) for label in scores.index if (label, dataset) in resampled]
        at = rng.integers(0, min(lengths), DRAWS) if lengths else None
        for row, label in enumerate(scores.index):
            if (label, dataset) in resampled:
                drawn[:, column, row] = _centred(resampled[label, dataset], values[row, column])[at]
    picks = rng.multinomial(len(scores.columns), np.full(len(scores.columns), 1 / len(scores.columns)), DRAWS)
    found = _rank_stability(list(scores.index), np.einsum("nd,ndm->nm", picks, _points(drawn)))
    return found if len(scores.columns) >= FEWEST_DATASETS else found.assign(rank_low=pd.NA, rank_high=pd.NA)


@dataclass(frozen=True)
class MeanRanks:
    """Do the models differ over the datasets at all (Friedman), and by how much must mean ranks differ (Nemenyi)?"""

    datasets: int
    statistic: float
    p: float
    ranks: pd.Series
    critical: float
    """Mean ranks that lie further apart differ at 5 %."""


def mean_ranks(scores: pd.DataFrame) -> MeanRanks | None:
    """Friedman's test with Nemenyi's critical difference (Demšar 2006, https://jmlr.org/papers/v7/demsar06a.html).

    scores: models × datasets; datasets on which a model has no score are left out. None for fewer than three models or
    two datasets.
    """
    from scipy.stats import chi2, rankdata, studentized_range

    whole = scores.dropna(axis=1)
    k, n = whole.shape
    if k < 3 or n < 2:
        return None
    ranks = rankdata(-whole.to_numpy(), axis=0)
    ties = sum(int((counts**3 - counts).sum()) for counts in (np.unique(column, return_counts=True)[1] for column in
                                                               ranks.T))  # fmt: skip
    spread = 1 - ties / (n * k * (k * k - 1))
    statistic = (12 / (n * k * (k + 1)) * (ranks.sum(axis=1) ** 2).sum() - 3 * n * (k + 1)) / spread if spread else 0.0
    critical = studentized_range.ppf(1 - ALPHA, k, np.inf) / math.sqrt(2) * math.sqrt(k * (k + 1) / (6 * n))
    mean = pd.Series(ranks.mean(axis=1), index=whole.index).sort_values()
    return MeanRanks(n, float(statistic), float(chi2.sf(statistic, k - 1)), mean, float(critical))


def cliques(found: MeanRanks) -> list[tuple[float, float]]:
    """The bars of the critical difference diagram: from the best to the worst mean rank of models that may be equal."""
    ranks = found.ranks.to_numpy(np.float64)
    ends = np.searchsorted(ranks, ranks + found.critical, side="left") - 1
    fresh = np.append(True, ends[1:] > ends[:-1])  # a bar within another says nothing new
    return [(float(ranks[row]), float(ranks[end])) for row, end in enumerate(ends) if fresh[row] and end > row]


def gap_over_datasets(scores: pd.DataFrame, a: str, b: str) -> tuple[float, float, float]:
    """The mean difference a − b over the datasets that both have, and its 95 % interval over datasets (Student's t).

    What the items of each leave open is in the spread from dataset to dataset. nan for both ends below six datasets.
    """
    from scipy.special import stdtrit

    gaps = (scores.loc[a] - scores.loc[b]).dropna().to_numpy(np.float64)
    if not len(gaps):
        return math.nan, math.nan, math.nan
    mean = float(gaps.mean())
    if len(gaps) < FEWEST_DATASETS:
        return mean, math.nan, math.nan
    half = float(stdtrit(len(gaps) - 1, 0.975)) * float(gaps.std(ddof=1)) / math.sqrt(len(gaps))
    return mean, mean - half, mean + half


def intervals(
    task: Task, items: pd.DataFrame, resampled: Mapping[str, Floats], scores: Mapping[str, Any]
) -> tuple[dict[str, tuple[float, float]], dict[str, tuple[float, float]]]:
    """The 95 % intervals of every metric, and that of the main one by BCa: what is kept with a result."""
    plain = spans.intervals(task, items, resampled, scores)
    main = task.main_metric
    if not plain or math.isnan(plain[main][0]):
        return {name: ends for name, ends in plain.items() if not math.isnan(ends[0])}, {}
    groups, errors = spans.errors(task, items)
    without = spans.over(task.resampled, items.sort_values("item", ignore_index=True), left_out(groups))[main]
    low, high = bca(resampled[main], float(scores[main]), without, spans.widening(items, groups, errors[main]))
    return plain, {} if math.isnan(low) else {main: (max(low, task.least(main)), min(high, 1.0))}


def bca(resampled: Floats, score: float, without: Floats, wide: float = 1.0) -> tuple[float, float]:
    """The bias-corrected and accelerated 95 % interval (Efron 1987) of the main metric from its resamples.

    resampled and score belong to all the items; the acceleration comes from leaving out one at a time (without, as of
    `left_out`); wide: by how much few groups widen the interval. It is (nan, nan) where the resamples lie off the score
    by more than half their spread: then items drawn twice lift the metric by themselves (v-measure, F1), which this
    interval would take for a bias of the score; and where they do not spread at all.
    """
    from scipy.special import ndtr, ndtri

    known = resampled[~np.isnan(resampled)]
    if not len(known) or np.ptp(known) < EQUAL or abs(np.median(known) - score) > known.std() / 2:
        return math.nan, math.nan
    below = ((known < score).sum() + (known == score).sum() / 2) / len(known)
    if not 0 < below < 1:
        low, high = np.quantile(_centred(resampled, score), spans.ENDS)
        return float(low), float(high)
    away = np.nanmean(without) - without
    scale = float(np.nansum(away**2) ** 1.5)
    acceleration = float(np.nansum(away**3)) / (6 * scale) if scale else 0.0
    bias = ndtri(below)
    z = bias + wide * ndtri(np.array(spans.ENDS))
    low, high = np.quantile(known, ndtr(bias + z / (1 - acceleration * z)))
    return float(low), float(high)


def more_items(found: Comparison) -> int | None:
    """How many more items would show the seen difference in 4 of 5 studies; None where it is 0 or shows already.

    At the level at which it was tested: corrected for all pairs that were compared together.
    """
    p = found.p if math.isnan(found.corrected) else found.corrected
    if not found.n or not found.gap or math.isnan(found.low + found.gap) or p < ALPHA:
        return None
    more = items_needed(spread_of(found), found.gap, max(found.family, 1)) - found.n
    return more if more > 0 else None


def _rank_stability(labels: list[str], values: Floats) -> pd.DataFrame:
    """Shares of first places and intervals of ranks; values (draws, models), the higher the better."""
    from scipy.stats import rankdata

    ranks = rankdata(-values, axis=1, method="min", nan_policy="omit")
    first = ranks == 1
    shares = (first / np.maximum(first.sum(axis=1, keepdims=True), 1)).mean(axis=0)
    scored = ~np.isnan(values).all(axis=0)
    ends = np.full((2, len(labels)), np.nan)
    ends[:, scored] = np.nanquantile(ranks[:, scored], spans.ENDS, axis=0, method="inverted_cdf")
    low, high = (pd.Series(one).astype("Int64") for one in ends)
    return pd.DataFrame({"label": labels, "first": shares, "rank_low": low, "rank_high": high})


def _centred(values: Floats, middle: float) -> Floats:
    """The values moved so that their median is this."""
    known = values[~np.isnan(values)]
    return values - np.median(known) + middle if len(known) else values


def _points(scores: Floats) -> Floats:
    """Borda points along the last axis: how many models one beats, ties half; none where it has no score."""
    from scipy.stats import rankdata

    falling = np.where(np.isnan(scores), np.inf, -scores).reshape(-1, scores.shape[-1])
    order = np.argsort(falling, axis=1)
    ranks = np.empty(falling.shape)
    np.put_along_axis(ranks, order, np.arange(1.0, falling.shape[1] + 1)[None], axis=1)
    ordered = np.take_along_axis(falling, order, axis=1)
    tied = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
    if tied.any():  # rare, and slow
        ranks[tied] = rankdata(falling[tied], axis=1)
    return np.where(np.isnan(scores), 0.0, scores.shape[-1] - ranks.reshape(scores.shape))

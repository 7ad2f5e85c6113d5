"""From which similarity on do two texts count as alike, how sure is that, and what is it in another model's scale?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.statistics.resampling import SEED

CELLS = 2_000_000  # draws × pairs at most
DRAWS = (100, 1_000)
POINTS = 200
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Cut:
    """A threshold and what it does: pairs above it are called alike. low, high: its 95 % bootstrap interval."""

    threshold: float
    precision: float
    recall: float
    f1: float
    accuracy: float
    found: int
    """Alike, and called so."""
    missed: int
    false: int
    refused: int
    low: float = float("nan")
    high: float = float("nan")


def at(alike: Bools, scores: Floats, threshold: float) -> Cut:
    """What a threshold does; without any pair above it precision is 0."""
    above = scores > threshold
    found, false = int((above & alike).sum()), int((above & ~alike).sum())
    missed, refused = int((~above & alike).sum()), int((~above & ~alike).sum())
    return Cut(
        float(threshold),
        found / max(found + false, 1),
        found / max(found + missed, 1),
        2 * found / max(2 * found + false + missed, 1),
        (found + refused) / max(len(scores), 1),
        found,
        missed,
        false,
        refused,
    )


def curve(alike: Bools, scores: Floats) -> pd.DataFrame:
    """Precision, recall and F1 by threshold, at up to 200 thresholds."""
    steps = np.unique(np.quantile(scores, np.linspace(0, 1, POINTS)))
    cuts = [at(alike, scores, step) for step in steps[:-1]]
    names = ("threshold", "precision", "recall", "f1", "accuracy")
    return pd.DataFrame([{name: getattr(cut, name) for name in names} for cut in cuts], columns=list(names))


def chosen(alike: Bools, scores: Floats, precisions: Sequence[float] = ()) -> dict[str, Cut]:
    """The thresholds that people want, by name: `f1` has the best F1, `0.9` most recall at a precision of 0.9 or more.

    One that does not exist is left out: all scores are equal, no pair is alike, or no threshold is as precise. The
    intervals come from resampled pairs; a resample without such a threshold does not count.
    """
    order = np.argsort(-scores, kind="stable")
    ranked, positive = scores[order], alike[order].astype(np.float32)
    cuts = np.flatnonzero(ranked[1:] != ranked[:-1])
    if not len(cuts) or not positive.any():
        return {}
    middles = np.append((ranked[cuts] + ranked[cuts + 1]) / 2, np.nan)  # the last: there is none
    own = middles[_places(np.ones(len(ranked), np.float32), positive, cuts, precisions)]
    rng, draws = np.random.default_rng(SEED), int(np.clip(CELLS // len(ranked), *DRAWS))
    drawn = np.array([middles[_places(_counts(rng, len(ranked)), positive, cuts, precisions)] for _ in range(draws)])
    found = {}
    for name, threshold, values in zip(["f1", *map(str, precisions)], own, drawn.T, strict=True):
        if not np.isnan(threshold):
            low, high = np.nanquantile(values, [0.025, 0.975])
            found[name] = replace(at(alike, scores, threshold), low=float(low), high=float(high))
    return found


def _places(
    counts: npt.NDArray[np.float32],
    positive: npt.NDArray[np.float32],
    cuts: npt.NDArray[np.intp],
    wanted: Sequence[float],
) -> list[int]:
    """Which cut each rule takes when every pair counts so often, the best F1 first; -1 where none will do."""
    right, size = np.cumsum(counts * positive)[cuts], np.cumsum(counts)[cuts]
    places = [int(np.argmax(right / np.maximum(size + counts @ positive, 1)))]
    precision = np.where(right > 0, right / np.maximum(size, 1), 0)
    for least in wanted:
        reached = np.flatnonzero(precision >= least)
        places.append(int(reached[-1]) if len(reached) else -1)
    return places


def _counts(rng: np.random.Generator, n: int) -> npt.NDArray[np.float32]:
    """How often each of n pairs stands in one draw."""
    return np.bincount(rng.integers(0, n, n), minlength=n).astype(np.float32)


def translate(threshold: float, own: Floats, other: Floats) -> float:
    """The threshold on another model's scores of the same pairs that as many of them lie above."""
    above = int((own > threshold).sum())
    ranked = np.sort(other)[::-1]
    if above == 0:
        return float(ranked[0])
    if above == len(ranked):
        return float(np.nextafter(ranked[-1], -np.inf))
    return float((ranked[above - 1] + ranked[above]) / 2)

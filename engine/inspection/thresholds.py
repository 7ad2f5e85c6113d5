"""From which similarity on do two texts count as alike, how sure is that, and what is it in another model's scale?"""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.statistics.draws import SEED, counts
from engine.types import Message

CELLS = 2_000_000  # draws × pairs at most
DRAWS = (100, 1_000)
POINTS = 200
TRIED = 12
"""Thresholds that are tried for a promised precision."""
UNSURE = 0.05
TARGETS = (0.5, 0.999)
"""The least and the greatest precision that can be promised."""
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
    least: float = float("nan")
    """What the precision is at least, 95 % sure, the search for the threshold counted; nan where none was promised."""


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


def best(alike: Bools, scores: Floats) -> Cut | None:
    """The threshold with the best F1; None where all scores are equal or no pair is alike.

    Its interval comes from resampled pairs.
    """
    positive, cuts, middles = _ranked(alike, scores)
    if not len(cuts) or not positive.any():
        return None
    n = len(scores)
    own = middles[_best_f1(np.ones((1, n), np.float32), positive, cuts)[0]]
    draws = int(np.clip(CELLS // n, *DRAWS))
    drawn = [middles[_best_f1(block.astype(np.float32), positive, cuts)] for block in counts(n, draws, SEED)]
    low, high = np.quantile(np.concatenate(drawn), [0.025, 0.975])
    return replace(at(alike, scores, own), low=float(low), high=float(high))


def promised(alike: Bools, scores: Floats, wanted: float, *, worth: float = 1.0) -> Cut | None:
    """The threshold with most recall of those whose precision is this or more; None where none surely is.

    The precision is promised of other pairs too, in 95 of 100 choices: its lower confidence bound, corrected for the
    thresholds that are tried, reaches it (learn then test: https://arxiv.org/abs/2110.01052).
    worth: what a pair is worth where pairs hang together, 0..1.
    """
    positive, cuts, middles = _ranked(alike, scores)
    if not len(cuts):
        return None
    right = np.cumsum(positive, dtype=np.float64)[cuts]
    place, least = _promised(right * worth, np.asarray((cuts + 1) * worth, np.float64), wanted)
    return replace(at(alike, scores, middles[place]), least=least) if place >= 0 else None


def _ranked(alike: Bools, scores: Floats) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.intp], Floats]:
    """Which pairs are alike, the most similar first; behind which a cut can lie, and the thresholds there."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    cuts = np.flatnonzero(ranked[1:] != ranked[:-1])
    return alike[order].astype(np.float32), cuts, (ranked[cuts] + ranked[cuts + 1]) / 2


def needed(wanted: float, worth: float = 1.0) -> int:
    """How many pairs must lie above a threshold, all of them alike, before this precision can be promised."""
    return math.ceil(math.log(UNSURE / TRIED) / math.log(wanted) / worth)


def unpromised(alike: Bools, wanted: float, worth: float = 1.0) -> Message:
    """Why no threshold was found that promises this precision; worth as of `promised`."""
    pairs, there = needed(wanted, worth), int(alike.sum())
    values = {"wanted": f"{wanted:g}", "needed": pairs, "alike": there, "alone": needed(wanted)}
    if there < pairs and worth < 1:
        return Message(
            "A precision of at least {wanted} cannot be promised: it takes {needed} pairs above the threshold even "
            "if all of them are alike, and only {alike} are. Pairs here hang together, by texts that they share or by "
            "the groups of the file, and may go wrong together; of pairs that do not, {alone} would do.",
            values,
        )
    if there < pairs:
        return Message(
            "A precision of at least {wanted} cannot be promised: it takes {needed} pairs above the threshold even "
            "if all of them are alike, and only {alike} are.",
            values,
        )
    return Message(
        "A precision of at least {wanted} cannot be promised: above every threshold too many pairs are not alike to "
        "be 95% sure of it on other pairs.",
        values,
    )


def _best_f1(
    counted: npt.NDArray[np.float32], positive: npt.NDArray[np.float32], cuts: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """Which cut has the best F1 when pairs count so often, (draws, n)."""
    right, size = np.cumsum(counted * positive, axis=1)[:, cuts], np.cumsum(counted, axis=1)[:, cuts]
    return np.asarray(np.argmax(right / np.maximum(size + (counted @ positive)[:, None], 1), axis=1))


def _promised(right: Floats, size: Floats, wanted: float) -> tuple[int, float]:
    """The last of a few cuts whose precision is surely as wanted, and its lower bound; -1 where there is none.

    The cuts tried lie at numbers of pairs that grow evenly by factors, from the first at which a perfect precision
    would do; each is tried at its share of 5 %.
    """
    from scipy.special import betaincinv

    first = math.log(UNSURE / TRIED) / math.log(wanted)
    if size[-1] < first:
        return -1, float("nan")
    tried = np.unique(np.searchsorted(size, np.geomspace(first, size[-1], TRIED)).clip(max=len(size) - 1))
    bounds = betaincinv(np.maximum(right[tried], 1e-9), size[tried] - right[tried] + 1, UNSURE / TRIED)
    good = np.flatnonzero(bounds >= wanted)
    return (int(tried[good[-1]]), float(bounds[good[-1]])) if len(good) else (-1, float("nan"))


def translate(threshold: float, own: Floats, other: Floats) -> tuple[float, float]:
    """The threshold on another model's scores of the same pairs above which most nearly as many lie, and their share.

    Equal scores cannot be parted: then the shares differ.
    """
    above = int((own > threshold).sum())
    ranked = np.sort(other)[::-1]
    cuts = np.flatnonzero(ranked[1:] != ranked[:-1]) + 1
    sizes = np.concatenate([[0], cuts, [len(ranked)]])
    place = int(np.abs(sizes - above).argmin())
    if place == 0:
        found = float(ranked[0])
    elif place == len(sizes) - 1:
        found = float(np.nextafter(ranked[-1], -np.inf))
    else:
        found = float((ranked[sizes[place] - 1] + ranked[sizes[place]]) / 2)
    return found, float(sizes[place] / max(len(ranked), 1))

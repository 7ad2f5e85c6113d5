"""Does the public ranking predict mine?"""

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.types import Message

ENOUGH = 6
SIMULATED = 60
SIGNS = 800_000
"""Signs of pairs that are drawn for each true value, which gives 1,000 to 4,000 draws."""
ENDS = (0.025, 0.975)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """Kendall's tau-b between a public column and own scores over the models that have both, with its 95 % interval.

    1: the same order; 0: none; -1: the reverse. nan where there are too few models, or all scores of a column are
    equal; then `message` says so.
    """

    column: str
    models: int
    tau: float
    low: float
    high: float
    message: Message | None = None


def agreement(public: pd.DataFrame, own: pd.Series) -> list[Agreement]:
    """Each column of public scores (models × columns) against own scores (by model), the best predictor first."""
    found = [_one(str(name), public[name], own) for name in public.columns]
    return sorted(found, key=lambda one: (np.isnan(one.tau), -one.tau if one.tau == one.tau else 0.0))


def _one(name: str, public: pd.Series, own: pd.Series) -> Agreement:
    both = pd.DataFrame({"public": public, "own": own}).dropna()
    if len(both) < ENOUGH:
        few = Message(
            "{n} models have both scores; it takes at least {enough} to say anything.",
            {"n": len(both), "enough": ENOUGH},
        )
        return Agreement(name, len(both), np.nan, np.nan, np.nan, few)
    first, second = (both[side].to_numpy(np.float64) for side in ("public", "own"))
    tau = kendall(first, second, np.ones((1, len(both))))[0]
    if np.isnan(tau):
        return Agreement(name, len(both), np.nan, np.nan, np.nan, Message("All models have the same score."))
    low, high = interval(float(tau), len(both))
    return Agreement(name, len(both), float(tau), low, high)


def interval(tau: float, n: int) -> tuple[float, float]:
    """The 95 % interval of Kendall's tau of n models that are nobody's variants.

    Up to 60 models, and for a perfect order, those true values under which neither 2.5 % lie above what was seen nor
    below it, half of what equals it counted to either side (mid-p: few models have few orders; by simulation of two
    normal variables); else Fisher's z with Fieller's variance 0.437 / (n - 4) (Fieller, Hartley &
    Pearson 1957, https://doi.org/10.1093/biomet/44.3-4.470), which near a perfect order is too narrow for fewer.
    """
    if n > SIMULATED and abs(tau) < 1:
        half = NormalDist().inv_cdf(0.975) * math.sqrt(0.437 / (n - 4))
        return math.tanh(math.atanh(tau) - half), math.tanh(math.atanh(tau) + half)
    truths, least, most = _middle(n)
    inside = np.flatnonzero((least <= tau) & (tau <= most))
    edges = np.concatenate([truths[:1], (truths[:-1] + truths[1:]) / 2, truths[-1:]])
    low, high = (float(edges[inside[0]]), float(edges[inside[-1] + 1])) if len(inside) else (tau, tau)
    return (-1.0 if tau <= -1 else min(low, tau)), (1.0 if tau >= 1 else max(high, tau))


@lru_cache(maxsize=64)
def _middle(n: int) -> tuple[Floats, Floats, Floats]:
    """True values of tau, and for each between which values the middle 95 % of what n models show lie."""
    rng, truths = np.random.default_rng(n), np.tanh(np.linspace(-3.8, 3.8, 200))
    one, other = np.triu_indices(n, 1)
    draws = int(np.clip(SIGNS // len(one), 1_000, 4_000))
    first, noise = rng.normal(size=(2, draws, n))
    ordered = np.sign(first[:, one] - first[:, other])
    ends = np.empty((2, len(truths)))
    for row, truth in enumerate(truths):
        r = math.sin(math.pi / 2 * truth)
        second = r * first + math.sqrt(1 - r * r) * noise
        seen = (ordered * np.sign(second[:, one] - second[:, other])).mean(axis=1)
        between = seen + rng.uniform(-1, 1, draws) / len(one)  # half a step to either side
        ends[:, row] = np.quantile(between, ENDS)
    return truths, *ends


def kendall(first: Floats, second: Floats, counts: Floats) -> Floats:
    """Kendall's tau-b of each resample: counts (draws, n) say how often each row stands in it; shape (draws,).

    A row drawn twice ties with itself on both sides and so does not count. nan where one side is constant.
    Source: https://doi.org/10.1093/biomet/33.3.239 (1945).
    """
    above_first, above_second = (np.sign(one[:, None] - one[None, :]) for one in (first, second))
    pairs = [above_first * above_second, above_first**2, above_second**2]
    agree, differ_first, differ_second = (np.einsum("dn,nm,dm->d", counts, one, counts, optimize=True) for one in pairs)
    with np.errstate(invalid="ignore", divide="ignore"):
        return agree / np.sqrt(differ_first * differ_second)

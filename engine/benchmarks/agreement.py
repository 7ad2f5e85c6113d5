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
DRAWS = 2000
SIMULATED = 30
STEPS = 200
EQUAL = 1e-9
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
            "Models that have both scores: {n}; {enough} at least are needed to say anything.",
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
    """The 95 % interval of Kendall's tau of n models.

    Up to 30 models, and for a perfect order, those true values under which what was seen is not among the rarest 5 %
    (by simulation, two normal variables, ties half); else Fisher's z with Fieller's variance 0.437 / (n - 4)
    (Fieller, Hartley & Pearson 1957, https://doi.org/10.1093/biomet/44.3-4.470).
    """
    if n > SIMULATED and abs(tau) < 1:
        half = NormalDist().inv_cdf(0.975) * math.sqrt(0.437 / (n - 4))
        return math.tanh(math.atanh(tau) - half), math.tanh(math.atanh(tau) + half)
    truths, drawn = _simulated(n)
    above = (drawn > tau + EQUAL).mean(axis=1) + (np.abs(drawn - tau) <= EQUAL).mean(axis=1) / 2
    inside = truths[(above > 0.025) & (above < 0.975)]
    low, high = (float(inside[0]), float(inside[-1])) if len(inside) else (tau, tau)
    return (-1.0 if tau <= -1 else min(low, tau)), (1.0 if tau >= 1 else max(high, tau))


@lru_cache(maxsize=64)
def _simulated(n: int) -> tuple[Floats, Floats]:
    """True values of tau, and for each what n models would show in 2,000 draws, shape (truths, draws)."""
    rng, truths = np.random.default_rng(n), np.linspace(-0.995, 0.995, STEPS)
    first, noise = rng.normal(size=(2, DRAWS, n))
    one, other = np.triu_indices(n, 1)
    ordered = np.sign(first[:, one] - first[:, other])
    found = []
    for truth in truths:
        r = math.sin(math.pi / 2 * truth)
        second = r * first + math.sqrt(1 - r * r) * noise
        found.append((ordered * np.sign(second[:, one] - second[:, other])).mean(axis=1))
    return truths, np.stack(found)


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

"""Does the public ranking predict mine?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.types import Message

ENOUGH = 6
DRAWS = 2000
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


def agreement(public: pd.DataFrame, own: pd.Series, rng: np.random.Generator) -> list[Agreement]:
    """Each column of public scores (models × columns) against own scores (by model), the best predictor first."""
    found = [_one(str(name), public[name], own, rng) for name in public.columns]
    return sorted(found, key=lambda one: (np.isnan(one.tau), -one.tau if one.tau == one.tau else 0.0))


def _one(name: str, public: pd.Series, own: pd.Series, rng: np.random.Generator) -> Agreement:
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
    counts = rng.multinomial(len(both), np.full(len(both), 1 / len(both)), size=DRAWS).astype(np.float64)
    low, high = np.nanquantile(kendall(first, second, counts), [0.025, 0.975])
    return Agreement(name, len(both), float(tau), float(low), float(high))


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

"""Do the intervals and tests hold what they promise, on data as they really are?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.types import Comparison


@dataclass(frozen=True)
class Held:
    """How often something happened: in so many of those studies in which it could be told, and what was promised."""

    case: str
    promise: str
    wanted: float
    held: int
    told: int
    studies: int

    def __add__(self, other: "Held") -> "Held":
        counts = (self.held + other.held, self.told + other.told, self.studies + other.studies)
        return Held(self.case, self.promise, self.wanted, *counts)

    def row(self) -> dict[str, str]:
        """One line of the table; the last cell is empty where the share lies within its 99 % binomial interval."""
        low, high = band(self.told, self.wanted)
        share = self.held / self.told if self.told else float("nan")
        verdict = "" if low <= share <= high or not self.told else "<" if share < low else ">"
        return {
            "case": self.case, "promise": self.promise, "studies": str(self.studies), "told in": str(self.told),
            "seen": f"{share:.1%}", "expected": f"{low:.1%} to {high:.1%}", "": verdict,
        }  # fmt: skip


Rows = Iterator[Held]


def table(values: np.ndarray, **more: object) -> pd.DataFrame:
    """Items with this measure."""
    return pd.DataFrame({"item": [f"{row:05d}" for row in range(len(values))], "measure": values, **more})


def band(studies: int, share: float) -> tuple[float, float]:
    """The 99 % binomial interval of a share."""
    from scipy.stats import binom

    low, high = binom.interval(0.99, max(studies, 1), share)
    return low / max(studies, 1), high / max(studies, 1)


def line(case: str, promise: str, held: Iterable[bool], wanted: float, studies: int | None = None) -> Held:
    """How often something held, of all studies or of those in which it could be told."""
    seen = [bool(one) for one in held]
    return Held(case, promise, wanted, sum(seen), len(seen), len(seen) if studies is None else studies)


def both(case: str, found: Iterable[Comparison], truth: float = 0.0) -> Rows:
    """False positives of a test at 5 % and coverage of the interval, over those that were given."""
    found = [*found]
    yield line(case, "false positives", (one.p <= 0.05 for one in found if not np.isnan(one.p)), 0.05, len(found))
    given = (one.low <= truth <= one.high for one in found if not np.isnan(one.low))
    yield line(case, "coverage", given, 0.95, len(found))

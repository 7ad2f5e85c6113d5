"""Do the intervals and tests hold what they promise, on data as they really are?"""

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from engine.types import Comparison


def table(values: np.ndarray, **more: object) -> pd.DataFrame:
    """Items with this measure."""
    return pd.DataFrame({"item": [f"{row:05d}" for row in range(len(values))], "measure": values, **more})


def band(studies: int, share: float) -> tuple[float, float]:
    """The 99 % binomial interval of a share."""
    from scipy.stats import binom

    low, high = binom.interval(0.99, max(studies, 1), share)
    return low / max(studies, 1), high / max(studies, 1)


def line(case: str, promise: str, held: Iterable[bool], wanted: float) -> dict[str, str]:
    """One line of the table: how often something happened where it could be told, and what was promised."""
    seen = np.array([*held], np.float64)
    low, high = band(len(seen), wanted)
    share = float(seen.mean()) if len(seen) else float("nan")
    verdict = "" if low <= share <= high or not len(seen) else "<" if share < low else ">"
    return {
        "case": case, "promise": promise, "of studies": str(len(seen)), "seen": f"{share:.3f}",
        "expected": f"{low:.3f} to {high:.3f}", "": verdict,
    }  # fmt: skip


def both(case: str, found: Iterable[Comparison], truth: float = 0.0) -> Iterator[dict[str, str]]:
    """False positives of a test at 5 % and coverage of the interval, over those that were given."""
    found = [*found]
    given = [one for one in found if not np.isnan(one.low)]
    yield line(case, "false positives", (one.p <= 0.05 for one in found if not np.isnan(one.p)), 0.05)
    told = f"coverage ({len(given) / len(found):.0%} have an interval)"
    yield line(case, told, (one.low <= truth <= one.high for one in given), 0.95)

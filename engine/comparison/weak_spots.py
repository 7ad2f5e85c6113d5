"""Where is a model weakest, and on which items does the better of two lose?"""

import numpy as np
import pandas as pd

from engine.comparison.segments import Floats, Segments, segments
from engine.statistics.draws import Groups


def weakest(traits: pd.DataFrame, measure: Floats, groups: Groups | None = None) -> pd.Series | None:
    """The slice in which the items go worst under one model, of those in which they surely go worse than elsewhere.

    measure: the per-item scores, row for row with the traits. Gives a row of `Segments.table`: key, n, gap (the mean
    per-item score in the slice), rest (on all other items), q; None where no slice is surely worse.
    """
    apart = segments(traits, measure, np.zeros_like(measure), groups).apart()
    worse = apart[apart["gap"] < apart["rest"]].sort_values("gap", kind="stable")
    worse = _plainest(worse)
    return worse.iloc[0] if len(worse) else None


def against(found: Segments, gap: float) -> pd.Series | None:
    """The slice in which the model that is worse over all is surely better, by most; gap: A less B over all items.

    None where there is no such slice.
    """
    apart, way = found.apart(), 1.0 if gap >= 0 else -1.0
    turned = apart[np.maximum(way * apart["low"], way * apart["high"]) < 0]
    turned = _plainest(turned)
    return turned.loc[turned["gap"].abs().idxmax()] if len(turned) else None


def _plainest(slices: pd.DataFrame) -> pd.DataFrame:
    """The slices by one trait alone where there are any: they can be said in a word."""
    alone = slices[slices["two"] == ""]
    return alone if len(alone) else slices

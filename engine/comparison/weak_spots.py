"""Where is a model weakest, and on which items does the better of two lose?"""

import numpy as np
import pandas as pd

from engine.comparison.segments import Floats, Segments, segments
from engine.statistics.draws import Groups


def weakest(traits: pd.DataFrame, measure: Floats, groups: Groups | None = None) -> pd.Series | None:
    """The slice in which the items go worst under one model: the first of `weak`, None where there is none."""
    worse = weak(alone(traits, measure, groups))
    return worse.iloc[0] if len(worse) else None


def alone(traits: pd.DataFrame, measure: Floats, groups: Groups | None = None) -> Segments:
    """The slices of one model's items: gap is the mean per-item score in a slice, rest that on all other items.

    measure: the per-item scores, row for row with the traits.
    """
    return segments(traits, measure, np.zeros_like(measure), groups)


def weak(found: Segments) -> pd.DataFrame:
    """Of one model's slices those in which its items surely go worse than elsewhere, the worst first."""
    apart = found.apart()
    return _plainest(apart[apart["gap"] < apart["rest"]].sort_values("gap", kind="stable"))


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
    single = slices[slices["two"] == ""]
    return single if len(single) else slices

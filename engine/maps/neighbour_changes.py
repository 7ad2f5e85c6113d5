"""What do two models see differently: how many texts keep their neighbours, and which groups lose most of theirs?"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype

from engine.maps.build import MapView
from engine.search.neighbours import Numbers

LEAST = 5
"""Texts that a group must have."""
BINS = 20
Counts = npt.NDArray[np.int64]


def groups(view: MapView, other: int) -> pd.DataFrame:
    """The groups of texts by their mean rank-weighted overlap between the first model and another, the lowest first.

    Columns: column (of the points, whose value the group shares), group, texts, overlap and jaccard (means).
    """
    table, parts = view.points, []
    means = {"texts": ("row", "size"), "overlap": (f"overlap_{other}", "mean"), "jaccard": (f"jaccard_{other}", "mean")}
    for name in [*(name for name in table if name.startswith("data.")), "cluster_0", "field", "language", "script"]:
        if (is_numeric_dtype(table[name]) and name != "cluster_0") or table[name].nunique() < 2:
            continue
        part = table[table[name] != ""].groupby(name, observed=True).agg(**means).rename_axis("group").reset_index()
        parts.append(part[part["texts"] >= LEAST].assign(column=name, group=part["group"].astype(str)))
    if not parts:
        return pd.DataFrame(columns=["column", "group", *means])
    found = pd.concat(parts)[["column", "group", *means]]
    return found.sort_values(["overlap", "column", "group"], ignore_index=True)


def distribution(values: pd.Series, mask: npt.NDArray[np.bool_] | None = None) -> Counts:
    """How many of the values, or of the selected ones, lie in each of twenty equal parts of 0..1."""
    known = values.to_numpy(float).clip(0, 1)
    some = known if mask is None else known[mask]
    return np.histogram(some[np.isfinite(some)], BINS, (0, 1))[0]


def in_common(jaccard: Numbers) -> float:
    """The mean share, 0..1, of a text's nearest under one model that are among as many under another.

    jaccard: per text, (n,), those in both by those in either: j = c / (2 k - c), so that c / k = 2 j / (1 + j).
    """
    return float(np.nanmean(2 * np.asarray(jaccard) / (1 + np.asarray(jaccard))))

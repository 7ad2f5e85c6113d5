"""On which kinds of items does the difference between two models not hold, or hold most?"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.comparison.item_features import COLUMN as COLUMN
from engine.comparison.item_features import TITLES as TITLES
from engine.notation import fixed
from engine.statistics.draws import Groups, design
from engine.statistics.multiple import ALPHA, benjamini_hochberg
from engine.types import Message

Floats: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]
BANDS = 4
SHOWN = 3
"""How much rarer intervals must miss for those that are shown to hold in 95 %, by simulation: 89 % do otherwise."""
MOST_VALUES = 40
NUMBER = r"(-?\d[\d.]*(?:e[+-]?\d+)?)"
BAND = re.compile(f"{NUMBER} – {NUMBER}")
LEAST_ITEMS, LEAST_SHARE = 8, 0.01


@dataclass(frozen=True)
class Segments:
    """Slices of the items of a duel.

    table: key, one and two (the conditions; two may be empty), n, a and b (how well the items went), gap (a − b), low
    and high (its 95 % interval, wider for slices that are shown because they stand apart), rest (the gap on all other
    items), p (that slice and rest differ) and q (p after the correction for the number of slices looked at). masks:
    condition -> its items.
    """

    table: pd.DataFrame
    masks: Mapping[str, Mask]

    def members(self, key: str) -> Mask:
        """Which items a slice holds."""
        row = self.table[self.table["key"] == key].iloc[0]
        return np.logical_and.reduce([self.masks[one] for one in (row["one"], row["two"]) if one])

    def single(self, trait: str) -> pd.DataFrame:
        """The slices by one trait alone, in its own order."""
        mine = [key for key in self.masks if key.startswith(f"{trait}: ")]
        alone = self.table[self.table["two"] == ""].set_index("key")
        return alone.loc[[key for key in mine if key in alone.index]].reset_index()

    def traits(self) -> list[str]:
        """The traits by which slices were cut."""
        return list(dict.fromkeys(key.split(": ", 1)[0] for key in self.masks))

    def apart(self) -> pd.DataFrame:
        """The slices whose gap differs from the rest at 5 % after the correction, the surest first.

        One of two conditions is left out where one of them alone is as sure or as large.
        """
        sure = self.table[self.table["q"] < ALPHA]
        alone = self.table[self.table["two"] == ""].set_index("one")
        away = (alone["gap"] - alone["rest"]).abs()
        kept = []
        for row in sure.itertuples():
            parents = [name for name in (row.one, row.two) if row.two and name in alone.index]
            size = abs(row.gap - row.rest)
            kept.append(all(row.p < alone.loc[name, "p"] and size > away[name] for name in parents))
        return sure[np.array(kept, bool)].sort_values("p", kind="stable", ignore_index=True)


def segments(traits: pd.DataFrame, a: Floats, b: Floats, groups: Groups | None = None) -> Segments:
    """All slices by one trait or by two of at least 8 items and 1 %, with the difference of two models in each.

    a and b: how well the items went, row for row with the traits; nan counts as missing. groups: what hangs together;
    where the differences of a group vary together, items count as many as they are worth.
    """
    masks = dict(_conditions(traits))
    known = ~(np.isnan(a) | np.isnan(b))
    least = max(LEAST_ITEMS, int(np.ceil(LEAST_SHARE * known.sum())))
    whole = np.stack([*masks.values()], axis=1) & known[:, None] if masks else np.zeros((len(a), 0), bool)
    a, b = np.where(known, a, 0.0), np.where(known, b, 0.0)
    table = _table(list(masks), whole.astype(np.float64), a, b, count=int(known.sum()), least=least,
                   effect=_effect(groups, a - b))  # fmt: skip
    return Segments(table, masks)


def _conditions(traits: pd.DataFrame) -> Iterator[tuple[str, Mask]]:
    """Every condition `trait: value` with its items: a value of few, or a quarter of the numbers."""
    for trait in traits:
        values = traits[trait]
        if values.isna().all() or values.map(lambda one: hasattr(one, "__len__") and not isinstance(one, str)).any():
            continue
        if pd.api.types.is_numeric_dtype(values) and values.nunique() > BANDS + 1:
            bands = pd.qcut(values, BANDS, duplicates="drop")
            for band in bands.cat.categories:
                inside = (bands == band).to_numpy()
                low, high = values[inside].min(), values[inside].max()
                yield f"{trait}: {low:.4g} – {high:.4g}", inside
        elif 1 < values.nunique() <= MOST_VALUES:
            for value in sorted(values.dropna().unique(), key=str):
                yield f"{trait}: {value}", (values == value).to_numpy(bool)


def written(value: str) -> Message:
    """The value of a condition as people read it: a quarter of the numbers by its ends."""
    ends = BAND.fullmatch(value)
    if not ends:
        return Message("{value}", {"value": value})
    low, high = map(float, ends.groups())
    places = 0 if low.is_integer() and high.is_integer() else 3
    return Message("{low} to {high}", {"low": fixed(low, places), "high": fixed(high, places)})


def _effect(groups: Groups | None, gaps: Floats) -> float:
    """The design effect of the differences, 1 at least."""
    effect = 1.0 if groups is None else float(design(groups, gaps[:, None])[0])
    return max(effect, 1.0) if effect == effect else 1.0


def _table(
    keys: list[str], masks: Floats, a: Floats, b: Floats, *, count: int, least: int, effect: float
) -> pd.DataFrame:
    """All slices at once: the products of the masks count and add up every two of them, and each with itself."""
    gaps = a - b
    n, total, squares = (masks.T @ (masks * one[:, None]) for one in (np.ones_like(gaps), gaps, gaps**2))
    trait = np.array([key.split(": ", 1)[0] for key in keys])
    one, two = np.nonzero(np.triu(np.ones_like(n, bool)) & (n >= least) & (count - n >= least))
    kept = (one == two) | (trait[one] != trait[two])
    one, two = one[kept], two[kept]
    inside = _moments(n[one, two], total[one, two], squares[one, two])
    outside = _moments(count - n[one, two], gaps.sum() - total[one, two], (gaps**2).sum() - squares[one, two])
    worth = [(one[0] / effect, *one[1:]) for one in (inside, outside)]
    p = _apart(worth[0], worth[1])
    low, high = _interval(*worth[0], _level(p))
    went = [(masks.T @ (masks * side[:, None]))[one, two] / inside[0] for side in (a, b)]
    second = np.where(one == two, "", np.array(keys)[two] if keys else "")
    return pd.DataFrame(
        {
            "key": [f"{keys[row]} & {other}" if other else keys[row] for row, other in zip(one, second, strict=True)],
            "one": [keys[row] for row in one],
            "two": second,
            "n": inside[0].astype(int),
            "a": went[0],
            "b": went[1],
            "gap": inside[1],
            "low": low,
            "high": high,
            "rest": outside[1],
            "p": p,
            "q": benjamini_hochberg(p),
        }
    )


def _moments(n: Floats, total: Floats, squares: Floats) -> tuple[Floats, Floats, Floats]:
    """Numbers, means and variances of groups from their sums."""
    mean = total / n
    return n, mean, np.maximum(squares - n * mean**2, 0.0) / (n - 1)


def _level(p: Floats) -> Floats:
    """The share that each slice's interval leaves out: 5 %, less for those that are shown because they stand apart.

    Intervals chosen so (Benjamini & Yekutieli 2005, https://doi.org/10.1198/016214504000001907) miss their truth in 5 %
    on average over all data, those in which nothing stands apart counted as without a miss; a third of that leaves out
    about 5 % of those that are seen.
    """
    sure = benjamini_hochberg(p) < ALPHA
    return np.where(sure, ALPHA / SHOWN * sure.sum() / max(len(p), 1), ALPHA)


def _interval(n: Floats, mean: Floats, variance: Floats, level: Floats) -> tuple[Floats, Floats]:
    """Student's interval of a mean; none where nothing varies, which tells nothing of the items that are not there."""
    from scipy.special import stdtrit

    half = np.where(variance > 0, stdtrit(np.maximum(n - 1, 1), 1 - level / 2) * np.sqrt(variance / n), np.nan)
    return mean - half, mean + half


def _apart(inside: tuple[Floats, Floats, Floats], outside: tuple[Floats, Floats, Floats]) -> Floats:
    """p that two means are equal: the larger one of Student's test and Welch's.

    Student's is what shuffling the items would give, and holds where a small slice happens not to vary; Welch's holds
    where a small slice varies more than the rest.
    """
    from scipy.special import stdtr

    (n, mean, variance), (m, other, spread) = inside, outside
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = ((n - 1) * variance + (m - 1) * spread) / (n + m - 2)
        student = 2 * stdtr(np.maximum(n + m - 2, 1), -np.abs(mean - other) / np.sqrt(pooled * (1 / n + 1 / m)))
        parts = variance / n, spread / m
        freedom = (parts[0] + parts[1]) ** 2 / (parts[0] ** 2 / (n - 1) + parts[1] ** 2 / (m - 1))
        welch = 2 * stdtr(freedom, -np.abs(mean - other) / np.sqrt(parts[0] + parts[1]))
    return np.where(mean == other, 1.0, np.fmax(student, welch))

"""Which points of a map are selected? A selection is a list of rules, short enough to stand in an address.

`lasso:MAP:PANEL:TURN:X Y X Y …` what lies inside a closed line drawn on that map (the beginning of its folder's name),
in 3-D turned by TURN (`yaw,pitch` in radians); `group:COLUMN:NAME` what a legend or a list of error kinds calls so;
`range:COLUMN:LOW:HIGH` numbers between these; `search:LETTERS` texts with these letters; `text:FIELD:ROW` one text;
`slice:NAME` what was put aside under that name. Several rules hold what any of them holds.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import config
from engine.maps import build
from engine.maps.build import MapView
from engine.results import slices
from engine.search.neighbours import Numbers

Mask = npt.NDArray[np.bool_]
Column = Callable[[str], pd.Series]
REST = "…"
"""The name of all groups beyond the shown ones."""


def chosen(view: MapView, rules: Sequence[str], *, column: Column, texts: pd.Series, shown: int) -> Mask:
    """Which points any of the rules holds, of shape (n,); a rule that nothing is known of any more holds none.

    column: the names or numbers of all points under a name (raises KeyError); shown: how many groups a legend shows.
    """
    found = np.zeros(len(view.points), bool)
    for rule in rules:
        kind, _, rest = rule.partition(":")
        try:
            if kind == "search":
                found |= texts.str.contains(rest or "\0", case=False, regex=False).to_numpy()
            elif kind == "group":
                name, _, group = rest.partition(":")
                found |= _group(column(name), group, shown)
            elif kind == "range":
                name, low, high = rest.rsplit(":", 2)
                found |= column(name).between(float(low), float(high)).to_numpy()
            else:
                found |= _placed(kind, rest, view)
        except (LookupError, ValueError, StopIteration, OSError):
            continue
    return found


def _placed(kind: str, rest: str, view: MapView) -> Mask:
    """What a rule holds that tells of places: on the map, or in the dataset."""
    if kind == "lasso":
        return _lasso(rest, view)
    if kind == "text":
        field, row = rest.rsplit(":", 1)
        return _at(view, [(field, int(row))])
    if kind == "slice":
        one = slices.named(view.arguments["dataset"])[rest]
        return _at(view, ((field, row) for field, rows in one.rows.items() for row in rows))
    raise ValueError(kind)


def ranked(names: pd.Series) -> list[object]:
    """The groups of a legend, the largest first."""
    return names.value_counts().index.tolist()


def address_of(view: MapView, point: int) -> str:
    """A point by its text's place in the dataset, so that it is the same text in every map."""
    return f"{view.points['field'].iloc[point]}:{view.points['row'].iloc[point]}"


def point_at(view: MapView, address: str) -> int | None:
    """The point with this address, if it is on the map."""
    field, _, row = address.rpartition(":")
    at: list[tuple[str, int]] = [(field, int(row))] if row.isdecimal() else []
    there = np.flatnonzero(_at(view, at))
    return int(there[0]) if len(there) else None


def rows_of(view: MapView, mask: Mask) -> dict[str, npt.NDArray[np.int64]]:
    """The selected texts by their places in the dataset: kind of text -> places."""
    some = view.points.loc[mask, ["field", "row"]]
    return {str(field): part["row"].to_numpy() for field, part in some.groupby("field", sort=False)}


def fitted(points: pd.DataFrame, panels: int) -> list[Numbers]:
    """Where the points lie in each panel, all but the outermost about -1..1 in the same frame, (n, 2) or (n, 3)."""
    axes = [axis for axis in "xyz" if f"{axis}_0" in points]
    places = [points[[f"{axis}_{number}" for axis in axes]].to_numpy(np.float32) for number in range(panels)]
    low, high = np.quantile(np.concatenate(places), [0.005, 0.995], axis=0)
    middle, reach = (low + high) / 2, max(float((high - low).max()) / 2, 1e-9)
    return [np.ascontiguousarray((one - middle) / reach, np.float32) for one in places]


def inside(places: Numbers, corners: npt.NDArray[np.float64]) -> Mask:
    """Which places (n, 2) lie inside the closed line of corners (m, 2), by crossings: as the browser counts them."""
    spots = places.astype(np.float64)
    within = ((spots >= corners.min(axis=0)) & (spots <= corners.max(axis=0))).all(axis=1)
    some = np.flatnonzero(within)
    x, y = spots[some].T
    odd = np.zeros(len(some), bool)
    for (to_x, to_y), (from_x, from_y) in zip(corners, np.roll(corners, 1, axis=0), strict=True):
        if to_y != from_y:
            crossing = (from_x - to_x) * (y - to_y) / (from_y - to_y) + to_x
            odd ^= ((to_y > y) != (from_y > y)) & (x < crossing)
    within[some] = odd
    return within


def turned(places: Numbers, yaw: float, pitch: float) -> Numbers:
    """Places in space (n, 3) as they are seen after a turn, (n, 2)."""
    x, y, z = places.astype(np.float64).T
    near = z * np.cos(yaw) - x * np.sin(yaw)
    seen = [x * np.cos(yaw) + z * np.sin(yaw), y * np.cos(pitch) - near * np.sin(pitch)]
    return np.stack(seen, axis=1).astype(np.float32)


def _lasso(rest: str, view: MapView) -> Mask:
    name, panel, turn, line = rest.split(":")
    drawn = view if view.folder.name.startswith(name) else _other(name)
    places = _fitted(str(drawn.folder), len(drawn.sides))[int(panel)]
    if places.shape[1] == 3:
        yaw, pitch = map(float, turn.split(","))
        places = turned(places, yaw, pitch)
    mask = inside(places, np.array(line.split(), float).reshape(-1, 2))
    return (
        mask
        if drawn is view
        else _at(view, drawn.points.loc[mask, ["field", "row"]].itertuples(index=False, name=None))
    )


@lru_cache(maxsize=4)
def _fitted(folder: str, panels: int) -> list[Numbers]:
    return fitted(build.load(Path(folder)).points, panels)


def _other(name: str) -> MapView:
    """An earlier map, on which the line was drawn."""
    if not name.isalnum():
        raise ValueError(name)
    return build.load(next(path for path in (config.home() / "maps").glob(f"{name}*") if not path.suffix))


def _group(names: pd.Series, group: str, shown: int) -> Mask:
    if group == REST:
        return names.isin(ranked(names)[shown:]).to_numpy()
    return (names.astype(str) == group).to_numpy() & names.notna().to_numpy()


def _at(view: MapView, texts: Iterable[tuple[str, int]]) -> Mask:
    by_field: dict[str, list[int]] = {}
    for field, row in texts:
        by_field.setdefault(field, []).append(row)
    found = np.zeros(len(view.points), bool)
    for field, rows in by_field.items():
        found |= ((view.points["field"] == field) & view.points["row"].isin(rows)).to_numpy()
    return found

"""Names beside the points of a chart, placed so that none covers another or a point."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy.typing as npt

from pages.parts import charts
from pages.parts.picking import short

WIDTH = 520
"""The narrowest that a chart is drawn, in pixels: names that keep clear of one another there do so in a wider one too."""
LINE, LETTER, GAP = 17, 6.6, 11
LONGEST = 40
MOST = 14
"""Points up to which all are named."""


class Place(NamedTuple):
    """Where a name stands: on which side of its point, and by how many lines above it."""

    left: bool
    lift: int


class Box(NamedTuple):
    """A rectangle in pixels from the lower left corner."""

    left: float
    right: float
    low: float
    high: float

    def meets(self, other: "Box") -> bool:
        """Whether the two overlap."""
        return self.left < other.right and other.left < self.right and self.low < other.high and other.low < self.high


def places(x: Sequence[float], y: Sequence[float], names: Sequence[str], height: float) -> list[Place | None]:
    """Where each name goes; None where there is no room for it.

    x, y: where the points lie, as shares of the chart's width and height from the lower left corner.
    """
    at = [(WIDTH * across, height * up) for across, up in zip(x, y, strict=True)]
    taken = [Box(across - 7, across + 7, up - 7, up + 7) for across, up in at]
    found: list[Place | None] = [None] * len(names)
    for row in sorted((row for row, name in enumerate(names) if name), key=lambda row: (-y[row], x[row])):
        others = taken[:row] + taken[row + 1 :]
        for place in candidates(at[row][0] < WIDTH / 2):
            box = around(at[row], place, width(names[row]))
            inside = box.left > -40 and box.right < WIDTH and box.low > -4 and box.high < height + 4
            if inside and not any(box.meets(other) for other in others):
                found[row] = place
                taken.append(box)
                break
    return found


def candidates(to_the_right: bool) -> Iterator[Place]:
    """Beside the point first, on the roomier side; then further and further above and below."""
    for step in range(12):
        for lift in (step, -step) if step else (0,):
            for left in (not to_the_right, to_the_right):
                yield Place(left, lift)


def around(at: tuple[float, float], place: Place, wide: float) -> Box:
    """The rectangle that a name takes."""
    start = at[0] - GAP - wide if place.left else at[0] + GAP
    middle = at[1] + LINE * place.lift
    return Box(start, start + wide, middle - LINE / 2, middle + LINE / 2)


def width(name: str) -> float:
    """How wide a name is, about; a Chinese letter counts twice."""
    return LETTER * sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in short(name, LONGEST))


def annotations(
    x: npt.ArrayLike, y: npt.ArrayLike, names: Sequence[str], shown: Sequence[Place | None]
) -> list[dict[str, object]]:
    """The names as Plotly draws them; a line leads from one that stands apart to its point. x, y: as the axes have them."""
    return [
        {
            "x": across,
            "y": up,
            "text": charts.plain(short(name, LONGEST)),
            "xanchor": "right" if place.left else "left",
            "showarrow": True,
            "arrowhead": 0,
            "arrowwidth": 1,
            "arrowcolor": charts.NEUTRAL if place.lift else "rgba(0,0,0,0)",
            "standoff": 7,
            "ax": -GAP if place.left else GAP,
            "ay": -LINE * place.lift,
            "font": {"size": 12},
        }
        for across, up, name, place in zip(x, y, names, shown, strict=True)
        if place
    ]

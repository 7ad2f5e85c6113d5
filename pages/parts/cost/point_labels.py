"""Names beside the points of a chart, placed so that none covers another or a point, nor lies on a line if it can be helped."""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy.typing as npt

from pages.parts import charts
from pages.parts.chart_choices import short

WIDTH = 420
"""A narrow chart's, in pixels: names that keep clear of one another there do so in a wider one too."""
LINE, LETTER, GAP = 17, 5.6, 11
APART = 6
"""Lines that a name goes further away so as not to lie on a line of the chart."""
LONGEST = 34
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


def places(
    x: Sequence[float], y: Sequence[float], names: Sequence[str], height: float, *, crossed: Sequence[Box] = ()
) -> list[Place | None]:
    """Where each name goes; None where there is no room for it, and for an empty one.

    x, y: where the points lie, as shares of the chart's width and height from the lower left corner; crossed: what a
    name had better not lie on, in pixels.
    """
    at = [(WIDTH * across, height * up) for across, up in zip(x, y, strict=True)]
    taken = [Box(across - 7, across + 7, up - 7, up + 7) for across, up in at]
    found: list[Place | None] = [None] * len(names)
    for row in sorted((row for row, name in enumerate(names) if name), key=lambda row: (-y[row], x[row])):
        others, best = taken[:row] + taken[row + 1 :], None
        for place in candidates(at[row][0] < WIDTH / 2):
            box = around(at[row], place, width(names[row]))
            inside = box.left > -30 and box.right < WIDTH and box.low > -4 and box.high < height + 4
            if inside and not any(box.meets(other) for other in others):
                cost = abs(place.lift) + APART * any(box.meets(other) for other in crossed)
                best = min(best or (cost, place, box), (cost, place, box), key=lambda one: one[0])
        if best:
            found[row] = best[1]
            taken.append(best[2])
    return found


def beside(line: Sequence[tuple[float, float]], height: float) -> list[Box]:
    """What a line through these places takes, as small rectangles; places as shares of the chart's width and height."""
    boxes = []
    for (x, y), (to_x, to_y) in pairwise(line):
        steps = max(int(max(abs(to_x - x) * WIDTH, abs(to_y - y) * height) / 6), 1)
        for step in range(steps + 1):
            across, up = WIDTH * (x + (to_x - x) * step / steps), height * (y + (to_y - y) * step / steps)
            boxes.append(Box(across - 2, across + 2, up - 2, up + 2))
    return boxes


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

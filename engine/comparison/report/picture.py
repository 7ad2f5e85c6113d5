"""How do scores with their intervals become a drawing that is read at every width, on paper, and on a slide?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine import notation
from engine.comparison.report.markup import text
from engine.texts.widths import lines, shortened

ROW, PLOT, FOOT = 64, 10, 52
"""Pixels: of a model, above the first, and below the last for the axis."""
LEFT, RIGHT = 4.0, 96.0
"""Per cent of the width between which the axis runs, so that its outer numbers are whole."""
NAME, LINE = 46, 96
"""Latin letters that fit on a phone's width, and on a line of a slide."""
SLIDE = 960
PAPER = """
svg { background: #ffffff; }
text { fill: #1b1f24; font: 14px system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
.heading { font-size: 24px; font-weight: 650; }
.said { font-size: 15px; } .said, .tick, .axis-title { fill: #57606a; } .tick, .axis-title { font-size: 12px; }
.label, .value { paint-order: stroke; stroke: #ffffff; stroke-width: 5px; stroke-linejoin: round; }
.grid { stroke: #d0d7de; } .dot { fill: #6e7781; }
.interval { stroke: #6e7781; stroke-width: 3; stroke-linecap: round; }
.best .interval { stroke: #0072b2; } .best .dot { fill: #0072b2; } .best .label { font-weight: 650; }
"""


@dataclass(frozen=True)
class Row:
    """A model in the picture: its score with its interval (nan where there is none), and whether it may be the best."""

    label: str
    score: float
    low: float
    high: float
    best: bool = False


def drawing(rows: Sequence[Row], axis: str, alt: str) -> str:
    """A drawing as wide as its place: names above their intervals, so that none is cut, over an axis with its title."""
    height = PLOT + ROW * len(rows) + FOOT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="{height}" role="img" '
        f'aria-label="{text(alt)}">\n{_body(rows, axis)}\n</svg>'
    )


def slide(rows: Sequence[Row], axis: str, heading: str, said: str) -> str:
    """The same on white under a heading and above a line of what it rests on, one file without a page around it."""
    titled, told = lines(heading, LINE * 13 // 24), lines(said, LINE)
    top, height = 40 + 32 * len(titled), PLOT + ROW * len(rows) + FOOT
    parts = [f'<text class="heading" x="40" y="{48 + 32 * at}">{text(one)}</text>' for at, one in enumerate(titled)]
    parts.append(
        f'<svg x="40" y="{top}" width="{SLIDE - 80}" height="{height}" overflow="visible">{_body(rows, axis)}</svg>'
    )
    parts += [
        f'<text class="said" x="40" y="{top + height + 26 + 22 * at}">{text(one)}</text>' for at, one in enumerate(told)
    ]
    whole = top + height + 22 * len(told) + 36
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SLIDE}" height="{whole}" viewBox="0 0 {SLIDE} {whole}">\n'
        f'<style>{PAPER}</style>\n<rect width="100%" height="100%" fill="#ffffff"/>\n' + "\n".join(parts) + "\n</svg>"
    )


def interval(value: float, low: float, high: float, digits: int | None = None, *, sign: bool = False) -> str:
    """A number as it is written everywhere, with spaces that do not break."""
    return notation.interval(value, low, high, digits, sign=sign).replace(" ", "\N{NO-BREAK SPACE}")


def _body(rows: Sequence[Row], axis: str) -> str:
    known = [value for row in rows for value in (row.score, row.low, row.high) if math.isfinite(value)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    margin = 0.05 * (high - low) or 0.05
    low, high = low - margin, high + margin
    end = PLOT + ROW * len(rows)

    def x(value: float) -> str:
        return f"{LEFT + (RIGHT - LEFT) * (value - low) / (high - low):.2f}%"

    values, digits = _round_values(low, high)
    parts = [
        f'<line class="grid" x1="{x(value)}" x2="{x(value)}" y1="0" y2="{end + 6}"/>'
        f'<text class="tick" x="{x(value)}" y="{end + 22}" text-anchor="middle">{value:.{digits}f}</text>'
        for value in values
    ]
    for number, row in enumerate(rows):
        top = PLOT + ROW * number
        drawn = [
            f'<text class="label" x="0" y="{top + 12}">{text(shortened(row.label, NAME))}'
            f"<title>{text(row.label)}</title></text>",
            f'<text class="value" x="100%" y="{top + 12}" text-anchor="end">'
            f"{interval(row.score, row.low, row.high)}</text>",
        ]
        if math.isfinite(row.low + row.high):
            ends = f'x1="{x(row.low)}" x2="{x(row.high)}"'
            drawn.append(f'<line class="interval" {ends} y1="{top + 34}" y2="{top + 34}"/>')
        if math.isfinite(row.score):
            drawn.append(f'<circle class="dot" cx="{x(row.score)}" cy="{top + 34}" r="6"/>')
        parts.append(f'<g class="{"best" if row.best else "other"}">' + "".join(drawn) + "</g>")
    parts.append(f'<text class="axis-title" x="50%" y="{end + 42}" text-anchor="middle">{text(axis)}</text>')
    return "\n".join(parts)


def _round_values(low: float, high: float) -> tuple[list[float], int]:
    """Three to nine round numbers between two, and how many decimals tell them apart."""
    rough = (high - low) / 8
    unit = 10.0 ** math.floor(math.log10(rough))
    step = unit * next(one for one in (1, 2, 5, 10) if unit * one >= rough)
    digits = max(1, -math.floor(math.log10(step) + 1e-9))
    first = math.ceil(low / step)
    return [step * (first + place) for place in range(math.floor(high / step) - first + 1)], digits

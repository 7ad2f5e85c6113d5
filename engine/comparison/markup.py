"""How do tables and dots become HTML that opens anywhere? Everything given is escaped: only this file writes markup."""

import html
import math
from collections.abc import Iterable, Sequence

import numpy as np

STYLE = """
:root { color-scheme: light dark; --line: #8884; --dot: #0072b2; --soft: #8882; }
@media (prefers-color-scheme: dark) { :root { --dot: #56b4e9; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
.verdict { border-left: 4px solid var(--dot); padding: .5rem 1rem; background: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 3rem; }
svg text { fill: currentColor; font: 13px system-ui, sans-serif; }
svg .axis { stroke: currentColor; opacity: .35; } svg .bar { stroke: var(--dot); stroke-width: 2; }
svg circle { fill: var(--dot); }
summary { cursor: pointer; } small { opacity: .75; }
"""
ROW, LEFT, WIDTH = 26, 300, 860


def page(title: str, language: str, parts: Iterable[str]) -> str:
    """A whole file: its policy forbids scripts and anything from elsewhere."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="{text(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def text(value: object) -> str:
    """Any value as it is, letter by letter; a number that is not one is empty."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return html.escape(str(value))


def element(name: str, content: object, kind: str = "") -> str:
    """An element around plain text."""
    return f'<{name} class="{kind}">{text(content)}</{name}>' if kind else f"<{name}>{text(content)}</{name}>"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of plain texts."""
    head = "".join(element("th", one) for one in heads)
    body = "\n".join("<tr>" + "".join(element("td", cell) for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'


def folded(summary: str, content: str) -> str:
    """Markup that opens on a click."""
    return f"<details><summary>{text(summary)}</summary>\n{content}\n</details>"


def dots(rows: Sequence[tuple[str, float, float, float]], alt: str) -> str:
    """A drawing of (label, value, low, high), one line each, over one axis."""
    known = [value for _, *values in rows for value in values if math.isfinite(value)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    margin = 0.05 * (high - low) or 0.05
    low, high = low - margin, high + margin

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - 20) * (value - low) / (high - low)

    height = ROW * len(rows) + 34
    lines = [_tick(x(tick), height, tick) for tick in _round_values(low, high)]
    for number, (label, value, start, end) in enumerate(rows):
        y = ROW * number + 16
        lines.append(f'<text x="{LEFT - 12}" y="{y + 4}" text-anchor="end">{text(_short(label))}</text>')
        if math.isfinite(start) and math.isfinite(end):
            lines.append(f'<line class="bar" x1="{x(start):.1f}" x2="{x(end):.1f}" y1="{y}" y2="{y}"/>')
        if math.isfinite(value):
            lines.append(f'<circle cx="{x(value):.1f}" cy="{y}" r="5"><title>{value:.4f}</title></circle>')
    drawn = "\n".join(lines)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" width="100%" role="img" aria-label="{text(alt)}" '
        f'xmlns="http://www.w3.org/2000/svg">\n{drawn}\n</svg>'
    )


def _round_values(low: float, high: float) -> list[float]:
    """Three to seven round numbers between two."""
    rough = (high - low) / 4
    unit = 10.0 ** math.floor(math.log10(rough))
    step = unit * next(one for one in (1, 2, 5, 10) if unit * one >= rough)
    return (step * np.arange(math.ceil(low / step), math.floor(high / step) + 1)).tolist()


def _tick(x: float, height: int, value: float) -> str:
    line = f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height - 22}"/>'
    return f'{line}<text x="{x:.1f}" y="{height - 6}" text-anchor="middle">{value:.3f}</text>'


def _short(label: str) -> str:
    return label if len(label) <= 40 else f"{label[:39]}…"

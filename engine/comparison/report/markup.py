"""How do texts and tables become HTML that opens anywhere? All that is given is escaped; only this room writes it."""

import html
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.notation import unbroken

STYLE = Path(__file__).with_name("report.css").read_text(encoding="utf-8")


def page(title: str, language: str, parts: Iterable[str]) -> str:
    """A whole file: its policy forbids scripts and anything from elsewhere."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="{text(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def text(value: object) -> str:
    """Any value as it is, letter by letter; a number that is not one is empty."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return html.escape(unbroken(str(value)))


def element(name: str, content: object, kind: str = "") -> str:
    """An element around plain text, which runs in its own direction."""
    told = f' class="{kind}"' if kind else ""
    return f'<{name}{told} dir="auto">{text(content)}</{name}>'


def inside(name: str, parts: Iterable[str], kind: str = "") -> str:
    """An element around markup."""
    told = f' class="{kind}"' if kind else ""
    return f"<{name}{told}>\n" + "\n".join(part for part in parts if part) + f"\n</{name}>"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], numbers: Iterable[int] = ()) -> str:
    """A table of plain texts; the columns `numbers` never break."""
    whole = set(numbers)
    head = "".join(element("th", one, "number" if place in whole else "") for place, one in enumerate(heads))
    body = "\n".join(
        "<tr>" + "".join(_cell(heads[place], cell, whole=place in whole) for place, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _cell(head: str, value: object, *, whole: bool) -> str:
    """A cell that names its column itself: on a phone every row is a block of such lines."""
    kind = ' class="number"' if whole else ""
    return f'<td{kind} data-head="{text(head)}"><span dir="auto">{text(value)}</span></td>'


def facts(rows: Iterable[tuple[object, object]], kind: str = "") -> str:
    """Names with what is said of each; those without anything to say are left out."""
    told = [element("dt", name) + element("dd", value) for name, value in rows if text(value)]
    return inside("dl", told, kind)


def folded(summary: str, content: str) -> str:
    """Markup that opens on a click; paper leaves it out."""
    return f'<details><summary dir="auto">{text(summary)}</summary>\n{content}\n</details>'

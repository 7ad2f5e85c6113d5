"""Where does a table begin, and does its first row name the columns? By comparing that row with those below it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import quantiles

from engine import plugins
from engine.texts.characters import width
from engine.texts.column_names import without_notes
from engine.types import BadFile, Message, Note, ReadingOptions

Row = Sequence[str | None]
ROWS = 200
"""So many rows are looked at."""
MOST_ABOVE = 12
"""Rows of titles and comments that may stand above a header."""
SURE = 1.5
NUMBER = re.compile(r"[-+]?(\d+([.,]\d+)*|\.\d+)([eE][-+]?\d+)?%?")
NOTHING = {"nan", "null", "none", "na", "n/a", "-", "nat"}
SHORT, LONG = 12, 60
"""Widths, in Latin letters, below which a cell's length says little, and above which it is no name."""


@dataclass(frozen=True)
class Top:
    """How many rows stand above the table, whether its first row is a header, and how sure that is, in 0..1 and up."""

    above: int
    header: bool
    certainty: float


def top(rows: Sequence[Row], options: ReadingOptions, lean: float = 0.0) -> Top:
    """Where the table begins in these first rows of a file, none of them blank.

    `lean` is what speaks for a header, or below 0 against one, before the rows are looked at.
    """
    above = _above(rows) if options.skip_rows is None else 0
    while above and options.header is not True and evidence(rows[above:]) < SURE:
        above -= 1  # what stands above a table is passed over only where a header follows
    if options.header is not None:
        return Top(above, options.header, SURE)
    score = evidence(rows[above:]) + lean
    return Top(above, score >= 0, abs(score))


def _above(rows: Sequence[Row]) -> int:
    """Leading rows that are comments, or have fewer cells than most of the others."""
    usual = Counter(len(row) for row in rows).most_common(1)[0][0]
    filled = Counter(_filled(row) for row in rows).most_common(1)[0][0]
    count = 0
    for row in rows[:MOST_ABOVE]:
        comment = (row[0] or "").startswith("#") and (len(row) != usual or (row[0] or "").startswith("# "))
        if not comment and _filled(row) >= filled:
            break
        count += 1
    return count if count < len(rows) else 0


def _filled(row: Row) -> int:
    return sum(bool(cell and cell.strip()) for cell in row)


def evidence(rows: Sequence[Row]) -> float:
    """How much speaks for the first row as a header, and, below 0, for data; 1.5 and more is sure."""
    first, others = [(cell or "").strip() for cell in rows[0]], rows[1 : ROWS + 1]
    named = [cell for cell in first if cell]
    if named == [str(number) for number in range(len(named))] and len(named) > 1:
        return 2 * SURE  # what pandas calls columns without names
    if len(named) > 1:  # files may have been put one behind the other, with their headers
        others = [row for row in others if row != rows[0]]
    if not others:
        known = all(squeezed(cell) in known_names() for cell in named)
        return -SURE if any(map(_is_number, first)) else SURE if known else 0.5
    score = -2.0 if len({*named}) < len(named) else 0.0
    for place, cell in enumerate(first):
        below = [row[place].strip() for row in others if len(row) > place and row[place] and row[place].strip()]  # type: ignore[union-attr]
        if cell and below:
            score += _column(cell, below)
    return score


def _column(cell: str, below: Sequence[str]) -> float:
    """What one column says: how its first cell differs from those below."""
    known = 1.5 if squeezed(cell) in known_names() else 0.0
    numbers = sum(map(_is_number, below)) / len(below)
    if _is_number(cell):
        return -2.0 if numbers > 0.8 else -0.5
    if numbers > 0.9:
        return known if cell.lower() in NOTHING else known + 3.0
    seen = Counter(below)
    repeats = len(seen) < 0.5 * len(below)
    if cell in seen:
        return -3.0 if repeats else -1.5
    name = without_notes(cell)
    sentence = -1.0 if name[-1] in ".!。！;；" or width(name) > LONG else 0.0
    if repeats:
        return known + sentence + (2.0 if min(seen.values()) > 1 else 1.0)
    return known + sentence + _shape(name, below)


def _shape(cell: str, below: Sequence[str]) -> float:
    """What length and make say where nearly all cells differ."""
    patterns = {_pattern(one) for one in below}
    if len(patterns) <= min(3, len(below) // 2) and all(one.isascii() and " " not in one for one in below):  # ids
        known = -1.5 if any("0" in one for one in patterns) else 0.0  # letters alone make no id
        return known if _pattern(cell) in patterns else 1.5
    widths = [width(one) for one in below]
    if sum(widths) / len(widths) < SHORT:
        return 0.0
    if width(cell) < 0.6 * min(widths):
        return 1.5
    low, high = (
        (min(widths), max(widths)) if len(widths) < 8 else (lambda cuts: (cuts[0], cuts[-1]))(quantiles(widths, n=20))
    )
    return -1.0 if low <= width(cell) <= high else 0.0


def _pattern(cell: str) -> str:
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "0", cell))


def _is_number(cell: str) -> bool:
    return NUMBER.fullmatch(cell) is not None


def squeezed(name: str) -> str:
    """A name without what people write differently: case, blanks, dashes."""
    return re.sub(r"[\W_]+", "", without_notes(name).lower())


@cache
def known_names() -> frozenset[str]:
    """The names, squeezed, that the tasks know for their columns."""
    columns = [
        column
        for task in plugins.tasks().values()
        for tables in (task.tables, *(layout.tables for layout in task.layouts))
        for table in tables.values()
        for column in table
    ]
    return frozenset(squeezed(name) for column in columns for name in (column.name, *column.aliases))


def names(path: Path, cells: Row) -> list[str]:
    """The columns' names in a header, numbered where they have none; raises BadFile where two are the same."""
    made = [(cell or "").strip() or f"column {number}" for number, cell in enumerate(cells, 1)]
    for name in made:
        if made.count(name) > 1:
            raise BadFile("{file} has two columns of the name {column!r}.", file=path.name, column=name)
    return made


def notes(file: str, table: str, found: Top, rows: Sequence[Row], options: ReadingOptions) -> list[Note]:
    """What a person should know about where the table was taken to begin."""
    said = []
    if found.above:
        seen = " / ".join(" ".join(cell for cell in row if cell).strip() for row in rows[: found.above] if any(row))
        said.append(Note(Message("{file}: passed over above the header: {text}", {"file": file, "text": seen}), table))
    if options.header is not None:
        return said
    values = {"file": file, "row": " | ".join(cell or "" for cell in rows[found.above])[:200]}
    if found.certainty < SURE:
        option = "--no-header" if found.header else "--header"
        taken = (
            Message("{file}: whether the first row names the columns is not sure; it was taken to: {row}", values)
            if found.header
            else Message("{file}: whether the first row is data is not sure; it was taken to be: {row}", values)
        )
        said.append(Note(taken, table, option))
    elif not found.header:
        said.append(Note(Message("{file} has no header; its first row is data: {row}", values), table))
    return said

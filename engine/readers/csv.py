"""Comma, semicolon, tab or pipe separated text: which cells does it hold, and is every row whole?"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from engine.readers.frames import frame, header
from engine.readers.text import open_text
from engine.types import PLAIN, BadFile, Reader, Reading, ReadingOptions

DELIMITERS = (",", "\t", ";", "|")
SAMPLE = 1 << 18
LONGEST_CELL = 1 << 24
"""Characters; a quote that nobody closes would otherwise swallow the whole file before it is noticed."""
BATCH_ROWS = 20_000
BATCH_CHARACTERS = 1 << 24


@dataclass(frozen=True)
class _Dialect:
    """How cells are told apart. A wary reading refuses cells that span both rows and columns."""

    delimiter: str
    quotes: bool = True
    wary: bool = False

    def rows(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """The cells of each row; a csv.Error where the quotes do not match."""
        if self.quotes:
            return csv.reader(lines, delimiter=self.delimiter, strict=True)
        return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)


def read(path: Path, options: ReadingOptions = PLAIN) -> Reading:
    """One table of texts under the file's name; an empty cell is missing, all others are kept as they are written.

    Raises:
        BadFile: it is empty, in no known encoding, a row is not as wide as the header, or a quote stays open.
    """
    csv.field_size_limit(LONGEST_CELL)
    delimiter = _delimiter(path)
    ways = [_Dialect(delimiter)]
    if delimiter == "\t":  # People write it without quoting too: a quote may then be just a quote.
        ways = [_Dialect("\t", wary=True), _Dialect("\t", quotes=False), *ways]
    for way in ways[:-1]:
        try:
            return Reading({path.stem: frame(_batches(path, way))})
        except BadFile:
            continue
    return Reading({path.stem: frame(_batches(path, ways[-1]))})


def _delimiter(path: Path) -> str:
    """The delimiter that cuts the first row, and the most of the rows after it into as many cells."""
    with open_text(path) as file:
        sample = file.read(SAMPLE)
    if not sample.strip():
        raise BadFile("{file} is empty.", file=path.name)
    scores = {one: _evenness(sample, one) for one in DELIMITERS}
    usual = "," if path.suffix.lower() == ".csv" else "\t"
    if usual == "\t" and scores["\t"][0]:
        return usual
    return max((usual, *DELIMITERS), key=lambda one: scores[one])


def _evenness(sample: str, delimiter: str) -> tuple[bool, float, int]:
    """Whether the first row has several cells, the share of rows that are as wide, and how wide that is."""
    widths: list[int] = []
    rows = _Dialect(delimiter).rows(io.StringIO(sample, newline=""))
    try:
        for row in islice(rows, 200):
            widths += [len(row)] if row else []
    except csv.Error:  # the sample ends inside a quoted cell, or quotes mean nothing in this file
        widths = widths or [len(sample.splitlines()[0].split(delimiter))]
    return widths[0] > 1, widths.count(widths[0]) / len(widths), widths[0]


def _batches(path: Path, dialect: _Dialect) -> Iterator[dict[str, list[str | None]]]:
    """The columns of some thousands of rows at a time."""
    with open_text(path) as file:
        rows = _whole_rows(path, file, dialect)
        first = next(rows)
        names, is_data = header(path, first)
        batch, size = [first] if is_data else [], 0
        for row in rows:
            batch.append(row)
            size += sum(map(len, row))
            if len(batch) == BATCH_ROWS or size > BATCH_CHARACTERS:
                yield _columns(names, batch)
                batch, size = [], 0
        yield _columns(names, batch)


def _columns(names: list[str], rows: list[list[str]]) -> dict[str, list[str | None]]:
    cells = zip(*rows, strict=True) if rows else [()] * len(names)
    return {name: [cell or None for cell in column] for name, column in zip(names, cells, strict=True)}


def _whole_rows(path: Path, lines: Iterable[str], dialect: _Dialect) -> Iterator[list[str]]:
    """The header and the rows, all equally wide; blank lines are none."""
    rows = dialect.rows(lines)
    width = number = before = 0
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            raise _quote(path, error, number, before + 1) from error
        if row is None:
            return
        before = rows.line_num  # type: ignore[attr-defined]
        if not row:
            continue
        width = width or len(row)
        if len(row) != width:
            raise BadFile(
                "{file}: row {row} (line {line}) has {seen} cells, but the header has {expected}.",
                file=path.name, row=number, line=before, seen=len(row), expected=width,
            )  # fmt: skip
        if dialect.wary and any("\t" in cell and "\n" in cell for cell in row):
            raise BadFile("{file}: row {row} has a cell that spans rows and columns.", file=path.name, row=number)
        yield row
        number += 1


def _quote(path: Path, error: csv.Error, row: int, line: int) -> BadFile:
    if "expected after" in str(error):
        return BadFile(
            "{file}: row {row} (line {line}) goes on after a closing quote; a quote inside quotes must be doubled.",
            file=path.name, row=row, line=line,
        )  # fmt: skip
    return BadFile(
        "{file}: row {row} (line {line}) opens a quote that is never closed.", file=path.name, row=row, line=line
    )


READER = Reader("csv", "CSV or TSV", (".csv", ".tsv", ".tab"), read)

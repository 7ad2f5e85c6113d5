"""Delimited text, or one text a line: which cells does it hold, and is every row whole?"""

import csv
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from engine.readers import header
from engine.readers.delimited.delimiters import BEFORE_QUOTE, Dialect, delimiter, evenness, first_rows, stated
from engine.readers.delimited.rows import BATCH_ROWS, LONGEST_CELL, NAMED, Plan, Source, batches
from engine.readers.extra_rows import second_header, totals
from engine.readers.frames import frame, points_for_commas, without_empty
from engine.readers.text import encoding_notes, open_text
from engine.texts.column_names import called
from engine.types import PLAIN, BadFile, Message, Note, Reader, Reading, ReadingOptions

SAMPLE = 1 << 18
BARE = -1.0
"""How much speaks against a header before bare lines are looked at: few people write one above them."""
PASSED = {
    "ends": Message(
        "{count} {count:row|rows} of {file} {count:ends|end} in delimiters beyond the header; nothing "
        "stands behind them."
    ),
    "headers": Message(
        "{count} {count:row|rows} of {file} {count:repeats|repeat} the header and {count:was|were} left out."
    ),
    "ragged": Message(
        "{count} {count:row|rows} of {file} {count:has|have} too many or too few cells and "
        "{count:was|were} left out: {rows}."
    ),
    "wider": Message(
        "{count} {count:row|rows} of {file} {count:has|have} more cells than the others, which make "
        "columns of their own."
    ),
}

QUOTED = 20
"""Lines by which it is told whether a file writes its cells in quotes."""


def read(path: Path, options: ReadingOptions = PLAIN) -> Reading:
    """One table of texts under the file's name; an empty cell is missing, all others are kept as they are written.

    Raises:
        BadFile: it is empty, in no known encoding, a row is not as wide as the header, or a quote stays open.
    """
    csv.field_size_limit(LONGEST_CELL)
    source, notes = _open(path, options)
    mark = _delimiter(source)
    if not mark:
        return _lines(source, notes)
    if mark not in {",", "\t"}:
        notes.append(_note(path, Message("{file}: its cells are parted by {delimiter!r}."), delimiter=mark))
    ways = [Dialect(mark, blanks=BEFORE_QUOTE.search(source.sample) is not None)]
    if len(mark) > 1 and not _is_quoted(source.sample, mark):  # a quote is just a quote
        return _read(source, Dialect(mark, quotes=False), notes)
    if mark == "\t":  # People write it without quoting too: a quote may then be just a quote.
        ways = [Dialect("\t", wary=True), Dialect("\t", quotes=False), *ways]
    for way in ways[:-1]:
        try:
            return _read(replace(source, options=replace(options, leave_out_ragged=False)), way, notes)
        except BadFile:
            continue
    return _read(source, ways[-1], notes)


def _is_quoted(sample: str, mark: str) -> bool:
    """Whether each cell of some first lines stands in quotes."""
    cells = [cell.strip() for line in sample.splitlines()[:QUOTED] for cell in line.split(mark)]
    return all(len(cell) > 1 and cell[0] == cell[-1] == '"' for cell in cells)


def _note(path: Path, message: Message, **values: object) -> Note:
    return Note(Message(message.template, {"file": path.name, **values}), path.stem)


def _open(path: Path, options: ReadingOptions) -> tuple[Source, list[Note]]:
    """The file's beginning behind the lines that are passed over: as many as were said, or one that says `sep=;`."""
    notes = list(encoding_notes(path, options.encoding))
    skipped = options.skip_rows or 0
    with open_text(path, options.encoding) as file:
        for _ in range(skipped):
            file.readline()
        sample = file.read(SAMPLE)
        whole = len(sample) < SAMPLE
    if not sample.strip():
        raise BadFile("{file} is empty.", file=path.name)
    if stated(sample) and not skipped:
        line, _, sample = sample.partition("\n")
        notes.append(_note(path, Message("{file}: its first line {line!r} names the delimiter."), line=line.strip()))
        skipped = 1
    return Source(path, options, sample, whole, skipped), notes


def _delimiter(source: Source) -> str:
    """The one that was said, or that the file's own first line names, or the likeliest; "" for bare lines."""
    said = source.options.delimiter.replace("\\t", "\t")
    if not said and source.skipped and source.options.skip_rows is None:
        with open_text(source.path, source.options.encoding) as file:
            said = stated(file.readline())
    named = source.options.header is True
    return said or delimiter(source.sample, source.path.suffix.lower(), whole=source.whole, first=named)


def _read(source: Source, dialect: Dialect, notes: list[Note]) -> Reading:
    """The table as this dialect cuts it."""
    path, options = source.path, source.options
    first = first_rows(source.sample, dialect, whole=source.whole)
    top = header.top(first or [[""]], options)
    usual = evenness(source.sample, dialect, whole=source.whole).width
    row = first[top.above] if first else [""]
    if top.header:
        names = header.names(path, row)
    else:
        names = [f"column {number}" for number in range(1, min(usual, len(row)) + 1)]
    plan = Plan(source, dialect, top, names, ragged=dialect.delimiter == "\t" and not top.header)
    table, again = second_header.without(without_empty(frame(batches(plan))))
    table, summed = totals.without(table)
    table, parts = totals.without_parts(table)
    said = [*notes, *header.notes(path.name, path.stem, top, first, options)]
    rows = ", ".join(str(row) for row, _, _ in plan.misfits) + (", …" if plan.passed["ragged"] > NAMED else "")
    said += [_note(path, PASSED[what], count=count, rows=rows) for what, count in plan.passed.items() if count]
    if again:
        said.append(
            _note(path, Message("{file}: the row below the header names the columns once more and was left out: {row}"),
                  row=again)
        )  # fmt: skip
    if summed:
        message = Message("{file}: the last rows sum up the others and were left out: {rows}")
        said.append(_note(path, message, rows=" / ".join(summed)[:200]))
    if parts:
        message = Message("{file}: {count} {count:row sums|rows sum} up others above; left out: {rows}")
        said.append(_note(path, message, count=len(parts), rows=" / ".join(parts)[:200]))
    if commas := points_for_commas(table):
        said.append(_note(path, Message("{file}: decimal commas are read as points in: {columns}"),
                          columns=tuple(map(called, commas))))  # fmt: skip
    return Reading({path.stem: table}, tuple(said))


def _lines(source: Source, notes: list[Note]) -> Reading:
    """One text a line, whatever commas and quotes it holds; a blank line is a missing text, but for the last ones."""
    path, options = source.path, source.options
    first = [[line] for line in source.sample.splitlines()[: header.ROWS] if line.strip()]
    top = header.top(first, options, lean=BARE)
    names = header.names(path, first[0]) if top.header else ["column 1"]
    with open_text(path, options.encoding) as file:
        lines = (line.rstrip("\r\n") for line in file)
        table = frame(_line_batches(names[0], islice(lines, source.skipped + top.above + top.header, None)))
    missing = table[names[0]].isna()
    table = table.iloc[: len(table) - int(missing[::-1].cumprod().sum())].reset_index(drop=True)
    return Reading({path.stem: table}, (*notes, *header.notes(path.name, path.stem, top, first, options)))


def _line_batches(name: str, lines: Iterator[str]) -> Iterator[dict[str, list[str | None]]]:
    yield {name: []}
    while batch := list(islice(lines, BATCH_ROWS)):
        yield {name: [line if line.strip() else None for line in batch]}


READER = Reader("csv", "CSV, TSV or lines of text", (".csv", ".tsv", ".tab", ".psv"), read)

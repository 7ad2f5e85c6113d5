"""Delimited text, or one text a line: which cells does it hold, and is every row whole?"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from engine.readers import header
from engine.readers.delimiters import BEFORE_QUOTE, Dialect, delimiter, evenness, first_rows, stated
from engine.readers.frames import frame, points_for_commas, without_empty
from engine.readers.text import encoding_notes, open_text
from engine.types import PLAIN, BadFile, Message, Note, Reader, Reading, ReadingOptions

SAMPLE = 1 << 18
LONGEST_CELL = 1 << 24
"""Characters; a quote that nobody closes would otherwise swallow the whole file before it is noticed."""
BARE = -1.0
"""How much speaks against a header before bare lines are looked at: few people write one above them."""
NAMED = 5
"""Rows of another width that are named one by one."""
BATCH_ROWS = 20_000
BATCH_CHARACTERS = 1 << 24
PASSED = {
    "ends": Message("{count} row(s) of {file} end in delimiters beyond the header; nothing stands behind them."),
    "headers": Message("{count} row(s) of {file} repeat the header and were left out."),
    "ragged": Message("{count} row(s) of {file} have too many or too few cells and were left out: {rows}."),
    "wider": Message("{count} row(s) of {file} have more cells than the others; they make columns of their own."),
}


@dataclass(frozen=True)
class _Source:
    """A file's beginning, what is said about it, and how many of its lines are none of the table."""

    path: Path
    options: ReadingOptions
    sample: str
    whole: bool
    skipped: int


@dataclass(frozen=True)
class _Plan:
    """How a file is read: where its table begins, how wide it is, whether rows may be wider, what was passed over."""

    source: _Source
    dialect: Dialect
    top: header.Top
    names: list[str]
    ragged: bool
    passed: Counter[str] = field(default_factory=Counter)
    misfits: list[tuple[int, int, int]] = field(default_factory=list)
    """The first rows of another width: row, line and how many cells there are."""


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
    if mark == "\t":  # People write it without quoting too: a quote may then be just a quote.
        ways = [Dialect("\t", wary=True), Dialect("\t", quotes=False), *ways]
    for way in ways[:-1]:
        try:
            return _read(replace(source, options=replace(options, leave_out_ragged=False)), way, notes)
        except BadFile:
            continue
    return _read(source, ways[-1], notes)


def _note(path: Path, message: Message, **values: object) -> Note:
    return Note(Message(message.template, {"file": path.name, **values}), path.stem)


def _open(path: Path, options: ReadingOptions) -> tuple[_Source, list[Note]]:
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
    return _Source(path, options, sample, whole, skipped), notes


def _delimiter(source: _Source) -> str:
    """The one that was said, or that the file's own first line names, or the likeliest; "" for bare lines."""
    said = source.options.delimiter.replace("\\t", "\t")
    if not said and source.skipped and source.options.skip_rows is None:
        with open_text(source.path, source.options.encoding) as file:
            said = stated(file.readline())
    named = source.options.header is True
    return said or delimiter(source.sample, source.path.suffix.lower(), whole=source.whole, first=named)


def _read(source: _Source, dialect: Dialect, notes: list[Note]) -> Reading:
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
    plan = _Plan(source, dialect, top, names, ragged=dialect.delimiter == "\t" and not top.header)
    table = without_empty(frame(_batches(plan)))
    said = [*notes, *header.notes(path.name, path.stem, top, first, options)]
    rows = ", ".join(str(row) for row, _, _ in plan.misfits) + (", …" if plan.passed["ragged"] > NAMED else "")
    said += [_note(path, PASSED[what], count=count, rows=rows) for what, count in plan.passed.items() if count]
    if dialect.delimiter == ";" and (commas := points_for_commas(table)):
        said.append(_note(path, Message("{file}: decimal commas are read as points in: {columns}"),
                          columns=", ".join(commas)))  # fmt: skip
    return Reading({path.stem: table}, tuple(said))


def _batches(plan: _Plan) -> Iterator[dict[str, list[str | None]]]:
    """The columns of some thousands of rows at a time."""
    with open_text(plan.source.path, plan.source.options.encoding) as file:
        for _ in range(plan.source.skipped):
            file.readline()
        batch: list[list[str]] = []
        size = 0
        for row in _whole_rows(plan, file):
            batch.append(row)
            size += sum(map(len, row))
            if len(batch) == BATCH_ROWS or size > BATCH_CHARACTERS:
                yield _columns(plan, batch)
                batch, size = [], 0
        yield _columns(plan, batch)


def _columns(plan: _Plan, rows: list[list[str]]) -> dict[str, list[str | None]]:
    if plan.ragged:
        width = max(map(len, rows), default=0)
        plan.names.extend(f"column {number}" for number in range(len(plan.names) + 1, width + 1))
        rows = [row + [""] * (len(plan.names) - len(row)) for row in rows]
    cells = zip(*rows, strict=True) if rows else [()] * len(plan.names)
    return {name: [cell or None for cell in column] for name, column in zip(plan.names, cells, strict=True)}


def _whole_rows(plan: _Plan, lines: Iterable[str]) -> Iterator[list[str]]:
    """The table's rows below its header, all equally wide where that is asked for; blank lines are none."""
    rows, path, width = plan.dialect.rows(lines), plan.source.path, len(plan.names)
    number = -plan.top.above - plan.top.header
    head: list[str] | None = None
    before = 0
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            raise _quote(path, error, number + 1 - (not plan.top.header), before + 1, rows.line_num) from error
        if row is None:
            break
        before = rows.line_num
        if not row:
            continue
        number += 1
        if number <= 0:
            head = row
            continue
        if len(row) != width or row == head:
            row = _fitted(plan, row, number, before, row == head)
            if not row:
                continue
        if plan.dialect.wary and any("\t" in cell and "\n" in cell for cell in row):
            raise BadFile("{file}: row {row} has a cell that spans rows and columns.", file=path.name, row=number)
        yield row
    if plan.misfits and not plan.source.options.leave_out_ragged:
        raise _ragged(plan)


def _fitted(plan: _Plan, row: list[str], number: int, line: int, is_head: bool) -> list[str]:
    """A row that is not as wide as the header, if nothing is lost by it; empty where it takes no part."""
    width = len(plan.names)
    if is_head and width > 1:
        plan.passed["headers"] += 1
        return []
    if len(row) > width and not any(row[width:]):
        plan.passed["ends"] += 1
        return row[:width]
    if plan.ragged and len(row) >= width:
        plan.passed["wider"] += 1
        return row
    if len(row) == width:
        return row
    plan.passed["ragged"] += 1
    if len(plan.misfits) < NAMED:
        plan.misfits.append((number, line, len(row)))
    return []


def _ragged(plan: _Plan) -> BadFile:
    """What is wrong with the rows of another width, the first of them by name, and what helps."""
    count, width = plan.passed["ragged"], len(plan.names)
    row, line, seen = plan.misfits[0]
    rest: str | Message = ""
    if count > 1:
        others = [f"{row} ({line}): {seen}" for row, line, seen in plan.misfits[1:]]
        rest = Message(
            " {count} rows are of another width; the next, as row (line): cells, are {others}.",
            {"count": count, "others": ", ".join(others) + (", …" if count > NAMED else "")},
        )
    values = {"file": plan.source.path.name, "row": row, "line": line, "seen": seen, "expected": width, "rest": rest}
    if max(seen for _, _, seen in plan.misfits) > width:
        return BadFile(
            "{file}: row {row} (line {line}) has {seen} cells, but there are {expected} columns.{rest} If a text holds "
            'the sign {delimiter!r} that parts the cells, put the text in quotes: "…". Rows of another width can be '
            "left out (--leave-out-ragged).",
            delimiter=plan.dialect.delimiter, **values,
        )  # fmt: skip
    return BadFile(
        "{file}: row {row} (line {line}) has {seen} cells, but there are {expected} columns.{rest} Empty cells at the "
        "end of a row need their delimiters too, and a line break in a text needs quotes around the text. Rows of "
        "another width can be left out (--leave-out-ragged).",
        **values,
    )


def _quote(path: Path, error: csv.Error, row: int, line: int, last: int) -> BadFile:
    values = {"file": path.name, "row": row, "line": line, "last": last}
    if "expected after" not in str(error):
        return BadFile("{file}: row {row} (line {line}) opens a quote that is never closed.", **values)
    if last > line:
        return BadFile(
            "{file}: row {row} (line {line}) opens a quote that is never closed: it runs on to line {last}, where the "
            "next quote stands. Close it, or write the quote twice if it belongs to the text.",
            **values,
        )
    return BadFile(
        "{file}: row {row} (line {line}) goes on after a closing quote; a quote inside quotes must be doubled.",
        **values,
    )


def _lines(source: _Source, notes: list[Note]) -> Reading:
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

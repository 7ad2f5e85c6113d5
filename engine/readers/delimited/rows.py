"""Which rows does delimited text hold, and is every one of them as wide as the table?"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.readers import header
from engine.readers.delimited.delimiters import Dialect
from engine.readers.text import open_text
from engine.types import BadFile, Message, ReadingOptions

LONGEST_CELL = 1 << 24
"""Characters; a quote that nobody closes would otherwise swallow the whole file before it is noticed."""
NAMED = 5
"""Rows of another width that are named one by one."""
BATCH_ROWS = 20_000
BATCH_CHARACTERS = 1 << 24


@dataclass(frozen=True)
class Source:
    """A file's beginning, what is said about it, and how many of its lines are none of the table."""

    path: Path
    options: ReadingOptions
    sample: str
    whole: bool
    skipped: int


@dataclass(frozen=True)
class Plan:
    """How a file is read: where its table begins, how wide it is, whether rows may be wider, what was passed over."""

    source: Source
    dialect: Dialect
    top: header.Top
    names: list[str]
    ragged: bool
    passed: Counter[str] = field(default_factory=Counter)
    misfits: list[tuple[int, int, int]] = field(default_factory=list)
    """The first rows of another width: row, line and how many cells there are."""


def batches(plan: Plan) -> Iterator[dict[str, list[str | None]]]:
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


def _columns(plan: Plan, rows: list[list[str]]) -> dict[str, list[str | None]]:
    if plan.ragged:
        width = max(map(len, rows), default=0)
        plan.names.extend(f"column {number}" for number in range(len(plan.names) + 1, width + 1))
        rows = [row + [""] * (len(plan.names) - len(row)) for row in rows]
    cells = zip(*rows, strict=True) if rows else [()] * len(plan.names)
    return {name: [cell or None for cell in column] for name, column in zip(plan.names, cells, strict=True)}


def _whole_rows(plan: Plan, lines: Iterable[str]) -> Iterator[list[str]]:
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


def _fitted(plan: Plan, row: list[str], number: int, line: int, is_head: bool) -> list[str]:
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


def _ragged(plan: Plan) -> BadFile:
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

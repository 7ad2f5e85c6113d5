"""Excel workbooks: which texts and numbers do the sheets show?"""

import zipfile
import zlib
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd

from engine.readers import header
from engine.readers.extra_rows import second_header, totals
from engine.readers.folders.archive import open_zip
from engine.readers.frames import frame, points_for_commas, without_empty
from engine.texts.column_names import called
from engine.types import PLAIN, BadFile, Message, Note, Reader, Reading, ReadingOptions

BATCH = 10_000
DAMAGE = (
    zipfile.BadZipFile, zlib.error, ElementTree.ParseError, EOFError, OSError, NotImplementedError,
    KeyError, IndexError, ValueError, TypeError, AttributeError,
)  # fmt: skip
"""What openpyxl lets through when a workbook is damaged: it builds its records of whatever it finds."""
MERGED = Message("{file}, sheet {sheet!r}: {count} {count:cell|cells} below merged ones got the text of those.")
ERRORS = Message(
    "{file}, sheet {sheet!r}: {count} {count:cell holds|cells hold} an error such as #N/A "
    "and {count:is|are} missing: {cells}"
)
BLANK = Message("{file}, sheet {sheet!r}: empty rows were passed over: {rows}")
AGAIN = Message("{file}, sheet {sheet!r}: the row below the header names the columns once more and was left out: {row}")
STACKED = Message(
    "{file}, sheet {sheet!r}: several tables stand below one another; their headers and titles but the first "
    "were left out: {rows}"
)
TOTALS = Message("{file}, sheet {sheet!r}: the last rows sum up the others and were left out: {rows}")
PARTS = Message("{file}, sheet {sheet!r}: {count} {count:row sums|rows sum} up others above; left out: {rows}")
COMMAS = Message("{file}, sheet {sheet!r}: decimal commas are read as points in: {columns}")


def read(path: Path, options: ReadingOptions = PLAIN) -> Reading:
    """One table a sheet, of texts: what the cells show (of formulas, the value that was saved with them).

    Raises:
        BadFile: it is no workbook, no sheet has a cell, or a formula was saved without its value.
    """
    import openpyxl

    if not zipfile.is_zipfile(path):
        raise BadFile("{file} is not an Excel workbook (.xlsx); text needs a suffix such as .csv.", file=path.name)
    tables: dict[str, pd.DataFrame] = {}
    notes: list[Note] = []
    with open_zip(path) as archive:
        try:
            workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
            for sheet in _chosen(path, workbook, options, notes):
                tables[sheet.title] = _table(path, archive, sheet, options, notes)
            workbook.close()
        except DAMAGE as error:
            raise BadFile("{file} is damaged: it cannot be read as an Excel workbook.", file=path.name) from error
    tables = {name: table for name, table in tables.items() if len(table.columns)}
    if not tables:
        raise BadFile("{file} is empty.", file=path.name)
    return Reading(tables, tuple(note for note in notes if not note.table or note.table in tables))


def _chosen(path: Path, workbook: Any, options: ReadingOptions, notes: list[Note]) -> list[Any]:
    """The sheet that was named, or all that are not hidden."""
    sheets = workbook.worksheets
    if options.sheet:
        named = [sheet for sheet in sheets if sheet.title == options.sheet]
        if not named:
            raise BadFile(
                "{file} has no sheet {sheet!r}; it has {sheets}.",
                file=path.name, sheet=options.sheet, sheets=", ".join(sheet.title for sheet in sheets),
            )  # fmt: skip
        return named
    shown = [sheet for sheet in sheets if sheet.sheet_state == "visible"] or sheets
    for sheet in sheets:
        if sheet not in shown:
            values = {"file": path.name, "sheet": sheet.title}
            notes.append(Note(Message("{file}: the hidden sheet {sheet!r} was left out.", values)))
    return shown


def _table(
    path: Path, archive: zipfile.ZipFile, sheet: Any, options: ReadingOptions, notes: list[Note]
) -> pd.DataFrame:
    from engine.readers import sheets

    if cell := sheets.formula_without_value(archive, sheet._worksheet_path):
        raise BadFile(
            "{file}: cell {cell} of the sheet {sheet!r} holds a formula without a value; "
            "open and save the file in a spreadsheet program first.",
            file=path.name, cell=cell, sheet=sheet.title,
        )  # fmt: skip
    sheet.reset_dimensions()  # what some writers state there is wrong
    joined, errors, blank = sheets.merged(archive, sheet._worksheet_path), list[str](), list[int]()
    heads = list[int]()
    rows = islice(sheets.rows(sheet, joined, errors, blank), options.skip_rows or 0, None)
    table, again = second_header.without(without_empty(frame(_batches(path, sheet.title, rows, options, notes, heads))))
    table, summed = totals.without(table)
    table, parts = totals.without_parts(table)
    commas = points_for_commas(table)
    for said, message, values in (
        (joined.filled, MERGED, {"count": joined.filled}),
        (len(errors), ERRORS, {"count": len(errors), "cells": ", ".join(errors[:5])}),
        (len(blank), BLANK, {"rows": ", ".join(map(str, blank[:5]))}),
        (len(heads), STACKED, {"rows": ", ".join(map(str, heads[:5]))}),
        (len(summed), TOTALS, {"rows": " / ".join(summed)[:200]}),
        (len(parts), PARTS, {"count": len(parts), "rows": " / ".join(parts)[:200]}),
        (len(again), AGAIN, {"row": again}),
        (len(commas), COMMAS, {"columns": tuple(map(called, commas))}),
    ):
        if said:
            place = {"file": path.name, "sheet": sheet.title}
            notes.append(Note(Message(message.template, {**place, **values}), sheet.title))
    return table


def _batches(
    path: Path, sheet: str, numbered: Iterator[tuple[int, list[str | None]]], options: ReadingOptions,
    notes: list[Note], heads: list[int],
) -> Iterator[dict[str, tuple[str | None, ...]]]:  # fmt: skip
    """The columns of some thousands of rows at a time; cells beyond the header make columns of their own."""
    from engine.readers import sheets

    begin = list(islice(numbered, header.ROWS))
    filled = [row for _, row in begin]
    if not filled:
        return
    top = header.top(filled, options)
    notes += header.notes(f"{path.name} ({sheet})", sheet, top, filled, options)
    first = filled[top.above]
    width = max(map(len, filled[top.above :]))
    names = header.names(path, first) if top.header else []
    names += [f"column {number}" for number in range(len(names) + 1, width + 1)]
    numbered = chain(begin[top.above + top.header :], numbered)
    rows = sheets.unstacked(numbered, first if top.header else [], heads)
    yield dict.fromkeys(names, ())
    while batch := list(islice(rows, BATCH)):
        width = max(len(names), *map(len, batch))
        names += [f"column {number}" for number in range(len(names) + 1, width + 1)]
        padded = [row + [None] * (width - len(row)) for row in batch]
        yield dict(zip(names, zip(*padded, strict=True), strict=True))


READER = Reader("xlsx", "Excel (.xlsx)", (".xlsx", ".xlsm"), read)

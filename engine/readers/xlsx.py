"""Excel workbooks: which texts and numbers do the sheets show?"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import chain, islice
from pathlib import Path
from xml.etree import ElementTree

from engine.readers.archive import open_zip
from engine.readers.frames import frame, header
from engine.types import PLAIN, BadFile, Reader, Reading, ReadingOptions

BATCH = 10_000
ESCAPED = re.compile("_x(00[01][0-9A-Fa-f]|005[Ff])_")
DAMAGE = (
    zipfile.BadZipFile, zlib.error, ElementTree.ParseError, EOFError, OSError, NotImplementedError,
    KeyError, IndexError, ValueError, TypeError, AttributeError,
)  # fmt: skip
"""What openpyxl lets through when a workbook is damaged: it builds its records of whatever it finds."""
FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")


def read(path: Path, options: ReadingOptions = PLAIN) -> Reading:
    """One table a sheet, of texts: what the cells show (of formulas, the value that was saved with them).

    Raises:
        BadFile: it is no workbook, no sheet has a cell, or a formula was saved without its value.
    """
    import openpyxl

    if not zipfile.is_zipfile(path):
        raise BadFile("{file} is not an Excel workbook (.xlsx); text needs a suffix such as .csv.", file=path.name)
    with open_zip(path) as archive:
        tables = {}
        try:
            workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
            for sheet in workbook.worksheets:
                _check_formulas(path, archive, sheet.title, sheet._worksheet_path)
                sheet.reset_dimensions()  # what some writers state there is wrong
                tables[sheet.title] = frame(_batches(path, _rows(sheet.iter_rows(values_only=True))))
            workbook.close()
        except DAMAGE as error:
            raise BadFile("{file} is damaged: it cannot be read as an Excel workbook.", file=path.name) from error
    tables = {name: table for name, table in tables.items() if len(table.columns)}
    if not tables:
        raise BadFile("{file} is empty.", file=path.name)
    return Reading(tables)


def _check_formulas(path: Path, archive: zipfile.ZipFile, sheet: str, inner: str) -> None:
    """A formula that no spreadsheet program has computed yet has no value that could be read."""
    with archive.open(inner) as xml:
        if not FORMULA.search(xml.read()):
            return
    with archive.open(inner) as xml:
        for _, cell in ElementTree.iterparse(xml):
            if not cell.tag.endswith("}c"):
                continue
            inside = {child.tag.rpartition("}")[2]: child.text for child in cell}
            if "f" in inside and not inside.get("v") and cell.get("t") != "str":  # "str": a value that is empty
                raise BadFile(
                    "{file}: cell {cell} of the sheet {sheet!r} holds a formula without a value; "
                    "open and save the file in a spreadsheet program first.",
                    file=path.name, cell=cell.get("r", "?"), sheet=sheet,
                )  # fmt: skip
            cell.clear()


def _batches(path: Path, rows: Iterator[list[str | None]]) -> Iterator[dict[str, tuple[str | None, ...]]]:
    """The columns of some thousands of rows at a time; cells beyond the header make columns of their own."""
    first = next(rows, [])
    names, is_data = header(path, first)
    rows = chain([first], rows) if is_data else rows
    yield dict.fromkeys(names, ())
    while batch := list(islice(rows, BATCH)):
        width = max(len(names), *map(len, batch))
        names += [f"column {number}" for number in range(len(names) + 1, width + 1)]
        padded = [row + [None] * (width - len(row)) for row in batch]
        yield dict(zip(names, zip(*padded, strict=True), strict=True))


def _rows(cells: Iterator[Sequence[object]]) -> Iterator[list[str | None]]:
    """The texts of each row up to its last one; empty rows count only where others follow."""
    blank: int | None = None
    for row in cells:
        texts = [_text(cell) for cell in row]
        while texts and texts[-1] is None:
            texts.pop()
        if texts:
            yield from ([] for _ in range(blank or 0))
            yield texts
            blank = 0
        elif blank is not None:
            blank += 1


def _text(cell: object) -> str | None:
    """What a cell shows; None for an empty one."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        return ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, float):
        return repr(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)


READER = Reader("xlsx", "Excel (.xlsx)", (".xlsx", ".xlsm"), read)

"""What do the cells of a sheet show: their texts, numbers in their format, and one text for merged cells?"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from xml.etree import ElementTree

ESCAPED = re.compile("_x(00[01][0-9A-Fa-f]|005[Ff])_")
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z]+\d+:[A-Z]+\d+)"')
PADDED = re.compile(r'((?:"[^"]*"|\\.|[-_ /])*)(0{2,})((?:"[^"]*"|\\.|[-_ /])*)')
"""A format that shows whole numbers with leading zeros, perhaps between fixed texts, as ids are."""
LITERAL = re.compile(r'((?:"[^"]*"|\\.)+)(0|#|General)((?:"[^"]*"|\\.)*)')
"""A format that puts fixed texts around a whole number."""
TAIL = 1 << 20


@dataclass
class Merged:
    """The cells that others were merged into: {(row, column): first row of its range}; counts those that it filled.

    `widths`: how far they reach in each row, for some writers leave out the cells below the first.
    """

    below: dict[tuple[int, int], int] = field(default_factory=dict)
    widths: dict[int, int] = field(default_factory=dict)
    kept: dict[tuple[int, int], str | None] = field(default_factory=dict)
    filled: int = 0

    def apply(self, row: int, texts: list[str | None]) -> list[str | None]:
        """The row's texts, where a merged cell above reaches down into it with what that one holds."""
        if any(text is not None for text in texts):
            texts = texts + [None] * (self.widths.get(row, 0) - len(texts))
        for column, text in enumerate(texts):
            first = self.below.get((row, column))
            if first == row:
                self.kept[first, column] = text
            elif first is not None and text is None and self.kept.get((first, column)) is not None:
                texts[column] = self.kept[first, column]
                self.filled += 1
        return texts


def merged(archive: zipfile.ZipFile, inner: str) -> Merged:
    """Which cells of a sheet were merged with others below them; those merged sideways are titles, and stay one."""
    from openpyxl.utils.cell import range_boundaries

    found = Merged()
    with archive.open(inner) as xml:
        for area in MERGED.findall(xml.read()):
            left, top, _, bottom = range_boundaries(area.decode())
            if bottom > top:
                reached = range(top, min(bottom, top + TAIL) + 1)
                found.below |= {(row, left - 1): top for row in reached}
                found.widths |= {row: max(left, found.widths.get(row, 0)) for row in reached}
    return found


def text(cell: Any) -> str | None:
    """What a cell of openpyxl shows; None for an empty one, and for the error of a formula such as #N/A."""
    value = cell.value
    if value is None or value == "" or cell.data_type == "e":
        return None
    if isinstance(value, str):
        return ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float) and float(value).is_integer():
        return _formatted(int(value), cell.number_format)
    return repr(value) if isinstance(value, float) else str(value)


def _formatted(value: int, style: str) -> str:
    """A whole number as its format shows it, where that is how ids are written; else in plain digits."""
    shape = style.partition(";")[0]
    if value < 0 or not (found := PADDED.fullmatch(shape) or LITERAL.fullmatch(shape)):
        return repr(value)
    before, zeros, after = (re.sub(r'"([^"]*)"|\\(.)', r"\1\2", part) for part in found.groups())
    return f"{before}{value:0{len(zeros) if zeros.strip('0') == '' else 1}d}{after}"


FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")


def formula_without_value(archive: zipfile.ZipFile, inner: str) -> str:
    """The first cell with a formula that no spreadsheet program has computed yet; "" where there is none."""
    with archive.open(inner) as xml:
        if not FORMULA.search(xml.read()):
            return ""
    with archive.open(inner) as xml:
        for _, cell in ElementTree.iterparse(xml):
            if not cell.tag.endswith("}c"):
                continue
            inside = {child.tag.rpartition("}")[2]: child.text for child in cell}
            if "f" in inside and not inside.get("v") and cell.get("t") != "str":  # "str": a value that is empty
                return cell.get("r", "?")
            cell.clear()
    return ""


def rows(sheet: Any, joined: Merged, errors: list[str], blank: list[int]) -> Iterator[tuple[int, list[str | None]]]:
    """Each row's number and its texts up to the last one; names the cells with errors, and the empty rows."""
    empty = list[int]()
    for number, row in enumerate(sheet.iter_rows(), 1):
        texts = [text(cell) for cell in row]
        errors += [cell.coordinate for cell in row if cell.data_type == "e"]
        texts = joined.apply(number, texts)
        while texts and texts[-1] is None:
            texts.pop()
        if texts:
            blank += empty  # those behind the last row are not worth a word
            empty.clear()
            yield number, texts
        else:
            empty.append(number)


def unstacked(
    numbered: Iterator[tuple[int, list[str | None]]], head: list[str | None], passed: list[int]
) -> Iterator[list[str | None]]:
    """The rows of tables that stand one below the other, without their headers but the first.

    Nor is the one cell between a header and the empty row above it a row, but the title of that table.
    """
    title: tuple[int, list[str | None]] | None = None
    last = 0
    for number, row in numbered:
        if len(head) > 1 and row == head:
            passed += [*([title[0]] if title else []), number]
            title = None
        else:
            if title:
                yield title[1]
            is_title = last and number > last + 1 and sum(cell is not None for cell in row) == 1
            title = (number, row) if is_title else None
            if not title:
                yield row
        last = number
    if title:
        yield title[1]

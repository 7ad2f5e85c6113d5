"""Which columns hold numbers that people write otherwise: `3/5`, 2.8分, ★★★☆☆, `1,204`, `1.2k`, in wide figures?"""

import re
import unicodedata
from collections.abc import Callable, Mapping

import pandas as pd

from engine.datasets.conversion import has_lists
from engine.datasets.recognition.headers import AT_END, is_aside, is_id, likeness
from engine.texts.column_names import called, column
from engine.types import Message, Tables

FIRST = 20
"""Cells that are looked at before all of a column are."""
OF = re.compile(r"\(?\s*(\d+(?:\.\d+)?)\s*[/／,，]\s*(\d+)\s*\)?")
NOTATIONS: Mapping[re.Pattern[str], Callable[[str], str]] = {
    re.compile(r"\d+(\.\d+)?\s*[/／]\s*\d+"): lambda cell: OF.fullmatch(cell)[1],  # type: ignore[index]
    re.compile(r"\(\s*\d+\s*,\s*\d+\s*\)"): lambda cell: OF.fullmatch(cell)[1],  # type: ignore[index]
    re.compile(r"\d+(\.\d+)?\s*[分点點星]"): lambda cell: cell.rstrip("分点點星 "),
    re.compile(r"(?=.*[★⭐☆])[★⭐]*[☆✩]*"): lambda cell: str(sum(sign in "★⭐" for sign in cell)),
    re.compile(r"-?(?=.*[０-９])[0-9０-９]+([.．][0-9０-９]+)?"): lambda cell: unicodedata.normalize("NFKC", cell),
}
"""How a cell looks, and the number that it says: of `3/5` and `(4, 6)` how many of so many, of stars the full ones."""

COUNT = column("count", "number", "count")
GRADE, SIMILARITY = column("score", "number", "grade"), column("score", "number", "similarity")
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
SHORTENED = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*([kKmMwW千万萬亿億])")
UNITS = {"k": 1e3, "千": 1e3, "m": 1e6, "w": 1e4, "万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8}
PLAIN = re.compile(r"[-+]?\d+(\.\d+)?")


def with_numbers(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with such columns as plain numbers, and what was read as what."""
    made, notes = dict(tables), []
    for name, table in tables.items():
        for header in map(str, table.columns):
            numbers = _numbers(header, table[header])
            if numbers is None:
                continue
            first = table[header].first_valid_index()
            message = Message(
                "{column} of {table} is read as numbers: {cell} as {number}.",
                {"column": called(header), "table": name, "cell": table[header][first], "number": numbers[first]},
            )
            notes.append(message)
            made[name] = made[name].assign(**{header: numbers})
    return made, notes


def _numbers(header: str, cells: pd.Series) -> pd.Series | None:
    """The cells as plain numerals; None where not all that are there are written in one of these ways."""
    first = cells.iloc[:FIRST].dropna()
    if is_id(header) or is_aside(header) or not len(first) or has_lists(first) or pd.api.types.is_numeric_dtype(cells):
        return None
    if (counted := _counts(header, cells)) is not None:
        return counted
    for looks, number in NOTATIONS.items():
        if not first.astype("str").str.strip().str.fullmatch(looks).all() or has_lists(cells):
            continue
        there = cells.dropna().astype("str").str.strip()
        if not there.str.fullmatch(looks).all():
            return None
        whole = {found[2] for cell in there.unique() if (found := OF.fullmatch(cell))}
        if len(whole) > 1 or (whole and any(float(number(cell)) > float(*whole) for cell in there.unique())):
            return None  # fractions of many things, or dates
        return there.map(number).reindex(cells.index).astype("str")
    return None


def _counts(header: str, cells: pd.Series) -> pd.Series | None:
    """Numbers with commas for thousands, or short for them, beside plain ones; None where they may mean otherwise.

    Where all of a score's are like 1,204 the comma may be a decimal one; of a count it is not.
    """
    is_count = likeness(COUNT, header) >= AT_END
    if not is_count and max(likeness(GRADE, header), likeness(SIMILARITY, header)) < AT_END:
        return None
    if has_lists(cells):
        return None
    there = cells.dropna().astype("str").str.strip()
    with_comma, shortened = there.str.fullmatch(THOUSANDS), there.str.fullmatch(SHORTENED)
    rest = there[~with_comma & ~shortened]
    if not (with_comma.any() or shortened.any()) or not rest.str.fullmatch(PLAIN).all():
        return None
    is_told = bool(len(rest)) or there.str.count(",").max() > 1  # 35 beside 1,204
    is_apart = (pd.to_numeric(rest).abs() < 1000).all() or not with_comma.any()  # 1204 beside 1,204
    if with_comma.any() and not (is_apart and (is_count or is_told)):
        return None
    return there.map(_written_out).reindex(cells.index).astype("str")


def _written_out(cell: str) -> str:
    found = SHORTENED.fullmatch(cell)
    return f"{round(float(found[1]) * UNITS[found[2].lower()], 6):.15g}" if found else cell.replace(",", "")

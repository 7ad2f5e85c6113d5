"""Which columns hold numbers that people write otherwise: `3/5`, `(4, 6)`, 2.8分, ★★★☆☆, or in wide figures?"""

import re
import unicodedata
from collections.abc import Callable, Mapping

import pandas as pd

from engine.datasets.conversion import has_lists
from engine.datasets.recognition.headers import is_aside, is_id
from engine.texts.column_names import called
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

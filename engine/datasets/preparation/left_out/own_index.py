"""Which column is pandas' own number of each row, written beside a table's columns?"""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from engine.datasets.conversion import WHOLE, has_lists, spread
from engine.datasets.recognition.headers import is_id, is_unnamed
from engine.texts.column_names import called
from engine.types import Message, Tables

PARQUET = re.compile(r"__index_level_\d+__")
"""What pandas calls an index without a name in Parquet and Arrow."""
AGAIN = re.compile(r"Unnamed: \d+(\.\d+)*")
"""What pandas calls a header without a name when it reads a file."""
NAMELESS = "column 1"
"""What our own readers call it; pandas writes its index first."""
FIRST = 20
"""Cells that are looked at before all of a column are."""
RUN = 10
"""Rows that tables which were put together have at least, on average, for their numbers to begin anew."""


def without_index(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables without such columns, and which these were; one whose numbers another table refers to stays."""
    made, notes = dict(tables), []
    for name, table in tables.items():
        headers = [str(header) for header in table.columns]
        found = [header for header in headers if _is_index(header, table) and not _is_meant(table[header], name, made)]
        if not found or all(header in found or is_unnamed(header) for header in headers):
            continue
        made[name] = table.drop(columns=found)
        message = Message(
            "Left over in {table}: {columns}, the numbers of the rows as pandas writes them.",
            {"table": name, "columns": tuple(map(called, found))},
        )
        notes.append(message)
    return made, notes


def _is_index(header: str, table: pd.DataFrame) -> bool:
    is_first = header == NAMELESS == str(table.columns[0])
    if not (is_first or PARQUET.fullmatch(header) or AGAIN.fullmatch(header)):
        return False
    numbers = _whole(table[header])
    if numbers is None:
        return False
    return bool(PARQUET.fullmatch(header)) or _counts(numbers)


def _whole(cells: pd.Series) -> np.ndarray | None:
    """The cells as whole numbers from 0 up; None where one is none."""
    first = cells.iloc[:FIRST]
    if not len(first) or first.isna().any() or has_lists(first):
        return None
    if not first.astype("str").str.fullmatch(WHOLE.pattern).all():
        return None
    numbers = pd.to_numeric(cells, errors="coerce").to_numpy(np.float64)
    return numbers if bool(((numbers >= 0) & (numbers % 1 == 0)).all()) else None


def _counts(numbers: np.ndarray) -> bool:
    """Whether all are different, as of rows that were chosen or shuffled, or they rise in a few long runs."""
    if len(np.unique(numbers)) == len(numbers):
        return True
    runs = 1 + int((np.diff(numbers) <= 0).sum())
    return runs * RUN <= len(numbers)


def _is_meant(cells: pd.Series, own: str, tables: Mapping[str, pd.DataFrame]) -> bool:
    """Whether a column of ids of another table holds these numbers: they are the ids of this one."""
    known = set(cells.astype("str")) if len(tables) > 1 else set()
    for name, table in tables.items():
        for header in map(str, table.columns):
            if name == own or not is_id(header):
                continue
            asked = spread(table[header].dropna(), 500)
            if len(asked) and (has_lists(asked) or asked.astype("str").isin(known).mean() >= 0.5):
                return True
    return False

"""Which columns have a name, and nothing in any of their cells?"""

import pandas as pd

from engine.datasets.conversion import has_lists
from engine.datasets.recognition.headers import is_unnamed
from engine.texts.column_names import called
from engine.types import Message, Tables

FIRST = 20
"""Cells that are looked at before all of a column are."""


def empty(table: pd.DataFrame) -> list[str]:
    """The columns with a name that hold nothing but blanks."""
    return [str(header) for header in table.columns if not is_unnamed(str(header)) and _is_empty(table[header])]


def noticed(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables, the blanks of such columns as missing cells, and a word on these."""
    made, notes = dict(tables), []
    for name, table in tables.items():
        headers = empty(table) if len(table) else []
        if not headers:
            continue
        made[name] = table.assign(**dict.fromkeys(headers))
        notes.append(
            Message(
                "{columns} of {table} {count:is|are} empty and not used.",
                {"columns": tuple(map(called, headers)), "table": name, "count": len(headers)},
            )
        )
    return made, notes


def _is_empty(cells: pd.Series) -> bool:
    there = cells.dropna()
    if not len(there):
        return True
    if pd.api.types.is_numeric_dtype(there) or has_lists(there.head(FIRST)) or _has_words(there.head(FIRST)):
        return False
    return not has_lists(there) and not _has_words(there)


def _has_words(cells: pd.Series) -> bool:
    return bool((cells.astype("str").str.strip() != "").any())

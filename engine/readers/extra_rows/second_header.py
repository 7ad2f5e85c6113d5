"""Does the row below the header name the columns once more, as the questions of a survey under their codes do?"""

import pandas as pd

from engine.readers.frames import UNNAMED
from engine.readers.header import NOTHING, NUMBER, known_names, squeezed
from engine.texts.column_names import plain

ROWS = 200
FEW = 4
IMPORTED = '{"ImportId"'
"""What Qualtrics writes into the row below the questions."""
WORDS, WIDE = 3, 5
"""Words, or characters where no blanks are written, from which a cell above numbers is a question."""


def without(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The table without such rows, and the first of them; "" where there is none."""
    if len(table) < FEW or table.shape[1] < 2 or all(UNNAMED.fullmatch(str(name)) for name in table.columns):
        return table, ""
    head = table.head(2)
    imported = [row for row in range(len(head)) if any(str(cell).startswith(IMPORTED) for cell in head.iloc[row])]
    count = imported[0] + 1 if imported else int(_asks(table) or _names(table))
    if not count:
        return table, ""
    said = " | ".join("" if pd.isna(cell) else str(cell) for cell in table.iloc[0])
    return table.iloc[count:].reset_index(drop=True), said[:200]


def _asks(table: pd.DataFrame) -> bool:
    """Whether the first row is whole, and words stand in it where nothing but numbers stands below."""
    first = table.iloc[0]
    return not first.isna().any() and any(_is_question(table[name].head(ROWS)) for name in table.columns)


def _names(table: pd.DataFrame) -> bool:
    """Whether every cell of the first row is a name that the tasks know for a column, and stands nowhere below."""
    first = table.iloc[0].astype("str").str.strip()
    is_named = all(squeezed(plain(cell)) in known_names() for cell in first) and first.nunique() == len(first)
    return is_named and not any(
        (table[name].iloc[1:ROWS].astype("str").str.strip() == first[name]).any() for name in table
    )


def _is_question(cells: pd.Series) -> bool:
    below = cells.iloc[1:].dropna()
    if cells.dtype == object or len(below) < FEW - 1:
        return False
    first = str(cells.iloc[0]).strip()
    if NUMBER.fullmatch(first) or first.lower() in NOTHING or not below.str.strip().str.fullmatch(NUMBER).all():
        return False
    return len(first.split()) >= WORDS or (not first.isascii() and len(first) >= WIDE)

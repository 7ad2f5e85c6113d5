"""Cells without a text in a column that needs one: is the text above meant, or is the row left out?"""

import numpy as np
import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.datasets.reading.identifiers import BLANKS
from engine.types import Column, Message

BLOCKS, MANY = 3, 8
"""Blocks of rows from which it is clear that only the first row of each has a text: of one length, and of several."""


def without_blanks(
    table: pd.DataFrame, columns: tuple[Column, ...], *, blocks: bool
) -> tuple[pd.DataFrame, list[Message]]:
    """The table with a text in every row of its needed columns, and what was done for it.

    `blocks`: the rows may stand in blocks, of which only the first has what they share.
    """
    notes = []
    for column in columns:
        name = column.name
        if not column.required or column.kind != "text" or name not in table or has_lists(table[name]):
            continue
        texts = as_text(table[name])
        texts = texts.mask(texts.str.strip(BLANKS) == "")
        there = texts.notna()
        if there.all() or not there.any():
            continue
        values = {"count": int((~there).sum()), "rows": len(table), "column": name}
        if blocks and (name != "query" or "score" in table) and _in_blocks(texts):
            table = table.assign(**{name: texts.ffill()})
            notes.append(
                Message("{count} of {rows} rows have no text in {column} and got that of the row above: only the "
                        "first row of each block has one.", values)
            )  # fmt: skip
        elif name == "query":  # dropped behind, with what is judged for it
            notes.append(
                Message("{count} of {rows} rows have no text in {column}: no question is made of them, and their "
                        "documents stay among the others.", values)
            )  # fmt: skip
        else:
            table = table[there].reset_index(drop=True)
            notes.append(Message("{count} of {rows} rows have no text in {column} and were left out.", values))
    return table, notes


def _in_blocks(texts: pd.Series) -> bool:
    """Whether blank cells stand below every text, no text comes twice, and chance would hardly do so."""
    first = np.flatnonzero(texts.notna().to_numpy())
    lengths = np.diff(np.append(first, len(texts)))
    if first[0] != 0 or lengths.min() < 2 or texts.dropna().duplicated().any():
        return False
    return len(first) >= (BLOCKS if (lengths == lengths[0]).all() else MANY)

"""Cells without a text in a column that needs one: is the text above meant, or is the row left out?"""

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.datasets.reading.identifiers import BLANKS
from engine.datasets.reading.values.fill_down import in_blocks
from engine.types import Column, Message


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
        if blocks and (name != "query" or "score" in table) and in_blocks(texts):
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

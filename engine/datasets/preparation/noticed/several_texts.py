"""Which cells seem to hold several texts in one, as `answer one; answer two`? They stay one, and that is said."""

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.texts.column_names import called, words
from engine.types import Message, Tables

SEVERAL = {"answers", "responses", "replies", "positives", "negatives", "distractors", "references", "paraphrases"}
SIGNS = (";", "；", "|", "\n")
AROUND = 40
"""Characters that are shown on either side of the sign."""
SHARE, ROWS = 0.2, 500
"""The share of cells with such a sign from which it is said, and the cells that are looked at."""


def noticed(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables as they are, and a word on each column called as several texts whose cells a sign parts."""
    notes = []
    for name, table in tables.items():
        for header in map(str, table.columns):
            if not SEVERAL & {*words(header)} or has_lists(table[header]):
                continue
            cells = as_text(table[header].dropna().head(ROWS)).str.strip()
            cells = cells[~cells.str.startswith(("[", "{"))]
            sign = next((one for one in SIGNS if len(cells) and _parted(cells, one).mean() >= SHARE), "")
            if sign:
                cell = cells[_parted(cells, sign)].iloc[0]
                around = cell.index(sign, 1)
                notes.append(
                    Message(
                        "Cells of {column} in {table} seem to hold several texts, parted by {separator!r}, such as "
                        "{example!r}; each cell is taken as one text. If they are several, give each a row of its own, "
                        "or write the cell as a JSON list.",
                        {
                            "column": called(header),
                            "table": name,
                            "separator": sign,
                            "example": cell[max(0, around - AROUND) : around + AROUND],
                        },
                    )
                )
    return dict(tables), notes


def _parted(cells: pd.Series, sign: str) -> pd.Series:
    return cells.str.strip(f"{sign} ").str.contains(sign, regex=False)

"""Which columns hold parts of one thing: a triplet's many negatives?"""

from collections.abc import Mapping

import pandas as pd

from engine.datasets.conversion import has_lists
from engine.datasets.recognition.headers import AT_END, SQUEEZED, likeness
from engine.texts.column_names import column, words
from engine.types import Column, Message, Tables

SIDES: Mapping[str, Column] = {side: column(side, "texts", side) for side in ("negative", "positive")}
"""What several columns may be the parts of."""


def gathered(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with several columns of negatives (or positives) as one of lists, and which were taken together."""
    made, notes = {}, []
    for name, table in tables.items():
        for side, meant in SIDES.items():
            parts = [
                str(header) for header in table.columns if _is_part(meant, str(header)) and _holds_texts(table[header])
            ]
            if len(parts) > 1:
                table = _together(table, parts, side)
                notes.append(
                    Message("{columns} were taken together as {side}.", {"columns": ", ".join(parts), "side": side})
                )
        made[name] = table
    return made, notes


def _is_part(meant: Column, header: str) -> bool:
    """Whether a header is one of the side's names, perhaps with a number: negative_3, hard_negatives."""
    if {*words(header)} & {"score", "scores", "id", "ids", "relevance"}:
        return False
    found = likeness(meant, header)
    return found >= SQUEEZED or (found >= 0.5 and words(header)[-1].isdigit()) or found == AT_END


def _holds_texts(cells: pd.Series) -> bool:
    return has_lists(cells) or not pd.api.types.is_numeric_dtype(cells)


def _together(table: pd.DataFrame, parts: list[str], side: str) -> pd.DataFrame:
    """The table with the texts of these columns as one list a row, in the place of the first."""
    rows = [
        [text for cell in cells for text in (cell if isinstance(cell, list) else [] if pd.isna(cell) else [cell])]
        for cells in zip(*(table[part] for part in parts), strict=True)
    ]  # fmt: skip
    place = list(table.columns).index(parts[0])
    rest = table.drop(columns=parts)
    rest.insert(min(place, rest.shape[1]), side, pd.Series(rows, index=table.index, dtype=object))
    return rest

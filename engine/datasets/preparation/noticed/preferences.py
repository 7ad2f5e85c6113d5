"""Does a column say which of two answers was preferred? That is no judgement of either, and it is said."""

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.datasets.recognition.facts import FEW
from engine.texts.column_names import called, plain, words
from engine.types import Message, Tables

ASKS = {"winner", "preference", "preferred", "better", "胜者", "偏好", "胜出", "更好"}
SIDES = {
    "a", "b", "1", "2", "left", "right", "first", "second", "tie", "both", "neither", "draw", "equal", "bad", "good",
    "model", "answer", "response", "system", "bothbad", "平局", "平", "甲", "乙",
}  # fmt: skip
"""Words of which the name of one of two answers, or of a tie, is made."""


def noticed(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables as they are, and a word on such columns."""
    notes = [
        Message(
            "{column} of {table} says which of two answers was preferred, not which is right: no task compares that. "
            "Where the preferred one is right and the other wrong, write them into columns called positive and "
            "negative, without ties.",
            {"column": called(header), "table": name},
        )
        for name, table in tables.items() for header in map(str, table.columns) if _prefers(header, table[header])
    ]  # fmt: skip
    return dict(tables), notes


def _prefers(header: str, cells: pd.Series) -> bool:
    if not ASKS & {plain(header), *words(header)} or has_lists(cells):
        return False
    values = as_text(cells.dropna()).str.strip().unique().tolist()
    return 1 < len(values) <= FEW and all({*words(one)} <= SIDES for one in values)

"""Which of the texts in a list are right, where another list or number beside it says so?"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from engine.datasets.conversion import has_lists
from engine.readers.nested.beside import by_record
from engine.readers.nested.grades import Odd, calls_right, is_negative, is_positive
from engine.texts.column_names import called, names, plain
from engine.types import BadDataset, Message, Tables

ROWS = 200
LONG = 12
"""Characters that most texts have more of, and ids and labels have not."""
ASKED = {*names("query"), "user_input", "text"}


def with_marks(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with such lists as one row a text, with its judgement; and what was done.

    Raises:
        BadDataset: what is named as right is none of the texts, or may be counted from 0 or from 1.
    """
    made, notes = dict(tables), []
    for name, table in tables.items():
        lists = [str(header) for header in table.columns if has_lists(table[header])]
        asked = next((str(one) for one in table.columns if plain(str(one)) in ASKED and str(one) not in lists), "")
        texts = [one for one in lists if _are_texts(table[one]) and not is_positive(one) and not is_negative(one)
                 and not calls_right(one)]  # fmt: skip
        if not asked or len(texts) != 1:
            continue
        judged = _judged(table, asked, texts[0])
        if judged is not None:
            made[name] = judged
            message = Message(
                "{column} of {table} lists texts; another column says which are right, and each became a row of "
                "its own.",
                {"column": called(texts[0]), "table": name},
            )
            notes.append(message)
    return made, notes


def _are_texts(cells: pd.Series) -> bool:
    parts = [one for cell in cells.head(ROWS) if isinstance(cell, list) for one in cell]
    return sum(len(str(one)) > LONG for one in parts) > 0.5 * len(parts)


def _judged(table: pd.DataFrame, asked: str, column: str) -> pd.DataFrame | None:
    """One row a text: its query, its judgement; None where no column judges."""
    others = [str(header) for header in table.columns if str(header) not in (asked, column)]
    records = [_record(one, others) for one in table[[*others, column]].to_dict("records")]
    rows: list[dict[str, Any]] = []
    try:
        for record, query in zip(records, table[asked], strict=True):
            texts = [{"text": str(one)} for one in record[column] or ()]
            if not texts:
                continue
            grades = by_record(record, column, texts, records)
            if grades is None:
                return None
            rows += [
                {"query": query, "document": one["text"], "score": f"{grade:g}"}
                for one, grade in zip(texts, grades, strict=True)
            ]
    except Odd as error:
        file = ", ".join(map(str, table.columns))
        raise BadDataset(error.message.template, file=file, **error.message.values) from error
    return pd.DataFrame(rows) if rows else None


def _record(row: Mapping[Any, Any], others: Sequence[str]) -> dict[str, Any]:
    """A row with its numbers as numbers again: readers give every cell as text."""
    return {str(name): _number(cell) if name in others else cell for name, cell in row.items()}


def _number(cell: Any) -> Any:
    if isinstance(cell, list):
        return [_number(one) for one in cell]
    return int(cell) if isinstance(cell, str) and cell.isdecimal() and cell.isascii() else cell

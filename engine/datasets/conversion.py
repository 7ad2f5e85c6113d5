"""How do cells as they stand in a file become texts, ids, numbers, labels and lists?"""

import ast
import json
import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from engine.types import BadDataset, Column, Message, Tables

WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,14})")
NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]+)?([eE][-+]?[0-9]+)?")
PERCENT = r"[-+]?[0-9]+([.,][0-9]+)?\s*[%％]"
BOOLEANS = {"true": "1", "false": "0"}


def conform(
    tables: Tables, columns: Mapping[str, tuple[Column, ...]], given: Mapping[str, Mapping[str, str]] | None = None
) -> dict[str, pd.DataFrame]:
    """The tables with every column as its kind wants it, the others kept: numbers where all their cells are.

    text: `str`, "" where missing · id: `str` · number: float64 · label: `str`, int64 where all are whole numbers, or
    lists of them · texts: lists of `str`. `given`: {table: {column: what its file calls it}}.

    Raises:
        BadDataset: a cell is not what its column needs, or a table is none of this task's.
    """
    unknown = [name for name in tables if name not in columns]
    if unknown:
        raise BadDataset(
            "There is no table {table!r} here, only {tables}.", table=unknown[0], tables=", ".join(columns)
        )
    made = {name: _conformed(name, table.reset_index(drop=True), columns[name], (given or {}).get(name, {}))
            for name, table in tables.items()}  # fmt: skip
    for label in {column.name for name in made for column in columns[name] if column.kind == "label"}:
        with_it = [table for table in made.values() if label in table]
        if len({table[label].dtype for table in with_it}) > 1:  # 1 here and "1" there would be two labels
            for table in with_it:
                words = table[label].map(_as_words)
                table[label] = words if has_lists(words) else words.astype("str")
    return made


def _as_words(label: object) -> object:
    return [str(one) for one in label] if isinstance(label, list) else label if pd.isna(label) else str(label)


def _conformed(name: str, table: pd.DataFrame, columns: tuple[Column, ...], given: Mapping[str, str]) -> pd.DataFrame:
    kinds = {column.name: column.kind for column in columns}
    made = {}
    for header in table.columns:
        kind = kinds.get(header)
        make = {"text": _text, "id": _id, "number": _number, "label": _label, "texts": _texts, None: _extra}[kind]
        try:
            made[header] = make(table[header])
        except _BadCell as cell:
            raise BadDataset(
                "Row {row} of {table}: {value} in the column {column!r} is not {wanted}.",
                row=cell.row + 1, table=name, value=cell.value, column=given.get(str(header), header),
                wanted=cell.wanted,
            ) from None  # fmt: skip
    return pd.DataFrame(made, index=table.index)


class _BadCell(Exception):
    """A cell, in this row from 0, that does not fit its column."""

    def __init__(self, row: object, value: object, wanted: Message) -> None:
        shown = repr(value)
        self.row, self.wanted = int(str(row)), wanted
        self.value = shown if len(shown) < 60 else shown[:57] + "…'"
        super().__init__(self.value)


def has_lists(column: pd.Series) -> bool:
    """Whether any cell is a list."""
    return column.dtype == object and column.map(lambda cell: isinstance(cell, list | tuple | np.ndarray)).any()


def spread(column: pd.Series, about: int) -> pd.Series:
    """Some cells of a long column, `about` to twice as many, in their order: one from each of so many equal stretches.

    Which one of its stretch is drawn, the same at every time: cells at even distances would all be alike where a column
    repeats itself as evenly (scores from 0 to 5 in turn).
    """
    step = max(1, len(column) // about)
    starts = np.arange(0, len(column), step)
    places = starts + np.random.default_rng(0).integers(0, step, len(starts))
    return column.iloc[np.minimum(places, len(column) - 1)]


def as_text(column: pd.Series) -> pd.Series:
    """The cells as `str`, missing ones as nan; whole numbers without a point, as ids and labels are written."""
    if has_lists(column):
        row = column.map(lambda cell: isinstance(cell, list | tuple | np.ndarray)).idxmax()
        raise _BadCell(row, column[row], Message("one text"))
    if pd.api.types.is_bool_dtype(column):
        return column.map({True: "true", False: "false"}).astype("str")
    if pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    return column.astype("str")


def without_percent(texts: pd.Series) -> pd.Series | None:
    """Texts such as `41 %` without the sign; None where not all that are there are written so."""
    there = texts.dropna()
    if not len(there) or not there.str.fullmatch(PERCENT).all():
        return None
    return texts.str.replace(r"\s*[%％]$", "", regex=True).str.replace(",", ".", regex=False)


def _text(column: pd.Series) -> pd.Series:
    return as_text(column).fillna("")


def _id(column: pd.Series) -> pd.Series:
    return as_text(column)


def _number(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(np.float64)
    texts = as_text(column).str.strip().replace("", np.nan)
    lower = texts.str.lower()
    numbers = pd.to_numeric(lower.replace(BOOLEANS), errors="coerce").astype(np.float64)
    wrong = numbers.isna() & texts.notna() & (lower != "nan")
    if wrong.any():
        raise _BadCell(wrong.idxmax(), texts[wrong.idxmax()], Message("a number"))
    return numbers


def _label(column: pd.Series) -> pd.Series:
    if has_lists(column) or _is_written_as_lists(column):
        lists = _lists(column)
        if all(WHOLE.fullmatch(one) for labels in lists for one in labels):
            return lists.map(lambda labels: [int(one) for one in labels])
        return lists
    texts = as_text(column)
    if texts.notna().all() and all(WHOLE.fullmatch(label) for label in texts.unique()):
        return texts.astype(np.int64)
    return texts


def _is_written_as_lists(column: pd.Series) -> bool:
    if not pd.api.types.is_string_dtype(column):
        return False
    there = column.dropna()
    return bool(len(there)) and bool((there.str.startswith("[") & there.str.endswith("]")).all())


def _texts(column: pd.Series) -> pd.Series:
    return _lists(column if has_lists(column) else as_text(column))


def _lists(column: pd.Series) -> pd.Series:
    cells = [_list(row, cell) for row, cell in enumerate(column)]
    return pd.Series(cells, index=column.index, dtype=object)


def _list(row: int, cell: object) -> list[str]:
    """The texts of a list, of a list written as JSON, or of one text; none where the cell is missing."""
    if isinstance(cell, str) and cell.startswith("[") and cell.endswith("]"):
        try:
            cell = _listed(cell)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            raise _BadCell(row, cell, Message('a JSON list such as ["a", "b"]')) from None
    if isinstance(cell, list | tuple | np.ndarray):
        return ["" if one is None else one if isinstance(one, str) else json.dumps(one, default=str) for one in cell]
    return [cell] if isinstance(cell, str) and cell else []


def _listed(cell: str) -> list[object]:
    """A list as JSON or as Python writes it; raises ValueError or SyntaxError."""
    try:
        return list(json.loads(cell))
    except json.JSONDecodeError:
        return list(ast.literal_eval(cell))


def _extra(column: pd.Series) -> pd.Series:
    """A column that no task knows: numbers where they are written as such, lists, or texts."""
    if has_lists(column):
        return _lists(column)
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        is_whole = pd.api.types.is_integer_dtype(column) and column.notna().all()
        return column.astype(np.int64 if is_whole else np.float64)
    texts = as_text(column)
    there = texts.dropna()
    if len(there) and all(NUMBER.fullmatch(one) for one in there.unique()):
        return pd.to_numeric(texts)
    return texts

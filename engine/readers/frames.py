"""How do rows of cells become one table: what are its columns called, and what do they hold?"""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from engine.types import BadFile

TEXT = pa.large_string()


def frame(batches: Iterable[Mapping[str, Sequence[object]]]) -> pd.DataFrame:
    """One table of the batches' columns, in the order of their first appearance; what a batch lacks is missing.

    Columns of nothing but text are of pandas' `str`; those that hold lists are of `object`.
    """
    parts: dict[str, list[pa.Array | Sequence[object]]] = {}
    rows = 0
    for batch in batches:
        added = max(map(len, batch.values()), default=0)
        for name in batch:
            parts.setdefault(name, [pa.nulls(rows, TEXT)])
        for name, part in parts.items():
            part.append(_packed(batch[name]) if name in batch else pa.nulls(added, TEXT))
        rows += added
    return pd.DataFrame({name: column(part) for name, part in parts.items()}, index=pd.RangeIndex(rows))


def column(parts: Sequence[pa.Array | Sequence[object]]) -> pd.Series:
    """One column of its consecutive parts."""
    if all(isinstance(part, pa.Array) for part in parts):
        return text_column(pa.chunked_array(parts, TEXT))
    values = [value for part in parts for value in (part.to_pylist() if isinstance(part, pa.Array) else part)]
    return pd.Series(values, dtype=object)


def text_column(array: pa.ChunkedArray) -> pd.Series:
    """Arrow text as a column of pandas' `str`, not copied."""
    return pd.Series(pd.array(array, dtype="str"))


def _packed(values: Sequence[object]) -> pa.Array | Sequence[object]:
    try:
        return pa.array(values, TEXT)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return values


def header(path: Path, cells: Sequence[str | None]) -> tuple[list[str], bool]:
    """The columns' names in a table's first row, and whether that row is data itself, because it holds a number.

    Raises:
        BadFile: two columns have the same name.
    """
    numbered = [f"column {number}" for number in range(1, len(cells) + 1)]
    named = [cell.strip() for cell in cells if cell and cell.strip()]
    is_numbering = named == [str(number) for number in range(len(named))]  # what pandas calls columns without names
    if any(map(_is_number, named)) and not is_numbering:
        return numbered, True
    names = [(cell or "").strip() or number for cell, number in zip(cells, numbered, strict=True)]
    for name in names:
        if names.count(name) > 1:
            raise BadFile("{file} has two columns of the name {column!r}.", file=path.name, column=name)
    return names, False


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False

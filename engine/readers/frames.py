"""How do rows of cells become one table, and what do its columns hold?"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

import pandas as pd
import pyarrow as pa

from engine.texts.column_names import names as column_names
from engine.texts.column_names import words

TEXT = pa.large_string()
UNNAMED = re.compile(r"column \d+")
DECIMAL = re.compile(r"[-+]?\d+(,\d+)?")
THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}")
ROWS = 200
BATCH = 10_000
if "jemalloc" in pa.supported_memory_backends():
    # Texts are built in many pieces of like size, of which Arrow's usual pool keeps 0.7 of a file more than they take.
    pa.set_memory_pool(pa.jemalloc_memory_pool())


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


def in_batches(names: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[dict[str, Sequence[object]]]:
    """Rows as batches of columns of these names."""
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield dict(zip(names, zip(*batch, strict=True), strict=True))


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


def without_empty(table: pd.DataFrame) -> pd.DataFrame:
    """The table without the columns that have neither a name of their own nor a value."""
    empty = [name for name in table.columns if UNNAMED.fullmatch(name) and table[name].isna().all()]
    return table.drop(columns=empty) if len(empty) < len(table.columns) else table


def points_for_commas(table: pd.DataFrame) -> list[str]:
    """Writes 4.25 for 4,25 in the columns where the numbers are written so, in place; gives their names.

    Where a comma stands before three digits in all of them it may mean thousands, and where most have none, or the
    column is called like labels or ids, it may part these: such columns stay as they are. So do columns without a name
    unless a number begins with `0,`, as no id does.
    """
    changed = []
    for name in table.columns if len(table.columns) > 1 else ():
        there = table[name].dropna()
        if table[name].dtype == object or not len(there) or not there.iloc[:ROWS].str.fullmatch(DECIMAL).all():
            continue
        with_comma = there[there.str.contains(",", regex=False)]
        if _is_listing(name) or (UNNAMED.fullmatch(name) and not with_comma.str.match(r"[-+]?0,").any()):
            continue
        if (
            2 * len(with_comma) > len(there)
            and there.str.fullmatch(DECIMAL).all()
            and not with_comma.str.fullmatch(THOUSANDS).all()
        ):
            table[name] = table[name].str.replace(",", ".", regex=False)
            changed.append(name)
    return changed


def _is_listing(name: str) -> bool:
    """Whether a column is called like one whose cells may hold several ids or labels."""
    said = set(words(name))
    listed = {*column_names("id_words"), *column_names("label")} - {"rating", "score"}
    return bool(said & listed) or any(not one.isascii() and name.endswith(one) for one in listed)

"""Parquet: which columns does it hold, as texts, numbers and lists of texts?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from engine.readers.frames import TEXT, text_column
from engine.readers.nested import records
from engine.types import PLAIN, BadFile, Reader, Reading, ReadingOptions

BATCH = 10_000
PIECE = 1 << 20
"""Bytes of a column that are read at a time; without it, all of it are."""


def read(path: Path, options: ReadingOptions = PLAIN) -> Reading:
    """Tables of its columns: floats stay numbers, lists become lists of texts, objects are read by what they are.

    Raises:
        BadFile: it is no Parquet file, or it is damaged, or a column holds bytes that are no text.
    """
    try:
        file = pq.ParquetFile(path, pre_buffer=False, buffer_size=PIECE)
        schema = file.schema_arrow
        if any(_holds_objects(field.type) for field in schema):
            return _nested(path)
        parts: dict[str, list[pa.Array]] = {name: [] for name in schema.names}
        if len(parts) < len(schema.names):
            raise BadFile("{file} has two columns of one name.", file=path.name)
        for batch in file.iter_batches(BATCH):
            for name, part in zip(batch.schema.names, batch.columns, strict=True):
                parts[name].append(_plain(path, name, part))
    except UnicodeError as error:
        raise BadFile("{file} holds texts that are not UTF-8.", file=path.name) from error
    except (pa.ArrowException, OSError) as error:
        raise BadFile("{file} is not a Parquet file, or it is damaged.", file=path.name) from error
    columns = {name: _column(parts.pop(name), schema.field(name).type) for name in schema.names}
    return Reading({path.stem: pd.DataFrame(columns, index=pd.RangeIndex(file.metadata.num_rows))})


def _nested(path: Path) -> Reading:
    try:
        return records.tables(path.name, path.stem, lambda: _records(path))
    except records.UNLIKE as error:
        raise records.unlike(path.name, error) from error


def _holds_objects(kind: pa.DataType) -> bool:
    """Whether its cells are objects, or hold some, or lists of lists."""
    if pa.types.is_struct(kind) or pa.types.is_map(kind):
        return True
    return _is_list(kind) and (_is_list(kind.value_type) or _holds_objects(kind.value_type))


def _is_list(kind: pa.DataType) -> bool:
    return pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    for batch in pq.ParquetFile(path).iter_batches(BATCH):
        yield from batch.to_pylist()


def _plain(path: Path, name: str, part: pa.Array) -> pa.Array:
    """A piece of a column as texts, as float64, or as the lists that it holds."""
    kind = part.type
    if pa.types.is_dictionary(kind):
        return _plain(path, name, part.cast(kind.value_type))
    if _is_list(kind):
        return part
    try:
        made = part.cast(pa.float64() if pa.types.is_floating(kind) else TEXT)
        made.validate(full=True)
    except (pa.ArrowException, UnicodeError) as error:
        raise BadFile(
            "{file}: column {column!r} holds {kind}, which is no text.", file=path.name, column=name, kind=str(kind)
        ) from error
    return made


def _column(parts: list[pa.Array], kind: pa.DataType) -> pd.Series:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_floating(kind):
        return pa.chunked_array(parts, pa.float64()).to_pandas()
    if _is_list(kind):
        return pd.Series([records.value(value) for part in parts for value in part.to_pylist()], dtype=object)
    return text_column(pa.chunked_array(parts, TEXT))


READER = Reader("parquet", "Parquet", (".parquet",), read)

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


def read(path: Path, options: ReadingOptions = PLAIN) -> Reading:
    """Tables of its columns: floats stay numbers, lists become lists of texts, objects are read by what they are.

    Raises:
        BadFile: it is no Parquet file, or it is damaged, or a column holds bytes that are no text.
    """
    try:
        file = pq.ParquetFile(path)
        if any(_holds_objects(field.type) for field in file.schema_arrow):
            return records.tables(path.name, path.stem, lambda: _records(path))
        table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise BadFile("{file} is not a Parquet file, or it is damaged.", file=path.name) from error
    except UnicodeError as error:
        raise BadFile("{file} holds texts that are not UTF-8.", file=path.name) from error
    columns = {}
    for name in table.column_names:
        try:
            columns[name] = _column(table.column(name))
        except (pa.ArrowException, UnicodeError) as error:
            raise BadFile(
                "{file}: column {column!r} holds {kind}, which is no text.",
                file=path.name, column=name, kind=str(table.schema.field(name).type),
            ) from error  # fmt: skip
    return Reading({path.stem: pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows))})


def _holds_objects(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind) or pa.types.is_map(kind):
        return True
    return _is_list(kind) and _holds_objects(kind.value_type)


def _is_list(kind: pa.DataType) -> bool:
    return pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    for batch in pq.ParquetFile(path).iter_batches(BATCH):
        yield from batch.to_pylist()


def _column(array: pa.ChunkedArray) -> pd.Series:
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _column(array.cast(kind.value_type))
    if pa.types.is_floating(kind):
        return array.cast(pa.float64()).to_pandas()
    if _is_list(kind):
        return pd.Series([records.value(value) for value in array.to_pylist()], dtype=object)
    texts = array.cast(TEXT)
    texts.validate(full=True)
    return text_column(texts)


READER = Reader("parquet", "Parquet", (".parquet",), read)

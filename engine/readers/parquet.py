"""Parquet: which columns does it hold, as texts, numbers and lists of texts?"""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from engine.readers.frames import TEXT, text_column
from engine.types import PLAIN, BadFile, Reader, Reading, ReadingOptions


def read(path: Path, options: ReadingOptions = PLAIN) -> Reading:
    """One table under the file's name: floats stay numbers, lists become lists of texts, all else becomes text.

    Raises:
        BadFile: it is no Parquet file, or it is damaged, or a column holds bytes that are no text.
    """
    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as error:
        raise BadFile("{file} is not a Parquet file, or it is damaged.", file=path.name) from error
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


def _column(array: pa.ChunkedArray) -> pd.Series:
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _column(array.cast(kind.value_type))
    if pa.types.is_floating(kind):
        return array.cast(pa.float64()).to_pandas()
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pd.Series([_texts(value) for value in array.to_pylist()], dtype=object)
    if pa.types.is_nested(kind):
        return text_column(pa.chunked_array([[_text(value) for value in array.to_pylist()]], TEXT))
    return text_column(array.cast(TEXT))


def _texts(values: list[object] | None) -> list[object] | None:
    return None if values is None else [_text(value) for value in values]


def _text(value: object) -> object:
    if isinstance(value, list):
        return _texts(value)
    return value if value is None or isinstance(value, str) else str(value)


READER = Reader("parquet", "Parquet", (".parquet",), read)

"""Is this still the same data? One short name for all cells, the task and the settings."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from engine.datasets.conversion import has_lists
from engine.types import Tables

VERSION = 1


def fingerprint(task: str, tables: Tables, settings: Mapping[str, Any]) -> str:
    """32 hexadecimal digits of xxh3-128. The order of rows matters; that of tables, columns and settings does not.

    It is made of the values alone, in an encoding of our own, so that every machine and version of pandas agrees.
    """
    digest = xxhash.xxh3_128()
    digest.update(_json([VERSION, task, dict(settings)]))
    for name in sorted(tables):
        digest.update(_json([name, len(tables[name])]))
        for header in sorted(tables[name].columns):
            kind, pieces = _encoded(tables[name][header])
            digest.update(_json([header, kind]))
            for piece in pieces:
                digest.update(piece)
    return digest.hexdigest()


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=True, default=str).encode()


def _encoded(column: pd.Series) -> tuple[str, list[Any]]:
    """What kind of values a column has, and their bytes."""
    if pd.api.types.is_integer_dtype(column.dtype):
        return "whole", [column.to_numpy("<i8").tobytes()]
    if pd.api.types.is_float_dtype(column.dtype):
        numbers = column.to_numpy("<f8") + 0.0  # there are two zeros
        return "number", [np.where(np.isnan(numbers), np.float64("nan"), numbers).astype("<f8").tobytes()]
    if has_lists(column):
        lists = [_json(list(cell)).decode() if isinstance(cell, list | np.ndarray) else cell for cell in column]
        return "list", _text(pd.Series(lists, dtype="str"))
    return "text", _text(column)


def _text(column: pd.Series) -> list[Any]:
    """Which cells are missing, how many bytes each of the others has, and all of those in UTF-8."""
    array = pa.array(column.astype("str"), type=pa.large_string(), from_pandas=True)
    array = pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) else array
    filled = pc.fill_null(array, "")
    ends = np.frombuffer(filled.buffers()[1], dtype="<i8")[filled.offset : filled.offset + len(filled) + 1]
    missing = array.is_null().to_numpy(zero_copy_only=False).tobytes()
    texts = filled.buffers()[2]
    return [missing, np.diff(ends).tobytes(), texts[ends[0] : ends[-1]] if texts is not None and len(ends) else b""]

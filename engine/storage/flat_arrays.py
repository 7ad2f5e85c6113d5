"""How do flat arrays lie in files: appended to, mapped into memory, and gathered row by row?"""

import os
import tempfile
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
IN_MEMORY = 2**30
ROWS = 50_000


def append(path: Path, content: Array, size: int) -> None:
    """Put the content behind the first `size` bytes, whatever a killed process left there, and onto the disk."""
    with path.open("ab") as file:
        file.truncate(size)
        file.write(content.tobytes())
        file.flush()
        os.fsync(file.fileno())


def write(path: Path, array: Array) -> None:
    """Writes the array as an .npy file."""
    rows = np.ascontiguousarray(array)
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(rows))
        file.write(rows.data)  # np.save hides what the system says of a full disk


def mapped(path: Path, kind: np.dtype[Any], count: int) -> Array:
    """The first `count` items of the file, read where they are needed."""
    return np.memmap(path, dtype=kind, mode="r", shape=(count,)) if count else np.empty(0, dtype=kind)


def gathered(values: Array, rows: npt.NDArray[np.int64], folder: Path) -> Array:
    """These rows of the values (n, d), shape (len(rows), d).

    More than IN_MEMORY bytes go by way of a nameless file in the folder, so that the system can take the memory back.
    """
    if len(rows) * values.shape[1] * values.itemsize <= IN_MEMORY:
        return np.asarray(values[rows])
    found = blank((len(rows), values.shape[1]), values.dtype, folder)
    for start in range(0, len(rows), ROWS):
        found[start : start + ROWS] = values[rows[start : start + ROWS]]
    return found


def blank(shape: tuple[int, int], kind: np.dtype[Any], folder: Path) -> Array:
    """Room for such an array; for more than IN_MEMORY bytes in a nameless file in the folder."""
    if shape[0] * shape[1] * kind.itemsize <= IN_MEMORY:
        return np.empty(shape, kind)
    with tempfile.TemporaryFile(dir=folder) as file:
        return np.memmap(file, kind, "w+", shape=shape)

"""Which texts are to be encoded? Rows of Parquet files on storage that every machine sees, read a range at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from engine import plugins
from engine.encoding.shard_files import SIDES
from engine.storage.files import whole
from engine.types import BadFile, Dataset, Role, Task

TEXT, ID, ROLE = "text", "id", "role"
SUFFIX = ".parquet"
BATCH = 16_384


class Rows(NamedTuple):
    """Texts in their order, beside each its id, and its side as a place in SIDES, (n,)."""

    ids: list[str]
    texts: list[str]
    sides: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class TextFiles:
    """Parquet files in their order, and the row behind the last of each, counted through all of them.

    role: of all texts, unless a column `role` says another one for each.
    """

    paths: tuple[Path, ...]
    ends: tuple[int, ...]
    text: str = TEXT
    id: str = ID
    role: Role | None = None

    def __len__(self) -> int:
        return self.ends[-1]

    def read(self, start: int, stop: int) -> Rows:
        """The rows of a range.

        Raises:
            BadFile: a row has no text or no id, or a file is not what it was.
        """
        ids, texts, sides = list[str](), list[str](), list[npt.NDArray[np.uint8]]()
        for first, batch in self._batches(start, stop):
            table = dict(zip(batch.schema.names, batch.columns, strict=True))
            texts += _strings(self, table, self.text, first)
            numbers = range(first, first + len(batch))
            ids += _strings(self, table, self.id, first) if self.id in table else [str(number) for number in numbers]
            said = table[ROLE].to_pylist() if ROLE in table else [self.role] * len(batch)
            sides.append(np.array([SIDES.index(one or None) if one in SIDES else 0 for one in said], np.uint8))
        return Rows(ids, texts, np.concatenate([np.empty(0, np.uint8), *sides]))

    def _batches(self, start: int, stop: int) -> Iterator[tuple[int, Any]]:
        """The number of the first row, and rows; of groups of rows that lie outside nothing is read."""
        for path, (begins, ends) in zip(self.paths, pairwise((0, *self.ends)), strict=True):
            if begins >= stop or ends <= start:
                continue
            try:
                yield from self._of_file(pq.ParquetFile(path, pre_buffer=False), begins, start, stop)
            except (pa.ArrowException, OSError, UnicodeError) as error:
                raise BadFile("{file} is not a Parquet file, or it is damaged.", file=path.name) from error

    def _of_file(self, file: Any, begins: int, start: int, stop: int) -> Iterator[tuple[int, Any]]:
        columns = [name for name in (self.text, self.id, ROLE) if name in file.schema_arrow.names]
        for group in range(file.num_row_groups):
            number = file.metadata.row_group(group).num_rows
            first, begins = begins, begins + number
            if first >= stop or begins <= start:
                continue
            for batch in file.iter_batches(BATCH, row_groups=[group], columns=columns):
                low, high = max(start - first, 0), min(stop - first, len(batch))
                if low < high:
                    yield first + low, batch[low:high]
                first += len(batch)


def opened(path: Path, *, text: str = TEXT, id_column: str = ID, role: Role | None = "document") -> TextFiles:
    """The texts in a Parquet file, or in those of a folder, by their names.

    Raises:
        BadFile: there is none, or one of them has no such column of texts.
    """
    paths = sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
    if not paths:
        raise BadFile("{file} holds no Parquet file.", file=path)
    ends, total = list[int](), 0
    for one in paths:
        try:
            file = pq.ParquetFile(one)
        except (pa.ArrowException, OSError) as error:
            raise BadFile("{file} is not a Parquet file, or it is damaged.", file=one) from error
        names = file.schema_arrow.names
        for wanted in (text, *([id_column] if id_column != ID else ())):
            if wanted not in names:
                raise BadFile(
                    "{file} has no column {column!r}; it has: {columns}. --text names the one with the texts, --id the "
                    "one with their ids.",
                    file=one,
                    column=wanted,
                    columns=", ".join(names),
                )
        total += file.metadata.num_rows
        ends.append(total)
    if not total:
        raise BadFile("{file} holds no text.", file=path)
    return TextFiles(tuple(one.resolve() for one in paths), tuple(ends), text, id_column, role)


def of_dataset(dataset: Dataset, folder: Path) -> TextFiles:
    """All texts of a dataset, put into the folder once for this state of it; raises DiskRefuses."""
    path = folder / f"{dataset.name.replace('/', '_')}.{dataset.fingerprint}{SUFFIX}"
    if not path.exists():
        task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
        with whole(path) as fresh, pq.ParquetWriter(fresh, SCHEMA) as writer:
            for name, one in task.texts(dataset).items():
                table = dataset.tables.get(name)
                named = table is not None and "id" in table and len(table) == len(one.items)
                for start in range(0, len(one.items), BATCH):
                    texts = one.items[start : start + BATCH]
                    numbers = range(start, start + len(texts))
                    ids = (
                        table["id"].iloc[start : start + BATCH]
                        if table is not None and named
                        else [f"{name} {row}" for row in numbers]
                    )
                    columns = [list(map(str, ids)), list(texts), [one.role or ""] * len(texts)]
                    writer.write_batch(pa.record_batch(columns, SCHEMA))
    return opened(path, role=None)


SCHEMA = pa.schema([(ID, pa.string()), (TEXT, pa.large_string()), (ROLE, pa.string())])


def _strings(files: TextFiles, table: dict[str, Any], column: str, first: int) -> list[str]:
    values = table[column]
    if values.null_count:
        row = first + int(np.flatnonzero(values.is_null().to_numpy(zero_copy_only=False))[0]) + 1
        raise BadFile(
            "{file}: row {row} has nothing in the column {column!r}; every row needs a text and an id.",
            file=files.paths[0] if len(files.paths) == 1 else files.paths[0].parent,
            row=row,
            column=column,
        )
    return [str(one) for one in values.to_pylist()]

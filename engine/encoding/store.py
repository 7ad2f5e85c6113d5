"""Which texts has an encoder turned into vectors before, and what did they become?"""

import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import xxhash
from scipy import sparse

from engine import config
from engine.storage.flat_arrays import Array, append, gathered, mapped
from engine.types import UserError, Vectors

Keys: TypeAlias = npt.NDArray[np.uint64]
"""128-bit text keys, shape (n, 2)."""

DENSE: Mapping[str, np.dtype[Any]] = {"keys": np.dtype("<u8"), "values": np.dtype("<f4")}
SPARSE: Mapping[str, np.dtype[Any]] = {**DENSE, "ends": np.dtype("<i8"), "indices": np.dtype("<i4")}
LINE: np.dtype[Any] = np.dtype([("texts", "<u8"), ("values", "<u8"), ("check", "<u8")])
"""One line of the log: how many texts and values there are up to here, and the checksum of what this block added."""


@dataclass(frozen=True)
class Label:
    """What a shelf holds: whose vectors, of which dimension, sparse or dense."""

    name: str
    key: str
    dimension: int
    sparse: bool


@dataclass(frozen=True)
class Stored:
    """A shelf as people see it: the encoder's name and key, how many texts, how many bytes on disk."""

    name: str
    key: str
    dimension: int
    texts: int
    bytes: int


class Shelf:
    """The vectors of one encoder in append-only files: one process writes at a time, many read.

    A block of vectors counts only once its line is in the log, which is written last: what a killed process left half
    written is invisible to readers and cut off by the next writer.
    """

    label: Label | None
    blocks: int
    _end: Any

    def __init__(self, name: str, key: str) -> None:
        self.name, self.key = name, key
        self.folder = root() / xxhash.xxh3_128_hexdigest(key.encode())
        self._look()

    def __len__(self) -> int:
        return int(self._end["texts"])

    def find(self, keys: Keys) -> npt.NDArray[np.int64]:
        """The row of each key (n, 2), shape (n,); -1 where there is none."""
        order, high = self._sorted
        rows, low = np.full(len(keys), -1, dtype=np.int64), self._column("keys")[1::2]
        at, left = np.searchsorted(high, keys[:, 0]), np.arange(len(keys))
        while len(left := left[at[left] < len(high)]):  # more than one turn only if two keys share 64 bits
            left = left[high[at[left]] == keys[left, 0]]
            row = order[at[left]]
            same = low[row] == keys[left, 1]
            rows[left[same]] = row[same]
            left = left[~same]
            at[left] += 1
        return rows

    def rows(self, rows: npt.NDArray[np.int64]) -> Vectors:
        """The vectors of these rows, shape (len(rows), dimension): float32, or CSR.

        Many dense ones lie in a nameless file that is mapped into memory.
        """
        if self.label is None:
            return np.empty((0, 0), dtype=np.float32)
        if not self.label.sparse:
            return gathered(self._column("values").reshape(-1, self.label.dimension), rows, root())
        ends = np.concatenate([[0], self._column("ends")])
        counts = ends[rows + 1] - ends[rows]
        starts = np.concatenate([[0], np.cumsum(counts)])
        places = np.repeat(ends[rows] - starts[:-1], counts) + np.arange(starts[-1])
        if starts[-1] <= np.iinfo(np.int32).max:  # scikit-learn takes no wider ones
            starts = starts.astype(np.int32)
        parts = (np.asarray(self._column("values")[places]), np.asarray(self._column("indices")[places]), starts)
        return sparse.csr_array(parts, shape=(len(rows), self.label.dimension))

    def append(self, keys: Keys, vectors: Vectors) -> None:
        """Store the vectors of these keys, whole or not at all; keys that are there already are left as they are.

        Raises:
            UserError: the disk refuses.
        """
        try:
            with _alone():
                self._look()
                fresh = np.flatnonzero(self.find(keys) < 0)
                if len(fresh):
                    self._write(keys[fresh], vectors[fresh])
                    self._look()
        except OSError as error:
            raise UserError(
                "The vectors of {name} cannot be stored in {folder}: {reason}.",
                name=self.name,
                folder=self.folder,
                reason=error.strerror or str(error),
            ) from error

    def _write(self, keys: Keys, vectors: Vectors) -> None:
        label = Label(self.name, self.key, int(vectors.shape[1]), sparse.issparse(vectors))
        if self.label is None:
            self.folder.mkdir(exist_ok=True)
            fresh = self.folder / "shelf.json.new"
            fresh.write_text(json.dumps(asdict(label), ensure_ascii=False), encoding="utf-8")
            fresh.replace(self.folder / "shelf.json")
            self.label = label
        if (label.dimension, label.sparse) != (self.label.dimension, self.label.sparse):
            raise ValueError(f"an encoder key stands for one kind of vectors: {self.label}, not {label}")
        columns, counts = self._flat(keys, vectors), _counts(self._end)
        for name, kind in self._kinds.items():
            append(self.folder / name, columns[name], counts[name] * kind.itemsize)
        end = (len(self) + len(keys), self._end["values"] + len(columns["values"]), self._check(columns))
        append(self.folder / "log", np.array([end], dtype=LINE), self.blocks * LINE.itemsize)

    def _flat(self, keys: Keys, vectors: Any) -> dict[str, Array]:
        """What each file gets for these vectors."""
        columns = {"keys": keys, "values": vectors}
        if sparse.issparse(vectors):
            ends = vectors.indptr[1:] + int(self._end["values"])
            columns = {"keys": keys, "values": vectors.data, "ends": ends, "indices": vectors.indices}
        return {name: np.ascontiguousarray(columns[name], dtype=kind).reshape(-1) for name, kind in self._kinds.items()}

    def _look(self) -> None:
        """See what is whole on disk now."""
        self.__dict__.pop("_sorted", None)
        self.label = _label(self.folder)
        path = self.folder / "log"
        log = np.fromfile(path, LINE) if self.label and path.exists() else np.empty(0, LINE)
        log = np.concatenate([np.zeros(1, LINE), log])
        self.blocks = len(log) - 1
        while self.blocks and not self._whole(log[self.blocks - 1], log[self.blocks]):
            self.blocks -= 1
        self._end = log[self.blocks]

    def _whole(self, start: Any, end: Any) -> bool:
        """Whether the block between two lines of the log is on disk as it was written."""
        starts, ends, columns = _counts(start), _counts(end), {}
        for name, kind in self._kinds.items():
            path = self.folder / name
            if not path.exists() or path.stat().st_size < ends[name] * kind.itemsize:
                return False
            columns[name] = mapped(path, kind, ends[name])[starts[name] :]
        return self._check(columns) == int(end["check"])

    def _check(self, columns: Mapping[str, Array]) -> int:
        digest = xxhash.xxh3_64()
        for name in self._kinds:
            digest.update(columns[name].tobytes())
        return digest.intdigest()

    @property
    def _kinds(self) -> Mapping[str, np.dtype[Any]]:
        return SPARSE if self.label and self.label.sparse else DENSE

    def _column(self, name: str) -> Array:
        return mapped(self.folder / name, self._kinds[name], _counts(self._end)[name])

    @cached_property
    def _sorted(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
        high = self._column("keys")[::2]
        order = np.argsort(high, kind="stable")
        return order, high[order]


def root() -> Path:
    """Where all shelves stand."""
    return config.home() / "vectors"


def shelves() -> list[Stored]:
    """What is stored, by the encoder's name."""
    found = []
    for folder in root().glob("*/"):
        if label := _label(folder):
            size = sum(file.stat().st_size for file in folder.iterdir())
            found.append(Stored(label.name, label.key, label.dimension, len(Shelf(label.name, label.key)), size))
    return sorted(found, key=lambda one: (one.name, one.key))


def clear(key: str) -> None:
    """Throw away the vectors of the encoder with this key; whoever reads them keeps what it has open."""
    with _alone():
        shutil.rmtree(Shelf("", key).folder, ignore_errors=True)


@contextmanager
def _alone() -> Iterator[None]:
    """One process writes at a time; a block takes milliseconds, so one lock for all shelves will do."""
    root().mkdir(exist_ok=True)
    with (root() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _label(folder: Path) -> Label | None:
    """Whose shelf this is; None where there is none, or a torn one."""
    try:
        return Label(**json.loads((folder / "shelf.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None


def _counts(line: Any) -> dict[str, int]:
    """How many items each file holds up to a line of the log."""
    texts, values = int(line["texts"]), int(line["values"])
    return {"keys": 2 * texts, "values": values, "ends": texts, "indices": values}

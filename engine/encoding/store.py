"""Which texts has an encoder turned into vectors before, and what did they become?"""

import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import xxhash
from scipy import sparse

from engine import config
from engine.encoding.blocks import LINE, Blocks, Label, check, counts, kinds, look, read_label
from engine.storage import documents
from engine.storage.failures import Damaged, telling
from engine.storage.files import UNFINISHED, locked
from engine.storage.flat_arrays import Array, append, gathered
from engine.types import TokenVectors, Vectors
from engine.vectors import numbers, runs

GRAVE = f".old{UNFINISHED}"
Keys: TypeAlias = npt.NDArray[np.uint64]
"""128-bit text keys, shape (n, 2)."""


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
    written is invisible to readers and cut off by the next writer. A block that is not what was written is as if it
    were not there, from the moment when somebody asks for a vector in it.
    """

    def __init__(self, name: str, key: str, folder: Path | None = None) -> None:
        self.name, self.key = name, key
        self.folder = folder or root() / xxhash.xxh3_128_hexdigest(key.encode())
        self._blocks = look(self.folder)
        self._bad: set[int] = set()
        self._index: tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]] | None = None

    def __len__(self) -> int:
        return len(self._blocks)

    @property
    def label(self) -> Label | None:
        """What it holds; None as long as nothing is stored."""
        return self._blocks.label

    def find(self, keys: Keys) -> npt.NDArray[np.int64]:
        """The row of each key (n, 2), shape (n,); -1 where there is none, or only one that was found damaged."""
        order, high = self._sorted()
        low = self._blocks.columns["keys"][1::2] if len(self) else np.empty(0, np.uint64)
        rows, at, left = np.full(len(keys), -1, dtype=np.int64), np.searchsorted(high, keys[:, 0]), np.arange(len(keys))
        while len(left := left[at[left] < len(high)]):  # more than one turn only if two keys share 64 bits
            left = left[high[at[left]] == keys[left, 0]]
            row = order[at[left]]
            same = low[row] == keys[left, 1]
            rows[left[same]] = row[same]
            left = left[~same]
            at[left] += 1
        return rows

    def find_sound(self, keys: Keys) -> tuple[npt.NDArray[np.int64], int]:
        """As `find`, after a look at every vector that it finds; and how many of the keys were found damaged."""
        rows, asked = self.find(keys), None
        while bad := {int(one) for one in np.unique(self._blocks.of_rows(rows[rows >= 0])) if not self._sound(one)}:
            asked = rows if asked is None else asked
            self._bad |= bad
            self._index = None
            rows = self.find(keys)
        return rows, 0 if asked is None else int(((asked >= 0) & (rows < 0)).sum())

    def rows(self, rows: npt.NDArray[np.int64]) -> Vectors:
        """The vectors of these rows, shape (len(rows), dimension): float32, CSR, or many for each text.

        What is large and dense lies in a nameless file that is mapped into memory.

        Raises:
            Damaged: one of them is not what was written; `find_sound` finds no such rows.
        """
        if self.label is None:
            return np.empty((0, 0), dtype=np.float32)
        touched = np.unique(self._blocks.of_rows(rows))
        if not all(self._sound(block) for block in touched):
            raise Damaged(
                "Vectors of {name} in {folder} are damaged; run the model again.", name=self.name, folder=self.folder
            )
        columns = self._blocks.columns
        if not self.label.sparse and not self.label.tokens:
            return gathered(columns["values"].reshape(-1, self.label.dimension), rows, root())
        ends = np.concatenate([[0], columns["ends"]])
        log = self._blocks.log[touched]
        ends[log["texts"].astype(np.int64)] = log["values"]  # the block before may be damaged
        counts = ends[rows + 1] - ends[rows]
        if self.label.tokens:
            width = self.label.dimension
            places = runs(ends[rows] // width, counts // width)
            values = gathered(columns["values"].reshape(-1, width), places, root())
            return TokenVectors(values, np.concatenate([[0], np.cumsum(counts // width)]))
        starts = np.concatenate([[0], np.cumsum(counts)])
        places = runs(ends[rows], counts)
        if starts[-1] <= np.iinfo(np.int32).max:  # scikit-learn takes no wider ones
            starts = starts.astype(np.int32)
        parts = (np.asarray(columns["values"][places]), np.asarray(columns["indices"][places]), starts)
        return sparse.csr_array(parts, shape=(len(rows), self.label.dimension))

    def append(self, keys: Keys, vectors: Vectors) -> None:
        """Store the vectors of these keys, whole or not at all; keys that are there already are left as they are.

        Raises:
            DiskRefuses: it is full, or may only be read.
        """
        with locked(root()), telling(self.folder):
            self._look()
            fresh = np.flatnonzero(self.find(keys) < 0)
            if len(fresh):
                self.write(keys[fresh], vectors[fresh])

    def write(self, keys: Keys, vectors: Vectors) -> None:
        """Adds a block of vectors that are not there, for who holds the lock of all shelves; `append` sees to that."""
        tokens = str(vectors.values.dtype) if isinstance(vectors, TokenVectors) else ""
        label = Label(self.name, self.key, int(vectors.shape[1]), sparse.issparse(vectors), tokens)
        if self.label is None:
            documents.write(self.folder / "shelf.json", asdict(label))
        elif replace(label, name=self.label.name) != self.label:
            raise ValueError(f"an encoder key stands for one kind of vectors: {self.label}, not {label}")
        end = self._blocks.log[-1]
        columns, counted = _flat(label, keys, vectors, int(end["values"])), counts(end)
        for name, kind in kinds(label).items():
            append(self.folder / name, columns[name], counted[name] * kind.itemsize)
        line = (len(self) + len(keys), end["values"] + len(columns["values"]), check(columns))
        append(self.folder / "log", np.array([line], dtype=LINE), self._blocks.lines * LINE.itemsize)
        before = self._blocks
        self._look()
        before.grown_into(self._blocks)

    def _look(self) -> None:
        """See what is on disk now; what was found damaged stays so."""
        known = {self._blocks.log[block + 1].tobytes() for block in self._bad}
        self._blocks, self._index = look(self.folder), None
        self._bad = {block for block, line in enumerate(self._blocks.log[1:]) if line.tobytes() in known}

    def _sound(self, block: int) -> bool:
        return block not in self._bad and self._blocks.sound(block)

    def _sorted(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
        """The rows in the order of the first halves of their keys, and those; without what was found damaged."""
        if self._index is None:
            high = self._blocks.columns["keys"][::2] if len(self) else np.empty(0, np.uint64)
            order = np.argsort(high, kind="stable")
            if self._bad:
                order = order[~np.isin(self._blocks.of_rows(order), list(self._bad))]
            self._index = (order, high[order])
        return self._index


def _flat(label: Label, keys: Keys, vectors: Any, start: int) -> dict[str, Array]:
    """What each file gets for these vectors, where `start` values are there already."""
    columns = {"keys": keys, "values": vectors}
    if isinstance(vectors, TokenVectors):
        ends = (vectors.ends[1:] - vectors.ends[0]) * label.dimension + start
        columns = {"keys": keys, "values": numbers(vectors), "ends": ends}
    elif label.sparse:
        ends = vectors.indptr[1:] + start
        columns = {"keys": keys, "values": vectors.data, "ends": ends, "indices": vectors.indices}
    return {name: np.ascontiguousarray(columns[name], dtype=kind).reshape(-1) for name, kind in kinds(label).items()}


def root() -> Path:
    """Where all shelves stand."""
    return config.home() / "vectors"


def shelves() -> list[Stored]:
    """What is stored, by the encoder's name."""
    found = []
    for folder in root().glob("[!.]*/"):
        if label := read_label(folder):
            size = sum(file.stat().st_size for file in folder.iterdir())
            found.append(Stored(label.name, label.key, label.dimension, len(Shelf(label.name, label.key)), size))
    return sorted(found, key=lambda one: (one.name, one.key))


def state(*, growth: bool = True) -> str:
    """Another text whenever vectors were thrown away or a shelf begun, and, if growth matters, when some were added."""
    seen: list[tuple[str, int, int]] = []
    for path in sorted(root().glob("[!.]*/log" if growth else "[!.]*/shelf.json")):
        with suppress(FileNotFoundError):  # it is being thrown away
            seen.append((path.parent.name, path.stat().st_size, path.stat().st_mtime_ns))
    return xxhash.xxh3_64_hexdigest(str(seen).encode())


def clear(key: str) -> None:
    """Throw away the vectors of the encoder with this key; whoever reads them keeps what it has open."""
    discard(Shelf("", key).folder)


def discard(folder: Path) -> None:
    """Throw away the shelf in this folder; raises DiskRefuses."""
    if not folder.exists():
        return
    with locked(root()), telling(folder):
        (folder / "shelf.json").unlink(missing_ok=True)  # out of sight at once
        shutil.rmtree(folder)


def damaged(folder: Path) -> int:
    """How many vectors in the folder of a shelf are not what was written; reads all of it."""
    return sum(end - start for start, end, sound in _ranges(look(folder)) if not sound)


def take_out_damaged(folder: Path) -> None:
    """Writes the sound vectors of a shelf anew, in the place of all; raises DiskRefuses."""
    fresh, grave = _beside(folder)
    with locked(root()), telling(folder):
        shutil.rmtree(fresh, ignore_errors=True)  # of somebody who was killed
        old = look(folder)
        assert old.label is not None
        shelf, new = (Shelf(old.label.name, old.label.key, place) for place in (folder, fresh))
        for start, end, sound in _ranges(old):
            if sound:
                keys = np.asarray(old.columns["keys"][2 * start : 2 * end]).reshape(-1, 2)
                new.write(keys, shelf.rows(np.arange(start, end)))
        folder.replace(grave)
        if fresh.exists():
            fresh.replace(folder)
        shutil.rmtree(grave)


def end_exchanges() -> None:
    """Puts shelves into their places whose exchange was killed between its two steps; raises DiskRefuses."""
    for grave in root().glob(f".*{GRAVE}"):
        folder = grave.with_name(grave.name[1 : -len(GRAVE)])
        with locked(root()), telling(folder):
            fresh = _beside(folder)[0]
            if not folder.exists() and grave.exists():
                (fresh if fresh.exists() else grave).replace(folder)
            shutil.rmtree(grave, ignore_errors=True)


def _beside(folder: Path) -> tuple[Path, Path]:
    """Where a shelf's successor is written, and where the shelf lies once that takes its place."""
    return folder.with_name(f".{folder.name}.new{UNFINISHED}"), folder.with_name(f".{folder.name}{GRAVE}")


def _ranges(blocks: Blocks) -> list[tuple[int, int, bool]]:
    """The first row of every block, the one behind its last, and whether it is what was written."""
    ends = blocks.log["texts"].astype(int).tolist()
    return [(start, end, blocks.sound(number)) for number, (start, end) in enumerate(pairwise(ends))]

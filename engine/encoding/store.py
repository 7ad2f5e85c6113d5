"""Which texts has an encoder turned into vectors before, and what did they become?"""

import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xxhash

from engine import config
from engine.encoding.blocks import LINE, Label, check, counts, dense, flat, kinds, label_of, look, picked, read_label
from engine.encoding.key_index import KeyIndex, Keys
from engine.storage import documents
from engine.storage.failures import Damaged, telling
from engine.storage.files import locked
from engine.storage.flat_arrays import append
from engine.types import Vectors


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
        self._index: KeyIndex | None = None

    def __len__(self) -> int:
        return len(self._blocks)

    @property
    def label(self) -> Label | None:
        """What it holds; None as long as nothing is stored."""
        return self._blocks.label

    def find(self, keys: Keys) -> npt.NDArray[np.int64]:
        """The row of each key (n, 2), shape (n,); -1 where there is none, or only one that was found damaged."""
        return self._sorted().find(keys)

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
        if dense(self.label):
            return picked(self.label, columns, rows, root())
        ends = np.concatenate([[0], columns["ends"]])
        log = self._blocks.log[touched]
        ends[log["texts"].astype(np.int64)] = log["values"]  # the block before may be damaged
        return picked(self.label, {**columns, "ends": ends}, rows, root())

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
        label = label_of(self.name, self.key, vectors)
        if self.label is None:
            documents.write(self.folder / "shelf.json", asdict(label))
        elif replace(label, name=self.label.name) != self.label:
            raise ValueError(f"an encoder key stands for one kind of vectors: {self.label}, not {label}")
        end = self._blocks.log[-1]
        columns, counted = flat(label, keys, vectors, int(end["values"])), counts(end)
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

    def _sorted(self) -> KeyIndex:
        """All keys but those that were found damaged."""
        if self._index is None:
            keys = self._blocks.columns["keys"] if len(self) else np.empty(0, np.uint64)
            bad = np.isin(self._blocks.of_rows(np.arange(len(self))), list(self._bad)) if self._bad else None
            self._index = KeyIndex(keys, without=bad)
        return self._index


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

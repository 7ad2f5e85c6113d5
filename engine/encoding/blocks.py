"""Which blocks of vectors lie on disk, and is each of them still what was written?"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xxhash
from scipy import sparse

from engine.storage import checksums, documents
from engine.storage.failures import Damaged
from engine.storage.flat_arrays import Array, gathered, mapped
from engine.types import TokenVectors, Vectors
from engine.vectors import numbers, runs

DENSE: Mapping[str, np.dtype[Any]] = {"keys": np.dtype("<u8"), "values": np.dtype("<f4")}
SPARSE: Mapping[str, np.dtype[Any]] = {**DENSE, "ends": np.dtype("<i8"), "indices": np.dtype("<i4")}
LINE: np.dtype[Any] = np.dtype([("texts", "<u8"), ("values", "<u8"), ("check", "<u8")])
"""One line of the log: how many texts and values there are up to here, and the checksum of what this block added."""

_verified: dict[Path, tuple[object, dict[int, bool]]] = {}
"""By folder: the state of its files, and which of the blocks were looked at in it and found sound, or not."""


@dataclass(frozen=True)
class Label:
    """What a shelf holds: whose vectors, of which dimension, sparse or dense."""

    name: str
    key: str
    dimension: int
    sparse: bool
    tokens: str = ""
    """In which precision the vectors are kept of which a text has many; empty where it has one."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """A shelf as it lay on disk at one moment; its files stay open, whatever becomes of their names.

    log: a line of zeros, then one for each block; lines: how many lines of the file on disk count.
    """

    folder: Path
    label: Label | None
    log: npt.NDArray[Any]
    lines: int
    columns: Mapping[str, Array]
    state: object

    def __len__(self) -> int:
        return int(self.log[-1]["texts"])

    @property
    def kinds(self) -> Mapping[str, np.dtype[Any]]:
        """The type of each file."""
        return kinds(self.label)

    def of_rows(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The number of the block in which each row lies."""
        return np.searchsorted(self.log["texts"][1:].astype(np.int64), rows, side="right")

    def sound(self, block: int) -> bool:
        """Whether a block is what was written; looked at once for each state of the files."""
        state, known = _verified.get(self.folder, (None, {}))
        if state != self.state:
            known = {}
            _verified[self.folder] = (self.state, known)
        if block not in known:
            start, end = (counts(self.log[line]) for line in (block, block + 1))
            columns = {name: self.columns[name][start[name] : end[name]] for name in self.kinds}
            known[block] = check(columns) == int(self.log[block + 1]["check"])
        return known[block]

    def grown_into(self, later: "Blocks") -> None:
        """What is known of these blocks holds for those after an append of our own, too."""
        state, known = _verified.get(self.folder, (None, {}))
        if self.label is not None and state == self.state:
            _verified[self.folder] = (later.state, known)


def look(folder: Path) -> Blocks:
    """What lies in the folder now; whatever a killed process left half written is not there."""
    while (label := read_label(folder)) is not None:
        try:
            return _open(folder, label)
        except FileNotFoundError:
            continue  # somebody clears it at this moment, the label first
    return _nothing(folder)


def _nothing(folder: Path) -> Blocks:
    return Blocks(folder, None, np.zeros(1, LINE), 0, {}, None)


def _open(folder: Path, label: Label) -> Blocks:
    paths = {name: folder / name for name in kinds(label)}
    state = {name: checksums.state(path) if path.exists() else (0, 0, 0) for name, path in paths.items()}
    sizes = {name: seen[-1] // kinds(label)[name].itemsize for name, seen in state.items()}
    written = np.fromfile(folder / "log", LINE) if (folder / "log").exists() else np.empty(0, LINE)
    log = np.concatenate([np.zeros(1, LINE), written])
    while len(log) > 1 and not _fits(log[-2], log[-1], sizes):
        log = log[:-1]
    lines = len(log) - 1
    # Without a damaged line, what it ended and what it began are one block, which the checksum gives away.
    log = log[[_between(log[0], line, log[-1]) for line in log]]
    log = log[np.logical_and(*(np.maximum.accumulate(log[name]) == log[name] for name in ("texts", "values")))]
    if not label.sparse and not label.tokens and int(log[-1]["values"]) != int(log[-1]["texts"]) * label.dimension:
        return _nothing(folder)
    end = counts(log[-1])
    columns = {name: mapped(path, kinds(label)[name], end[name]) for name, path in paths.items()}
    return Blocks(folder, label, log, lines, columns, tuple(state.items()))


def _fits(before: Any, line: Any, sizes: Mapping[str, int]) -> bool:
    """Whether the last line of a log stands behind the one before, and no file is shorter than it says."""
    end = counts(line)
    return _between(before, line, line) and all(size >= end[name] for name, size in sizes.items())


def _between(first: Any, line: Any, last: Any) -> bool:
    return all(first[name] <= line[name] <= last[name] for name in ("texts", "values"))


def read_label(folder: Path) -> Label | None:
    """Whose shelf this is; None where there is none, or a damaged one."""
    try:
        return Label(**documents.read(folder / "shelf.json"))
    except (FileNotFoundError, NotADirectoryError, Damaged, TypeError):
        return None


def kinds(label: Label | None) -> Mapping[str, np.dtype[Any]]:
    """The files of a shelf and their types."""
    if label and label.tokens:
        return {**DENSE, "values": np.dtype(label.tokens).newbyteorder("<"), "ends": SPARSE["ends"]}
    return SPARSE if label and label.sparse else DENSE


def counts(line: Any) -> dict[str, int]:
    """How many items each file holds up to a line of the log."""
    texts, values = int(line["texts"]), int(line["values"])
    return {"keys": 2 * texts, "values": values, "ends": texts, "indices": values}


def check(columns: Mapping[str, Array]) -> int:
    """The checksum of what a block adds to each file, in the order of `kinds`."""
    digest = xxhash.xxh3_64()
    for column in columns.values():
        digest.update(np.ascontiguousarray(column).data)
    return digest.intdigest()


def dense(label: Label) -> bool:
    """Whether each text has one vector, with all its numbers."""
    return not label.sparse and not label.tokens


def label_of(name: str, key: str, vectors: Vectors) -> Label:
    """What tells of these vectors of an encoder."""
    tokens = str(vectors.values.dtype) if isinstance(vectors, TokenVectors) else ""
    return Label(name, key, int(vectors.shape[1]), sparse.issparse(vectors), tokens)


def flat(label: Label, keys: Array, vectors: Any, start: int) -> dict[str, Array]:
    """What each file gets for these vectors, where `start` values are there already."""
    columns = {"keys": keys, "values": vectors}
    if isinstance(vectors, TokenVectors):
        ends = (vectors.ends[1:] - vectors.ends[0]) * label.dimension + start
        columns = {"keys": keys, "values": numbers(vectors), "ends": ends}
    elif label.sparse:
        ends = vectors.indptr[1:] + start
        columns = {"keys": keys, "values": vectors.data, "ends": ends, "indices": vectors.indices}
    return {name: np.ascontiguousarray(columns[name], dtype=kind).reshape(-1) for name, kind in kinds(label).items()}


def picked(label: Label, columns: Mapping[str, Array], rows: npt.NDArray[np.int64], folder: Path) -> Vectors:
    """The vectors of these rows, shape (len(rows), dimension); what is large and dense lies in a nameless file.

    columns: those of `kinds`, but `ends` with a zero in front. folder: where that file may lie.
    """
    width = label.dimension
    if dense(label):
        return gathered(columns["values"].reshape(-1, width), rows, folder)
    ends = columns["ends"]
    counts = ends[rows + 1] - ends[rows]
    if label.tokens:
        places = runs(ends[rows] // width, counts // width)
        values = gathered(columns["values"].reshape(-1, width), places, folder)
        return TokenVectors(values, np.concatenate([[0], np.cumsum(counts // width)]))
    starts = np.concatenate([[0], np.cumsum(counts)])
    places = runs(ends[rows], counts)
    if starts[-1] <= np.iinfo(np.int32).max:  # scikit-learn takes no wider ones
        starts = starts.astype(np.int32)
    parts = (np.asarray(columns["values"][places]), np.asarray(columns["indices"][places]), starts)
    return sparse.csr_array(parts, shape=(len(rows), width))

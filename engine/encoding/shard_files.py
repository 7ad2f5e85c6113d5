"""How do the vectors of one shard of texts lie in a single file, and is it still what was written?

The file is in the format of safetensors. Its metadata hold the encoder's key, the hash of what was encoded, where the
shard begins and a checksum of everything; its name holds the shard's number and that hash, its folder the hash of the
key: `FOLDER/KEY/00003-of-00064.CONTENT.safetensors`.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import xxhash

from engine.encoding.blocks import Label, dense, flat, kinds, label_of, picked
from engine.encoding.key_index import Keys
from engine.storage import checksums
from engine.storage.failures import Damaged
from engine.storage.files import whole
from engine.storage.flat_arrays import Array
from engine.types import Role, Vectors

SUFFIX = ".safetensors"
OTHERS: Mapping[str, np.dtype[Any]] = {
    "rows": np.dtype("<i8"), "sides": np.dtype("u1"), "id_ends": np.dtype("<i8"), "ids": np.dtype("u1")
}  # fmt: skip
"""Beside the columns of vectors, one a distinct text: which of them each text has, its side, and its id in UTF-8."""
IDS = (OTHERS["id_ends"], OTHERS["ids"])
SIDES: tuple[Role | None, ...] = (None, "query", "document")


@dataclass(frozen=True, eq=False)
class Shard:
    """One file of vectors, mapped into memory. first: the row of its first text among all texts."""

    path: Path
    label: Label
    content: str
    first: int
    check: str
    columns: Mapping[str, Array]

    def __len__(self) -> int:
        """How many texts it holds, of which some may be the same."""
        return len(self.columns["rows"])

    @cached_property
    def ids(self) -> npt.NDArray[Any]:
        """The ids of its texts, in their order: an array of strings, (texts,)."""
        ends, said = (pa.py_buffer(np.ascontiguousarray(self.columns[name])) for name in ("id_ends", "ids"))
        return np.asarray(pa.LargeStringArray.from_buffers(len(self), ends, said).to_numpy(zero_copy_only=False))

    @cached_property
    def sound(self) -> bool:
        """Whether it is what was written; all of it is read once."""
        return self.check == _check(self.label, self.content, self.first, self.columns)

    def vectors(self, rows: npt.NDArray[np.int64], folder: Path) -> Vectors:
        """Those of some of the distinct texts, by their places among `keys`; see `picked`."""
        return picked(self.label, self.columns, rows, folder)

    def of_texts(self, places: npt.NDArray[np.int64], folder: Path) -> Vectors:
        """Those of some of its texts, by their places; of all texts, if they differ, nothing is copied."""
        rows = self.columns["rows"][places]
        if len(places) == len(self) == len(self.columns["keys"]) // 2 and dense(self.label):
            return self.columns["values"].reshape(-1, self.label.dimension)
        return picked(self.label, self.columns, rows, folder)


def write(path: Path, shard: Shard) -> None:
    """Puts the shard into its file, whole or not at all; raises DiskRefuses."""
    from safetensors.numpy import save_file

    said = {"label": json.dumps(asdict(shard.label)), "content": shard.content, "first": str(shard.first)}
    with whole(path) as fresh:
        save_file(dict(shard.columns), fresh, metadata=said | {"check": shard.check})


def made(
    name: str, key: str, *, content: str, first: int, keys: Keys, vectors: Vectors, texts: Mapping[str, Any]
) -> Shard:
    """The shard of these distinct texts, keys (n, 2) and vectors row for row.

    texts: of all texts, in their order, `rows` (which vector each has), `sides` (places in SIDES) and `ids` (strings).
    """
    label = label_of(name, key, vectors)
    said = pa.array(texts["ids"], pa.large_string())
    ends, letters = (np.frombuffer(part or b"", kind) for part, kind in zip(said.buffers()[1:], IDS, strict=True))
    columns = flat(label, keys, vectors, 0)
    if "ends" in columns:
        columns["ends"] = np.concatenate([[0], columns["ends"]])
    columns |= {"rows": texts["rows"], "sides": texts["sides"], "id_ends": ends[: len(said) + 1], "ids": letters}
    types = {**kinds(label), **OTHERS}
    columns = {one: np.ascontiguousarray(column, types[one]) for one, column in columns.items()}
    return Shard(Path(), label, content, first, _check(label, content, first, columns), columns)


def read(path: Path) -> Shard:
    """The shard in a file, without a look at its numbers: `sound` has that.

    Raises:
        Damaged: it is no such file, or cut off.
        FileNotFoundError: there is none.
    """
    return _read(path, checksums.state(path))


def intact(path: Path) -> bool:
    """Whether there is a shard in the file, and what was written."""
    with suppress(FileNotFoundError, Damaged):
        return read(path).sound
    return False


def place(folder: Path, key: str) -> Path:
    """Where in a folder of shards those of an encoder lie."""
    return folder / xxhash.xxh3_128_hexdigest(key.encode())


def name(number: int, count: int, content: str) -> str:
    """What the file of a shard is called, the first of them having number 1."""
    return f"{prefix(number, count)}{content}{SUFFIX}"


def prefix(number: int, count: int) -> str:
    """What the names of a shard begin with, whatever its content."""
    return f"{number:05d}-of-{count:05d}."


def every(folder: Path, key: str) -> list[Shard]:
    """The shards of an encoder in a folder, in the order of their names, without what cannot be read."""
    found = []
    for path in sorted(place(folder, key).glob(f"*{SUFFIX}")):
        with suppress(Damaged, FileNotFoundError):
            found.append(read(path))
    return [one for one in found if one.label.key == key]


@lru_cache(maxsize=16_384)
def _read(path: Path, _state: checksums.State) -> Shard:
    try:
        raw = np.memmap(path, np.uint8, "r")
        start = 8 + int(raw[:8].view("<u8")[0])
        parts: dict[str, Any] = json.loads(bytes(raw[8:start]))
        said = parts.pop("__metadata__")
        label = Label(**json.loads(said["label"]))
        types = {**kinds(label), **OTHERS}
        columns = {one: _column(raw[start:], *parts[one]["data_offsets"], kind=kind) for one, kind in types.items()}
        return Shard(path, label, said["content"], int(said["first"]), said["check"], columns)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise Damaged("{path} is damaged: it is not what was written there.", path=path) from error


def _column(raw: Array, start: int, stop: int, *, kind: np.dtype[Any]) -> Array:
    if not 0 <= start <= stop <= len(raw):
        raise ValueError("cut off")
    return raw[start:stop].view(kind)


def _check(label: Label, content: str, first: int, columns: Mapping[str, Array]) -> str:
    digest = xxhash.xxh3_128(json.dumps([asdict(label), content, first]).encode())
    for one in sorted(columns):
        digest.update(f"{one} {len(columns[one])}".encode())
        digest.update(np.ascontiguousarray(columns[one]).data)
    return digest.hexdigest()


def content_of(key: str, columns: Sequence[Array], ids: Sequence[str]) -> str:
    """The hash of what a shard is made of: the encoder, every text with what stands before it, and every id."""
    digest = xxhash.xxh3_128(key.encode())
    for one in columns:
        digest.update(np.ascontiguousarray(one).data)
    digest.update("\0".join(ids).encode("utf-8", "replace"))
    return digest.hexdigest()

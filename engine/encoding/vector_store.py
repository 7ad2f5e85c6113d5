"""Which texts have vectors, be it on a shelf of this home or in shards that lie elsewhere?"""

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xxhash

from engine.encoding import shard_files, store
from engine.encoding.blocks import Label
from engine.encoding.key_index import KeyIndex, Keys
from engine.encoding.shard_files import Shard
from engine.encoding.store import Shelf, root
from engine.storage import documents
from engine.storage.failures import Damaged
from engine.storage.files import locked
from engine.storage.flat_arrays import blank
from engine.types import Vectors
from engine.vectors import joined

SHARDED = 2**48
"""From this row on it is one of the shards: a shelf grows, shards stay as they are."""
_Asked = npt.NDArray[np.int64]


class VectorStore:
    """The vectors of one encoder: those on its shelf, then those of its shards, which are read where they lie.

    Which shards there are is looked up once.
    """

    def __init__(self, name: str, key: str) -> None:
        self._shelf = Shelf(name, key)
        self.folder = self._shelf.folder
        self._shards = [shard for folder in folders() for shard in shard_files.every(folder, key)]

    @property
    def label(self) -> Label | None:
        """What it holds; None as long as nothing is stored."""
        return self._shelf.label or next((one.label for one in self._shards), None)

    def find(self, keys: Keys) -> _Asked:
        """The row of each key (n, 2), shape (n,); -1 where there is none, or only one that was found damaged."""
        return self._with_shards(self._shelf.find(keys), keys)

    def find_sound(self, keys: Keys) -> tuple[_Asked, int]:
        """As `find`, after a look at every vector that it finds; and how many of the keys were found damaged."""
        rows, damaged = self._shelf.find_sound(keys)
        rows, asked = self._with_shards(rows, keys), None
        while bad := [number for number in self._touched(rows) if not self._shards[number].sound]:
            asked = rows if asked is None else asked
            self._shards = [one for number, one in enumerate(self._shards) if number not in bad]
            rows = self._with_shards(np.where(rows < SHARDED, rows, -1), keys)
        return rows, damaged + (0 if asked is None else int(((asked >= 0) & (rows < 0)).sum()))

    def rows(self, rows: _Asked) -> Vectors:
        """The vectors of these rows, as `Shelf.rows` gives them; raises Damaged."""
        own = np.flatnonzero(rows < SHARDED)
        if len(own) == len(rows):
            return self._shelf.rows(rows)
        parts = [(own, self._shelf.rows(rows[own]))] if len(own) else []
        starts = _starts(self._shards)
        for number in self._touched(rows):
            if not (shard := self._shards[number]).sound:
                raise Damaged("{path} is damaged: it is not what was written there.", path=shard.path)
            inside = rows - SHARDED - starts[number]
            here = np.flatnonzero((inside >= 0) & (inside < starts[number + 1] - starts[number]))
            parts.append((here, shard.vectors(inside[here], root())))
        return _in_order(parts)

    def append(self, keys: Keys, vectors: Vectors) -> None:
        """Store the vectors of these keys on the shelf, as `Shelf.append` does; raises DiskRefuses."""
        self._shelf.append(keys, vectors)

    def _with_shards(self, rows: _Asked, keys: Keys) -> _Asked:
        missing = np.flatnonzero(rows < 0)
        if self._shards and len(missing):
            found = _index(tuple(self._shards)).find(keys[missing])
            rows = rows.copy()
            rows[missing] = np.where(found < 0, -1, found + SHARDED)
        return rows

    def _touched(self, rows: _Asked) -> list[int]:
        """The numbers of the shards in which these rows lie."""
        inside = rows[rows >= SHARDED] - SHARDED
        return np.unique(np.searchsorted(_starts(self._shards), inside, side="right") - 1).tolist()


def folders() -> list[Path]:
    """The folders of shards that this home knows."""
    try:
        return [Path(one) for one in documents.read(_known())["folders"]]
    except (FileNotFoundError, NotADirectoryError, Damaged, KeyError):
        return []  # who encodes names them again with the next shard


def state(*, growth: bool = True) -> str:
    """As `store.state`, of the shelves and of all shards that this home knows."""
    seen = [store.state(growth=growth), *map(str, folders())]
    for folder in folders() if growth else ():
        with suppress(OSError):
            seen += [f"{one.name} {one.stat().st_mtime_ns}" for one in sorted(folder.iterdir())]
    return xxhash.xxh3_64_hexdigest("\n".join(seen).encode())


def know(folder: Path) -> None:
    """Lets this home read the shards in a folder from now on; raises DiskRefuses."""
    folder = folder.resolve()
    if folder in folders():
        return
    with locked(root()):
        documents.write(_known(), {"folders": [str(one) for one in [*folders(), folder]]})


def _known() -> Path:
    return root() / "shards.json"


def _starts(shards: Sequence[Shard]) -> npt.NDArray[np.int64]:
    """At which row each shard begins, and behind the last."""
    return np.cumsum([0, *(len(one.columns["keys"]) // 2 for one in shards)], dtype=np.int64)


def _in_order(parts: Sequence[tuple[_Asked, Vectors]]) -> Vectors:
    """Vectors at the places that are named beside them, which are all places from 0 on."""
    if len(parts) == 1:
        return parts[0][1]
    first, number = parts[0][1], sum(len(places) for places, _ in parts)
    if isinstance(first, np.ndarray):
        found = blank((number, first.shape[1]), first.dtype, root())
        for places, vectors in parts:
            found[places] = vectors
        return found
    return joined([vectors for _, vectors in parts])[np.argsort(np.concatenate([places for places, _ in parts]))]


@lru_cache(maxsize=2)
def _index(shards: tuple[Shard, ...]) -> KeyIndex:
    return KeyIndex(np.concatenate([one.columns["keys"] for one in shards]))

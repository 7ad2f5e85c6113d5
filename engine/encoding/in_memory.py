"""Where do the vectors of one shard stay until all of them are there?"""

import numpy as np

from engine.encoding.batching import Places
from engine.encoding.key_index import KeyIndex, Keys
from engine.types import Vectors
from engine.vectors import joined


class InMemory:
    """A store of vectors that leaves nothing behind."""

    def __init__(self) -> None:
        self._keys: list[Keys] = []
        self._parts: list[Vectors] = []

    def find(self, keys: Keys) -> Places:
        """The row of each key (n, 2), shape (n,); -1 where there is none."""
        known = np.concatenate([np.empty((0, 2), np.uint64), *self._keys])
        return KeyIndex(known.reshape(-1)).find(keys)

    def find_sound(self, keys: Keys) -> tuple[Places, int]:
        """As `find`; memory is not doubted."""
        return self.find(keys), 0

    def rows(self, rows: Places) -> Vectors:
        """The vectors of these rows, shape (len(rows), dimension)."""
        if not self._parts:
            return np.empty((0, 0), np.float32)
        if len(self._parts) > 1:
            self._keys, self._parts = [np.concatenate(self._keys)], [joined(self._parts)]
        return self._parts[0][rows]

    def append(self, keys: Keys, vectors: Vectors) -> None:
        """Keeps the vectors of these keys."""
        self._keys.append(keys)
        self._parts.append(vectors)

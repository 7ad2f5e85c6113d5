"""At which place among millions does the key of a text stand?"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Keys: TypeAlias = npt.NDArray[np.uint64]
"""128-bit text keys, shape (n, 2)."""


class KeyIndex:
    """Keys by the order of their first halves, which are sought by bisection."""

    def __init__(self, keys: npt.NDArray[np.uint64], *, without: npt.NDArray[np.bool_] | None = None) -> None:
        """The keys lie flat, (2 n,), perhaps in a file; those places are not found that are to be left out."""
        self._low = keys[1::2]
        order = np.argsort(keys[::2], kind="stable")
        self._order = order if without is None else order[~without[order]]
        self._high = keys[::2][self._order]

    def find(self, keys: Keys) -> npt.NDArray[np.int64]:
        """The place of each key (n, 2), shape (n,); -1 where there is none, the first where it stands twice."""
        order, high, low = self._order, self._high, self._low
        rows, at, left = np.full(len(keys), -1, dtype=np.int64), np.searchsorted(high, keys[:, 0]), np.arange(len(keys))
        while len(left := left[at[left] < len(high)]):  # more than one turn only if two keys share 64 bits
            left = left[high[at[left]] == keys[left, 0]]
            row = order[at[left]]
            same = low[row] == keys[left, 1]
            rows[left[same]] = row[same]
            left = left[~same]
            at[left] += 1
        return rows

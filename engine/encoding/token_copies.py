"""Which texts does a model read as the very same tokens? They get one vector, whatever batches they would be in.

Two batches give a text vectors that differ in their last bits, and that is enough to part pairs that are to tie.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xxhash

Places = npt.NDArray[np.int64]


class Copies:
    """The texts met so far by the digest of their tokens, and which of them are copies of an earlier one."""

    def __init__(self) -> None:
        self.found: list[tuple[Places, Places]] = []
        """Places of copies, and of the texts that they are copies of."""
        self._digests = np.empty((0, 2), np.uint64)
        """Of all texts that are no copies, sorted by their first half; `_places` are theirs."""
        self._places = np.empty(0, np.int64)

    def without(self, places: Places, tokens: Sequence[npt.NDArray[np.int32]]) -> Places:
        """The positions of those among these texts that are read for the first time; others are noted as copies."""
        buffer = b"".join(xxhash.xxh3_128_digest(one.tobytes()) for one in tokens)
        digests = np.frombuffer(buffer, "<u8").reshape(-1, 2)
        first, own = np.unique(digests.view("V16").ravel(), return_index=True, return_inverse=True)[1:]
        before = self._before(digests[first])
        of = np.where(before >= 0, before, places[first])[own]
        copies = of != places
        if copies.any():
            self.found.append((places[copies], of[copies]))
        fresh = np.sort(first[before < 0])
        self._add(digests[fresh], places[fresh])
        return fresh

    def _before(self, digests: npt.NDArray[np.uint64]) -> Places:
        """The place of the earlier text with this digest; -1 where there is none."""
        if not len(self._places):
            return np.full(len(digests), -1)
        at = np.minimum(np.searchsorted(self._digests[:, 0], digests[:, 0]), len(self._places) - 1)
        return np.where((self._digests[at] == digests).all(axis=1), self._places[at], -1)

    def _add(self, digests: npt.NDArray[np.uint64], places: Places) -> None:
        both = np.concatenate([self._digests, digests])
        order = np.argsort(both[:, 0], kind="stable")
        self._digests, self._places = both[order], np.concatenate([self._places, places])[order]

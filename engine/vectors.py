"""In which forms do the vectors of texts come, and how are those of several parts put together?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
from scipy import sparse


@dataclass(frozen=True, eq=False)
class TokenVectors:
    """Texts of many vectors each (late interaction): those of text `i` are `values[ends[i] : ends[i + 1]]`.

    values: (tokens, d) of float32, float16 or int8, perhaps mapped from a file; int8 ones stand for vectors of length
    one, in steps of a 127th of each vector's greatest number. ends: (texts + 1,), rising.
    """

    values: npt.NDArray[Any]
    ends: npt.NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[npt.NDArray[Any]]) -> TokenVectors:
        """Those of each text, (tokens, d), one text behind the other; one text at least."""
        ends = np.concatenate([[0], np.cumsum([len(one) for one in texts], dtype=np.int64)])
        return cls(np.concatenate(texts), ends)

    @property
    def shape(self) -> tuple[int, int]:
        """How many texts, and how many numbers a vector has."""
        return len(self), int(self.values.shape[1])

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """How many vectors each text has."""
        return np.diff(self.ends)

    @property
    def nbytes(self) -> int:
        """What the vectors of all texts take."""
        return int(self.ends[-1] - self.ends[0]) * self.values.shape[1] * self.values.itemsize

    def __len__(self) -> int:
        return len(self.ends) - 1

    def __getitem__(self, rows: slice | npt.NDArray[Any]) -> TokenVectors:
        """Those of some texts; of a run of them nothing is copied."""
        if isinstance(rows, slice):
            start, stop, step = rows.indices(len(self))
            if step == 1:
                return TokenVectors(self.values, self.ends[start : max(start, stop) + 1])
        picked = np.arange(len(self))[rows]
        counts = self.counts[picked]
        return TokenVectors(self.values[runs(self.ends[picked], counts)], np.concatenate([[0], np.cumsum(counts)]))

    def floats(self) -> npt.NDArray[np.float32]:
        """All vectors as numbers to compute with, (tokens, d)."""
        values = self.values[self.ends[0] : self.ends[-1]]
        found = np.asarray(values, dtype=np.float32)
        return _unit(found) if values.dtype == np.int8 else found

    def texts(self) -> list[npt.NDArray[np.float32]]:
        """The vectors of each text as numbers to compute with, (tokens, d)."""
        return np.split(self.floats(), self.ends[1:-1] - self.ends[0])

    def stored_as(self, precision: str) -> TokenVectors:
        """In float32, float16 or int8; int8 keeps the direction of a vector only."""
        floats = self.floats()
        if precision == "int8":
            greatest = np.abs(floats).max(axis=1, initial=0, keepdims=True)
            floats = np.rint(floats * (127 / np.maximum(greatest, 1e-12)))
        return TokenVectors(floats.astype(precision), self.ends - self.ends[0])


SingleVectors: TypeAlias = npt.NDArray[Any] | sparse.csr_array
"""One for each text, row for row: dense (n, d), or CSR rows."""
Vectors: TypeAlias = SingleVectors | TokenVectors
"""Those of texts, row for row: one, or many for each text."""


def joined(parts: Sequence[Vectors]) -> Vectors:
    """The vectors of several parts, of one form, as one; one part at least."""
    first = parts[0]
    if sparse.issparse(first):
        return sparse.vstack(parts, "csr")
    if not isinstance(first, TokenVectors):
        return np.concatenate(cast(Any, parts))
    each = [cast(TokenVectors, one) for one in parts]
    values = np.concatenate([one.values[one.ends[0] : one.ends[-1]] for one in each])
    return TokenVectors(values, np.concatenate([[0], np.cumsum(np.concatenate([one.counts for one in each]))]))


def size(vectors: Vectors) -> int:
    """The bytes of their numbers."""
    return vectors.nbytes if isinstance(vectors, TokenVectors) else int(vectors.data.nbytes)


def numbers(vectors: Vectors) -> npt.NDArray[Any]:
    """All numbers that they hold, in whatever shape."""
    if isinstance(vectors, TokenVectors):
        return vectors.values[vectors.ends[0] : vectors.ends[-1]]
    return cast(npt.NDArray[Any], vectors.data if sparse.issparse(vectors) else vectors)


def runs(starts: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The places of runs that begin at these and are so long, one behind the other."""
    before = np.cumsum(counts) - counts
    return np.repeat(starts - before, counts) + np.arange(counts.sum())


def _unit(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)

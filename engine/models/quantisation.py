"""What becomes of vectors that are cut short, turned onto their principal axes, or rounded?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from engine.types import Similarity

FULL, TRUNCATION, PCA = "full", "truncation", "pca"
FLOAT32, FLOAT16, INT8, BINARY, RESCORED = "float32", "float16", "int8", "binary", "binary, rescored"
BITS = {FLOAT32: 32, FLOAT16: 16, INT8: 8, BINARY: 1, RESCORED: 1}
DIMENSIONS = (32, 64, 128, 256, 512, 1024, 2048)
LEVELS = 255
SAMPLE = 20_000
SEED = 0
Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Form:
    """How vectors are stored: shortened in which way to how many numbers of which precision."""

    method: Literal["full", "truncation", "pca"]
    dimension: int
    precision: str

    @property
    def bytes(self) -> int:
        """What one vector takes."""
        return -(-self.dimension * BITS[self.precision] // 8)


@dataclass(frozen=True)
class Source:
    """The full vectors of a run by field; ranges and axes are learnt from the corpus, or where there is none from all.

    Precisions: float16 rounds; int8 has 256 even steps between the least and the greatest number of each dimension in
    the corpus, and is scored by the numbers that they stand for; binary keeps the signs on both sides (Hamming
    distance); rescored does so to find candidates and orders them by the float query's product with the signs
    (https://arxiv.org/abs/2106.00882). Under cosine, vectors have length one before they are rounded.
    """

    given: Mapping[str, Array]
    similarity: Similarity
    _short: dict[tuple[str, int], dict[str, Array]] = field(default_factory=dict)

    @property
    def dimension(self) -> int:
        """Of the full vectors."""
        return int(next(iter(self.given.values())).shape[1])

    def forms(self, *, rescoring: bool) -> list[Form]:
        """Every form, full float32 first; rescoring is for tasks in which queries search a corpus."""
        precisions = [name for name in BITS if rescoring or name != RESCORED]
        shorter = [size for size in DIMENSIONS if size < self.dimension]
        possible = [size for size in shorter if size <= len(self._learnt)]
        pairs = [(FULL, self.dimension), *((TRUNCATION, size) for size in shorter), *((PCA, size) for size in possible)]
        return [Form(method, size, name) for method, size in pairs for name in precisions]  # type: ignore[arg-type]

    def vectors(self, form: Form) -> dict[str, Array]:
        """The vectors in this form, as float32 numbers to score with; of rescored ones the queries stay as they are."""
        short = self._shortened(form.method, form.dimension)
        if form.precision == FLOAT32:
            return short
        if form.precision == RESCORED:
            return {name: signs(one) if name == "corpus" else one for name, one in short.items()}
        if form.precision == INT8 and "corpus" not in short:
            learnt = np.concatenate(list(short.values()))
        else:
            learnt = short.get("corpus", self._learnt)
        rounds = rounding(form.precision, learnt, self.similarity)
        return {name: rounds(one) for name, one in short.items()}

    def _shortened(self, method: str, size: int) -> dict[str, Array]:
        """The float vectors of that many numbers; only the last ones are kept in memory."""
        if (method, size) not in self._short:
            self._short.clear()
            made = self._turned if method == PCA else self.given
            self._short[method, size] = {name: np.ascontiguousarray(one[:, :size]) for name, one in made.items()}
        return self._short[method, size]

    @cached_property
    def _learnt(self) -> Array:
        if "corpus" in self.given:
            return self.given["corpus"]
        return np.concatenate(list(self.given.values()))

    @cached_property
    def _turned(self) -> dict[str, Array]:
        """All vectors on the principal axes."""
        turn = turning(self._learnt, self.similarity)
        return {name: turn(one) for name, one in self.given.items()}


def turning(learnt: Array, similarity: Similarity) -> Callable[[Array], Array]:
    """What brings vectors onto the principal axes of the vectors learnt, the widest first, 2,048 at most.

    Under cosine the mean is taken away before; a dot product would rank otherwise without it, so there it stays.
    """
    rows = np.random.default_rng(SEED).permutation(len(learnt))[:SAMPLE]
    sample = learnt[np.sort(rows)].astype(np.float64)
    mean = sample.mean(axis=0) if similarity == "cosine" else np.zeros(sample.shape[1])
    sample -= mean
    axes = np.linalg.eigh(sample.T @ sample)[1][:, ::-1][:, : max(DIMENSIONS)].astype(np.float32)
    return lambda vectors: (vectors - mean.astype(np.float32)) @ axes


def rounding(precision: str, learnt: Array, similarity: Similarity) -> Callable[[Array], Array]:
    """What rounds float vectors to that precision, as float32 numbers; int8 has its ranges from the vectors learnt."""

    def made(vectors: Array) -> Array:
        return unit(vectors) if similarity == "cosine" else vectors

    if precision == FLOAT32:
        return lambda vectors: vectors
    if precision == BINARY:
        return signs
    if precision == FLOAT16:
        return lambda vectors: made(vectors).astype(np.float16).astype(np.float32)
    ranges = made(learnt)
    low, high = ranges.min(axis=0), ranges.max(axis=0)
    return lambda vectors: rounded(made(vectors), low, high)


def unit(vectors: Array) -> Array:
    """The vectors at length one; zero vectors stay zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


def signs(vectors: Array) -> Array:
    """1 where a number is above 0, else −1: products of such vectors order as Hamming distances do, and tie exactly."""
    return np.where(vectors > 0, np.float32(1), np.float32(-1))


def rounded(vectors: Array, low: Array, high: Array) -> Array:
    """The nearest of 256 even steps between low and high of each dimension; what lies outside goes to the edge."""
    width = (high - low) / LEVELS
    steps = np.clip(np.rint((vectors - low) / np.where(width > 0, width, 1)), 0, LEVELS)
    return np.asarray(low + steps * width, dtype=np.float32)

"""Do a run's vectors use their space: how alike are random ones, how even their lengths, how many the same?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine.texts.text_columns import Chosen
from engine.types import Texts, Vectors

PAIRS = 2_000
TEXTS = 100_000
SEED = 0


def health(texts: Mapping[str, Texts], vectors: Mapping[str, Vectors]) -> dict[str, float]:
    """Figures over the distinct texts of the largest field, at most 100,000 of them; empty where there are below two.

    random_cosine: mean cosine of 2,000 random pairs, -1..1; the nearer to 1, the narrower the cone in which all vectors
    lie · norm_spread: the standard deviation of their lengths over the mean, 0 for normalised ones · identical: share
    of the distinct texts whose vector another of them has too (0..1): the model cannot tell them apart.
    """
    name = max(texts, key=lambda one: len(texts[one].items))
    rows: Any = vectors[name][_distinct(texts[name].items)]
    count = rows.shape[0]
    if count < 2:
        return {}
    lengths = np.sqrt(_products(rows, rows))
    rng = np.random.default_rng(SEED)
    one = rng.integers(0, count, PAIRS)
    other = (one + rng.integers(1, count, PAIRS)) % count  # never the row itself
    scale = lengths[one] * lengths[other]
    cosines = np.divide(_products(rows[one], rows[other]), scale, out=np.zeros(PAIRS), where=scale > 0)
    mean = float(lengths.mean())
    return {
        "random_cosine": float(cosines.mean()),
        "norm_spread": float(lengths.std() / mean) if mean else float("nan"),
        "identical": _identical(rows),
    }


def _distinct(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """The first rows of the distinct texts, ascending; where there are too many, of some drawn at random."""
    asked = np.arange(len(texts))
    if len(texts) > TEXTS:
        asked = np.sort(np.random.default_rng(SEED).choice(len(texts), TEXTS, replace=False))
    first: dict[str, int] = {}
    for row, text in zip(asked.tolist(), Chosen(texts, asked), strict=True):
        first.setdefault(text, row)
    return np.array(list(first.values()), dtype=np.int64)


def _products(one: Any, other: Any) -> np.ndarray:
    if sparse.issparse(one):
        return np.asarray(one.multiply(other).sum(axis=1), dtype=np.float64).ravel()
    return np.einsum("nd,nd->n", one, other, dtype=np.float64)


def _identical(rows: Any) -> float:
    if sparse.issparse(rows):
        parts = np.split(np.arange(rows.nnz), rows.indptr[1:-1])
        keys = [rows.indices[part].tobytes() + rows.data[part].tobytes() for part in parts]
    else:
        keys = [row.tobytes() for row in np.ascontiguousarray(rows)]
    counts = Counter(keys)
    return sum(counts[key] > 1 for key in keys) / len(keys)

"""Do a run's vectors use their space: how alike are random ones, how even their lengths, how many the same?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine.models.quantisation import BITS
from engine.texts.text_columns import Chosen
from engine.types import Texts, TokenVectors, Vectors
from engine.vectors import size

PAIRS = 2_000
TEXTS = 100_000
SEED = 0


def health(texts: Mapping[str, Texts], vectors: Mapping[str, Vectors]) -> dict[str, float]:
    """Figures over the distinct texts of the largest field, at most 100,000 of them; empty where there are below two.

    random_cosine: mean cosine of 2,000 random pairs, -1..1; the nearer to 1, the narrower the cone in which all vectors
    lie · norm_spread: the standard deviation of their lengths over the mean, 0 for normalised ones · identical: share
    of the distinct texts whose vector another of them has too (0..1): the model cannot tell them apart. Where a text
    has many vectors, these are meant instead of texts, again 100,000 at most.
    """
    name = max(texts, key=lambda one: len(texts[one].items))
    rows: Any = vectors[name][_distinct(texts[name].items)]
    if isinstance(rows, TokenVectors):
        rows = _sampled(rows)
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


def footprint(texts: Mapping[str, Texts], vectors: Mapping[str, Vectors], precision: str) -> dict[str, float]:
    """What the vectors of the documents take, or where nothing is called so, of all texts.

    bytes_a_document: the mean, in the form in which they are compared · bytes: all of them, equal texts each · and
    where a text has many vectors, vectors_a_document: their mean number.

    Args:
        vectors: as they are compared, float32 numbers whatever form they stand for.
        precision: that form.
    """
    names = [name for name, one in texts.items() if one.role == "document"] or list(texts)
    given: list[Any] = [vectors[name] for name in names]
    count = sum(one.shape[0] for one in given)
    if not count:
        return {}
    if isinstance(given[0], TokenVectors):
        total = float(sum(size(one) for one in given))
        each = sum(int(one.counts.sum()) for one in given) / count
        return {"bytes_a_document": total / count, "bytes": total, "vectors_a_document": each}
    if sparse.issparse(given[0]):
        total = float(sum(one.data.nbytes + one.indices.nbytes for one in given))
    else:
        total = float(count * -(-given[0].shape[1] * BITS[precision] // 8))
    return {"bytes_a_document": total / count, "bytes": total}


def _sampled(rows: TokenVectors) -> np.ndarray:
    """The vectors of the texts, or of so many drawn at random that there are hardly more than TEXTS."""
    most = int(TEXTS / max(float(rows.counts.mean()), 1.0))
    if len(rows) > most:
        rows = rows[np.sort(np.random.default_rng(SEED).choice(len(rows), max(most, 1), replace=False))]
    return rows.floats()


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

"""Which of the stored vectors lie nearest to one of them? For a page that looks at a single text."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine.search.similarity import POWERS, every, one_each
from engine.types import Similarity, Vectors


def nearest(
    vector: Vectors, vectors: Vectors, k: int, similarity: Similarity = "cosine"
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Rows and scores of the k vectors most similar to one of shape (1, d), the best first, equal ones by their row."""
    if similarity in POWERS:
        one, others = (vector, vectors) if sparse.issparse(vectors) else (_tensor(vector), _tensor(vectors))
        scores = every(one, others, similarity).ravel().astype(np.float64)
    else:
        products: Any = one_each(vectors) @ one_each(vector).T
        scores = np.asarray(products.toarray() if sparse.issparse(products) else products, np.float64).ravel()
    if similarity == "cosine":
        scores = scores / np.maximum(_lengths(vectors) * _lengths(vector), 1e-12)
    best = np.argsort(-scores, kind="stable")[:k]
    return best, scores[best]


def _tensor(vectors: Any) -> Any:
    import torch

    return torch.from_numpy(np.array(vectors, np.float32))


def _lengths(vectors: Any) -> npt.NDArray[np.float64]:
    squares = vectors.multiply(vectors).sum(axis=1) if sparse.issparse(vectors) else np.vecdot(vectors, vectors)
    return np.asarray(np.sqrt(squares), np.float64).ravel()

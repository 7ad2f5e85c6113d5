"""How alike are vectors by the function that a model names, in the arithmetic of the library that mteb scores with?

Distances are taken negative, so that more is always more alike.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine.search import maxsim
from engine.types import BadModel, Similarity, SingleVectors, TokenVectors, Vectors

POWERS = {"euclidean": 2.0, "manhattan": 1.0}
FEW = 25
"""Up to so many rows on both sides torch subtracts coordinates; beyond, it takes Euclidean distances from products."""
Floats = npt.NDArray[np.float32]


def one_each(vectors: Vectors) -> SingleVectors:
    """The same vectors, where every text has one: dense (n, d), or CSR rows.

    Raises:
        BadModel: a text has many.
    """
    if isinstance(vectors, TokenVectors):
        raise BadModel(
            "A late interaction model gives a vector for every token, and compares a query with documents only: there "
            "is no one vector of a text to place, to round, or to hold against another."
        )
    return vectors


def every(queries: Any, documents: Any, similarity: Similarity, *, together: int = 0) -> Floats:
    """The similarity of every query to every document, (queries, documents).

    Args:
        queries, documents: tensors or CSR matrices, of length one already where that is the similarity; or many vectors
            for each text.
        together: the rows of the larger side where these are a part of what mteb compares in one go.
    """
    if isinstance(queries, TokenVectors):
        return maxsim.every(queries, documents, similarity)
    if sparse.issparse(queries):
        return np.asarray(_every_sparse(queries, documents, similarity), dtype=np.float32)
    if similarity not in POWERS:
        return np.asarray((queries @ documents.T).numpy())
    import torch

    most = max(together, len(queries), len(documents))
    mode = "use_mm_for_euclid_dist" if most > FEW else "donot_use_mm_for_euclid_dist"
    return np.asarray((-torch.cdist(queries, documents, p=POWERS[similarity], compute_mode=mode)).numpy())


def paired(left: Any, right: Any, similarity: Similarity) -> npt.NDArray[Any]:
    """The similarity of each row to the one beside it, (rows,); vectors as those of `every`."""
    if isinstance(left, TokenVectors):
        return maxsim.paired(left, right, similarity)
    if sparse.issparse(left):
        if similarity not in POWERS:
            return np.asarray(left.multiply(right).sum(axis=1))
        gap = sparse.csr_array(left - right)
        lengths = np.sqrt(gap.multiply(gap).sum(axis=1)) if similarity == "euclidean" else abs(gap).sum(axis=1)
        return np.asarray(-lengths)
    if similarity not in POWERS:
        return np.asarray((left * right).sum(dim=-1).numpy())
    import torch

    gap = left - right
    lengths = torch.linalg.vector_norm(gap, dim=-1) if similarity == "euclidean" else gap.abs().sum(dim=-1)
    return np.asarray((-lengths).numpy())


def _every_sparse(queries: Any, documents: Any, similarity: Similarity) -> Any:
    if similarity == "manhattan":
        from sklearn.metrics import pairwise_distances

        return -pairwise_distances(queries, documents, metric="manhattan")
    products = (queries @ documents.T).toarray()
    if similarity != "euclidean":
        return products
    one, two = (np.asarray(side.multiply(side).sum(axis=1)).ravel() for side in (queries, documents))
    return -np.sqrt(np.maximum(one[:, None] - 2 * products + two, 0))

"""What do the two directions of greatest spread show? The preview that is there at once."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine.types import Projection, Vectors

SPARSE_DIMENSIONS = 100
MOST_COLUMNS = 50_000


def reduced(vectors: Vectors, seed: int, dimensions: int = SPARSE_DIMENSIONS) -> npt.NDArray[np.float32]:
    """The vectors at length one, dense; a CSR matrix by a truncated SVD to that many dimensions at most.

    Of more than 50,000 columns the heaviest are taken: the others hardly touch the first directions, but fill memory.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    rows = normalize(vectors)
    if not sparse.issparse(rows):
        return rows.astype(np.float32, copy=False)
    if rows.shape[1] > MOST_COLUMNS:
        weight = np.asarray(rows.multiply(rows).sum(axis=0)).ravel()
        rows = rows[:, np.sort(np.argpartition(-weight, MOST_COLUMNS)[:MOST_COLUMNS])]
    size = min(dimensions, rows.shape[0] - 1, rows.shape[1] - 1)
    if size < 2:
        return rows.toarray().astype(np.float32)
    return TruncatedSVD(size, random_state=seed).fit_transform(rows).astype(np.float32)


def project(
    vectors: Vectors, *, neighbours: Any = None, seed: int = 42, size: int = 2, dimensions: int = SPARSE_DIMENSIONS
) -> npt.NDArray[np.float32]:
    """The first principal components of the vectors at length one, of shape (n, size).

    A CSR matrix is first reduced to so many dimensions by a truncated singular value decomposition.
    """
    from sklearn.decomposition import PCA

    rows = reduced(vectors, seed, dimensions)
    places = np.zeros((len(rows), size), np.float32)
    there = min(size, *rows.shape)
    if len(rows) > 1:
        places[:, :there] = PCA(there, random_state=seed).fit_transform(rows)
    return places


PROJECTION = Projection(
    name="pca",
    title="PCA",
    project=project,
    source="Pearson 1901; scikit-learn PCA. Linear: distances are true as far as two directions can hold them.",
)

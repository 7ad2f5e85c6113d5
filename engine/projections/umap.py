"""Which texts lie together? A map that keeps near neighbours near, at the cost of distances."""

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.types import Projection, Vectors

NEIGHBOURS = 15


def project(
    vectors: Vectors, *, neighbours: tuple[Any, Any] | None = None, seed: int = 42, size: int = 2
) -> npt.NDArray[np.float32]:
    """UMAP coordinates of shape (n, size); up to three points lie on a line, for there is nothing to lay out.

    Args:
        neighbours: indices and cosine distances, each (n, k), nearest first, a row never its own neighbour;
            without them umap-learn searches for itself.
    """
    count = vectors.shape[0]
    if count <= 3:
        return in_a_row(count, size)
    import umap

    near = min(NEIGHBOURS, count - 1)
    given: dict[str, Any] = {}
    if neighbours is not None:
        own = np.arange(count, dtype=np.int32)[:, None]
        indices = np.hstack([own, np.asarray(neighbours[0])[:, : near - 1]])
        distances = np.hstack([np.zeros((count, 1)), np.asarray(neighbours[1])[:, : near - 1]])
        given["precomputed_knn"] = (indices, distances.astype(np.float32), None)
    # seeded work runs on one thread (umap-learn); places from PCA first: no eigenproblem to fail on torn graphs
    settings = {
        "n_components": size,
        "n_neighbors": near,
        "metric": "cosine",
        "init": "pca",
        "random_state": seed,
        "n_jobs": 1,
    }
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="umap")
        places = umap.UMAP(**settings, **given).fit_transform(vectors)
    return np.nan_to_num(places).astype(np.float32)


def in_a_row(count: int, size: int) -> npt.NDArray[np.float32]:
    """Places on a line, of shape (count, size)."""
    return np.pad(np.arange(count, dtype=np.float32)[:, None], ((0, 0), (0, size - 1)))


PROJECTION = Projection(
    name="umap",
    title="UMAP",
    project=project,
    most=100_000,
    source="McInnes, Healy & Melville 2018; umap-learn, 15 neighbours by cosine, start from PCA.",
)

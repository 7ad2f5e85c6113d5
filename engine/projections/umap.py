"""Which texts lie together? A map that keeps near neighbours near, at the cost of distances."""

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.projections import pca, umap_layout
from engine.types import Projection, Vectors

NEIGHBOURS = 15


def project(
    vectors: Vectors, *, neighbours: tuple[Any, Any] | None = None, seed: int = 42, size: int = 2
) -> npt.NDArray[np.float32]:
    """UMAP coordinates of shape (n, size); up to three points lie on a line, for there is nothing to lay out.

    Args:
        neighbours: indices and cosine distances, each (n, k), nearest first, a row never its own neighbour;
            without them scikit-learn compares all with all.
    """
    count = vectors.shape[0]
    if count <= 3:
        return in_a_row(count, size)
    others = min(NEIGHBOURS, count - 1) - 1  # UMAP counts a text among its own neighbours
    if neighbours is None:
        neighbours = _searched(vectors, others)
    graph = umap_layout.edges(*(np.asarray(one)[:, :others] for one in neighbours[:2]))
    # places from PCA first: no eigenproblem to fail on torn graphs
    start = pca.project(vectors, seed=seed, size=size)
    start *= 5 / max(float(np.abs(start).max()), 1e-9)
    start += np.random.default_rng(seed).normal(scale=1e-4, size=start.shape).astype(np.float32)
    epochs = 500 if count <= 10_000 else 300 if count <= 50_000 else 200
    return umap_layout.lay_out(graph, start, epochs=epochs, seed=seed)


def _searched(vectors: Vectors, k: int) -> tuple[Any, Any]:
    from sklearn.neighbors import NearestNeighbors

    distances, indices = NearestNeighbors(n_neighbors=k, metric="cosine").fit(vectors).kneighbors()
    return indices, distances


def in_a_row(count: int, size: int) -> npt.NDArray[np.float32]:
    """Places on a line, of shape (count, size)."""
    return np.pad(np.arange(count, dtype=np.float32)[:, None], ((0, 0), (0, size - 1)))


PROJECTION = Projection(
    name="umap",
    title="UMAP",
    project=project,
    most=300_000,
    source="McInnes, Healy & Melville 2018, by an optimiser of our own: 15 neighbours by cosine, start from PCA.",
)

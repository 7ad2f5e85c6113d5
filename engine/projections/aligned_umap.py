"""Where does each model put the same text? Maps laid out together, so that place means the same in all of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.projections import pca
from engine.projections.umap import in_a_row
from engine.types import Projection, Vectors

NEIGHBOURS = 15
EPOCHS = 200
PULL = 1e-2


def project(
    vectors: Sequence[Vectors], *, neighbours: Sequence[tuple[Any, Any]], seed: int = 42, size: int = 2
) -> list[npt.NDArray[np.float32]]:
    """Coordinates of shape (n, size) for each set of vectors of the same n texts.

    A text is pulled towards its place under the other models as strongly as its neighbours there are the same ones.

    Args:
        neighbours: for each set, indices and cosine distances (n, k), nearest first, a row never its own neighbour.
    """
    count = vectors[0].shape[0]
    if count <= 3:
        return [in_a_row(count, size) for _ in vectors]
    from numba.typed import List
    from umap.layouts import optimize_layout_aligned_euclidean
    from umap.umap_ import find_ab_params, make_epochs_per_sample

    near = [np.asarray(one[0])[:, : NEIGHBOURS - 1] for one in neighbours]
    edges = [_edges(one, np.asarray(graph[1]), seed) for one, graph in zip(near, neighbours, strict=True)]
    places = List(_starts(vectors, seed, size))
    a, b = find_ab_params(1.0, 0.1)
    laid_out = optimize_layout_aligned_euclidean(
        places,
        places,
        List([one.row for one in edges]),
        List([one.col for one in edges]),
        EPOCHS,
        List([make_epochs_per_sample(one.data, EPOCHS) for one in edges]),
        *_ties(near),
        np.random.default_rng(seed).integers(1, 2**31 - 1, 3),
        a,
        b,
        lambda_=PULL,
        parallel=False,
        move_other=True,
    )
    return [np.nan_to_num(np.asarray(one, dtype=np.float32)) for one in laid_out]


def _edges(near: npt.NDArray[Any], distances: npt.NDArray[Any], seed: int) -> Any:
    """The weighted edges between neighbours, as a COO matrix (n, n)."""
    from umap.umap_ import fuzzy_simplicial_set

    count, found = near.shape
    indices = np.hstack([np.arange(count)[:, None], near])
    padded = np.hstack([np.zeros((count, 1)), distances[:, :found]]).astype(np.float32)
    empty, random = np.zeros((count, 1), np.float32), np.random.RandomState(seed)
    graph, _, _ = fuzzy_simplicial_set(empty, found + 1, random, "cosine", knn_indices=indices, knn_dists=padded)
    # edges too weak to be drawn once in all epochs only cost time
    graph.data[graph.data < graph.data.max() / EPOCHS] = 0
    graph.eliminate_zeros()
    return graph.tocoo()


def _starts(vectors: Sequence[Vectors], seed: int, size: int) -> list[npt.NDArray[np.float32]]:
    """Principal components, ten across, each turned and mirrored onto the first."""
    starts: list[npt.NDArray[np.float32]] = []
    for one in vectors:
        start = pca.project(one, seed=seed, size=size)
        start *= 10 / max(float(np.abs(start).max()), 1e-9)
        if starts:
            left, _, right = np.linalg.svd(start.T @ starts[0])
            start = start @ (left @ right)
        noise = np.random.default_rng(seed).normal(scale=1e-4, size=start.shape)
        starts.append(np.ascontiguousarray(start + noise, dtype=np.float32))
    return starts


def _ties(near: Sequence[npt.NDArray[Any]]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]:
    """For model, other model (offset by the number of models) and text: how alike its neighbours are, and its row."""
    models, count = len(near), len(near[0])
    weights = np.zeros((models, 2 * models + 1, count), np.float32)
    rows = np.full(weights.shape, -1, np.int32)
    for one in range(models):
        for other in range(models):
            if one == other:
                continue
            both = np.sort(np.hstack([near[one], near[other]]), axis=1)
            common = (both[:, 1:] == both[:, :-1]).sum(axis=1)
            place = models + other - one
            rows[one, place] = np.arange(count)
            weights[one, place] = common / (both.shape[1] - common)
    return weights, rows


PROJECTION = Projection(
    name="aligned_umap",
    title="Aligned UMAP",
    project=project,
    most=20_000,
    joint=True,
    source="McInnes, Healy & Melville 2018; umap-learn's AlignedUMAP, each text tied to itself under the other models.",
)

"""Which small groups are there? A map that shows local groups sharply and says nothing about what lies between them."""

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.projections import pca
from engine.types import Projection, Vectors


def project(vectors: Vectors, *, neighbours: Any = None, seed: int = 42, size: int = 2) -> npt.NDArray[np.float32]:
    """t-SNE coordinates of shape (n, size); a CSR matrix is first reduced as for PCA."""
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    count = vectors.shape[0]
    rows = pca.reduced(vectors, seed)
    if count <= 3:
        return pca.project(vectors, seed=seed, size=size)
    start = pca.project(vectors, seed=seed, size=size)
    start *= 1e-4 / max(float(start[:, 0].std()), 1e-9)
    settings = {
        "n_components": size,
        "perplexity": min(30, (count - 1) / 3),
        "metric": "cosine",
        "init": start,
        "random_state": seed,
    }
    # on a busy machine the threads of a thousand tiny steps wait for one another far longer than they work
    with threadpool_limits(1 if count < 1000 else None):
        return TSNE(**settings).fit_transform(rows).astype(np.float32)


PROJECTION = Projection(
    name="tsne",
    title="t-SNE",
    project=project,
    most=5_000,
    source="van der Maaten & Hinton 2008; scikit-learn TSNE, perplexity 30 by cosine, start from PCA.",
)

"""How does a model use its space: do all texts look alike, how many directions are used, do like texts stand apart?"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.stats import rankdata

from engine.search.neighbours import Numbers, unit
from engine.types import SingleVectors, Vectors

PAIRS = 20_000
"""Random pairs of texts that are looked at."""
RANK_ROWS = 1_000
"""Texts whose vectors tell the effective rank; the time goes with their cube where vectors are longer than that."""
EDGES = np.linspace(-1, 1, 81)


@dataclass(frozen=True)
class Geometry:
    """How the vectors of the texts lie; nan where there is nothing to tell it from.

    mean_cosine: of random pairs, -1..1; effective_rank: how many directions are used alike, from 1 on (Roy & Vetterli
    2007); uniformity: log of the mean of exp(-2 d²) over random pairs, 0 (all texts in one place) down to about -4;
    alignment: mean d² of pairs that the dataset holds to be alike, 0..4 (both Wang & Isola 2020, d at length one);
    separation: how often a pair held to be alike has a higher cosine than one that is not, 0..1; positives and
    negatives: how many of either had a cosine between each two of EDGES.
    """

    mean_cosine: float
    effective_rank: float
    uniformity: float
    alignment: float
    separation: float
    positives: list[int]
    negatives: list[int]


def measure(vectors: Vectors, alike: npt.NDArray[np.int64], apart: npt.NDArray[np.int64], *, seed: int) -> Geometry:
    """The geometry of the vectors, with pairs of rows (m, 2) that are held to be alike, and that are not."""
    rows, count = unit(vectors), vectors.shape[0]
    rng, nothing = np.random.default_rng(seed), float("nan")
    first = rng.integers(0, max(count, 1), PAIRS)
    others = (first + rng.integers(1, max(count, 2), PAIRS)) % max(count, 1)
    random = cosines(rows, np.column_stack([first, others])) if count > 1 else np.empty(0, np.float32)
    near, far = cosines(rows, alike), cosines(rows, apart)
    return Geometry(
        mean_cosine=float(random.mean()) if len(random) else nothing,
        effective_rank=effective_rank(rows[np.sort(rng.permutation(count)[:RANK_ROWS])]),
        uniformity=float(np.log(np.exp(-2 * squared(random)).mean())) if len(random) else nothing,
        alignment=float(squared(near).mean()) if len(near) else nothing,
        separation=separation(near, far),
        positives=np.histogram(near.clip(-1, 1), EDGES)[0].tolist(),
        negatives=np.histogram(far.clip(-1, 1), EDGES)[0].tolist(),
    )


def cosines(rows: SingleVectors, pairs: npt.NDArray[np.int64]) -> Numbers:
    """The cosine of each pair (m, 2) of rows at length one, of shape (m,)."""
    if not len(pairs):
        return np.empty(0, np.float32)
    one, two = rows[pairs[:, 0]], rows[pairs[:, 1]]
    if sparse.issparse(rows):
        return np.asarray(sparse.csr_array(one).multiply(two).sum(axis=1), np.float32).ravel()
    return np.einsum("ij,ij->i", one, two).astype(np.float32)


def squared(found: Numbers) -> npt.NDArray[np.float64]:
    """The squared distances that belong to cosines."""
    return 2 - 2 * found.astype(np.float64)


def effective_rank(rows: SingleVectors) -> float:
    """The exponential of the entropy of the singular values; nan without any."""
    wide = rows.shape[0] < rows.shape[1]
    gram: Any = rows @ rows.T if wide else rows.T @ rows
    values = np.linalg.eigvalsh((gram.toarray() if sparse.issparse(gram) else gram).astype(np.float64))
    singular = np.sqrt(values.clip(0))
    singular = singular[singular > 1e-6 * singular.max(initial=0)]
    if not len(singular):
        return float("nan")
    shares = singular / singular.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def separation(near: Numbers, far: Numbers) -> float:
    """How often one of the first is higher than one of the second, ties half (area under the ROC curve)."""
    if not len(near) or not len(far):
        return float("nan")
    ranks = rankdata(np.concatenate([near, far]))[: len(near)].sum()
    return float((ranks - len(near) * (len(near) + 1) / 2) / (len(near) * len(far)))

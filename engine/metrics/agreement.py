"""How well do two scores of the same items agree, and how similar are the two vectors of a pair?"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine.compute.parallel import one_thread
from engine.search.similarity import paired as rowwise
from engine.types import BadDataset, Similarity, TokenVectors, Vectors

Floats: TypeAlias = npt.NDArray[np.float64]

RANGE: Mapping[str, Any] = {"min_score": 0, "max_score": 5}
"""The settings that say between which bounds people could score, by mteb's names and with its defaults."""
_PAIRS = 2048
_CELLS = 100_000  # what stays in a core's cache


def average_ranks(values: npt.ArrayLike) -> Floats:
    """Ranks from 1 of values of shape (n,), lowest first; equal values share the mean of their ranks."""
    _, group, size = np.unique(np.asarray(values, np.float64), return_inverse=True, return_counts=True, equal_nan=False)
    ranks = np.cumsum(size) - (size - 1) / 2
    return np.asarray(ranks[group])


def over_range(scores: npt.ArrayLike, settings: Mapping[str, Any]) -> Floats:
    """Human scores of shape (n,) as shares of their range, by mteb's arithmetic: what it ranks.

    The division rounds, so that scores which differ in the last bit may tie. settings: those of the dataset.

    Raises:
        BadDataset: the range is empty.
    """
    low, high = (settings.get(name, default) for name, default in RANGE.items())
    if low == high:
        raise BadDataset("min_score and max_score are both {bound}: they are the ends of the scores.", bound=low)
    return np.asarray((np.asarray(scores, np.float64) - low) / (high - low))


def pearson(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Pearson's correlation in -1..1; nan where either is constant or there are fewer than two values."""
    one, two = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if len(one) < 2 or (one == one[0]).all() or (two == two[0]).all():
        return float("nan")
    one, two = one - one.mean(), two - two.mean()
    # each is scaled by itself before the product, as in scipy.stats.pearsonr: tiny values must not underflow
    return float(np.clip(one / np.linalg.norm(one) @ (two / np.linalg.norm(two)), -1.0, 1.0))


def spearman(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Spearman's correlation in -1..1, average ranks; nan where either is constant, holds a nan, or has < 2 values."""
    one, two = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if np.isnan(one).any() or np.isnan(two).any():
        return float("nan")
    return pearson(average_ranks(one), average_ranks(two))


def p_values(correlations: npt.ArrayLike, sizes: npt.ArrayLike) -> Floats:
    """Two-sided p-values of either correlation of so many items, by Student's t; nan for fewer than three."""
    from scipy import special

    found, freedom = np.asarray(correlations, np.float64), np.asarray(sizes, np.float64) - 2
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(found) * np.sqrt(freedom / ((1 - found) * (1 + found)))
        return np.where(freedom > 0, 2 * special.stdtr(freedom, -t), np.nan)


def resampled_pearson(x: npt.ArrayLike, y: npt.ArrayLike, counts: npt.NDArray[Any]) -> Floats:
    """Pearson's correlation of each resample, shape (draws,); counts (draws, n) says how often each item is drawn.

    nan where a resample does not vary, or by less than 1e-7 of the values' spread, which sums of squares cannot tell.
    """
    one, two = np.asarray(x, np.float64), np.asarray(y, np.float64)
    one, two = one - one.mean(), two - two.mean()
    columns = np.stack([np.ones_like(one), one, two, one * one, two * two, one * two], axis=1)  # (n, 6)
    n, x_sum, y_sum, xx, yy, xy = (np.asarray(counts, np.float64) @ columns).T
    with np.errstate(divide="ignore", invalid="ignore"):
        left, right = xx - x_sum**2 / n, yy - y_sum**2 / n
        # an item drawn again and again has no variance, only rounding
        left, right = np.where(left > 1e-14 * xx, left, np.nan), np.where(right > 1e-14 * yy, right, np.nan)
        return np.asarray((xy - x_sum * y_sum / n) / np.sqrt(left * right))


def resampled_spearman(x: npt.ArrayLike, y: npt.ArrayLike, counts: npt.NDArray[Any]) -> Floats:
    """Spearman's correlation of each resample, shape (draws,), with the average ranks within that resample."""
    (groups_x, order_x), (groups_y, order_y) = _groups(x), _groups(y)
    found, size = np.empty(len(counts)), max(_CELLS // max(len(groups_x), 1), 1)
    for start in range(0, len(counts), size):
        # items in rows: putting them in order then moves whole rows, twice as fast as picking columns
        block = np.ascontiguousarray(counts[start : start + size].T, np.float64)  # (n, draws)
        ranks_x, xx = _ranks_within(block, groups_x, order_x)
        ranks_y, yy = _ranks_within(block, groups_y, order_y)
        xy = np.einsum("nd,nd,nd->d", block, ranks_x, ranks_y)
        with np.errstate(divide="ignore", invalid="ignore"):
            found[start : start + size] = xy / np.sqrt(xx * yy)
    return found


def _groups(values: npt.ArrayLike) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The group of equal values that each item belongs to, counted from the lowest; the items in that order."""
    group = np.unique(np.asarray(values, np.float64), return_inverse=True)[1]
    return group, np.argsort(group, kind="stable")


def _ranks_within(counts: Floats, groups: npt.NDArray[np.intp], order: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Average ranks of the items less their mean, shape (n, draws), and the sum of their squares, shape (draws,)."""
    starts, size = np.flatnonzero(np.diff(groups[order], prepend=-1)), counts[order]
    if len(starts) < len(order):
        size = np.add.reduceat(size, starts, axis=0)  # (groups, draws)
    ranks = np.cumsum(size, axis=0)
    ranks -= size / 2 + ranks[-1:] / 2
    return ranks[groups], np.einsum("gd,gd,gd->d", size, ranks, ranks)


def paired(left: Vectors, right: Vectors, similarity: Similarity) -> dict[str, Floats]:
    """Similarities and distances of the vectors of each pair, by mteb's arithmetic, each of shape (n,).

    `similarity` is the model's own (distances negative), `cosine` lies in -1..1, `dot` has no bounds, `manhattan` and
    `euclidean` are distances from 0 on, low where the pair is alike. A zero vector has similarity 0 with all others but
    cosine 0.5, for mteb takes `1 - paired_cosine_distances`; of sparse vectors, which mteb does not take, it has 0.
    """
    score = _paired_sparse if sparse.issparse(left) else _paired_dense
    with one_thread():
        blocks = [
            score(left[start : start + _PAIRS], right[start : start + _PAIRS], similarity)
            for start in range(0, left.shape[0], _PAIRS)
        ]
    return {name: np.concatenate([block[name] for block in blocks]).astype(np.float64) for name in blocks[0]}


def comparable(vectors: Vectors, similarity: Similarity) -> Any:
    """Vectors ready for `similarity`, of length one under cosine: a float32 tensor or a CSR matrix; zero ones stay.

    Many vectors for each text stay as they are.
    """
    if isinstance(vectors, TokenVectors):
        return vectors
    if sparse.issparse(vectors):
        from sklearn.preprocessing import normalize

        return normalize(vectors) if similarity == "cosine" else sparse.csr_array(vectors)
    import torch

    tensor = torch.from_numpy(np.array(vectors, np.float32))
    return torch.nn.functional.normalize(tensor, p=2, dim=1) if similarity == "cosine" else tensor


def _paired_dense(left: Any, right: Any, similarity: Similarity) -> dict[str, npt.NDArray[Any]]:
    from sklearn.metrics import pairwise

    return {
        "similarity": rowwise(comparable(left, similarity), comparable(right, similarity), similarity),
        "cosine": 1 - pairwise.paired_cosine_distances(left, right),
        "manhattan": pairwise.paired_manhattan_distances(left, right),
        "euclidean": pairwise.paired_euclidean_distances(left, right),
        "dot": np.vecdot(left, right),
    }


def _paired_sparse(left: Any, right: Any, similarity: Similarity) -> dict[str, npt.NDArray[Any]]:
    # a product, not a distance: pairs without a word in common must all have cosine 0, not 0 up to rounding
    kinds: tuple[Similarity, ...] = (similarity, "cosine", "dot")
    own, cosine, dot = (rowwise(comparable(left, kind), comparable(right, kind), kind) for kind in kinds)
    gap = sparse.csr_array(left - right)
    distances = {"manhattan": abs(gap).sum(axis=1), "euclidean": np.sqrt(gap.multiply(gap).sum(axis=1))}
    return {"similarity": own, "cosine": cosine, **distances, "dot": dot}

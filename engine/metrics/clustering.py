"""How well do clusters recover the labels of the documents in them?"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats: TypeAlias = npt.NDArray[np.float64]
Codes: TypeAlias = npt.NDArray[np.intp]

Clustering: TypeAlias = tuple[Codes, Codes, Codes, Codes]
"""Places of documents in their table, and for each its label, its cluster, and how often it counts."""

_DRAWS = 250


def v_measure_and_ami(labels: Codes, clusters: Codes, counts: npt.NDArray[np.integer]) -> tuple[float, float]:
    """V-measure (0..1) and adjusted mutual information (at most 1, 0 for chance) of documents that count repeatedly."""
    from sklearn.metrics import adjusted_mutual_info_score, v_measure_score

    truth, found = np.repeat(labels, counts), np.repeat(clusters, counts)
    return float(v_measure_score(truth, found)), float(adjusted_mutual_info_score(truth, found))


def own_label_prevails(labels: Codes, clusters: Codes, counts: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    """Whether each document's label is the most frequent one of its cluster, shape (n,); of equals the lowest is."""
    table = np.asarray(_table(labels, clusters, counts, int(clusters.max()) + 1).todense())
    return np.asarray(table.argmax(axis=0)[clusters] == labels)


def _table(labels: Codes, clusters: Codes, counts: npt.NDArray[np.integer], width: int) -> sparse.csr_array:
    return sparse.coo_array((counts, (labels, clusters)), shape=(int(labels.max()) + 1, width)).tocsr()


def resampled_v_measure(parts: Sequence[Clustering], draws: npt.NDArray[Any]) -> Floats:
    """Mean v-measure over clusterings when whole documents are drawn again, shape (draws,).

    The clusters stay as they are; what changes is how often each document counts. A clustering without any document in
    a draw is left out of that draw's mean.
    """
    tables = [_cells(part, draws.shape[1]) for part in parts]
    found = np.empty(len(draws))
    for start in range(0, len(draws), _DRAWS):
        weights = np.ascontiguousarray(draws[start : start + _DRAWS].T, np.float64)  # (rows, draws)
        values = np.stack([_v_measure(cells @ weights, by_label, by_cluster) for cells, by_label, by_cluster in tables])
        found[start : start + _DRAWS] = _mean(values)
    return found


def _mean(values: Floats) -> Floats:
    """Mean over the first axis of what is not nan; nan where nothing is left."""
    there = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(there, values, 0).sum(axis=0) / there.sum(axis=0))


def _cells(part: Clustering, width: int) -> tuple[sparse.csr_array, ...]:
    """Three sums as matrices: rows into cells of the contingency table, cells into labels, cells into clusters."""
    rows, labels, clusters, counts = part
    wide = int(clusters.max()) + 1
    cells, cell = np.unique(labels * wide + clusters, return_inverse=True)
    one = np.ones(len(cells))
    by_row = sparse.coo_array((counts.astype(np.float64), (cell, rows)), shape=(len(cells), width)).tocsr()
    by_label = sparse.coo_array((one, (cells // wide, np.arange(len(cells))))).tocsr()
    by_cluster = sparse.coo_array((one, (cells % wide, np.arange(len(cells))))).tocsr()
    return by_row, by_label, by_cluster


def _v_measure(table: Floats, by_label: sparse.csr_array, by_cluster: sparse.csr_array) -> Floats:
    """V-measure of contingency tables whose cells have shape (cells, draws); nan for an empty table."""
    total = table.sum(axis=0)
    joint, label, cluster = (_entropy(sums, total) for sums in (table, by_label @ table, by_cluster @ table))
    both = label + cluster
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(both > 1e-12, 2 * (both - joint) / both, 1.0)
    return np.where(total > 0, np.clip(value, 0.0, 1.0), np.nan)


def _entropy(counts: Floats, total: Floats) -> Floats:
    """Entropy in nats of counts of shape (cells, draws)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        # log(max(x, 1)) keeps 0 log 0 at nought: the counts are whole numbers
        return np.asarray(np.log(total) - (counts * np.log(np.maximum(counts, 1))).sum(axis=0) / total)

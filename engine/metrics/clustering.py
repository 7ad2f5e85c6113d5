"""How well do clusters recover the labels of the documents in them?"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine.types import Vectors

Floats: TypeAlias = npt.NDArray[np.float64]
Codes: TypeAlias = npt.NDArray[np.intp]

Clustering: TypeAlias = tuple[Codes, Codes, Codes, Codes]
"""Places of documents in their table, and for each its label, its cluster, and how often it counts."""

_DRAWS = 250
_ROUNDING = 8
"""By how many steps of their precision two means of the same vectors may differ, each taken in its own order."""


def v_measure_and_ami(labels: Codes, clusters: Codes, counts: npt.NDArray[np.integer]) -> tuple[float, float]:
    """V-measure (0..1) and adjusted mutual information (at most 1, 0 for chance) of documents that count repeatedly."""
    from sklearn.metrics import adjusted_mutual_info_score, v_measure_score

    truth, found = np.repeat(labels, counts), np.repeat(clusters, counts)
    return float(v_measure_score(truth, found)), float(adjusted_mutual_info_score(truth, found))


def coinciding(centres: npt.NDArray[np.floating]) -> Codes:
    """For each of the centres, of shape (k, d), the first that lies where it does but for rounding, shape (k,)."""
    exact = centres.astype(np.float64)
    reach = _ROUNDING * np.finfo(centres.dtype).eps * np.linalg.norm(exact, axis=1).max(initial=0.0)
    direction = np.random.default_rng(0).normal(size=exact.shape[1])
    along = exact @ (direction / np.linalg.norm(direction))  # what lies apart here lies apart
    order = np.argsort(along, kind="stable")
    first = np.arange(len(exact))
    for close in np.split(order, np.flatnonzero(np.diff(along[order]) > reach) + 1):
        close = np.sort(close)
        for place in range(1, len(close)):
            same = np.linalg.norm(exact[close[:place]] - exact[close[place]], axis=1) <= reach
            if same.any():
                first[close[place]] = first[close[same.argmax()]]
    return first


def one_for_equals(clusters: Codes, vectors: Vectors) -> Codes:
    """The clusters, of shape (n,), with that of the first of all equal vectors for each of them."""
    first: dict[Any, int] = {}
    return clusters[[first.setdefault(key, place) for place, key in enumerate(_contents(vectors))]]


def _contents(vectors: Vectors) -> Iterator[Any]:
    """What equal vectors have in common and others have not."""
    if not sparse.issparse(vectors):
        yield from (row.tobytes() for row in np.asarray(vectors) + 0.0)  # there are two zeros
        return
    rows: Any = vectors
    for start, end in pairwise(rows.indptr.tolist()):
        yield rows.indices[start:end].tobytes(), rows.data[start:end].tobytes()


def own_label_prevails(labels: Codes, clusters: Codes, counts: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    """Whether each document's label is the most frequent one of its cluster, shape (n,); of equals the lowest is."""
    table = np.asarray(_table(labels, clusters, counts, int(clusters.max()) + 1).todense())
    return np.asarray(table.argmax(axis=0)[clusters] == labels)


def _table(labels: Codes, clusters: Codes, counts: npt.NDArray[np.integer], width: int) -> sparse.csr_array:
    return sparse.coo_array((counts, (labels, clusters)), shape=(int(labels.max()) + 1, width)).tocsr()


def resampled_v_measures(parts: Sequence[Clustering], draws: npt.NDArray[Any]) -> Floats:
    """The v-measure of each clustering when whole documents are drawn again, shape (clusterings, draws).

    The clusters stay as they are; what changes is how often each document counts. It is nan for a clustering without
    any document in a draw.
    """
    tables = [_cells(part, draws.shape[1]) for part in parts]
    found = np.empty((len(parts), len(draws)))
    for start in range(0, len(draws), _DRAWS):
        weights = np.ascontiguousarray(draws[start : start + _DRAWS].T, np.float64)  # (rows, draws)
        values = np.stack([_v_measure(cells @ weights, by_label, by_cluster) for cells, by_label, by_cluster in tables])
        found[:, start : start + _DRAWS] = values
    return found


def mean_known(values: Floats) -> Floats:
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

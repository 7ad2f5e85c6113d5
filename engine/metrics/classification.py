"""How good are labels that were predicted, or that a threshold on a score would give?"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats: TypeAlias = npt.NDArray[np.float64]
Codes: TypeAlias = npt.NDArray[np.intp]

_CELLS = 200_000  # what stays in a core's cache


def average_precision(positive: npt.NDArray[np.bool_], scores: npt.ArrayLike) -> float:
    """Mean over the positives of the precision at their score, 0..1; equal scores are one step; 0 without positives."""
    values = np.asarray(scores, np.float64)
    return float(resampled_average_precision(positive, values, np.ones((1, len(values)), np.int64))[0])


def resampled_average_precision(positive: npt.NDArray[np.bool_], scores: Floats, counts: npt.NDArray[Any]) -> Floats:
    """Average precision of each resample, shape (draws,); counts (draws, n) says how often each item is drawn."""
    order, last = _descending(scores)
    places = np.flatnonzero(positive[order])  # of the positives, among the sorted
    step = np.searchsorted(places, last[places], side="right") - 1  # the last positive of equal score
    found = np.empty(len(counts))
    size = max(_CELLS // max(len(scores), 1), 1)
    for start in range(0, len(counts), size):
        block = counts[start : start + size][:, order].astype(np.float32)  # whole numbers: exact up to 16 million
        right = np.cumsum(block[:, places], axis=1)
        precision = right[:, step] / np.maximum(np.cumsum(block, axis=1)[:, last[places]], 1)
        gained = (block[:, places] * precision).sum(axis=1, dtype=np.float64)
        found[start : start + size] = gained / np.maximum(block[:, places].sum(axis=1), 1)
    return found


def _descending(scores: Floats) -> tuple[Codes, Codes]:
    """The order of falling scores, and for each place the last place with the same score."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)) if len(ranked) else np.empty(0, np.intp)
    return order, np.repeat(ends, np.diff(ends, prepend=-1))


def threshold_scores(positive: npt.NDArray[np.bool_], scores: Floats) -> dict[str, float]:
    """Best accuracy, best F1 with its precision and recall, average precision, and `threshold`, midway at the best F1.

    As in mteb a threshold lies between two different scores: it never splits equal ones, and never calls all items
    positive or none. Where all scores are equal there is none: accuracy and F1 are 0, the threshold is nan.
    """
    order, last = _descending(scores)
    cuts = np.unique(last)[:-1]  # the last item above each possible threshold
    right = np.cumsum(positive[order])[cuts]
    total, size = int(positive.sum()), cuts + 1
    best = {"accuracy": 0.0, "f1": 0.0, "precision": 0.0, "recall": 0.0, "threshold": float("nan")}
    if len(cuts):
        best["accuracy"] = float(((right + (len(scores) - total) - (size - right)) / len(scores)).max())
    if right.any():
        precision, recall = right / size, right / total
        with np.errstate(invalid="ignore"):
            f1 = np.nan_to_num(2 * precision * recall / (precision + recall))
        at = int(f1.argmax())
        between = (scores[order[cuts[at]]] + scores[order[cuts[at] + 1]]) / 2
        best |= {"f1": float(f1[at]), "precision": float(precision[at]), "recall": float(recall[at])}
        best["threshold"] = float(between)
    return best | {"ap": average_precision(positive, scores)}


def label_scores(gold: Codes, predicted: Codes, labels: int) -> dict[str, float]:
    """Accuracy, and F1, precision and recall both as the mean over the labels seen (macro) and weighted by frequency.

    gold, predicted: numbers below `labels`, of shape (n,). A label that is never predicted has precision 0.
    """
    table = np.bincount(gold * labels + predicted, minlength=labels * labels).reshape(labels, labels)
    right, true, claimed = np.diag(table), table.sum(axis=1), table.sum(axis=0)
    parts = {
        "f1": _share(2 * right, true + claimed),
        "precision": _share(right, claimed),
        "recall": _share(right, true),
    }
    seen = true + claimed > 0
    scores = {"accuracy": float(right.sum() / len(gold))}
    for name, values in parts.items():
        scores[name] = float(values[seen].mean())
        scores[f"{name}_weighted"] = float(values @ true / true.sum())
    return scores


def resampled_f1(gold: Codes, predicted: Codes, counts: npt.NDArray[Any]) -> Floats:
    """Macro F1 of each resample and experiment, shape (draws, experiments).

    gold: label numbers of shape (n,); predicted: (n, experiments); counts: (draws, n). The mean is over the labels that
    occur in the resample or are predicted in it.
    """
    labels, experiments = int(max(gold.max(), predicted.max())) + 1, predicted.shape[1]
    true = _by_label(gold, np.arange(len(gold)), labels)
    claimed = [_by_label(column, np.arange(len(gold)), labels) for column in predicted.T]
    right = [_by_label(gold, np.flatnonzero(column == gold), labels) for column in predicted.T]
    size, found = max(_CELLS // max(len(gold), 1), 1), np.zeros((len(counts), experiments))
    for start in range(0, len(counts), size):
        weights = np.ascontiguousarray(counts[start : start + size].T, np.float64)  # (n, draws)
        for at, (one, other) in enumerate(zip(claimed, right, strict=True)):
            total = true @ weights + one @ weights  # (labels, draws)
            found[start : start + size, at] = _share(2 * (other @ weights), total).sum(axis=0) / (total > 0).sum(axis=0)
    return found


def _by_label(codes: Codes, rows: Codes, labels: int) -> sparse.csr_array:
    """A matrix that sums values of these rows by label, shape (labels, n)."""
    return sparse.coo_array((np.ones(len(rows)), (codes[rows], rows)), shape=(labels, len(codes))).tocsr()


def _share(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> Floats:
    return np.asarray(part / np.maximum(whole, 1), np.float64)


def label_set_scores(gold: npt.NDArray[np.bool_], predicted: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Scores of sets of labels, given as tables of shape (n, labels), each 0..1.

    accuracy: the set is exactly right; lrap: label ranking average precision where predicted labels rank above all
    others; f1: mean over labels; hamming: labels in both sets over labels in either, 1 where both are empty.
    """
    right, true, claimed = (gold & predicted).sum(axis=1), gold.sum(axis=1), predicted.sum(axis=1)
    either, labels = (gold | predicted).sum(axis=1), gold.shape[1]
    ranked = right * _share(right, claimed) + (true - right) * _share(true, np.full(len(gold), labels))
    settled = (true == 0) | (true == labels)
    return {
        "accuracy": float((gold == predicted).all(axis=1).mean()),
        "lrap": float(np.where(settled, 1.0, _share(ranked, true)).mean()),
        "f1": float(_share(2 * (gold & predicted).sum(axis=0), gold.sum(axis=0) + predicted.sum(axis=0)).mean()),
        "hamming": float(np.where(either == 0, 1.0, _share(right, either)).mean()),
    }

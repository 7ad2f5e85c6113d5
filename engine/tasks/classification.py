"""Can a simple classifier learn the labels from a few examples, given nothing but the vectors?"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.compute.parallel import one_core_each
from engine.metrics.cells import list_in, values_in
from engine.metrics.classification import average_precision, label_scores, label_set_scores, resampled_f1
from engine.metrics.groups import COLUMN, called, grouped
from engine.metrics.sampling import SEED, Rows, few_of_each, few_of_each_in_sets, overlap, share_of_each, stratified
from engine.metrics.titled_texts import LABELLED, TITLED, joined
from engine.types import BadDataset, Dataset, Layout, Similarity, Tables, Task, Texts, Vectors

NEIGHBOURS = 5
MOST_SHARED = 0.9
"""Of experiments that share more than this nothing is left to see how they part."""
SETTINGS: Mapping[str, Any] = {"samples_per_label": 8, "n_experiments": 10, "max_eval_samples": 3000}
Train: TypeAlias = Sequence[tuple[Rows, Vectors]]
Scores: TypeAlias = dict[str, npt.NDArray[np.float64]]


def from_labelled(tables: Tables, test_share: float) -> dict[str, pd.DataFrame]:
    """One labelled table as a training and a test part: of each label its share, drawn with a fixed seed."""
    table = tables["labelled"]
    keys = [tuple(values_in(label)) for label in table["label"]]
    test = share_of_each(pd.factorize(pd.Series(keys, dtype=object))[0], test_share)
    return {"train": table[~test].reset_index(drop=True), "test": table[test].reset_index(drop=True)}


def from_titled(tables: Tables, test_share: float) -> dict[str, pd.DataFrame]:
    """The same of texts with a title."""
    return from_labelled({"labelled": joined(tables)["titled"]}, test_share)


def _labels(dataset: Dataset, split: str) -> list[Any]:
    return list(dataset.tables[split]["label"].tolist())


def _multilabel(dataset: Dataset) -> bool:
    """Whether a row may have several labels: then its cell holds a list of them."""
    return any(list_in(cell) is not None for split in ("train", "test") for cell in _labels(dataset, split))


def _rows(dataset: Dataset) -> tuple[list[Rows], Rows]:
    """The rows of `train` that mteb would train on in each experiment, and those of `test` that it would test on."""
    settings = {**SETTINGS, **dataset.settings}
    per_label, experiments, most = (settings[name] for name in SETTINGS)
    train, test = _labels(dataset, "train"), _labels(dataset, "test")
    if not _multilabel(dataset):
        return few_of_each(pd.factorize(np.array(train))[0], per_label, experiments), np.arange(len(test))
    rows = few_of_each_in_sets([values_in(cell) for cell in train], per_label, experiments)
    if most is None or len(test) <= most:
        return rows, np.arange(len(test))
    return rows, stratified(_table([values_in(cell) for cell in test])[0], most)


def _table(
    sets: Sequence[Sequence[Any]], names: Sequence[Any] | None = None
) -> tuple[npt.NDArray[np.bool_], list[Any]]:
    """Which set holds which label, shape (n, labels), and the labels; those not among the names are dropped."""
    known = sorted({label for one in sets for label in one}) if names is None else list(names)
    place, table = {label: column for column, label in enumerate(known)}, np.zeros((len(sets), len(known)), np.bool_)
    for row, one in enumerate(sets):
        table[row, [place[label] for label in one if label in place]] = True
    return table, known


def texts(dataset: Dataset) -> dict[str, Texts]:
    """The test texts, and of the training texts those that any experiment trains on."""
    experiments, test = _rows(dataset)
    train = np.unique(np.concatenate(experiments))
    rows = {"train": train, "test": test}
    return {split: Texts(dataset.tables[split]["text"].iloc[at].tolist()) for split, at in rows.items()}


def judge(dataset: Dataset, vectors: Mapping[str, Vectors], similarity: Similarity) -> pd.DataFrame:
    """One row per test text; `item` is its row in the table, from 0.

    `gold` is the label (or the list of labels), `predictions` that of every experiment, and `measure` the share of the
    experiments that are right; with several labels, those that find exactly the right ones. `overlap`, the same in all
    rows, is the share of its training texts that an experiment has in common with another one.
    """
    experiments, test = _rows(dataset)
    embedded = np.unique(np.concatenate(experiments))
    train = [(rows, vectors["train"][np.searchsorted(embedded, rows)]) for rows in experiments]
    predict = _predict_sets if _multilabel(dataset) else _predict_labels
    gold, predictions = predict(dataset, train, test, vectors["test"])
    right = [[one == true for one in row] for row, true in zip(predictions, gold, strict=True)]
    return pd.DataFrame(
        {
            **_items(dataset, test),
            "gold": gold,
            "predictions": predictions,
            "measure": np.mean(right, axis=1),
            "overlap": overlap(experiments),
        }
    )


def _items(dataset: Dataset, test: Rows) -> pd.DataFrame:
    """The test texts that are judged; equal ones hang together."""
    table = dataset.tables["test"].iloc[test]
    together = grouped([(one,) for one in table["text"]], table.get(COLUMN), called(dataset))
    return pd.DataFrame({"item": [str(row) for row in test], **together})


def _predict_labels(dataset: Dataset, train: Train, test: Rows, vectors: Vectors) -> tuple[list[Any], list[list[Any]]]:
    """Gold and predicted labels: logistic regression on the few examples of each experiment."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    labels = np.array(_labels(dataset, "train"))
    if len(np.unique(labels)) < 2:
        raise BadDataset(
            "All {rows} training rows have the label {label}; a classifier needs two labels at least.",
            rows=len(labels),
            label=str(labels[0]),
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # mteb stops at 100 iterations too
        found = one_core_each(
            lambda job: (
                LogisticRegression(max_iter=100, random_state=SEED).fit(job[1], labels[job[0]]).predict(vectors)
            ),
            train,
        )
    return _labels(dataset, "test"), np.stack(found, axis=1).tolist()


def _predict_sets(dataset: Dataset, train: Train, test: Rows, vectors: Vectors) -> tuple[list[Any], list[list[Any]]]:
    """Gold and predicted sets of labels, sorted: a label is predicted where most of the nearest examples have it."""
    from sklearn.neighbors import NearestNeighbors

    cells = _labels(dataset, "test")
    gold, names = _table([values_in(cells[row]) for row in test])
    known, _ = _table([values_in(cell) for cell in _labels(dataset, "train")], names)
    if any(len(rows) < NEIGHBOURS for rows, _ in train):
        raise BadDataset(
            "Only {rows} training rows were sampled; labels are predicted from the {neighbours} nearest of them.",
            rows=min(len(rows) for rows, _ in train),
            neighbours=NEIGHBOURS,
        )
    nearest = one_core_each(
        lambda job: NearestNeighbors(n_neighbors=NEIGHBOURS).fit(job[1]).kneighbors(vectors, return_distance=False),
        train,
    )
    found = [known[rows][near].sum(axis=1) > NEIGHBOURS / 2 for (rows, _), near in zip(train, nearest, strict=True)]
    named = [[[names[at] for at in np.flatnonzero(row)] for row in table] for table in (gold, *found)]
    return named[0], [list(row) for row in zip(*named[1:], strict=True)]


def metrics(items: pd.DataFrame) -> dict[str, Any]:
    """mteb's keys, each the mean over the experiments, and `scores_per_experiment`.

    `ap` needs two labels in the test set; where neither is the number 1, at which mteb gives up, the one that sorts
    last is the positive label.
    """
    several = list_in(items["gold"].iloc[0]) is not None
    scores = _scores_of_sets(items) if several else _scores_of_labels(items)
    means = {name: [value for one in scores if (value := one[name]) is not None] for name in scores[0]}
    averages = {name: float(np.mean(values)) if values else float("nan") for name, values in means.items()}
    return {**averages, "scores_per_experiment": scores}


def _scores_of_labels(items: pd.DataFrame) -> list[dict[str, float | None]]:
    gold, predicted = np.array(items["gold"].tolist()), np.array(items["predictions"].tolist())
    codes, names = pd.factorize(np.concatenate([gold[:, None], predicted], axis=1).ravel(), sort=True)
    table = codes.reshape(len(gold), -1)
    present = np.unique(gold)
    one = bool(gold.dtype.kind in "biuf" and (present == 1).any())
    scores: list[dict[str, float | None]] = []
    for experiment in range(predicted.shape[1]):
        ap = None
        if len(present) == 2:
            said = predicted[:, experiment]
            ap = average_precision(gold == (1 if one else present[1]), said if one else said == present[1])
        found = label_scores(table[:, 0], table[:, experiment + 1], len(names))
        scores.append({**found, "ap": ap, "ap_weighted": ap})
    return scores


def _scores_of_sets(items: pd.DataFrame) -> list[dict[str, float | None]]:
    columns = [items["gold"].tolist(), *zip(*items["predictions"], strict=True)]
    names = sorted({label for column in columns for one in column for label in one})
    gold, *found = (_table(column, names)[0] for column in columns)
    return [{**label_set_scores(gold, table)} for table in found]


def resampled(items: pd.DataFrame, counts: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.float64]]:
    """Accuracy, and of single labels macro F1, each the mean over the experiments."""
    accuracy = counts @ items["measure"].to_numpy() / counts.sum(axis=1)
    if list_in(items["gold"].iloc[0]) is not None:
        return {"accuracy": accuracy}
    codes = _codes(items)
    return {"accuracy": accuracy, "f1": resampled_f1(codes[:, 0], codes[:, 1:], counts).mean(axis=1)}


def repeated(items: pd.DataFrame, counts: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.float64]]:
    """The same for every experiment by itself: each trains on a small sample that all test texts have in common.

    They part as far as they would on training texts of their own: those that two experiments share move both alike, so
    that they part less and yet err together.
    """
    if list_in(items["gold"].iloc[0]) is not None:
        pairs = zip(items["gold"], items["predictions"], strict=True)
        right = np.array([[list(one) == list(true) for one in row] for true, row in pairs], np.float64)
        return _apart(items, {"accuracy": counts @ right / counts.sum(axis=1)[:, None]})
    codes = _codes(items)
    right = (codes[:, 1:] == codes[:, :1]).astype(np.float64)
    accuracy = counts @ right / counts.sum(axis=1)[:, None]
    return _apart(items, {"accuracy": accuracy, "f1": resampled_f1(codes[:, 0], codes[:, 1:], counts)})


def _apart(items: pd.DataFrame, found: Scores) -> Scores:
    """Scores (draws, experiments) moved away from their mean until their variance tells that of the mean over them.

    With a share f in common, what texts add up to varies by 1 - f of its variance from one experiment to the next, and
    its mean over r of them by (1 + (r - 1) f) / r (as in Nadeau & Bengio 2003, https://doi.org/10.1023/A:1024068626366).
    """
    shared = min(float(items["overlap"].iloc[0]), MOST_SHARED) if "overlap" in items else 0.0
    wide = {}
    for name, scores in found.items():
        middle = scores.mean(axis=1, keepdims=True)
        wide[name] = middle + (scores - middle) * np.sqrt((1 + (scores.shape[1] - 1) * shared) / (1 - shared))
    return wide


def _codes(items: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Numbers instead of labels: the right one, then that of each experiment."""
    cells = np.column_stack([np.array(items["gold"].tolist()), np.array(items["predictions"].tolist())])
    return pd.factorize(cells.ravel())[0].reshape(cells.shape)


TASK = Task(
    name="classification",
    title="Classification",
    question=__doc__,
    layouts=(
        Layout({"labelled": LABELLED}, from_labelled, asks="test_share"),
        Layout({"titled": TITLED}, from_titled, asks="test_share"),
        Layout({"train": TITLED, "test": TITLED}, joined),
    ),
    tables={"train": LABELLED, "test": LABELLED},
    main_metric="accuracy",
    per_item="share of the experiments that predict its label",
    texts=texts,
    judge=judge,
    judged=lambda dataset: _items(dataset, _rows(dataset)[1]),
    metrics=metrics,
    resampled=resampled,
    source="https://aclanthology.org/2023.eacl-main.148/",
    settings=SETTINGS,
    repeated=repeated,
    item_columns=("overlap",),
    together="{n} texts, {groups} different ones",
    definitions={
        "accuracy": "Share of test texts with the right label, the mean over the experiments; of texts with several "
        "labels, all must be right. From 0 to 1.",
        "f1": "F1 of each label, the mean over the labels, so that rare ones count as much as frequent ones. "
        "From 0 to 1.",
        "f1_weighted": "F1 of each label, the mean weighted by how often the label occurs. From 0 to 1.",
        "precision": "Share of right ones among the predictions of a label, the mean over the labels. From 0 to 1.",
        "precision_weighted": "Share of right ones among the predictions of a label, the mean weighted by how often "
        "the label occurs. From 0 to 1.",
        "recall": "Share of a label's texts that are predicted as such, the mean over the labels. From 0 to 1.",
        "recall_weighted": "Share of a label's texts that are predicted as such, the mean weighted by how often the "
        "label occurs: the accuracy under another name. From 0 to 1.",
        "ap": "Average precision of the predicted labels where there are two of them. From 0 to 1, not defined for "
        "more than two labels.",
        "ap_weighted": "The same as ap: mteb lists it twice for two labels. From 0 to 1.",
        "lrap": "Label ranking average precision, with the predicted labels above all others: the mean, over a text's "
        "labels, of the share of its labels among those ranked as high. From 0 to 1.",
        "hamming": "Labels both predicted and right over labels either predicted or right, the mean over the texts. "
        "From 0 to 1.",
        "scores_per_experiment": "The same scores of every experiment: each trains on another few examples.",
    },
)

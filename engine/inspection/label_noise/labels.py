"""Which labels do the nearest texts contradict, under all models at once?"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from engine import plugins
from engine.inspection.label_noise.opinions import Floats, Opinion, place, table, weights, written
from engine.metrics.cells import list_in, values_in
from engine.search.neighbours import graph
from engine.types import Dataset, Vectors
from engine.vectors import joined

NEIGHBOURS = 15
Rows = npt.NDArray[np.int64]


def classified(dataset: Dataset, opinions: Sequence[Opinion]) -> pd.DataFrame:
    """Suspected labels of test texts, by their nearest texts and by what the experiments predicted, half each.

    The nearest texts are test texts and those training texts that the models have seen; nobody votes for itself.
    """
    cells = {name: dataset.tables[name]["label"].tolist() for name in ("test", "train")}
    names = _names([*cells["test"], *cells["train"]])
    rows = opinions[0].items["item"].astype(int).to_numpy()
    shares, recalls = [], []
    for one in opinions:
        parts = [_known(dataset.tables[name]["text"], dataset, one, field=name) for name in ("test", "train")]
        vectors = joined([found for _, found in parts])
        voters = [cells[name][row] for name, (at, _) in zip(cells, parts, strict=True) for row in at]
        near, recall = _shares(vectors, _members(voters, names))
        shares.append((near[np.searchsorted(parts[0][0], rows)] + _predicted(one.items, names)) / 2)
        recalls.append(recall)
    gold = [cells["test"][row] for row in rows]
    decide = _sets if any(list_in(cell) is not None for cell in gold) else _single
    found = decide(_members(gold, names).toarray(), shares, weights(opinions), names=list(names))
    told = _table([("test", int(row), str(row), gold[at]) for at, row in enumerate(rows)], found, opinions)
    return _with_recall(told, recalls)


def clustered(dataset: Dataset, opinions: Sequence[Opinion]) -> pd.DataFrame:
    """Suspected labels of documents, level by level, by the labels of the nearest documents."""
    documents = dataset.tables["documents"]
    items = opinions[0].items
    parts, recalls = [], []
    for level, its in items.groupby("level", sort=True):
        rows = its["row"].to_numpy(np.int64)
        gold = [values_in(documents["label"].iloc[row])[int(str(level))] for row in rows]
        names, shares = _names(gold), []
        for one in opinions:
            at, vectors = _known(documents["text"].iloc[rows].reset_index(drop=True), dataset, one, field="documents")
            near = np.zeros((len(rows), len(names)))
            near[at], recall = _shares(vectors, _members([gold[row] for row in at], names))
            recalls.append(recall)
            shares.append(near)
        found = _single(_members(gold, names).toarray(), shares, weights(opinions), names=list(names))
        addressed = [
            ("documents", int(row), item, gold[at], *([int(str(level))] if items["level"].nunique() > 1 else []))
            for at, (row, item) in enumerate(zip(rows, its["item"], strict=True))
        ]
        parts.append(_table(addressed, found, opinions))
    told = pd.concat(parts).sort_values("score", ascending=False, kind="stable", ignore_index=True)
    return _with_recall(told, recalls)


def _with_recall(told: pd.DataFrame, recalls: Sequence[float | None]) -> pd.DataFrame:
    """Notes (`attrs`) the least recall of the neighbours that voted, where any were found approximately."""
    if known := [one for one in recalls if one is not None]:
        told.attrs["recall"] = min(known)
    return told


def _names(cells: Sequence[Any]) -> dict[Any, int]:
    """Every label with its column."""
    return {name: at for at, name in enumerate(sorted({one for cell in cells for one in values_in(cell)}, key=str))}


def _members(cells: Sequence[Any], names: Mapping[Any, int]) -> sparse.csr_array:
    """Which text carries which label, of shape (texts, labels)."""
    pairs = [(row, names[one]) for row, cell in enumerate(cells) for one in values_in(cell) if one in names]
    at = np.array(pairs, np.int64).reshape(-1, 2).T
    return sparse.csr_array((np.ones(at.shape[1]), (at[0], at[1])), shape=(len(cells), len(names)))


def _known(texts: pd.Series, dataset: Dataset, opinion: Opinion, *, field: str) -> tuple[Rows, Vectors]:
    """The rows of these texts that the model has a vector of, and those vectors; equal texts share one."""
    seen = plugins.tasks()[dataset.task].texts(dataset)[field].items
    places = {text: at for at, text in enumerate(seen)}
    at = texts.map(places)
    rows = np.flatnonzero(at.notna())
    return rows, opinion.vectors[field][at.iloc[rows].astype(int).to_numpy()]


def _shares(vectors: Vectors, members: sparse.csr_array) -> tuple[Floats, float | None]:
    """The share of each label among the nearest texts of each text, by similarity, (texts, labels); their recall."""
    near = graph(vectors, NEIGHBOURS)
    alike = np.maximum(1 - near.distances.astype(np.float64), 0.0)
    total = alike.sum(axis=1, keepdims=True)
    alike = np.divide(alike, total, out=np.zeros_like(alike), where=total > 0)
    ends = np.arange(0, near.indices.size + 1, near.indices.shape[1])
    votes = sparse.csr_array((alike.ravel(), near.indices.ravel(), ends), shape=(len(near.indices), members.shape[0]))
    return np.asarray((votes @ members).toarray()), near.recall


def _predicted(items: pd.DataFrame, names: Mapping[Any, int]) -> Floats:
    """The share of the experiments that predicted each label: (items, labels)."""
    found = np.zeros((len(items), len(names)))
    for row, predictions in enumerate(items["predictions"]):
        for one in predictions:
            for label in values_in(one):
                if (column := names.get(label)) is not None:
                    found[row, column] += 1 / len(predictions)
    return found


Verdict = tuple[Floats, list[Any], list[list[tuple[Any, float]]]]
"""The score of each item, what the models propose, and per item what each model says with its share."""


def _single(given: npt.NDArray[Any], shares: Sequence[Floats], weight: Floats, *, names: list[Any]) -> Verdict:
    """By how much the share of the strongest other label exceeds that of the label in the data."""
    own = given.argmax(axis=1)
    every = np.arange(len(own))
    mean = sum(one * part for one, part in zip(shares, weight, strict=True))
    others = mean.copy()
    others[every, own] = -1
    best = others.argmax(axis=1)
    score = np.maximum(others[every, best] - mean[every, own], 0.0)
    says = [[(names[one[row].argmax()], float(one[row].max())) for one in shares] for row in every]
    return score, [names[at] for at in best], says


def _sets(given: npt.NDArray[Any], shares: Sequence[Floats], weight: Floats, *, names: list[Any]) -> Verdict:
    """By how much the share of a label exceeds one half where the data lack it, or the reverse: the worst label."""
    mean = sum(one * part for one, part in zip(shares, weight, strict=True))
    score = np.maximum((np.abs(mean - given).max(axis=1) - 0.5) * 2, 0.0)

    def chosen(row: Floats) -> list[Any]:
        return [names[at] for at in np.flatnonzero(row > 0.5)]

    says = [
        [(chosen(one[row]), float(np.abs(one[row] - given[row]).max())) for one in shares] for row in range(len(mean))
    ]
    return score, [chosen(row) for row in mean], says


def _table(addressed: Sequence[tuple[Any, ...]], found: Verdict, opinions: Sequence[Opinion]) -> pd.DataFrame:
    score, proposed, says = found
    return table(
        [
            (place(name, row, *level), item, "label", score[at], written(gold), written(proposed[at]),
             written({one.label: said for one, said in zip(opinions, says[at], strict=True)}))
            for at, (name, row, item, gold, *level) in enumerate(addressed)
            if score[at] > 0
        ]
    )  # fmt: skip

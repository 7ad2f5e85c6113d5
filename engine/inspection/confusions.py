"""Which labels does a model mix up, and which training texts made it do so?"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from engine import plugins
from engine.encoding import stored
from engine.metrics.cells import list_in
from engine.search.nearest import nearest
from engine.types import Dataset, Texts, Vectors

NOTHING = "∅"
"""Stands for no label: nothing was missed, or nothing was added."""


def label_text(label: object) -> str:
    """A label, or a list of labels, as a person reads it."""
    several = list_in(label)
    return str(label) if several is None else ", ".join(map(str, several)) or NOTHING


def multilabel(items: pd.DataFrame) -> bool:
    """Whether a text may have several labels."""
    return bool(len(items)) and list_in(items["gold"].iloc[0]) is not None


def mixed_up(items: pd.DataFrame) -> pd.DataFrame:
    """One row per item, experiment and confused pair of labels: item, gold, predicted.

    With one label each that is the label and the prediction, right ones too. With several, a label that was found
    stands against itself, each one that was missed against each that was wrongly added, and ∅ where there is no other.
    """
    exploded = (
        items[["item", "gold", "predictions"]].explode("predictions").rename(columns={"predictions": "predicted"})
    )
    if not multilabel(items):
        return exploded.assign(gold=exploded["gold"].map(str), predicted=exploded["predicted"].map(str))
    rows = [
        (item, one, other)
        for item, gold, predicted in exploded.itertuples(index=False)
        for one, other in _pairs(set(map(str, gold)), set(map(str, predicted)))
    ]
    return pd.DataFrame(rows, columns=["item", "gold", "predicted"])


def _pairs(gold: set[str], predicted: set[str]) -> list[tuple[str, str]]:
    missed, added = sorted(gold - predicted), sorted(predicted - gold)
    wrong = [(one, other) for one in missed or [NOTHING] for other in added or [NOTHING]]
    return [(one, one) for one in sorted(gold & predicted)] + (wrong if missed or added else [])


def confusion(pairs: pd.DataFrame) -> pd.DataFrame:
    """Labels × predictions of what `mixed_up` gives, in predictions; the same labels on both sides, ∅ last."""
    table = pd.crosstab(pairs["gold"], pairs["predicted"])
    names = sorted({*table.index, *table.columns}, key=lambda name: (name == NOTHING, name))
    return table.reindex(index=names, columns=names, fill_value=0)


def most_confused(table: pd.DataFrame, most: int) -> pd.DataFrame:
    """The part of a table of `confusion` with so many labels that stand most often for others or others for them."""
    wrong = table.to_numpy() * ~np.eye(len(table), dtype=bool)
    first = np.argsort(-(wrong.sum(axis=0) + wrong.sum(axis=1)), kind="stable")[:most]
    return table.iloc[np.sort(first), np.sort(first)]


def confused_pairs(table: pd.DataFrame, most: int) -> pd.DataFrame:
    """Which label was predicted for which other most often: label, predicted, times, share of the label (0 to 1)."""
    wrong = table.to_numpy() * ~np.eye(len(table), dtype=bool)
    rows, columns = np.unravel_index(np.argsort(-wrong, axis=None, kind="stable")[:most], wrong.shape)
    found = pd.DataFrame({"label": table.index[rows], "predicted": table.columns[columns]})
    times = wrong[rows, columns]
    found["times"], found["share"] = times, times / np.maximum(table.to_numpy().sum(axis=1)[rows], 1)
    return found[found["times"] > 0]


def label_scores(items: pd.DataFrame) -> pd.DataFrame:
    """Per label: texts that carry it, precision, recall and F1, each the mean over the experiments; worst F1 first.

    A label that an experiment never predicts has precision 0 there.
    """
    gold = [set(map(str, _set(cell))) for cell in items["gold"]]
    tables = [[set(map(str, _set(cell))) for cell in column] for column in zip(*items["predictions"], strict=True)]
    names = sorted({label for column in (gold, *tables) for one in column for label in one})
    true = _table(gold, names)
    found = [_shares(true, _table(column, names)) for column in tables]
    means = pd.DataFrame(np.mean(found, axis=0).T, columns=["precision", "recall", "f1"])
    means.insert(0, "label", names)
    means.insert(1, "texts", true.sum(axis=0))
    return means.sort_values(["f1", "label"], ignore_index=True)


def _set(cell: Any) -> list[Any]:
    several = list_in(cell)
    return [cell] if several is None else several


def _table(sets: list[set[str]], names: list[str]) -> Any:
    """Which set holds which label, shape (n, labels)."""
    place, table = {name: number for number, name in enumerate(names)}, np.zeros((len(sets), len(names)), np.bool_)
    for row, one in enumerate(sets):
        table[row, [place[label] for label in one]] = True
    return table


def _shares(true: Any, predicted: Any) -> Any:
    right, claimed, there = ((one.sum(axis=0)) for one in (true & predicted, predicted, true))
    return [right / np.maximum(claimed, 1), right / np.maximum(there, 1), 2 * right / np.maximum(claimed + there, 1)]


def training(model: str, key: str, settings: Mapping[str, Any], dataset: Dataset) -> tuple[Texts, Vectors]:
    """The texts that the experiments of a run were trained on, and their vectors.

    Raises:
        UserError: some of them are not stored any more.
    """
    texts = plugins.tasks()["classification"].texts(dataset)["train"]
    return texts, stored.vectors_of(model, key, settings, {"train": texts})["train"]


def vector_of(model: str, key: str, settings: Mapping[str, Any], text: str) -> Vectors:
    """The vector of one text of the dataset, shape (1, d); raises UserError where it is not stored any more."""
    return stored.vectors_of(model, key, settings, {"test": Texts([text])})["test"]


def nearest_training(known: tuple[Texts, Vectors], vector: Vectors, dataset: Dataset, k: int = 5) -> pd.DataFrame:
    """The k training texts nearest to a text by cosine: label, cosine, text, row (of the table), nearest first."""
    rows, scores = nearest(vector, known[1], k)
    train = dataset.tables["train"]
    first = {one: place for place, one in reversed(list(enumerate(train["text"])))}
    places = [first[known[0].items[row]] for row in rows]
    labels = train["label"].iloc[places].map(label_text).to_numpy()
    return pd.DataFrame(
        {"label": labels, "cosine": scores, "text": train["text"].iloc[places].to_numpy(), "row": places}
    )

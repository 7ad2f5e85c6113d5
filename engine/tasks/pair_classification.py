"""Does a threshold on the similarity tell pairs that mean the same from pairs that do not?"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.metrics.agreement import average_ranks, paired
from engine.metrics.classification import resampled_average_precision, threshold_scores
from engine.metrics.groups import pair_items
from engine.texts.column_names import column
from engine.types import BadDataset, Dataset, Similarity, Task, Texts, Vectors

PAIRS = (
    column("sentence1", "text", "first_text"),
    column("sentence2", "text", "second_text"),
    column("label", "number", "alike"),
    column("group", "id", "group", required=False),
)
DISTANCES = ("manhattan", "euclidean")
SCORES = ("similarity", "cosine", *DISTANCES, "dot")
MEANINGS = {
    "accuracy": "Share of pairs labelled rightly by the best threshold on the score (similarity is the model's own; "
    "max takes whichever of the five scores does best). From 0 to 1.",
    "f1": "The best F1 that a threshold on the score reaches: the harmonic mean of precision and recall. From 0 to 1.",
    "precision": "Share of like pairs among those above the threshold that gives the best F1. From 0 to 1.",
    "recall": "Share of the like pairs that lie above the threshold that gives the best F1. From 0 to 1.",
    "ap": "Average precision of the pairs ordered by the score: the mean, over the like pairs, of the share of like "
    "pairs among all that score at least as high. From 0 to 1; chance gives the share of like pairs.",
}


def texts(dataset: Dataset) -> dict[str, Texts]:
    """Both sides of the pairs, row by row."""
    pairs = dataset.tables["pairs"]
    return {side: Texts(pairs[side].tolist()) for side in ("sentence1", "sentence2")}


def judge(dataset: Dataset, vectors: Mapping[str, Vectors], similarity: Similarity) -> pd.DataFrame:
    """One row per pair; `item` is its row in the table, from 0.

    `threshold` is where the model's own similarity separates the pairs with the best F1 (nan where all are equally
    similar: then none is predicted), `predicted` what it makes of the pair, `measure` 1 where that is `gold`, else 0.
    `ordered` is the share of the pairs with the other label that lie on the right side of this pair, ties half.
    """
    gold = _gold(dataset)
    scores = paired(vectors["sentence1"], vectors["sentence2"], similarity)
    threshold = threshold_scores(gold, scores["similarity"])["threshold"]
    predicted = scores["similarity"] > threshold
    return pd.DataFrame(
        {
            **pair_items(dataset),
            "gold": gold.astype(int),
            **{name: scores[name] for name in SCORES},
            "threshold": threshold,
            "predicted": predicted.astype(int),
            "correct": predicted == gold,
            "ordered": _ordered(gold, scores["similarity"]),
            "measure": (predicted == gold).astype(float),
        }
    )


def _gold(dataset: Dataset) -> npt.NDArray[np.bool_]:
    labels = dataset.tables["pairs"]["label"].to_numpy(np.float64)
    for row in np.flatnonzero((labels != 0) & (labels != 1)):
        raise BadDataset(
            "Row {row}: the label is {label:g}; a pair is labelled 1 (alike) or 0 (not).",
            row=row + 1,
            label=labels[row],
        )
    return np.asarray(labels == 1)


def _ordered(gold: npt.NDArray[np.bool_], scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Share of the other label's pairs that a pair is ordered rightly against; nan where there are none."""
    found = np.empty(len(gold))
    for own in (True, False):
        others = np.sort(scores[gold != own])
        below, upto = (np.searchsorted(others, scores[gold == own], side) for side in ("left", "right"))
        with np.errstate(invalid="ignore"):
            share = (below + upto) / 2 / np.float64(len(others))
        found[gold == own] = share if own else 1 - share
    return found


def _signed(items: pd.DataFrame) -> dict[str, npt.NDArray[np.float64]]:
    """Every score, higher meaning more alike."""
    return {name: items[name].to_numpy(np.float64) * (-1 if name in DISTANCES else 1) for name in SCORES}


def metrics(items: pd.DataFrame) -> dict[str, Any]:
    """mteb's keys. As there, average precision is 0 where no pair is alike, and constant scores have accuracy 0."""
    gold = items["gold"].to_numpy() == 1
    found = {name: threshold_scores(gold, scores) for name, scores in _signed(items).items()}
    each = {f"{name}_{metric}": scores[metric] for name, scores in found.items() for metric in MEANINGS}
    return each | {f"max_{metric}": max(scores[metric] for scores in found.values()) for metric in MEANINGS}


def resampled(items: pd.DataFrame, counts: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.float64]]:
    """The average precision of every score, and their maximum."""
    gold, each = items["gold"].to_numpy() == 1, {}
    by_order: dict[bytes, npt.NDArray[np.float64]] = {}
    for name, scores in _signed(items).items():
        order = average_ranks(scores).tobytes()  # vectors of length one are ordered alike by all five
        if order not in by_order:
            by_order[order] = resampled_average_precision(gold, scores, counts)
        each[name] = by_order[order]
    return {f"{name}_ap": values for name, values in each.items()} | {"max_ap": np.max(list(each.values()), axis=0)}


TASK = Task(
    name="pair_classification",
    title="Pair classification",
    question=__doc__,
    tables={"pairs": PAIRS},
    main_metric="max_ap",
    per_item="1 if the pair is told rightly at the best threshold, else 0",
    texts=texts,
    judge=judge,
    judged=pair_items,
    metrics=metrics,
    resampled=resampled,
    source="https://aclanthology.org/2023.eacl-main.148/",
    together="{n} pairs of sentences, {groups} groups without a sentence in common",
    definitions={f"{name}_{key}": text for name in (*SCORES, "max") for key, text in MEANINGS.items()},
    mean_measure=False,
    fewest=lambda items: float(np.bincount(items["gold"].to_numpy(np.int64), minlength=2)[:2].min()),
)

"""Does the model find those sentences similar that people find similar?"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.metrics.agreement import (
    RANGE,
    average_ranks,
    over_range,
    paired,
    pearson,
    resampled_pearson,
    resampled_spearman,
    spearman,
)
from engine.metrics.groups import pair_items
from engine.texts.column_names import column
from engine.types import Dataset, Similarity, Task, Texts, Vectors

PAIRS = (
    column("sentence1", "text", "first_text"),
    column("sentence2", "text", "second_text"),
    column("score", "number", "similarity"),
    column("group", "id", "group", required=False),
)


def texts(dataset: Dataset) -> dict[str, Texts]:
    """Both sides of the pairs, row by row."""
    pairs = dataset.tables["pairs"]
    return {side: Texts(pairs[side].tolist()) for side in ("sentence1", "sentence2")}


def judge(dataset: Dataset, vectors: Mapping[str, Vectors], similarity: Similarity) -> pd.DataFrame:
    """One row per pair; `item` is its row in the table, from 0.

    `rank` orders the pairs by cosine, `gold_rank` by the human score over its range, as in mteb, both from 1 with equal
    values sharing their mean;
    `residual` is their difference over the number of pairs, above 0 where the model finds the pair more similar than
    people do; `measure` is 1 - |residual|.
    """
    gold = dataset.tables["pairs"]["score"].to_numpy(np.float64)
    scores = paired(vectors["sentence1"], vectors["sentence2"], similarity)
    rank, gold_rank = average_ranks(scores["cosine"]), average_ranks(over_range(gold, dataset.settings))
    residual = (rank - gold_rank) / len(gold)
    return pd.DataFrame(
        {
            **pair_items(dataset),
            "gold": gold,
            **{name: scores[name] for name in ("similarity", "cosine", "manhattan", "euclidean")},
            "gold_rank": gold_rank,
            "rank": rank,
            "residual": residual,
            "measure": 1 - np.abs(residual),
        }
    )


def metrics(items: pd.DataFrame) -> dict[str, Any]:
    """mteb's keys; nan where the human scores or the model's are all equal. Scores tie as `gold_rank` says."""
    scores = {
        "": items["similarity"],
        "cosine_": items["cosine"],
        "manhattan_": -items["manhattan"],
        "euclidean_": -items["euclidean"],
    }
    correlations = {"pearson": (pearson, items["gold"]), "spearman": (spearman, items["gold_rank"])}
    return {
        f"{prefix}{name}": correlate(gold, score)
        for prefix, score in scores.items()
        for name, (correlate, gold) in correlations.items()
    }


def resampled(items: pd.DataFrame, counts: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.float64]]:
    """Both correlations of cosine, with the ranks that each resample gives."""
    return {
        "cosine_spearman": resampled_spearman(items["gold_rank"], items["cosine"], counts),
        "cosine_pearson": resampled_pearson(items["gold"], items["cosine"], counts),
    }


TASK = Task(
    name="sts",
    title="Semantic similarity",
    question=__doc__,
    tables={"pairs": PAIRS},
    main_metric="cosine_spearman",
    per_item="1 − the distance between its two ranks, as a share of all ranks",
    texts=texts,
    judge=judge,
    judged=pair_items,
    metrics=metrics,
    resampled=resampled,
    source="https://aclanthology.org/S17-2001/",
    settings=RANGE,
    together="{n} pairs of sentences, {groups} groups without a sentence in common",
    definitions={
        "cosine_spearman": "Spearman's rank correlation between the human scores and the cosine of the two vectors: do "
        "both put the pairs in the same order? From −1 to 1, where 1 is the same order.",
        "cosine_pearson": "Pearson's correlation between the human scores and the cosine: do both lie on one straight "
        "line? From −1 to 1.",
        "spearman": "Spearman's rank correlation with the similarity that the model itself names (cosine or dot "
        "product). From −1 to 1.",
        "pearson": "Pearson's correlation with the similarity that the model itself names (cosine or dot product). "
        "From −1 to 1.",
        "manhattan_spearman": "Spearman's rank correlation with the negated sum of the coordinates' absolute "
        "differences. From −1 to 1.",
        "manhattan_pearson": "Pearson's correlation with the negated sum of the coordinates' absolute differences. "
        "From −1 to 1.",
        "euclidean_spearman": "Spearman's rank correlation with the negated Euclidean distance. From −1 to 1.",
        "euclidean_pearson": "Pearson's correlation with the negated Euclidean distance. From −1 to 1.",
    },
    mean_measure=False,
    signed=("cosine_spearman", "cosine_pearson"),
)

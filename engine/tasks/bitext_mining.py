"""Is a sentence's translation its nearest neighbour among all translations?"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from engine.metrics.agreement import comparable
from engine.metrics.groups import pair_items
from engine.search.similarity import every
from engine.texts.column_names import column
from engine.types import Dataset, Similarity, Task, Texts, Vectors

BLOCK = 256
PAIRS = (
    column("sentence1", "text", "first_text", "source_language"),
    column("sentence2", "text", "second_text", "target_language"),
)


def texts(dataset: Dataset) -> dict[str, Texts]:
    """Both sides of the pairs, row by row."""
    pairs = dataset.tables["pairs"]
    return {side: Texts(pairs[side].tolist()) for side in ("sentence1", "sentence2")}


def judge(dataset: Dataset, vectors: Mapping[str, Vectors], similarity: Similarity) -> pd.DataFrame:
    """One row per pair; `item` is its row in the table, from 0.

    `found` is the row whose sentence2 is most similar to this sentence1, the first one of equals, with its `score`;
    `gold_score` and `gold_rank` (from 1) are those of the pair's own sentence2, and `claims` counts the sentences that
    found it. `measure` is 0 where the right one was not found, else 2 / (1 + claims): its mean is F1. `back_found` and
    `back_score` say the same of the other direction, from this sentence2 to every sentence1; no metric counts them.
    """
    blocks, back = [], _Back(vectors["sentence2"].shape[0])
    for start, scores in _blocks(vectors, similarity):
        blocks.append(_nearest(start, scores))
        back.add(start, scores)
    items = pd.concat(blocks, ignore_index=True)
    right = items["found"] == items.index
    claims = np.bincount(items["found"], minlength=len(items))
    return items.assign(
        **pair_items(dataset),
        claims=claims,
        correct=right,
        measure=np.where(right, 2 / (1 + claims), 0.0),
        back_found=back.found,
        back_score=back.scores,
    )


class _Back:
    """The sentence1 most similar to each of n sentence2, the first one of equals, gathered block by block."""

    def __init__(self, n: int) -> None:
        self.found, self.scores = np.zeros(n, np.int64), np.full(n, -np.inf)

    def add(self, start: int, scores: npt.NDArray[Any]) -> None:
        best = scores.argmax(axis=0)
        values = np.take_along_axis(scores, best[None], axis=0)[0]
        better = values > self.scores
        self.found[better], self.scores[better] = start + best[better], values[better]


def _blocks(vectors: Mapping[str, Vectors], similarity: Similarity) -> Iterator[tuple[int, npt.NDArray[Any]]]:
    """Some rows of sentence1 at a time: the first of them, and their similarity to every sentence2."""
    one, two = (comparable(vectors[side], similarity) for side in ("sentence1", "sentence2"))
    # blocks of even size: a small remainder would go through other float kernels, where equal vectors may not tie
    edges = np.linspace(0, one.shape[0], -(-one.shape[0] // BLOCK) + 1).astype(int).tolist()
    for start, stop in pairwise(edges):
        yield start, every(one[start:stop], two, similarity, together=one.shape[0])


def _nearest(start: int, scores: npt.NDArray[Any]) -> pd.DataFrame:
    """What the sentences from `start` on found, out of their scores of shape (some, n)."""
    rows, found = np.arange(len(scores)), scores.argmax(axis=1)
    gold = scores[rows, start + rows]
    rank = np.ones(len(scores), np.int64)
    wrong = np.flatnonzero(found != start + rows)
    ahead = scores[wrong] > gold[wrong, None]
    level = (scores[wrong] == gold[wrong, None]) & (np.arange(scores.shape[1]) < start + wrong[:, None])
    rank[wrong] += ahead.sum(axis=1) + level.sum(axis=1)
    best = scores[rows, found].astype(np.float64)
    return pd.DataFrame({"found": found, "score": best, "gold_score": gold.astype(np.float64), "gold_rank": rank})


def metrics(items: pd.DataFrame) -> dict[str, Any]:
    """mteb's keys: each sentence2 is a class of its own, weighted by how often it is the right one (once)."""
    return {name: float(values[0]) for name, values in _scores(items, np.ones((1, len(items)))).items()}


def resampled(items: pd.DataFrame, counts: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.float64]]:
    """All metrics, with the same neighbours: only how often each pair counts is drawn again."""
    return _scores(items, counts)


def _scores(items: pd.DataFrame, counts: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.float64]]:
    own, found = items["item"].astype(int).to_numpy(), items["found"].to_numpy()
    place = pd.Index(own).get_indexer(found)  # -1: the sentence that was found is not among these items
    inside = np.flatnonzero(place >= 0)
    shape = (len(items), len(items))
    by_found = sparse.coo_array((np.ones(len(inside)), (place[inside], inside)), shape=shape).tocsr()
    weights = np.asarray(counts, np.float64).T  # (n, draws)
    claimed, right = by_found @ weights, weights * (own == found)[:, None]
    total = weights.sum(axis=0)
    return {
        "precision": (weights * right / np.maximum(claimed, 1)).sum(axis=0) / total,
        "recall": right.sum(axis=0) / total,
        "f1": (weights * 2 * right / np.maximum(weights + claimed, 1)).sum(axis=0) / total,
        "accuracy": right.sum(axis=0) / total,
    }


TASK = Task(
    name="bitext_mining",
    title="Bitext mining",
    question=__doc__,
    tables={"pairs": PAIRS},
    main_metric="f1",
    per_item="1 if its translation is found for it alone, less if for others too, else 0",
    texts=texts,
    judge=judge,
    judged=pair_items,
    metrics=metrics,
    resampled=resampled,
    source="https://aclanthology.org/2023.eacl-main.148/",
    together="{n} pairs of sentences, {groups} groups without a sentence in common",
    definitions={
        "f1": "For each translation the harmonic mean of precision (how many of the sentences that found it are its "
        "own) and recall (whether its own found it), the mean over all. From 0 to 1.",
        "precision": "For each translation the share of its own sentence among those that found it, 0 where none did, "
        "the mean over all. From 0 to 1.",
        "recall": "Share of sentences that found their translation. From 0 to 1.",
        "accuracy": "Share of sentences that found their translation: here the same as recall. From 0 to 1.",
    },
)

"""Which similarity scores, ratings and pair labels do all models contradict in the same direction?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from engine.noise.opinions import Floats, Opinion, place, table, weights, written
from engine.types import Dataset


def graded(dataset: Dataset, opinions: Sequence[Opinion]) -> pd.DataFrame:
    """Suspected scores of pairs (STS) or of summaries, among all items or among the summaries of the same text.

    The proposed score is the one that stands in the data at the rank that the models give on the whole.
    """
    name = "pairs" if dataset.task == "sts" else "summaries"
    items = opinions[0].items
    weight = weights(opinions)
    residuals = np.stack([one.items["residual"].to_numpy(np.float64) for one in opinions], axis=1)
    mean = residuals @ weight
    agreeing = (np.sign(residuals) == np.sign(mean)[:, None]) @ weight
    score = np.abs(mean) * agreeing
    groups = items["text_id"] if "text_id" in items else pd.Series("", index=items.index)
    told = np.stack([_at_rank(items["gold"], one, groups) for one in residuals.T], axis=1)
    proposed = _at_rank(items["gold"], mean, groups)
    kinds = np.where(mean > 0, "too low", "too high")
    rows = [
        (place(name, int(item)), item, kinds[row], score[row], written(items["gold"].iloc[row]), written(proposed[row]),
         written({one.label: told[row, at] for at, one in enumerate(opinions)}))
        for row, item in enumerate(items["item"])
        if score[row] > 0
    ]  # fmt: skip
    return table(rows)


def _at_rank(gold: pd.Series, residuals: Floats, groups: pd.Series) -> Floats:
    """For each item the score that stands, among those of its group, at the rank moved by its residual."""
    found = np.empty(len(gold))
    for places in groups.groupby(groups, sort=False).indices.values():
        scores = gold.to_numpy(np.float64)[places]
        order = np.sort(scores)
        ranks = pd.Series(scores).rank().to_numpy() - 1 + residuals[places] * len(places)
        found[places] = order[np.clip(np.round(ranks), 0, len(order) - 1).astype(int)]
    return found


def binary(dataset: Dataset, opinions: Sequence[Opinion]) -> pd.DataFrame:
    """Suspected labels of pairs: how probable each model holds the other label, from its similarity alone."""
    items, weight = opinions[0].items, weights(opinions)
    gold = items["gold"].to_numpy() == 1
    if gold.all() or not gold.any():
        return table([])
    other = np.stack([np.where(gold, 1 - p, p) for p in (_alike(one, gold) for one in opinions)], axis=1)
    score = other @ weight
    kinds = np.where(gold, "not alike", "alike")
    rows = [
        (place("pairs", int(item)), item, kinds[row], score[row], written(int(gold[row])), written(int(not gold[row])),
         written({one.label: other[row, at] for at, one in enumerate(opinions)}))
        for row, item in enumerate(items["item"])
        if score[row] > 0.5
    ]  # fmt: skip
    return table(rows)


def _alike(opinion: Opinion, gold: np.ndarray) -> Floats:
    """The probability that a pair so similar is alike, by logistic regression on the model's similarity."""
    from sklearn.linear_model import LogisticRegression

    similarity = opinion.items["similarity"].to_numpy(np.float64)[:, None]
    spread = similarity.std()
    scaled = (similarity - similarity.mean()) / (spread if spread > 0 else 1.0)
    return np.asarray(LogisticRegression().fit(scaled, gold).predict_proba(scaled)[:, 1])

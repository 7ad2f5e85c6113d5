"""Which pairs of translations are probably not translations of one another?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from engine import plugins
from engine.inspection.label_noise.opinions import Opinion, place, table, weights, written
from engine.types import Dataset


def aligned(dataset: Dataset, opinions: Sequence[Opinion]) -> pd.DataFrame:
    """Suspected lines: in both directions another line is nearer than the own one.

    The score is by how much it is nearer (the difference of the similarities, at most 1), the mean of both directions
    and, weighted, of the models.
    """
    judge = plugins.tasks()[dataset.task].judge
    count, weight = len(dataset.tables["pairs"]), weights(opinions)
    if count < 2:
        return table([])
    nearer, forth, back = [], [], []
    for one in opinions:
        turned = {"sentence1": one.vectors["sentence2"], "sentence2": one.vectors["sentence1"]}
        reverse = judge(dataset, turned, one.similarity)
        nearer.append([(its["score"] - its["gold_score"]).to_numpy(np.float64) for its in (one.items, reverse)])
        forth.append(one.items["found"].to_numpy())
        back.append(reverse["found"].to_numpy())
    score = np.clip(np.einsum("mdi,m->i", np.array(nearer), weight) / 2, 0.0, 1.0)
    both = np.array(nearer).min(axis=1) > 0
    texts = dataset.tables["pairs"]["sentence2"]
    rows = []
    for row in np.flatnonzero((both.T @ weight) > 0.5).tolist():
        found = [their[row] for their in forth]
        partner = _partner(row, forth, back, weight=weight)
        said = {one.label: texts.iloc[at] for one, at in zip(opinions, found, strict=True)}
        proposed = None if partner is None else texts.iloc[partner]
        given = texts.iloc[row]
        rows.append((place("pairs", row), str(row), "line", score[row], written(given), written(proposed),
                     written(said)))  # fmt: skip
    return table(rows)


def _partner(row: int, forth: Sequence[np.ndarray], back: Sequence[np.ndarray], *, weight: np.ndarray) -> int | None:
    """The other line whose sentence2 this sentence1 finds, and which finds it, under most of the models' weight."""
    votes: dict[int, float] = {}
    for there, here, part in zip(forth, back, weight, strict=True):
        if there[row] != row and here[there[row]] == row:
            votes[int(there[row])] = votes.get(int(there[row]), 0.0) + float(part)
    best = max(votes, key=lambda at: votes[at], default=None)
    return best if best is not None and votes[best] > 0.5 else None

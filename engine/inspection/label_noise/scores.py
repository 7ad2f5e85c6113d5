"""Which similarity scores, ratings and pair labels do all models together contradict?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from engine.inspection.label_noise.opinions import Floats, Opinion, place, table, written
from engine.types import Dataset

FOLDS = 10
FEWEST = 2 * FOLDS
"""Items below which nothing can be learnt from the others."""


def graded(dataset: Dataset, opinions: Sequence[Opinion]) -> pd.DataFrame:
    """Suspected scores of pairs (STS) or of summaries: far from what a linear regression on the cosines expects.

    The regression has not seen the item (ten folds); for summaries, what counts is how both differ from their means
    over the summaries of the same text. The score is the distance, as a share of the range of the scores in the data.
    """
    name = "pairs" if dataset.task == "sts" else "summaries"
    items = opinions[0].items
    gold = items["gold"].to_numpy(np.float64)
    spread = gold.max() - gold.min() if len(gold) else 0.0
    if len(gold) < FEWEST or spread == 0:
        return table([])
    groups = items["text_id"] if "text_id" in items else pd.Series(0, index=items.index)
    seen = np.stack([one.items["cosine"].to_numpy(np.float64) for one in opinions], axis=1)
    base = _means(gold[:, None], groups)[:, 0]
    centred = seen - _means(seen, groups)
    told = base[:, None] + np.stack([_expected(column[:, None], gold - base) for column in centred.T], axis=1)
    together = np.clip(base + _expected(centred, gold - base), gold.min(), gold.max())
    score = np.abs(together - gold) / spread
    rows = [
        (place(name, int(item)), item, "too low" if together[row] > gold[row] else "too high", score[row],
         written(gold[row]), written(_rounded(together[row], gold)),
         written({one.label: told[row, at] for at, one in enumerate(opinions)}))
        for row, item in enumerate(items["item"])
    ]  # fmt: skip
    return table(rows)


def _means(values: Floats, groups: pd.Series) -> Floats:
    return pd.DataFrame(values).groupby(groups.to_numpy(), sort=False).transform("mean").to_numpy()


def _expected(seen: Floats, gold: Floats) -> Floats:
    """What a linear regression that has not seen an item expects of it, shape (items,)."""
    from sklearn.linear_model import LinearRegression
    from sklearn.model_selection import KFold, cross_val_predict

    folds = KFold(FOLDS, shuffle=True, random_state=0)
    return np.asarray(cross_val_predict(LinearRegression(), seen, gold, cv=folds), np.float64)


def _rounded(value: float, gold: Floats) -> float:
    """The nearest score that stands in the data."""
    return float(gold[np.abs(gold - value).argmin()])


def binary(dataset: Dataset, opinions: Sequence[Opinion]) -> pd.DataFrame:
    """Suspected labels of pairs: how probable the other label is, by logistic regression on all models' similarities.

    The regression has not seen the pair (ten folds).
    """
    items = opinions[0].items
    gold = items["gold"].to_numpy() == 1
    if min(gold.sum(), (~gold).sum()) < FOLDS:
        return table([])
    seen = np.stack([one.items["similarity"].to_numpy(np.float64) for one in opinions], axis=1)
    told = np.stack([np.where(gold, 1 - p, p) for p in (_alike(column[:, None], gold) for column in seen.T)], axis=1)
    together = _alike(seen, gold)
    score = np.where(gold, 1 - together, together)
    rows = [
        (place("pairs", int(item)), item, "not alike" if gold[row] else "alike", score[row],
         written(int(gold[row])), written(int(not gold[row])),
         written({one.label: told[row, at] for at, one in enumerate(opinions)}))
        for row, item in enumerate(items["item"])
        if score[row] > 0.5
    ]  # fmt: skip
    return table(rows)


def _alike(seen: Floats, gold: np.ndarray) -> Floats:
    """The probability that a pair so similar is alike, by a regression that has not seen it; shape (pairs,)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    model = make_pipeline(StandardScaler(), LogisticRegression())
    return np.asarray(cross_val_predict(model, seen, gold, cv=folds, method="predict_proba")[:, 1], np.float64)

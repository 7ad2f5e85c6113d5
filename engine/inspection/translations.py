"""What do a sentence and its translation find, in one direction and in the other?"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from engine import plugins
from engine.encoding import stored
from engine.search.nearest import nearest
from engine.search.similarity import one_each
from engine.types import Dataset, Similarity, Vectors

SIDES = ("sentence1", "sentence2")


def vectors(model: str, key: str, settings: Mapping[str, Any], dataset: Dataset) -> dict[str, Vectors]:
    """The vectors of both sides of a run, row by row.

    Raises:
        UserError: some of them are not stored any more.
    """
    return stored.vectors_of(model, key, settings, plugins.tasks()["bitext_mining"].texts(dataset))


def found(
    known: Mapping[str, Vectors], dataset: Dataset, row: int, *, back: bool, similarity: Similarity
) -> pd.DataFrame:
    """The five texts of the other side most similar to a sentence (back: to a translation): row, score, text, right."""
    own, other = SIDES[::-1] if back else SIDES
    rows, scores = nearest(one_each(known[own])[[row]], known[other], 5, similarity)
    texts = dataset.tables["pairs"][other].iloc[rows].to_numpy()
    return pd.DataFrame({"row": rows, "score": scores, "text": texts, "right": rows == row})


def flags(items: pd.DataFrame) -> pd.DataFrame:
    """What went wrong with every pair, row for row: wrong, back_wrong, only_back, claimed (by two sentences or more).

    Runs of before the other direction was judged have nothing wrong there.
    """
    wrong = ~items["correct"].astype(bool)
    own = items["item"].astype(int)
    back = items["back_found"] != own if "back_found" in items else pd.Series(False, index=items.index)
    claimed = items["claims"] > 1
    return pd.DataFrame({"wrong": wrong, "back_wrong": back, "only_back": back & ~wrong, "claimed": claimed})


def shares(items: pd.DataFrame) -> dict[str, float]:
    """The share of pairs that went right forth, back, and both ways (nan where the other direction was not judged)."""
    found = flags(items)
    back = "back_found" in items
    return {
        "forth": float(1 - found["wrong"].mean()),
        "back": float(1 - found["back_wrong"].mean()) if back else float("nan"),
        "both": float(1 - (found["wrong"] | found["back_wrong"]).mean()) if back else float("nan"),
    }

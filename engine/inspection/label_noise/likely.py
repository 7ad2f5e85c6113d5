"""Which suspects contradict the data so clearly that they are counted, and which are only worth a look?"""

import json

import numpy as np
import numpy.typing as npt
import pandas as pd

FAR = 0.25
"""From which share of the range a score in the data is contradicted; nearer than that, people part as well."""
ENOUGH = 2
"""Models that put the same document first."""
FOUND = ("unjudged", "relevant")
"""Kinds that hold whatever most models have among their first ten."""
GRADED = ("too high", "too low")


def likely(suspects: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """For each suspect (as `finder.suspects` gives them) whether the models say it clearly.

    A document that is not judged relevant counts where two models put it first (or the only one that was asked does),
    as `retrieval_errors.kinds` counts a missing judgement; a score counts from a quarter of the range on; every other
    kind is listed only where the models would decide otherwise.
    """
    found, graded = (suspects["kind"].isin(kinds).to_numpy() for kinds in (FOUND, GRADED))
    first = np.array([_first(why) if there else True for why, there in zip(suspects["why"], found, strict=True)], bool)
    return first & ~(graded & (suspects["score"].to_numpy() < FAR))


def _first(why: str) -> bool:
    ranks = list(json.loads(why).values())
    return sum(rank == 1 for rank in ranks) >= min(ENOUGH, len(ranks))

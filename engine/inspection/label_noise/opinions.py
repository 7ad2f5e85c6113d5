"""What does one model say about the items of a dataset, and how much does its word count?"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.types import Similarity, Vectors

COLUMNS = ("place", "item", "kind", "score", "given", "proposed", "why")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Opinion:
    """One model on one dataset: its items, its main score, and its vectors, fetched only where they are needed.

    What ranks by itself has no vectors, and nothing that fetches them.
    """

    label: str
    items: pd.DataFrame
    score: float
    fetch: Callable[[], Mapping[str, Vectors]] | None = field(repr=False)
    similarity: Similarity = "cosine"

    @cached_property
    def vectors(self) -> Mapping[str, Vectors]:
        assert self.fetch is not None
        return self.fetch()


def weights(opinions: Sequence[Opinion]) -> Floats:
    """How much each model's word counts: by its main score, none below 0, 1 in all; shape (models,)."""
    scores = np.array([max(np.nan_to_num(one.score), 0.0) for one in opinions])
    return scores / scores.sum() if scores.sum() > 0 else np.full(len(opinions), 1 / len(opinions))


def place(*parts: Any) -> str:
    """The address of a judgement: the table and the row, or for qrels both ids."""
    return json.dumps([part.item() if isinstance(part, np.generic) else part for part in parts], ensure_ascii=False)


def written(value: Any) -> str:
    """A judgement as text that can be read back: JSON."""
    plain = value.tolist() if isinstance(value, np.generic | np.ndarray) else value
    return json.dumps(plain, ensure_ascii=False)


def table(rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Suspects as a frame, the most suspicious first; equal ones stay in the order of the data."""
    found = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"score": float})
    return found.sort_values("score", ascending=False, kind="stable", ignore_index=True)

"""What is a report about: the models on one dataset by falling score, and what is known of the best against others?"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import plugins
from engine.comparison.verdict import several
from engine.metrics import names
from engine.notation import NIL
from engine.results import frames
from engine.results.store import Results
from engine.statistics import multiple, stability
from engine.types import Comparison, Dataset, Message, Task

Say: TypeAlias = Callable[[Message], str]
MOST_NAMED = 3


@dataclass(frozen=True)
class Subject:
    """The runs of a report (with their labels) on one state of a dataset, and who says its sentences."""

    dataset: Dataset
    runs: pd.DataFrame
    results: Results
    say: Say = str

    @cached_property
    def task(self) -> Task:
        """The dataset's."""
        return plugins.pick(plugins.tasks(), self.dataset.task, "task")

    @cached_property
    def metric(self) -> str:
        """The main metric, as people call it."""
        return names.title(self.task.main_metric)

    @cached_property
    def comparisons(self) -> pd.DataFrame:
        """The paired tests of the runs, corrected for these and no others."""
        return multiple.together(self.runs["id"].tolist(), self.results.comparisons(self.dataset.fingerprint))

    @cached_property
    def everything(self) -> pd.DataFrame:
        """The runs, the best first, those without a score last."""
        return frames.board(self.runs, multiple.groups(self.runs, self.comparisons))

    @cached_property
    def board(self) -> pd.DataFrame:
        """Those of the runs that have a score."""
        return self.everything[self.everything["score"].notna()]

    @cached_property
    def p(self) -> npt.NDArray[np.float64]:
        """Of each run's difference from the best, corrected for all pairs; nan for itself and what was not compared."""
        ids = self.board["id"].tolist()
        return multiple.corrected(ids, self.comparisons)[0] if ids else np.empty(0)

    @cached_property
    def best(self) -> list[bool]:
        """Which runs may be the best: the first, and those that no paired test tells apart from it."""
        return [not row or not p < multiple.ALPHA for row, p in enumerate(self.p)]

    @cached_property
    def first(self) -> pd.Series:
        """The share of the resamples in which each model is first, by label; nothing where none was kept."""
        found = {row.label: self.results.resampled(row.id) for row in self.board.itertuples()}
        resampled = {label: values for label, values in found.items() if values is not None}
        scores = dict(zip(self.board["label"], self.board["score"], strict=True))
        return (
            stability.on_items(scores, resampled).set_index("label")["first"] if resampled else pd.Series(dtype=float)
        )

    def lead(self, row: int) -> Comparison | None:
        """The best run against that of this row; None where they were not compared."""
        return frames.between(self.board["id"].iloc[0], self.board["id"].iloc[row], self.comparisons)

    @property
    def title(self) -> str:
        """The dataset, as people call it."""
        return self.dataset.title or self.dataset.name

    def question(self) -> Message:
        """What the report answers."""
        return Message("Which embedding model is best on {dataset}?", {"dataset": self.title})

    def answer(self) -> Message:
        """The answer, as one says it to somebody who has no time."""
        labels = self.board["label"].tolist()
        if not labels:
            return Message("No model has a score yet.")
        rivals = [label for label, even in zip(labels[1:], self.best[1:], strict=True) if even]
        if len(labels) == 1:
            return Message("Only {model} has been run: there is nothing to compare it with yet.", {"model": labels[0]})
        if not rivals and len(labels) == 2:
            return Message("{model} is better than {other}.", {"model": labels[0], "other": labels[1]})
        if not rivals:
            return Message("{model} is the best of the {n} models compared.", {"model": labels[0], "n": len(labels)})
        leads = [self.lead(row) for row in range(1, len(labels)) if self.best[row]]
        if all(one and one.tied == one.n for one in leads):
            return Message("{models} have the same score on each item.", {"models": several([labels[0], *rivals])})
        if all(one and abs(one.gap) < NIL for one in leads):
            same = {"models": several([labels[0], *rivals])}
            return Message("{models} have the same score, though not on each item.", same)
        if len(rivals) <= MOST_NAMED:
            named = {"model": labels[0], "rivals": several(rivals)}
            return Message("{model} scores highest, but may be no better than {rivals}.", named)
        return Message(
            "{model} scores highest, but {n} other models may be just as good.",
            {"model": labels[0], "n": len(rivals)},
        )

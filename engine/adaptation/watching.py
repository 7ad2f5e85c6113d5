"""Of how much of the dev part, and how often, is a training judged? So much that it costs less than the learning."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine import plugins
from engine.adaptation import judging
from engine.adaptation.data.units import part
from engine.adaptation.searched import measured, searched
from engine.adaptation.training.loop import LOOKS
from engine.training import Course
from engine.types import Dataset, Message, Task

LOOKS_AT_PAIRS = 3
"""How often a model that reads pairs is judged in a whole training, and once before it."""
READINGS = 3
"""Of a pair that is learnt from, for one that is only read: backward costs about twice as much as forward."""
SHARE = 3
"""The looks may take one part in so many of what the learning takes."""
DEPTHS = (1.0, 0.5, 0.2)
"""Shares of the documents of a query that are read in a look, tried in this order."""
WANTED, FEWEST = 50, 10
"""Queries for whose sake fewer documents are read of each; and those that are judged whatever it costs."""


@dataclass(frozen=True)
class Watch:
    """What is judged of a training on its way: the dev part or some of its queries, so many documents of each (0: all),
    so often; queries: of how many, 0 where all are judged."""

    dataset: Dataset
    depth: int
    looks: int
    queries: int = 0

    @property
    def searched(self) -> dict[str, int]:
        """What a score of it was told among."""
        return searched(self.dataset, depth=self.depth) | ({"queries": self.queries} if self.queries else {})

    @property
    def measured(self) -> Message:
        """The metric of a score of it, with what is ranked."""
        task: Task = plugins.tasks()[self.dataset.task]
        return measured(task.main_metric, self.searched)


def watch(course: Course, dev: Dataset, *, epochs: float, seed: int) -> Watch:
    """The whole dev part, often; seldom and no more of it than the learning allows by a model of its own judge.

    Such a model reads every query with each of its documents, which at a hundred documents is more than it learns from.
    """
    if course.judge is None:
        return Watch(dev, 0, LOOKS)
    learnt = sum(len(one.rows) for one in course.lessons) * epochs
    pairs, all = int(learnt * READINGS / SHARE / (LOOKS_AT_PAIRS + 1)), len(dev.tables["queries"])
    for share in DEPTHS:
        depth = max(int(course.depth * share), 1)
        n = pairs // max(_each(dev, depth), 1)
        if n >= min(all, WANTED):
            break
    n = min(max(n, FEWEST), all)
    some = np.random.default_rng(seed).permutation(all)[:n]
    return Watch(part(dev, some), depth, LOOKS_AT_PAIRS, n) if n < all else Watch(dev, depth, LOOKS_AT_PAIRS)


def judge_of(course: Course, dataset: Dataset, depth: int = 0) -> Callable[[Any], pd.DataFrame]:
    """(the course's model) -> its items on a dataset; depth: as in `Watch`, the course's own where none is given."""
    if course.judge is None:
        return judging.in_memory(course.base, dataset)
    own = course.judge
    return lambda model: own(model, dataset, depth or course.depth)


def against(course: Course, watched: Watch, datasets: Sequence[Dataset]) -> float:
    """How many times as much is read in judging these datasets as in a look."""
    return sum(_read(course, one, course.depth) for one in datasets) / max(
        _read(course, watched.dataset, watched.depth), 1
    )


def _read(course: Course, dataset: Dataset, depth: int) -> int:
    """The texts that are read in judging a dataset, or the pairs of them."""
    if course.judge is not None and "queries" in dataset.tables:
        return len(dataset.tables["queries"]) * _each(dataset, depth)
    task: Task = plugins.tasks()[dataset.task]
    return sum(len(side.items) for side in task.texts(dataset).values())


def _each(dataset: Dataset, depth: int) -> int:
    """The documents that are read of a query: its candidates where the dataset names any, on an average."""
    given = dataset.tables.get("candidates")
    if given is not None and len(given):
        return round(len(given) / max(given["query_id"].nunique(), 1))
    return min(depth, len(dataset.tables["corpus"]))

"""What is judged, how, and what comes of it: datasets, tasks, results and comparisons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.entries import Similarity
from engine.messages import Message
from engine.rankings import Ranking, Request
from engine.vectors import Vectors

Role: TypeAlias = Literal["query", "document"]
Tables: TypeAlias = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Column:
    """One column of a table: what it holds, and the other headers that people give it (lower case)."""

    name: str
    kind: Literal["text", "id", "number", "label", "texts"]
    required: bool = True
    aliases: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    """Headers that mean it where no other column does."""


@dataclass(frozen=True)
class Layout:
    """One way in which people write down a task's data, and how it becomes the task's own tables."""

    tables: Mapping[str, tuple[Column, ...]]
    convert: Callable[..., Tables]
    """tables -> the task's own; raises BadDataset."""
    asks: str = ""
    """What of a person's choices it must be given as a keyword, such as `test_share`."""


@dataclass(frozen=True)
class Problem:
    """What `datasets.check` found. Rows count from 1, the header not counted; `rows` holds the first ones only."""

    level: Literal["error", "warning"]
    message: Message
    table: str = ""
    rows: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    """What stands in the first of these rows, where they are of no table of the file."""


@dataclass(frozen=True)
class Dataset:
    """Judged texts for one task. The fingerprint changes with any cell, the task and the settings."""

    name: str
    task: str
    tables: Tables
    title: str = ""
    source: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    part_of: str = ""
    """The dataset that it is the judged part of, where an adaptation split one; it is offered for nothing else."""


@dataclass(frozen=True)
class Texts:
    """Texts to embed, and as which side: a role is given only where mteb gives one (retrieval, reranking)."""

    items: Sequence[str]
    role: Role | None = None


@dataclass(frozen=True)
class Ranked:
    """How a task is judged from rankings, whoever made them.

    request(dataset) says what is to be ranked; judge(dataset, ranking), its rows those of the request's queries, gives
    the item table that the task's own `judge` gives for the ranking of a search.

    Raises (both):
        BadDataset: no query is judged, an id stands twice, or a score is not a whole number.
    """

    request: Callable[[Dataset], Request]
    judge: Callable[[Dataset, Ranking], pd.DataFrame]


@dataclass(frozen=True)
class Task:
    """A kind of evaluation: three pure functions around the encoding, and what people call its parts.

    texts(dataset) names the texts to embed; vectors come back under the same names, row for row.
    judge(dataset, vectors, similarity) gives one row per judged item, with the columns `item` (string id, the same for
        every model), `measure` (how well this item went, 0..1, higher is better) and those of `metrics.groups` (which
        items hang together) beside the task's own.
    metrics(items) gives mteb's keys, in full precision.
    resampled(items, counts) recomputes metrics under resampling of whole items: counts, of shape (draws, items), says
        how often each row stands in each draw; every returned array has shape (draws,).
    """

    name: str
    title: str
    question: str
    tables: Mapping[str, tuple[Column, ...]]
    main_metric: str
    texts: Callable[[Dataset], dict[str, Texts]]
    judge: Callable[[Dataset, Mapping[str, Vectors], Similarity], pd.DataFrame]
    metrics: Callable[[pd.DataFrame], dict[str, Any]]
    resampled: Callable[[pd.DataFrame, npt.NDArray[Any]], dict[str, npt.NDArray[np.float64]]]
    source: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    layouts: tuple[Layout, ...] = ()
    optional_tables: tuple[str, ...] = ()
    definitions: Mapping[str, str] = field(default_factory=dict)
    """metric key, or its part before `_at_`, -> definition and range in one or two sentences."""
    mean_measure: bool = True
    """Whether the main metric is the mean of `measure` over the items (then tests swap the items themselves)."""
    repeated: Callable[[pd.DataFrame, npt.NDArray[Any]], dict[str, npt.NDArray[np.float64]]] | None = None
    """(items, counts) -> metrics of each repetition that is common to all items, such as a small training sample or a
    k-means start, of shape (draws, repetitions); None where nothing is repeated."""
    item_columns: tuple[str, ...] = ()
    """Columns of an item table that its intervals rest on and earlier versions did not write, beside the group."""
    fewest: Callable[[pd.DataFrame], float] = lambda items: float("inf")
    """A bound on how many items tell of the main metric, such as how many belong to the rarer class."""
    per_item: str = "how well the item went, 0 to 1"
    """What `measure` is, as people say it behind the words "per-item score"."""
    signed: tuple[str, ...] = ()
    """The resampled metrics that may lie below 0, down to -1; all others lie in 0..1."""
    together: str = "{n} items in {groups} groups"
    """How many items are judged and in how many groups they hang together, as people say it."""
    judged: Callable[[Dataset], pd.DataFrame] = lambda dataset: pd.DataFrame(
        {"item": [str(row) for row in range(len(next(iter(dataset.tables.values()))))]}
    )
    """Which items `judge` will give and what hangs together (`item` and the columns of `metrics.groups`), known without
    any vectors: the rows of the only table, each by itself, unless a task says."""
    ranked: Ranked | None = None
    """How it is judged from rankings; None where it is judged from vectors alone."""

    def least(self, metric: str) -> float:
        """The lowest value that a resampled metric can have; the highest is 1."""
        return -1.0 if metric in self.signed else 0.0


@dataclass(frozen=True)
class Result:
    """What came of one model on one dataset."""

    model: str
    dataset: str
    task: str
    metrics: Mapping[str, Any]
    items: pd.DataFrame
    fingerprint: str
    encoder_key: str
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """metric -> the 95 % percentile bootstrap interval over items, centred on the score."""
    accelerated: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """The main metric -> its bias-corrected and accelerated interval, where that can be told."""
    timings: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    """precision, device, seed, the task's settings, versions of the libraries: all that is needed to repeat the run."""


@dataclass(frozen=True)
class Comparison:
    """Two models on the items that both were judged on; every difference is the first minus the second."""

    n: int
    gap: float
    """Difference of the main metric on the shared items."""
    low: float
    high: float
    """Its 95 % bootstrap interval over paired groups of items; nan where there are fewer than 8."""
    p: float
    method: str
    won: int
    tied: int
    lost: int
    effect: float
    """Mean of the differences of `measure` over their standard deviation; nan where they do not vary."""
    corrected: float = float("nan")
    """p corrected for all pairs that were compared together (step-down max-T); nan where there was none."""
    family: int = 0
    """How many pairs these were."""
    groups: int = 0
    """In how many groups the items hang together, in a web how many independent ones its interval is of; 0: unknown."""
    design: float = float("nan")
    """How much more the mean difference varies than it would of as many independent items (1: not at all)."""
    web: bool = False
    """Whether items share in a web that no groups part."""
    named_by: str = ""
    """What the file calls the column that names groups, where they come from it."""
    se: float = float("nan")
    """The standard error of the gap, as it was tested; nan where an earlier version compared."""

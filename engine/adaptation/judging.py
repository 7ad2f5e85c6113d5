"""How good is a model on a part of a dataset: one in memory that is just being trained, or one of the catalogue?"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from engine import config, plugins
from engine.adaptation.data.units import TABLES, part
from engine.encoding import paces
from engine.encoding.encode import encode
from engine.pipelines import stages
from engine.runs.evaluate import documents
from engine.runs.instructions import told
from engine.statistics import intervals, stability
from engine.statistics.draws import SEED
from engine.training import Base
from engine.types import Dataset, ModelEntry, Step, Task, Vectors

GUARD = 500
"""Units of a guard dataset that are judged at most."""
GUARD_CORPUS = 2_000
DRAWS = 1_000
"""Resamples for an interval on the dev part, which is drawn again and again."""


def in_memory(base: Base, dataset: Dataset) -> Callable[[Any], pd.DataFrame]:
    """(a SentenceTransformer) -> the items of the dataset, with the prompts of the base."""
    task: Task = plugins.tasks()[dataset.task]
    texts = task.texts(dataset)

    def judge(model: Any) -> pd.DataFrame:
        vectors: dict[str, Vectors] = {}
        for name, side in texts.items():
            found = model.encode(list(side.items), prompt=base.prompt(side.role), show_progress_bar=False)
            vectors[name] = np.asarray(found, np.float32).reshape(len(side.items), -1)
        return task.judge(dataset, vectors, base.entry.similarity or model.similarity_fn_name or "cosine")

    return judge


def score(dataset: Dataset, items: pd.DataFrame) -> float:
    """The main metric of these items; nan where none can be told."""
    task: Task = plugins.tasks()[dataset.task]
    return float(task.metrics(items)[task.main_metric])


def scored(dataset: Dataset, items: pd.DataFrame) -> tuple[float, float, float]:
    """The main metric of these items with its 95 % interval; nan where none can be told."""
    task: Task = plugins.tasks()[dataset.task]
    metrics: Mapping[str, Any] = task.metrics(items)
    resampled = intervals.resamples(task, items, SEED, draws=DRAWS)
    ends, _ = stability.intervals(task, items, resampled, metrics)
    low, high = ends.get(task.main_metric, (math.nan, math.nan))
    return float(metrics[task.main_metric]), low, high


def items_of(entry: ModelEntry, dataset: Dataset) -> pd.DataFrame:
    """The items of a model on a dataset that need not be in the library; no run is kept."""
    task: Task = plugins.tasks()[dataset.task]
    if entry.pipeline is not None:
        nothing: Step = lambda share, message: None  # noqa: E731
        found = stages.measure(entry, dataset, config.PRECISION, tell=lambda one: told(one, dataset), step=nothing)
        return found.items
    texts = task.texts(dataset)
    encoder = paces.load(told(entry, dataset)).fit(documents(texts))
    vectors = {name: encode(encoder, side).vectors for name, side in texts.items()}
    return task.judge(dataset, vectors, encoder.similarity)


def guard(dataset: Dataset, seed: int = 0) -> Dataset:
    """A dataset on which nothing is learnt, drawn down to what can be judged in passing."""
    table = "test" if dataset.task == "classification" else TABLES[dataset.task]
    rows = np.random.default_rng(seed).permutation(len(dataset.tables[table]))[:GUARD]
    if table == "test":
        kept = dataset.tables["test"].iloc[np.sort(rows)].reset_index(drop=True)
        return replace(dataset, tables={**dataset.tables, "test": kept})
    return part(dataset, rows, keep=GUARD_CORPUS, seed=seed)

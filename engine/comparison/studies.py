"""What do studies of stored vectors share: the data of a run, where their tables lie, and gaps to the first row?"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from engine import config, plugins
from engine.datasets import library
from engine.encoding import stored
from engine.results.store import Results
from engine.statistics.family import Family
from engine.storage import kept_files
from engine.types import Dataset, Similarity, Task, UserError, Vectors


class Stored(NamedTuple):
    """A dataset, and the vectors that a run on it has stored."""

    dataset: Dataset
    vectors: Mapping[str, Vectors]
    similarity: Similarity


def of_run(run: str) -> Stored:
    """What the run of this id has stored.

    Raises:
        UserError: the dataset has changed since, or vectors are not there any more.
    """
    result = Results().result(run)
    dataset = library.load(result.dataset)
    if dataset.fingerprint != result.fingerprint:
        raise UserError("The dataset {dataset} has changed since; run the model on it again.", dataset=dataset.name)
    task: Task = plugins.pick(plugins.tasks(), result.task, "task")
    vectors = stored.vectors_of(result.model, result.encoder_key, result.settings, task.texts(dataset))
    return Stored(dataset, vectors, result.settings["similarity"])


def keep(kind: str, run: str, table: pd.DataFrame) -> None:
    """Keeps the table of a study of the run; raises DiskRefuses."""
    with kept_files.keep(_path(kind, run)) as fresh:
        table.to_parquet(fresh, index=False)


def known(kind: str, run: str) -> pd.DataFrame | None:
    """The table of a study of the run, if it is there and sound."""
    path = kept_files.find(_path(kind, run))
    return pd.read_parquet(path) if path else None


def with_gaps(table: pd.DataFrame, family: Family) -> pd.DataFrame:
    """The table with the gap of each row's score to the first one's.

    Further columns: low and high (95 % interval of the score), gap_low and gap_high, and least: what the gap is at
    least, 97.5 % sure for all rows at once.
    """
    table = table.copy()
    table["gap"] = table["score"] - table["score"].iloc[0]
    table["low"], table["high"] = family.own()
    others = np.arange(1, len(table))
    found = family.differences(others, np.zeros_like(others))
    for name, values in {"gap_low": found["low"], "gap_high": found["high"], "least": family.least(others, 0)}.items():
        table[name] = np.concatenate([[0.0], values])
    return table


def _path(kind: str, run: str) -> Path:
    return config.home() / kind / f"{run}.parquet"

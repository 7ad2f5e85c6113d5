"""Our task and mteb's on the same vectors, for the tasks that embed without a role."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from datasets import Dataset as Rows
from datasets import DatasetDict
from threadpoolctl import threadpool_limits

from engine.types import Dataset, Task
from tests.oracle import GivenVectors, in_memory, mteb_scores


def theirs(
    kind: type, splits: Mapping[str, Mapping[str, Any]], vectors: Mapping[str, Any], **settings: Any
) -> dict[str, Any]:
    """mteb's scores of splits of columns, where `vectors` gives each text its vector."""
    similarity = settings.pop("similarity", "cosine")
    data = DatasetDict({split: Rows.from_dict(dict(columns)) for split, columns in splits.items()})
    task = in_memory(kind, data, task_type=settings.pop("task_type"), main_score=settings.pop("main_score"), **settings)
    model = GivenVectors({None: (list(vectors), np.stack(list(vectors.values())))}, similarity)
    with threadpool_limits(1):
        scores = mteb_scores(task, model)
    return {key: value for key, value in scores.items() if key != "main_score"}


def ours(task: Task, dataset: Dataset, vectors: Mapping[str, Any], similarity: str = "cosine") -> Any:
    """The items of our judge on the same vectors."""
    looked_up = {
        name: np.stack([vectors[text] for text in texts.items]) if texts.items else np.empty((0, 1), np.float32)
        for name, texts in task.texts(dataset).items()
    }
    return task.judge(dataset, looked_up, similarity)


def differences(one: Any, two: Any, path: str = "") -> list[str]:
    """Where two nested scores differ by more than 1e-6 or have other keys; nan equals nan."""
    if isinstance(two, Mapping):
        if set(one) != set(two):
            return [f"{path}: keys {sorted(set(one) ^ set(two))}"]
        return [line for key in two for line in differences(one[key], two[key], f"{path}/{key}")]
    if isinstance(two, list | tuple):
        if len(one) != len(two):
            return [f"{path}: {len(one)} values for {len(two)}"]
        return [
            line for row, pair in enumerate(zip(one, two, strict=True)) for line in differences(*pair, f"{path}/{row}")
        ]
    if one is None or two is None:
        return [] if one is two else [f"{path}: {one} for {two}"]
    same = (math.isnan(one) and math.isnan(two)) or abs(one - two) <= 1e-6
    return [] if same else [f"{path}: {one} for {two}"]

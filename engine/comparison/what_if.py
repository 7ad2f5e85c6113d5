"""Would correcting judgements change which model is best? Both rankings are computed, and nothing is encoded again."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from engine import plugins
from engine.comparison.verdict import verdict
from engine.datasets.corrections import apply
from engine.datasets.marks import Mark
from engine.inspection.label_noise.finder import gather
from engine.inspection.label_noise.opinions import Opinion
from engine.jobs.schema import parts
from engine.statistics import paired_tests, resampling
from engine.types import Dataset, Message, Step, Task

COMPARED = ("gap", "low", "high", "p", "n")


def work(arguments: Mapping[str, Any], step: Step) -> dict[str, Any]:
    """Does a job of the kind `what_if`: the scores under these runs before and after these marks."""
    dataset, opinions = gather(list(arguments["runs"]))
    marks = [Mark(**one) for one in arguments["marks"]]
    return rankings(dataset, opinions, marks, step=step)


def rankings(dataset: Dataset, opinions: Sequence[Opinion], marks: Sequence[Mark], *, step: Step) -> dict[str, Any]:
    """Both rankings: `rows` (label, and before and after: score, low, high, rank, group), `verdicts`, `order_changes`.

    The vectors of lexical models are those that they learnt from the data as they were.
    """
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    corrected = apply(dataset, marks)
    before = {one.label: one.items for one in opinions}
    after = {}
    for at, one in enumerate(opinions):
        step(0.1 + 0.6 * at / len(opinions), Message("Judging {model} anew", {"model": one.label}))
        after[one.label] = task.judge(corrected, _vectors(task, dataset, corrected, opinion=one), one.similarity)
    sides = {}
    for at, (name, items) in enumerate((("before", before), ("after", after))):
        step(0.7 + 0.15 * at, Message("Resampling {n} items", {"n": len(next(iter(items.values())))}))
        sides[name] = _ranking(task, items)
    orders = [table.sort_values("score", ascending=False)["label"].tolist() for table, _ in sides.values()]
    rows = sides["before"][0].merge(sides["after"][0], on="label", suffixes=("_before", "_after"))
    return {
        "rows": rows.sort_values("score_after", ascending=False).to_dict("records"),
        "verdicts": [None if said is None else list(parts(said).values()) for _, said in sides.values()],
        "order_changes": orders[0] != orders[1],
        "marks": len(marks),
    }


def _vectors(task: Task, dataset: Dataset, corrected: Dataset, *, opinion: Opinion) -> dict[str, Any]:
    """The vectors of the corrected dataset's texts, out of those of the dataset's: row for row by what is written."""
    had, wanted, found = task.texts(dataset), task.texts(corrected), {}
    for name, one in wanted.items():
        if list(one.items) == list(had[name].items):
            found[name] = opinion.vectors[name]
            continue
        places = {text: at for at, text in enumerate(had[name].items)}
        found[name] = opinion.vectors[name][np.array([places[text] for text in one.items], np.int64)]
    return found


def _ranking(task: Task, items: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, Message | None]:
    """Scores with intervals, ranks and letters of ties, and the verdict in a sentence."""
    resampled = {label: resampling.resamples(task, its)[task.main_metric] for label, its in items.items()}
    scores = {label: float(task.metrics(its)[task.main_metric]) for label, its in items.items()}
    rows = [
        (label, label, score, *resampling.interval(resampling.centred(resampled[label], score)))
        for label, score in scores.items()
    ]
    table = pd.DataFrame(rows, columns=["id", "label", "score", "low", "high"])
    compared = pd.DataFrame(
        [
            {"a": a, "b": b, **{name: getattr(found, name) for name in COMPARED}}
            for a, b in combinations(items, 2)
            for found in [paired_tests.compare(task, items[a], items[b], resampled=(resampled[a], resampled[b]))]
        ],
        columns=["a", "b", *COMPARED],
    )
    letters = paired_tests.groups(table, compared)
    table["rank"] = table["score"].rank(ascending=False, method="min").fillna(0).astype(int)
    return table.drop(columns="id").assign(group=table["label"].map(letters)), verdict(task, table, compared)

"""Would correcting judgements change which model is best? Both rankings are computed, and nothing is encoded again."""

from collections.abc import Mapping, Sequence
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
from engine.statistics import intervals, multiple, paired_tests
from engine.statistics.draws import Floats
from engine.types import Dataset, Message, Step, Task, UserError

COMPARED = ("gap", "low", "high", "p", "n", "tied", "corrected", "family", "groups", "design", "web", "named_by")


def work(arguments: Mapping[str, Any], step: Step) -> dict[str, Any]:
    """Does a job of the kind `what_if`: the scores under these runs before and after these marks."""
    dataset, opinions = gather(list(arguments["runs"]))
    if rankers := [one.label for one in opinions if one.fetch is None]:
        raise UserError("{models}: what ranks by itself cannot be judged anew.", models=", ".join(rankers))
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
        sides[name] = _ranking(task, items, dataset.title or dataset.name)
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


def _ranking(task: Task, items: Mapping[str, pd.DataFrame], dataset: str) -> tuple[pd.DataFrame, Message | None]:
    """Scores with intervals, ranks and letters of ties, and the verdict in a sentence."""
    resampled = {label: intervals.resamples(task, its) for label, its in items.items()}
    scores = {label: float(task.metrics(its)[task.main_metric]) for label, its in items.items()}
    rows = [
        (label, label, score, *_ends(task, items[label], resampled[label], score)) for label, score in scores.items()
    ]
    table = pd.DataFrame(rows, columns=["id", "label", "score", "low", "high"])
    known = {label: one[task.main_metric] for label, one in resampled.items()}
    compared = pd.DataFrame(
        [
            {"a": a, "b": b, **{name: getattr(found, name) for name in COMPARED}}
            for (a, b), found in paired_tests.compare_all(task, items, resampled=known).items()
        ],
        columns=["a", "b", *COMPARED],
    )
    letters = multiple.groups(table, compared)
    table["rank"] = table["score"].rank(ascending=False, method="min").fillna(0).astype(int)
    return table.drop(columns="id").assign(group=table["label"].map(letters)), verdict(task, table, compared, dataset)


def _ends(task: Task, items: pd.DataFrame, resampled: Mapping[str, Floats], score: float) -> tuple[float, float]:
    """The interval of the main metric."""
    main = task.main_metric
    return intervals.intervals(task, items, {main: resampled[main]}, {main: score}).get(main, intervals.NONE)

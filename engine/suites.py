"""How do models stand on a suite of datasets, and what is left to run?"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd

from engine import datasets, models, tables
from engine.benchmarks import copies, definitions, published, registry
from engine.benchmarks.mteb_tasks import PREFIX
from engine.evaluate import evaluate
from engine.store import Results
from engine.types import Cancelled, Message, ModelEntry, Step, UserError

_PART = ["task", "subset", "split"]
ROWS = ["model", *_PART, "type", "metric", "score", "source"]


def status(suite: str, names: Sequence[str], runs: pd.DataFrame) -> pd.DataFrame:
    """One row per model and dataset of the suite: model, task, type, dataset, done, here, own_rules, samples.

    `here` says whether the data can be had without a network; `samples` is empty where nobody has counted them.
    """
    parts = definitions.parts(suite).assign(here=lambda table: table["dataset"].map(_finder()))
    parts = parts.merge(published.sizes()[[*_PART, "samples"]], on=_PART, how="left")
    done = set(zip(runs["model"], runs["dataset"], strict=True))
    every = pd.concat([parts.assign(model=name) for name in names]) if names else parts.iloc[:0].assign(model="")
    every["done"] = [pair in done for pair in zip(every["model"], every["dataset"], strict=True)]
    order = ["model", "task", "type", "dataset", "done", "here", "own_rules", "samples"]
    return every[order].reset_index(drop=True)


def _finder() -> Any:
    """Whether a dataset is on this machine, looked up once per task."""
    library = set(datasets.library())
    found = cache(lambda task: copies.find(registry.entry(task)) is not None)
    return lambda name: (
        name in library or (name.startswith(PREFIX) and found(name.removeprefix(PREFIX).partition("/")[0]))
    )


def own(suite: str, runs: pd.DataFrame, metrics: pd.DataFrame) -> pd.DataFrame:
    """The scores of own runs on a suite, one row per model and part, in the columns of `published.scores`.

    runs: `tables.latest` of the store's; metrics: the store's. Without the tasks that mteb scores by rules of their
    own. A task that is the mean over others counts once all of them have run.
    """
    parts = definitions.parts(suite)
    parts = parts[~parts["own_rules"]]
    newest = runs.sort_values("created").drop_duplicates(["label", "dataset"], keep="last")
    values = metrics[["id", "metric", "value"]].rename(columns={"value": "score"})
    found = newest[["id", "label", "dataset"]].merge(parts, on="dataset").merge(values, on=["id", "metric"])
    grouped = found.groupby(["label", *_PART, "type", "metric"], sort=False)["score"]
    scores = grouped.agg(["mean", "count"]).reset_index()
    wanted = scores.merge(parts.groupby(_PART).size().rename("wanted").reset_index(), on=_PART)
    whole = wanted[wanted["count"] == wanted["wanted"]].rename(columns={"label": "model", "mean": "score"})
    return whole.assign(source="own")[ROWS].reset_index(drop=True)


def board(rows: pd.DataFrame, parts: pd.DataFrame | None = None) -> pd.DataFrame:
    """The leaderboard of a suite, by Borda rank: borda, mean, mean_by_task (over task types) and task:… per type.

    rows: any of `own` and `published.scores`; parts: the suite's, so that a task that nobody has leaves the means
    empty, where mteb passes over it. As mteb aggregates: a task's score is the mean over its subsets and
    splits, empty for the means (not for Borda) where a model lacks one that another has; a mean is empty where a task
    is. Models that have no task in full are left out. Ranks depend on the models in view.
    """
    partial = _means(rows)
    complete = matrix(rows).dropna(how="all")
    if complete.empty:
        return pd.DataFrame(columns=["borda", "mean", "mean_by_task"])
    types = pd.concat([rows, parts])[["task", "type"]].drop_duplicates("task").set_index("task")["type"]
    lacking = types.index.difference(complete.columns) if parts is not None else []
    table = tables.summary(complete.reindex(columns=[*complete, *lacking]), types.to_dict()).astype(float)
    points = (len(complete) - partial.rank(ascending=False, method="average")).fillna(0.0).sum(axis=1)
    table["borda"] = points.rank(ascending=False, method="min").reindex(table.index).astype(int)
    return table.sort_values(["borda", "mean"], ascending=[True, False])


def matrix(rows: pd.DataFrame) -> pd.DataFrame:
    """Models × tasks of scores; empty where a model lacks a subset or split that another has."""
    scored = rows.dropna(subset=["score"])
    kinds = scored.groupby("task")[["subset", "split"]].nunique()
    had = scored.drop_duplicates(["model", *_PART]).groupby(["model", "task"]).size().unstack()
    return _means(rows).where(had.ge(kinds["subset"] * kinds["split"], axis="columns"))


def _means(rows: pd.DataFrame) -> pd.DataFrame:
    """Models × tasks: the mean over whatever subsets and splits a model has."""
    return rows.dropna(subset=["score"]).groupby(["model", "task"])["score"].mean().unstack()


def work(arguments: Mapping[str, Any], step: Step) -> dict[str, Any]:
    """Does a job of the kind `suite`: every dataset of a suite with every model, but what has been run already.

    arguments: suite and models by name, precision where one is wanted. A part that fails does not stop the others: its
    sentence is kept in the job's result, which `failures` reads.
    """
    precision = arguments.get("precision")
    entries = [models.find(name) for name in arguments["models"]]
    left = _left(arguments["suite"], entries, precision)
    failed: list[dict[str, Any]] = []
    for number, (name, entry) in enumerate(left):

        def part(share: float, message: Message, number: int = number, name: str = name) -> None:
            whole = {"part": number + 1, "parts": len(left), "dataset": name, "failed": len(failed), "message": message}
            text = Message("{part} of {parts}, {dataset}: {message} ({failed} failed so far)", whole)
            step((number + share) / len(left), text)

        if error := _attempt(name, entry, precision, part):
            about = {"model": entry.name, "dataset": name}
            failed.append(about | {"template": error.template, "values": {k: str(v) for k, v in error.values.items()}})
    return {"done": len(left) - len(failed), "failed": failed}


def failures(result: Mapping[str, Any]) -> list[tuple[str, str, Message]]:
    """The model, the dataset and the reason of every part that failed, from the result of a job."""
    return [(one["model"], one["dataset"], Message(one["template"], one["values"])) for one in result["failed"]]


def _left(suite: str, entries: Sequence[ModelEntry], precision: str | None) -> list[tuple[str, ModelEntry]]:
    """Datasets with models in the order in which they will run, a dataset's models together."""
    runs = Results().runs()
    if precision:
        runs = runs[runs["precision"].isin([precision, ""])]  # words are counted in no precision
    done = set(zip(runs["model"], runs["dataset"], strict=True))
    names = definitions.parts(suite)["dataset"].drop_duplicates()
    return [(name, entry) for name in names for entry in entries if (entry.name, name) not in done]


def _attempt(name: str, entry: ModelEntry, precision: str | None, step: Step) -> Message | None:
    """Runs one part; the sentence that says why, if it fails."""
    try:
        step(0.0, Message("Reading {dataset}", {"dataset": name}))
        evaluate(entry, datasets.load(name), precision=precision, step=step)
    except Cancelled:
        raise
    except UserError as error:
        return Message(error.template, error.values)
    except Exception as error:  # noqa: BLE001 whatever one part runs into, the next one gets its turn
        return Message("Unexpected {kind}: {text}", {"kind": type(error).__name__, "text": str(error).strip()})
    return None

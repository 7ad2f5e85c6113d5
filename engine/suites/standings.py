"""How do models stand on a suite of datasets, and what is left to run?"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from engine.benchmarks import copies, definitions, published, registry
from engine.benchmarks.agreement import Agreement, agreement
from engine.benchmarks.gathering import MERGED
from engine.benchmarks.mteb_tasks import PREFIX
from engine.datasets import library as dataset_library
from engine.models import catalogue
from engine.results import frames
from engine.types import ModelEntry

_PART = ["task", "subset", "split"]
ROWS = ["model", *_PART, "type", "metric", "score", "source"]


def status(suite: str, names: Sequence[str], runs: pd.DataFrame) -> pd.DataFrame:
    """One row per model and dataset of the suite: model, task, type, dataset, done, here, own_rules, samples.

    `here` says whether the data can be had without a network; `samples` is empty where nobody has counted them.
    """
    parts = definitions.parts(suite).assign(here=lambda table: table["dataset"].map(_finder()))
    parts = parts.merge(published.sizes()[[*_PART, "samples"]], on=_PART, how="left")
    runs = current(runs)
    done = set(zip(runs["model"], runs["dataset"], strict=True))
    every = pd.concat([parts.assign(model=name) for name in names]) if names else parts.iloc[:0].assign(model="")
    every["done"] = [pair in done for pair in zip(every["model"], every["dataset"], strict=True)]
    order = ["model", "task", "type", "dataset", "done", "here", "own_rules", "samples"]
    return every[order].reset_index(drop=True)


def current(runs: pd.DataFrame) -> pd.DataFrame:
    """The runs on the datasets as they are now: a changed dataset starts afresh."""
    known = {name: entry.fingerprint for name, entry in dataset_library.entries().items()}
    now = [known.get(name, made_on) for name, made_on in zip(runs["dataset"], runs["fingerprint"], strict=True)]
    return runs[runs["fingerprint"] == pd.Series(now, index=runs.index, dtype=object)]


def progress(suite: str, names: Sequence[str], runs: pd.DataFrame) -> pd.DataFrame:
    """One row per task of the suite: task, type, datasets, here (how many), own_rules, samples, and done by model."""
    found = status(suite, [*names, ""], runs)
    tasks = (
        found[found["model"] == ""]
        .groupby("task", sort=False)
        .agg(
            type=("type", "first"),
            datasets=("dataset", "size"),
            here=("here", "sum"),
            own_rules=("own_rules", "first"),
            samples=("samples", lambda column: column.sum(min_count=len(column))),
        )
    )
    for name in names:
        tasks[name] = found[found["model"] == name].groupby("task")["done"].sum()
    return tasks.reset_index()


def _finder() -> Any:
    """Whether a dataset is on this machine, looked up once per task."""
    library = set(dataset_library.entries())
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
    ours = parts["metric"].str.removeprefix(MERGED)  # a run of such a dataset has them merged, under their plain names
    parts = parts.assign(named=parts["metric"], metric=ours)
    newest = current(runs).sort_values("sequence").drop_duplicates(["label", "dataset"], keep="last")
    values = metrics[["id", "metric", "value"]].rename(columns={"value": "score"})
    found = newest[["id", "label", "dataset"]].merge(parts, on="dataset").merge(values, on=["id", "metric"])
    found["metric"] = found["named"]
    grouped = found.groupby(["label", *_PART, "type", "metric"], sort=False)["score"]
    scores = grouped.agg(["mean", "count"]).reset_index()
    wanted = scores.merge(parts.groupby(_PART).size().rename("wanted").reset_index(), on=_PART)
    whole = wanted[wanted["count"] == wanted["wanted"]].rename(columns={"label": "model", "mean": "score"})
    return whole.assign(source="own")[ROWS].reset_index(drop=True)


def rows(suite: str, runs: pd.DataFrame, metrics: pd.DataFrame) -> pd.DataFrame:
    """Own, imported and published scores on a suite together; `origin` says which of the three each one is.

    Where others have scores under the name of an own model, theirs stand under that name with `(published)` behind it.
    """
    mine, others = own(suite, runs, metrics), published.scores(suite)
    twice = others["model"].isin(mine["model"])
    others["model"] = others["model"].where(~twice, others["model"] + " (published)")
    found = pd.concat([one for one in (mine, others) if len(one)] or [mine], ignore_index=True)
    imported = found["source"].str.startswith("imported:")
    return found.assign(origin=np.select([found["source"] == "own", imported], ["own", "imported"], "published"))


def trained(names: Sequence[str], tasks: Sequence[str]) -> pd.DataFrame:
    """Models × tasks: whether a model's authors say that it was trained on a task's data; empty where they are silent.

    The names are those of a board: of own runs with their precision, or as others have published them.
    """
    known = catalogue.entries()
    said = [[published.overlap(_public(name, known), task) for task in tasks] for name in names]
    return pd.DataFrame(said, index=list(names), columns=list(tasks), dtype="boolean")


def _public(label: str, known: Mapping[str, ModelEntry]) -> str:
    """Under which name others publish what stands on a board under this one."""
    name = label.removesuffix(" (published)").partition(" · ")[0]
    return published.public_name(known[name]) if name in known else name


def foretold(suite: str, scores: pd.Series) -> list[Agreement]:
    """How well each published column of a suite (means, task types, tasks) orders own models, the best one first.

    scores: by the label of the run. A model and its variants, at whatever precision, count once, for they err together:
    as the model itself where it was run, else as the first of them.
    """
    public = published.scores(suite)
    known = catalogue.entries()
    own_scores = scores.sort_index().rename(index=lambda label: _public(label, known))
    own_scores = own_scores[~own_scores.index.duplicated()]
    columns = board(public, definitions.parts(suite)).drop(columns="borda")
    columns = columns.join(matrix(public), how="outer").dropna(axis="columns", how="all")
    return agreement(columns, own_scores)


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
    table = frames.summary(complete.reindex(columns=[*complete, *lacking]), types.to_dict()).astype(float)
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

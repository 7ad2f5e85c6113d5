"""What have others published about these models on public benchmarks?"""

import re
from functools import cache

import pandas as pd

from engine import config
from engine.benchmarks import definitions, imported
from engine.types import ModelEntry

FOLDER = config.ROOT / "data" / "published"
_BOARDS = {definitions.ORIGINAL_CHINESE: "C-MTEB(35)", "MTEB(cmn, v1)": "C-MTEB(35)"}
_HUB_PAGE = re.compile(r"https://huggingface\.co/(?P<id>[^/]+/[^/]+)/?")
_PART = ["task", "subset", "split"]
COLUMNS = ["model", *_PART, "type", "metric", "score", "source"]


def scores(suite: str) -> pd.DataFrame:
    """Published and imported scores on a suite: model, task, subset, split, type, metric, score (0..1), source.

    One row per model and part, by the metric that the suite counts. What was imported on this machine goes before what
    travels with Parallax, and that suite's own board before others. Empty where nobody has published anything.
    """
    parts = definitions.parts(suite).drop_duplicates(_PART)[[*_PART, "type", "metric"]]
    parts = parts.rename(columns={"task": "part"}).assign(task=parts["task"].map(definitions.known_as))
    here = imported.scores()
    others = shipped()
    others = others.iloc[(others["benchmark"] != _BOARDS.get(suite, suite)).to_numpy().argsort(kind="stable")]
    found = pd.concat([here, others], ignore_index=True).merge(parts, on=_PART, suffixes=("", "_counted"))
    # Reranking was published as plain `map`, whatever its main metric is called now; some files have no other name.
    unnamed = ((found["metric"] == "map") & (found["type"] == "Reranking")) | (found["metric"] == "main_score")
    found = found[unnamed | (found["metric"] == found["metric_counted"])]
    found = found.assign(task=found["part"])  # as the suite calls it
    return found.drop_duplicates(["model", *_PART])[COLUMNS].reset_index(drop=True)


@cache
def shipped() -> pd.DataFrame:
    """All scores that travel with Parallax, in 0..1, with the board they stand on as `benchmark`."""
    table = pd.read_parquet(FOLDER / "scores.parquet").drop(columns="type")
    return table.astype(dict.fromkeys(table.columns.drop("score"), str)).assign(score=table["score"] / 100)


def public_name(entry: ModelEntry) -> str:
    """What others publish a model of the catalogue as: its id on the hub, or its name behind its maker's."""
    found = _HUB_PAGE.fullmatch(entry.reference)
    own = "/" in entry.source and ":" not in entry.source and not entry.source.startswith(("/", "."))
    return entry.source if own else found["id"] if found else _made_by().get(entry.name, entry.name)


@cache
def _made_by() -> dict[str, str]:
    """A published model's own name -> that name behind its maker's."""
    return {name.rpartition("/")[2]: name for name in shipped()["model"].unique()}


def overlap(model: str, task: str) -> bool | None:
    """Whether a model's authors say that it was trained on a task's data; None where they say nothing."""
    found = _training().get(model)
    return None if found is None else definitions.known_as(task) in found


@cache
def _training() -> dict[str, frozenset[str]]:
    table = pd.read_csv(FOLDER / "training_overlap.csv", keep_default_na=False)
    said = table[table["trained_on"] != "?"].groupby("model")["trained_on"].agg(";".join)
    return {str(model): frozenset(filter(None, tasks.split(";"))) for model, tasks in said.items()}


@cache
def sizes() -> pd.DataFrame:
    """How large the data of well-known tasks is: task, subset, split, samples, queries, documents, labels, …."""
    return pd.read_csv(FOLDER / "task_sizes.csv")

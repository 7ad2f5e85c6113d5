"""Which judgements of a dataset should a person look at first?"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from engine import config, plugins
from engine.datasets import library
from engine.encoding import stored
from engine.inspection.label_noise import labels, rankings, scores, translations
from engine.inspection.label_noise.opinions import Opinion
from engine.results import frames
from engine.results.store import Results
from engine.storage import kept_files
from engine.types import Dataset, Message, Step, Task, UserError

VERSION = 3
MOST = 5_000
"""Suspects that are kept."""
FINDERS: Mapping[str, Callable[[Dataset, Sequence[Opinion]], pd.DataFrame]] = {
    "retrieval": rankings.judged,
    "reranking": rankings.judged,
    "classification": labels.classified,
    "clustering": labels.clustered,
    "sts": scores.graded,
    "summarization": scores.graded,
    "pair_classification": scores.binary,
    "bitext_mining": translations.aligned,
}


def suspects(dataset: Dataset, opinions: Sequence[Opinion]) -> pd.DataFrame:
    """Judgements that the models contradict, the most suspicious first; only items that every model was judged on.

    Columns: place (where the judgement stands, as `corrections` reads it), item (id of the judged item), kind, score
    (0..1, what it means depends on the task), given, proposed and why (each JSON: what the data say, what the models
    say on the whole, and what each of them says). `attrs` hold the `recall` of neighbours found approximately, if any.
    """
    shared = set.intersection(*(set(one.items["item"]) for one in opinions))
    aligned = [_only(one, shared) for one in opinions]
    return FINDERS[dataset.task](dataset, aligned).head(MOST)


def _only(opinion: Opinion, items: set[str]) -> Opinion:
    its = opinion.items
    return replace(opinion, items=its[its["item"].isin(items)].reset_index(drop=True))


def work(arguments: Mapping[str, Any], step: Step) -> dict[str, int]:
    """Does a job of the kind `label_noise`: the suspects of a dataset (by name) under these runs, kept on disk."""
    runs = list(arguments["runs"])
    step(0.0, Message("Reading what the models say"))
    dataset, opinions = gather(runs)
    step(0.1, Message("Looking for judgements that the models contradict"))
    found = suspects(dataset, opinions)
    with kept_files.keep(_path(runs)) as fresh:
        found.to_parquet(fresh, index=False)
    return {"suspects": len(found)}


def known(runs: Sequence[str]) -> pd.DataFrame | None:
    """The suspects under these runs, if they have been looked for and are what was written."""
    path = kept_files.find(_path(runs))
    return pd.read_parquet(path) if path else None


def gather(runs: Sequence[str]) -> tuple[Dataset, list[Opinion]]:
    """The dataset of these runs, and what each model says of it.

    Raises:
        UserError: the dataset has changed since, or a run has gone.
    """
    results = Results()
    every = [results.result(run) for run in runs]
    labelled = frames.latest(results.runs()).set_index("id")["label"]
    dataset = library.load(every[0].dataset)
    if stale := [one.model for one in every if one.fingerprint != dataset.fingerprint]:
        raise UserError(
            "The dataset {dataset} has changed since {models} ran on it; run them again.",
            dataset=dataset.name, models=", ".join(stale),
        )  # fmt: skip
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    texts = task.texts(dataset)
    return dataset, [
        Opinion(
            label=str(labelled.get(run, one.model)),
            items=one.items,
            score=float(one.metrics[task.main_metric]),
            fetch=partial(stored.vectors_of, one.model, one.encoder_key, one.settings, texts)
            if stored.rests(one.settings)
            else None,
            similarity=one.settings.get("similarity", "cosine"),
        )
        for run, one in zip(runs, every, strict=True)
    ]


def _path(runs: Sequence[str]) -> Path:
    name = hashlib.sha256(json.dumps([VERSION, sorted(runs)]).encode()).hexdigest()[:32]
    return config.home() / "suspects" / f"{name}.parquet"


def read(dataset: Dataset, found: pd.DataFrame) -> pd.DataFrame:
    """What a person reads of suspects, row for row: their texts, and for a judgement its query and its document."""
    places = [json.loads(place) for place in found["place"]]
    if "qrels" not in dataset.tables:
        rows = pd.DataFrame({"item": [where[1] for where in places]})
        columns = frames.ITEM_TEXTS[dataset.task][1]
        return frames.item_texts(dataset, rows)[list(columns)]
    queries = dataset.tables["queries"].astype({"id": str}).drop_duplicates("id").set_index("id")["text"]
    ids = pd.Series([where[2] for where in places], dtype=object)
    documents = frames.documents(dataset, ids).reindex(ids)
    parts = [documents[name].fillna("").astype(str) for name in ("title", "text") if name in documents]
    whole = [" ".join(part for part in row if part) for row in zip(*parts, strict=True)]
    return pd.DataFrame(
        {"query": queries.reindex([where[1] for where in places]).tolist(), "document": whole, "document_id": ids}
    )

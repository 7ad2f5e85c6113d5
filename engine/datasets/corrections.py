"""What does a dataset look like once marked judgements are corrected, and how is that kept as a version of its own?"""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from engine.datasets import library
from engine.datasets.conversion import conform
from engine.datasets.fingerprint import fingerprint
from engine.datasets.marks import Mark
from engine.plugins import tasks
from engine.types import BadDataset, Dataset

COLUMNS = {
    "classification": ("test", "label"),
    "clustering": ("documents", "label"),
    "sts": ("pairs", "score"),
    "pair_classification": ("pairs", "label"),
    "bitext_mining": ("pairs", "sentence2"),
    "summarization": ("summaries", "score"),
}
"""Which column holds the judgement of a row."""


def changing(marks: Sequence[Mark]) -> list[Mark]:
    """The marks that change something."""
    return [one for one in marks if one.action != "keep"]


def apply(dataset: Dataset, marks: Sequence[Mark]) -> Dataset:
    """The dataset with these judgements corrected; nothing else of it changes but the fingerprint.

    A query that is left without any relevant document, though a mark touched it, is no longer judged: nothing could be
    found for it.

    Raises:
        BadDataset: a mark names a row that is not there.
    """
    tables = dict(dataset.tables)
    if "qrels" in tables:
        tables["qrels"] = _judged(tables["qrels"], changing(marks))
    else:
        name, column = COLUMNS[dataset.task]
        tables[name] = _corrected(tables[name], column, changing(marks))
    own = conform(tables, tasks()[dataset.task].tables)
    return replace(dataset, tables=own, fingerprint=fingerprint(dataset.task, own, dataset.settings))


def keep(dataset: Dataset, marks: Sequence[Mark], *, title: str = "") -> Dataset:
    """Save the corrected dataset in the library under the next version's name, its source saying what it comes from.

    Raises:
        BadDataset: nothing is marked as wrong.
    """
    count = len(changing(marks))
    if not count:
        raise BadDataset("Nothing is marked as a mistake yet, so there is no new version to keep.")
    made = apply(dataset, marks)
    name, number = next_version(dataset.name)
    origin = f"{dataset.name} {dataset.fingerprint[:8]}, {count} judgements corrected in Parallax"
    return library.save(
        name,
        dataset.task,
        made.tables,
        title=f"{re.sub(r' · v[0-9]+$', '', title or dataset.title or dataset.name)} · v{number}",
        source=f"{dataset.source} ({origin})" if dataset.source else origin,
        licence=dataset.licence,
        languages=dataset.languages,
        settings=dataset.settings,
    )


def next_version(name: str) -> tuple[str, int]:
    """The first name of the form name-v2, name-v3 … that is free, and its number."""
    base = re.sub(r"-v[0-9]+$", "", re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-"))
    known, number = library.entries(), 2
    while f"{base}-v{number}" in known:
        number += 1
    return f"{base}-v{number}", number


def _corrected(table: pd.DataFrame, column: str, marks: Sequence[Mark]) -> pd.DataFrame:
    table = table.reset_index(drop=True)
    values, gone = table[column].tolist(), []
    for one in marks:
        _, row, *level = json.loads(one.place)
        if not 0 <= row < len(values):
            raise BadDataset(
                "A mark names row {row}, but the table has {rows} rows: it belongs to another state of the data.",
                row=row + 1,
                rows=len(values),
            )
        if one.action == "drop":
            gone.append(row)
        elif level:
            values[row] = [*values[row][: level[0]], one.value, *values[row][level[0] + 1 :]]
        else:
            values[row] = one.value
    table[column] = pd.Series(values, dtype=object)  # `conform` gives it its kind again
    return table.drop(index=gone).reset_index(drop=True)


def _judged(qrels: pd.DataFrame, marks: Sequence[Mark]) -> pd.DataFrame:
    """The judgements after the marks: a grade changed, added, or taken out."""
    qrels = qrels.reset_index(drop=True)
    if "score" not in qrels:
        qrels = qrels.assign(score=1.0)
    wanted: dict[tuple[str, str], Any] = {
        (query, document): one.value if one.action == "replace" else None
        for one in marks
        for _, query, document in [json.loads(one.place)]
    }
    pairs = list(zip(qrels["query_id"].astype(str), qrels["corpus_id"].astype(str), strict=True))
    kept = [pair not in wanted for pair in pairs]
    fresh = [(query, document, float(value)) for (query, document), value in wanted.items() if value is not None]
    order = {pair: at for at, pair in enumerate(pairs)}
    added = pd.DataFrame(fresh, columns=["query_id", "corpus_id", "score"])
    places = [order.get((query, document), len(pairs)) for query, document, _ in fresh]
    joined = pd.concat(
        [qrels[kept].assign(_at=[at for at, stays in enumerate(kept) if stays]), added.assign(_at=places)]
    )
    joined = joined.sort_values("_at", kind="stable", ignore_index=True).drop(columns="_at")
    touched = {query for query, _ in wanted}
    answered = set(joined["query_id"][joined["score"] > 0])
    return joined[~joined["query_id"].isin(touched - answered)].reset_index(drop=True)

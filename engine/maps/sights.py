"""What does each model see of the texts of a map: their vectors, and which are neighbours?"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from engine import plugins
from engine.encoding import encode, paces, stored
from engine.maps.layout import Sight
from engine.models import catalogue
from engine.models.variants import Kept
from engine.results.store import Results
from engine.runs import evaluate
from engine.runs.instructions import told
from engine.search import neighbours
from engine.search.similarity import one_each
from engine.types import Dataset, ModelEntry, Step, Texts, UserError, Vectors
from engine.vectors import joined


class Seen(NamedTuple):
    """The vectors of the texts under a model, and the key under which they are stored."""

    model: str
    key: str
    vectors: Vectors


def seen(model: str, dataset: Dataset, table: pd.DataFrame, *, step: Step) -> Seen:
    """The points as the model sees them: vectors from the store, or encoded.

    Raises:
        BadModel: a text has many vectors.
    """
    texts, entry = plugins.tasks()[dataset.task].texts(dataset), told(catalogue.find(model), dataset)
    asked = {
        str(field): Texts(rows["text"].tolist(), texts[str(field)].role)
        for field, rows in table.groupby("field", sort=False)
    }
    key, vectors = _of_run(entry, dataset, asked) or _encoded(entry, evaluate.documents(texts), asked, step=step)
    return Seen(model, key, one_each(vectors))


def with_neighbours(seen: Seen, table: pd.DataFrame, *, exact: bool = False, step: Step) -> Sight:
    """The points with their neighbours, which are kept on disk; see `neighbours.graph`."""
    joined = "\x00".join(table["field"] + "\x01" + table["text"])
    told = hashlib.sha256(joined.encode(errors="replace")).hexdigest()
    name = neighbours.digest(seen.key, told, approximate=neighbours.approximate(seen.vectors, exact=exact))
    graph = neighbours.stored(name)
    if graph is None:
        graph = neighbours.graph(seen.vectors, exact=exact, step=step)
        neighbours.keep(name, graph)
    return Sight(seen.model, seen.vectors, graph, name)


def _of_run(entry: ModelEntry, dataset: Dataset, asked: Mapping[str, Texts]) -> tuple[str, Vectors] | None:
    """The key and the vectors of these texts where a run has left all of them: a model takes long to load."""
    results = Results()
    run = results.known(entry.name, dataset.fingerprint, evaluate.identity(entry))
    if run is None:
        return None
    key = str(results.runs().set_index("id").loc[run, "encoder_key"])
    try:
        return key, joined(list(stored.vectors_of(entry.name, key, results.notes(run)[0], asked).values()))
    except UserError:
        return None


def _encoded(
    entry: ModelEntry, documents: Sequence[str], asked: Mapping[str, Texts], *, step: Step
) -> tuple[str, Vectors]:
    """The key and the vectors of these texts, encoded where they are not stored."""
    step(0.0, paces.loading(entry))
    encoder, kept = paces.load(entry).fit(documents), Kept.of(entry)
    parts, done, total = [], 0.0, sum(len(one.items) for one in asked.values())
    for one in asked.values():
        parts.append(encode.encode(encoder, one, part_of(step, done, len(one.items) / total)).vectors)
        done += len(one.items) / total
    vectors = joined(parts)
    return kept.key(encoder.key), kept.reading(vectors, encoder.similarity)(vectors)


def part_of(step: Step, start: float, size: float) -> Step:
    """A step for one part of the work."""
    return lambda share, message: step(start + size * share, message)

"""What would each model find for this, and how alike does it find these texts? Models and vectors stay warm."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

import numpy as np
import pandas as pd
from scipy import sparse

from engine import plugins
from engine.datasets import library
from engine.encoding import paces
from engine.encoding.encode import encode
from engine.models import catalogue
from engine.models.variants import Kept
from engine.runs.instructions import told
from engine.runs.plans import check_fit, identity
from engine.search.top_k import top_k
from engine.types import BadModel, Dataset, Encoder, ModelEntry, Role, Step, Task, Texts, Vectors
from engine.vectors import size

MOST_BYTES = 1 << 30
MOST_MODELS = 6
Thing = TypeVar("Thing")
Documents: TypeAlias = tuple[Encoder, Callable[[Vectors], Vectors], Vectors]
"""An encoder, what brings its vectors into the form in which they are kept, and those of all distinct texts in it."""


@dataclass(frozen=True)
class Corpus:
    """What of a dataset can be found: a table of id, title and text, the texts as they are embedded, and the roles."""

    dataset: Dataset
    task: Task
    table: pd.DataFrame
    sought: Texts
    query_role: Role | None

    @cached_property
    def alike(self) -> list[list[int]]:
        """For every distinct text, in the order in which they first stand, the rows that hold it.

        Each is scored once: in a product the last bits of equal vectors may differ with their place.
        """
        rows: dict[str, list[int]] = {}
        for row, text in enumerate(self.sought.items):
            rows.setdefault(text, []).append(row)
        return list(rows.values())


_corpora: dict[tuple[str, str], Corpus] = {}
_encoders: dict[str, Encoder] = {}
_vectors: dict[tuple[str, str], Documents] = {}


def search(arguments: Mapping[str, Any], step: Step) -> dict[str, list[list[dict[str, Any]]]]:
    """The k nearest texts of a dataset for every query, by model: id, title, text and score, best first.

    Does a job of the kind `search`: models and dataset by name, queries, k.
    """
    name, queries = arguments["dataset"], [str(query) for query in arguments["queries"]]
    known = (name, plugins.pick(library.entries(), name, "dataset").fingerprint)
    corpus = _kept(_corpora, known, lambda: corpus_of(library.load(name)), most=2)
    found = {}
    for number, model in enumerate(arguments["models"]):
        part = _part(step, number, len(arguments["models"]))
        entry = catalogue.find(model)
        check_fit(entry, corpus.task)
        entry = told(entry, corpus.dataset)
        encoder, reading, vectors = _documents(entry, known, corpus, step=part)
        asked = reading(encoder.encode(queries, corpus.query_role))
        similarity = Kept.of(entry).similarity(encoder.similarity)
        rows, scores = top_k(asked, vectors, arguments["k"], similarity=similarity)
        if sparse.issparse(vectors):  # without a word in common there is nothing to show
            rows = np.where(scores > 0, rows, -1)
        found[model] = [_results(corpus, *ranking)[: arguments["k"]] for ranking in zip(rows, scores, strict=True)]
    return found


def similarity(arguments: Mapping[str, Any], step: Step) -> dict[str, list[list[float]]]:
    """The matrix of pairwise similarity of some texts by model; does a job of the kind `similarity`: models, texts."""
    texts = [str(text) for text in arguments["texts"]]
    found = {}
    for number, model in enumerate(arguments["models"]):
        entry = catalogue.find(model)
        if plugins.pick(plugins.families(), entry.family, "family").tokens:
            raise BadModel(
                "{model} compares a query with documents, each by all of its tokens (late interaction); how alike two "
                "texts are it does not say.",
                model=entry.name,
            )
        encoder, kept = _encoder(entry, _part(step, number, len(arguments["models"]))).fit(texts), Kept.of(entry)
        vectors = encoder.encode(texts)
        vectors = kept.reading(vectors, encoder.similarity)(vectors)
        rows, scores = top_k(vectors, vectors, len(texts), similarity=kept.similarity(encoder.similarity))
        found[model] = np.take_along_axis(scores, np.argsort(rows, axis=1), axis=1).tolist()
    return found


def corpus_of(dataset: Dataset) -> Corpus:
    """The documents of a dataset, or all its distinct texts where its task knows no documents."""
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    fields = task.texts(dataset)
    query_role: Role | None = "query" if any(one.role == "query" for one in fields.values()) else None
    for name, one in fields.items():
        if one.role == "document" and name in dataset.tables and len(dataset.tables[name]) == len(one.items):
            shown = dataset.tables[name].reindex(columns=["id", "title", "text"]).astype(object)
            return Corpus(dataset, task, shown.fillna("").astype(str), one, query_role)
    sought = {name: one for name, one in fields.items() if one.role == "document"} or fields
    parts = [pd.DataFrame({"id": [f"{name} {row}" for row in range(1, len(one.items) + 1)], "text": list(one.items)})
             for name, one in sought.items()]  # fmt: skip
    table = pd.concat(parts).drop_duplicates("text", ignore_index=True).assign(title="")
    role = next(iter(sought.values())).role
    return Corpus(dataset, task, table, Texts(table["text"].tolist(), role), query_role)


def _documents(entry: ModelEntry, known: tuple[str, str], corpus: Corpus, *, step: Step) -> Documents:
    """The vectors of all that can be found, from memory, the store or the model."""

    def make() -> Documents:
        encoder = _encoder(entry, step).fit(corpus.sought.items)
        firsts = [corpus.sought.items[rows[0]] for rows in corpus.alike]
        vectors = encode(encoder, Texts(firsts, corpus.sought.role), step).vectors
        reading = Kept.of(entry).reading(vectors, encoder.similarity)
        return encoder, reading, reading(vectors)

    found = _kept(_vectors, (str(identity(entry)), str(known)), make, most=64)
    while len(_vectors) > 1 and sum(size(vectors) for *_, vectors in _vectors.values()) > MOST_BYTES:
        del _vectors[next(iter(_vectors))]
    return found


def _encoder(entry: ModelEntry, step: Step) -> Encoder:
    def make() -> Encoder:
        step(0.0, paces.loading(entry))
        return paces.load(entry)

    known = identity(entry)
    return _kept(_encoders, f"{known['encoding']} {known['files']}", make, most=MOST_MODELS)


def _kept(shelf: dict[Any, Thing], key: object, make: Callable[[], Thing], *, most: int) -> Thing:
    """The thing of that key, made if it is not there; the one that was asked for longest ago leaves first."""
    thing = shelf.pop(key) if key in shelf else make()
    shelf[key] = thing
    while len(shelf) > most:
        del shelf[next(iter(shelf))]
    return thing


def _results(corpus: Corpus, rows: Sequence[int], scores: Sequence[float]) -> list[dict[str, Any]]:
    there = [(row, float(score)) for row, score in zip(rows, scores, strict=True) if row >= 0]
    return [corpus.table.iloc[one].to_dict() | {"score": score} for row, score in there for one in corpus.alike[row]]


def _part(step: Step, number: int, total: int) -> Step:
    return lambda share, message: step((number + share) / total, message)

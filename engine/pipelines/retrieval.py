"""What does one retriever find for each query? Searched once, and then kept."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from engine import plugins
from engine.encoding import paces
from engine.encoding.encode import encode
from engine.encoding.health import footprint
from engine.models.identity import identity
from engine.models.variants import Kept
from engine.pipelines import kept
from engine.pipelines.chunked import ChunkRanker
from engine.pipelines.chunks import Cut
from engine.pipelines.rankers import MAKERS
from engine.rankings import Ranking, Request
from engine.search.prepared import Prepared, only
from engine.search.top_k import search
from engine.types import Message, ModelEntry, Step, Texts

TIMED = 16
"""Queries that are timed one at a time."""


class Chunked(NamedTuple):
    """How documents are cut, and how many of its best chunks a document's score is the mean of."""

    cut: Cut
    best: int = 1


@dataclass(frozen=True)
class Found:
    """A retriever's ranking; key: of all that made it; notes: `ms` a query, one at a time, `counts` of texts, and the
    `footprint` of its vectors, as of `footprint`."""

    ranking: Ranking
    key: str
    notes: dict[str, Any]
    cached: bool


@dataclass(frozen=True)
class Opened:
    """A retriever that has searched, and can search for one query after another.

    key: of the encoder; alone: the place of a query in the request -> its ranking, encoded and searched anew.
    """

    ranking: Ranking
    key: str
    alone: Callable[[int], Ranking]
    counts: dict[str, float]
    footprint: dict[str, float]


def retrieve(
    entry: ModelEntry, request: Request, fingerprint: str, *, precision: str, step: Step, chunks: Chunked | None = None
) -> Found:
    """The documents that this model ranks first, to the depth of the request; or those of the best chunks.

    Raises:
        BadModel: the model cannot be loaded.
    """
    path = place(entry, request.depth, fingerprint, precision, chunks)
    if known := kept.find(path):
        step(1.0, Message("{model} has searched here before", {"model": entry.name}))
        return Found(known[0], path.stem, known[1], cached=True)
    opened = search_with(entry, request, precision=precision, step=step, chunks=chunks)
    notes = {"ms": _timed(opened.alone, request), "counts": opened.counts, "footprint": opened.footprint}
    kept.keep(path, opened.ranking, notes)
    return Found(opened.ranking, path.stem, notes, cached=False)


def place(entry: ModelEntry, depth: int, fingerprint: str, precision: str, chunks: Chunked | None) -> Path:
    """Where what this retriever finds on a dataset of that fingerprint is kept; its stem is the key of it."""
    how = [asdict(chunks.cut), chunks.best] if chunks else []
    known = identity(entry) | {"prompts": dict(entry.prompts)}
    return kept.place(known, fingerprint, precision if entry.source else "", depth, *how)


def search_with(
    entry: ModelEntry, request: Request, *, precision: str, step: Step, chunks: Chunked | None = None
) -> Opened:
    """What a model finds for a request, and the model with its documents made ready for one query at a time.

    Raises:
        BadModel: the model cannot be loaded.
    """
    gives = str(plugins.pick(plugins.families(), entry.family, "family").gives)
    precision = precision if entry.source else ""
    step(0.0, paces.loading(entry))
    if gives == "vectors" and not chunks:
        return _by_vectors(entry, request, precision, step)
    if chunks:
        cutting = ChunkRanker(entry, chunks.cut, precision, best=chunks.best)
        ranking = cutting.rank(request, step)
        return Opened(
            ranking, cutting.key, lambda one: cutting.alone(only(request, one)), cutting.counts, cutting.footprint
        )
    ranker = MAKERS[gives](entry, precision)
    ranking = ranker.rank(request, step)
    counts = dict(getattr(ranker, "counts", {}))
    return Opened(ranking, ranker.key, lambda one: ranker.rank(only(request, one)), counts, {})


def _by_vectors(entry: ModelEntry, request: Request, precision: str, step: Step) -> Opened:
    plain = paces.load(entry, precision or None)
    encoder, keeping = plain.fit(request.corpus), Kept.of(entry)
    asked = encode(encoder, Texts(request.queries, "query"), lambda share, said: step(0.1 * share, said))
    held_texts = Texts(request.corpus, "document")
    held = encode(encoder, held_texts, lambda share, said: step(0.1 + 0.8 * share, said))
    step(0.9, Message("{model} searches", {"model": entry.name}))
    vectors = keeping.applied({"queries": asked.vectors, "corpus": held.vectors}, encoder.similarity)
    similarity = keeping.similarity(encoder.similarity)
    ranking = search(request, vectors["queries"], vectors["corpus"], similarity=similarity)
    prepared = Prepared(request, vectors["corpus"], similarity)

    def alone(place: int) -> Ranking:
        encoder.encode([request.queries[place]], "query")
        return prepared.rank(place, vectors["queries"][place : place + 1])

    names = ("texts", "distinct", "cached", "tokens")
    counts = {name: getattr(asked, name) + getattr(held, name) for name in names}
    took = footprint({"corpus": held_texts}, vectors, keeping.precision)
    return Opened(ranking, keeping.key(encoder.key), alone, counts, took)


def _timed(alone: Callable[[int], Any], request: Request) -> float:
    """Milliseconds a query takes, one at a time: the median over a few, after a first one that warms up."""
    places: Sequence[int] = range(min(TIMED, len(request.queries)))
    seconds = []
    for place in [*places[:1], *places]:
        start = time.perf_counter()
        alone(place)
        seconds.append(time.perf_counter() - start)
    return 1000 * float(np.median(seconds[1:])) if places else float("nan")

"""What does one retriever find for each query? Searched once, and then kept."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
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


def retrieve(
    entry: ModelEntry, request: Request, fingerprint: str, *, precision: str, step: Step, chunks: Chunked | None = None
) -> Found:
    """The documents that this model ranks first, to the depth of the request; or those of the best chunks.

    Raises:
        BadModel: the model cannot be loaded.
    """
    gives = str(plugins.pick(plugins.families(), entry.family, "family").gives)
    precision = precision if entry.source else ""
    how = [asdict(chunks.cut), chunks.best] if chunks else []
    path = kept.place(identity(entry) | {"prompts": dict(entry.prompts)}, fingerprint, precision, request.depth, *how)
    if known := kept.find(path):
        step(1.0, Message("{model} has searched here before", {"model": entry.name}))
        return Found(known[0], path.stem, known[1], cached=True)
    step(0.0, paces.loading(entry))
    if gives == "vectors" and not chunks:
        ranking, notes = _by_vectors(entry, request, precision, step)
    else:
        ranker = (
            ChunkRanker(entry, chunks.cut, precision, best=chunks.best) if chunks else MAKERS[gives](entry, precision)
        )
        ranking = ranker.rank(request, step)
        counts = getattr(ranker, "counts", {})
        counts, alone = dict(counts), ranker.alone if isinstance(ranker, ChunkRanker) else ranker.rank
        notes = {
            "ms": _timed(lambda one: alone(_alone(request, one)), request),
            "counts": counts,
            "footprint": getattr(ranker, "footprint", {}),
        }
    kept.keep(path, ranking, notes)
    return Found(ranking, path.stem, notes, cached=False)


def _by_vectors(entry: ModelEntry, request: Request, precision: str, step: Step) -> tuple[Ranking, dict[str, Any]]:
    plain = paces.load(entry, precision or None)
    encoder, keeping = plain.fit(request.corpus), Kept.of(entry)
    asked = encode(encoder, Texts(request.queries, "query"), lambda share, said: step(0.1 * share, said))
    held_texts = Texts(request.corpus, "document")
    held = encode(encoder, held_texts, lambda share, said: step(0.1 + 0.8 * share, said))
    step(0.9, Message("{model} searches", {"model": entry.name}))
    vectors = keeping.applied({"queries": asked.vectors, "corpus": held.vectors}, encoder.similarity)
    similarity = keeping.similarity(encoder.similarity)
    ranking = search(request, vectors["queries"], vectors["corpus"], similarity=similarity)

    def alone(place: int) -> None:
        encoder.encode([request.queries[place]], "query")
        search(_alone(request, place), vectors["queries"][place : place + 1], vectors["corpus"], similarity=similarity)

    names = ("texts", "distinct", "cached", "tokens")
    counts = {name: getattr(asked, name) + getattr(held, name) for name in names}
    took = footprint({"corpus": held_texts}, vectors, keeping.precision)
    return ranking, {"ms": _timed(alone, request), "counts": counts, "footprint": took}


def _alone(request: Request, place: int) -> Request:
    """The request of one query, as far as a search needs it."""
    own = request.candidates and [request.candidates[place]]
    rows = request.query_rows[place : place + 1]
    return replace(request, queries=[request.queries[place]], query_rows=rows, candidates=own)


def _timed(alone: Callable[[int], Any], request: Request) -> float:
    """Milliseconds a query takes, one at a time: the median over a few, after a first one that warms up."""
    places: Sequence[int] = range(min(TIMED, len(request.queries)))
    seconds = []
    for place in [*places[:1], *places]:
        start = time.perf_counter()
        alone(place)
        seconds.append(time.perf_counter() - start)
    return 1000 * float(np.median(seconds[1:])) if places else float("nan")

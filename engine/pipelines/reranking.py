"""What does a reranker make of the first documents of a ranking? Every pair of query and document is scored once."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from engine import plugins
from engine.encoding import paces
from engine.encoding.encode import encode
from engine.encoding.health import footprint
from engine.rankings import Ranking, Request, ranked
from engine.search.prepared import only
from engine.search.similarity import every
from engine.texts.pairs import Pairs
from engine.texts.text_columns import Chosen
from engine.types import BadModel, Encoder, Message, ModelEntry, Step, Texts

TIMED = 5
"""Queries whose pairs are timed, one query at a time."""
PATIENCE = 10.0
"""Seconds after which no further query is timed."""


@dataclass(frozen=True)
class Scored:
    """The scores (Q, depth) of the first documents of a ranking, nan where there are fewer; key: of the reranker.

    notes: `ms` for one query's pairs by themselves, `pairs` in all, `scored` anew, `tokens`, `seconds`.
    """

    before: Ranking
    scores: npt.NDArray[np.float32]
    key: str
    notes: Mapping[str, Any]

    def ranking(self, depth: int, request: Request) -> Ranking:
        """The first `depth` documents in the order of their scores, then the others as they stood.

        The scores of those others only continue the order: each is below the one before it, and below all that were
        scored.
        """
        own = [line[line >= 0] for line in self.before.rows]
        pairs = zip(self.scores, own, strict=True)
        scores = [_continued(line[: min(depth, len(one))], len(one)) for line, one in pairs]
        return ranked(own, scores, request.order, request.depth)


def score(entry: ModelEntry, found: Ranking, request: Request, *, depth: int, precision: str, step: Step) -> Scored:
    """What the reranker says of the first `depth` documents of every query.

    A pair's score is kept under the reranker's key and both texts: another depth, another retriever or another dataset
    scores only what is new.

    A late interaction model scores by MaxSim, from the vectors of the documents' tokens that it has stored.

    Raises:
        BadModel: the model is no reranker, or cannot be loaded.
    """
    if plugins.pick(plugins.families(), entry.family, "family").tokens:
        return _by_tokens(entry, found, request, depth=depth, precision=precision, step=step)
    encoder = load(entry, precision, step)
    rows = found.rows[:, :depth]
    places = np.nonzero(rows >= 0)
    pairs = Pairs(request.queries, request.corpus, (places[0], rows[places]))
    scores = np.full(rows.shape, np.nan, np.float32)
    if not len(pairs):
        return Scored(found, scores, encoder.key, {"ms": float("nan"), "pairs": 0, "scored": 0})
    made = encode(encoder, Texts(pairs), lambda share, said: step(0.9 * share, said))
    scores[places] = np.asarray(made.vectors, np.float32)[:, 0]
    step(0.9, Message("{model} is timed", {"model": entry.name}))
    notes = {
        "ms": _timed(encoder, pairs, places[0]),
        "pairs": made.texts,
        "scored": made.distinct - made.cached,
        "distinct": made.distinct,
        "cached": made.cached,
        "tokens": made.tokens,
        "seconds": made.seconds,
        "prompt": encoder.prompt(None),
    }
    return Scored(found, scores, encoder.key, notes)


@dataclass(frozen=True)
class Scoring:
    """A reranker that is loaded; alone: (place of a query in the request, its ranking (1, k)) -> it, reranked anew."""

    key: str
    alone: Callable[[int, Ranking], Ranking]


def scoring(entry: ModelEntry, found: Ranking, request: Request, *, depth: int, precision: str, step: Step) -> Scoring:
    """A reranker that is ready for one query at a time; found: what was found for the queries of the request.

    A late interaction model has the vectors of these documents stored.

    Raises:
        BadModel: the model cannot be loaded.
    """
    encoder = load(entry, precision, step)
    score = _pair_scores(encoder, request)
    if plugins.pick(plugins.families(), entry.family, "family").tokens:
        score = _token_scores(encoder, found, request, depth, step)

    def alone(place: int, before: Ranking) -> Ranking:
        rows = before.rows[0, :depth]
        scores = score(place, rows[rows >= 0])
        return Scored(before, scores[None], encoder.key, {}).ranking(depth, only(request, place))

    return Scoring(encoder.key, alone)


_Score = Callable[[int, npt.NDArray[np.int64]], npt.NDArray[np.float32]]


def _pair_scores(encoder: Encoder, request: Request) -> _Score:
    def score(place: int, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        pairs = Pairs([request.queries[place]], request.corpus, (np.zeros(len(rows), np.int64), rows))
        return np.asarray(encoder.encode(pairs), np.float32)[:, 0] if len(rows) else np.empty(0, np.float32)

    return score


def _token_scores(encoder: Encoder, found: Ranking, request: Request, depth: int, step: Step) -> _Score:
    rows = found.rows[:, :depth]
    documents = np.unique(rows[rows >= 0])
    held = encode(encoder, Texts(Chosen(request.corpus, documents), "document"), step)

    def score(place: int, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        query = encoder.encode([request.queries[place]], "query")
        own = held.vectors[np.searchsorted(documents, rows)]
        return np.asarray(every(query, own, encoder.similarity)[0], np.float32)

    return score


def reranks(entry: ModelEntry) -> bool:
    """Whether a model can score the documents that others have found."""
    family = plugins.pick(plugins.families(), entry.family, "family")
    return bool(family.gives == "pair scores" or family.tokens)


def _by_tokens(
    entry: ModelEntry, found: Ranking, request: Request, *, depth: int, precision: str, step: Step
) -> Scored:
    """As `score`, by MaxSim; only documents that somebody found are encoded."""
    step(0.0, paces.loading(entry))
    encoder, rows = paces.load(entry, precision or None), found.rows[:, :depth]
    documents = np.unique(rows[rows >= 0])
    asked = encode(encoder, Texts(request.queries, "query"), lambda share, said: step(0.2 * share, said))
    texts = Texts(Chosen(request.corpus, documents), "document")
    held = encode(encoder, texts, lambda share, said: step(0.2 + 0.6 * share, said))
    scores, seconds = np.full(rows.shape, np.nan, np.float32), []
    for place, line in enumerate(rows):
        start, own = time.perf_counter(), np.searchsorted(documents, line[line >= 0])
        if len(own):
            one = asked.vectors[place : place + 1]
            scores[place, : len(own)] = every(one, held.vectors[own], encoder.similarity)[0]
        seconds.append(time.perf_counter() - start)
    step(0.9, Message("{model} is timed", {"model": entry.name}))
    start = time.perf_counter()
    for query in request.queries[:TIMED]:
        encoder.encode([query], "query")
    each = (time.perf_counter() - start) / max(1, min(TIMED, len(request.queries)))
    notes = {name: getattr(asked, name) + getattr(held, name) for name in ("distinct", "cached", "tokens", "seconds")}
    ms = 1000 * (float(np.median(seconds)) + each) if seconds else float("nan")
    took = footprint({"corpus": texts}, {"corpus": held.vectors}, "float32")
    if took:  # of those that somebody found; a document that nobody has found yet takes as much
        took["bytes"] = took["bytes_a_document"] * len(request.corpus)
        notes["footprint"] = took
    notes |= {"ms": ms, "pairs": int((rows >= 0).sum()), "scored": int((rows >= 0).sum())}
    return Scored(found, scores, encoder.key, notes | {"prompt": encoder.prompt("query")})


def _continued(scores: npt.NDArray[np.float32], number: int) -> npt.NDArray[np.float32]:
    """Scores for `number` documents: those given, then ever lower ones."""
    lowest = scores.min() if len(scores) else np.float32(0)
    step = max(np.float32(1), 2 * np.spacing(np.abs(lowest) + np.float32(number)))
    return np.concatenate([scores, lowest - step * np.arange(1, number - len(scores) + 1, dtype=np.float32)])


class Candidates:
    """A reranker by itself: it ranks the candidates that a dataset gives."""

    def __init__(self, entry: ModelEntry, precision: str) -> None:
        self.name, self.entry, self.precision, self.key = entry.name, entry, precision, ""
        self.counts: dict[str, float] = {}
        self.settings: dict[str, Any] = {}

    def rank(self, request: Request, step: Step | None = None) -> Ranking:
        """All candidates of each query by their scores.

        Raises:
            BadModel: there are no candidates; or as `score`.
        """
        found = candidates(self.name, request)
        width = found.rows.shape[1]
        tell = step or (lambda share, message: None)
        scored = score(self.entry, found, request, depth=width, precision=self.precision, step=tell)
        self.key, notes = scored.key, scored.notes
        names = ("pairs", "distinct", "cached", "tokens")
        self.counts = {"texts": notes["pairs"]} | {name: notes.get(name, 0) for name in names}
        self.counts |= {"encoded": notes["scored"], "encode": notes.get("seconds", 0.0)}  # without loading and timing
        self.settings = {"ms": notes["ms"]}
        return scored.ranking(width, request)


def candidates(name: str, request: Request) -> Ranking:
    """The candidates of each query as the dataset gives them, for the reranker of this name; without scores.

    Raises:
        BadModel: there are none.
    """
    if request.candidates is None:
        raise BadModel(
            "{name} reranks what others have found, and the dataset gives no candidates: put it behind a retriever "
            "in a pipeline.",
            name=name,
        )
    rows = np.full((len(request.candidates), max(1, *map(len, request.candidates), 1)), -1)
    for row, own in enumerate(request.candidates):
        rows[row, : len(own)] = own
    return Ranking(rows, np.full(rows.shape, np.nan, np.float32))


def load(entry: ModelEntry, precision: str, step: Step) -> Encoder:
    """The reranker, ready to score pairs."""
    step(0.0, paces.loading(entry))
    return paces.load(entry, (precision or None) if entry.source else None)


def _timed(encoder: Encoder, pairs: Sequence[str], queries: npt.NDArray[np.int64]) -> float:
    """Milliseconds that a query's pairs take by themselves: the median over a few, unless what is asked costs money."""
    if getattr(encoder, "charges", False):
        return float("nan")
    edges = np.flatnonzero(np.diff(queries, prepend=-1, append=-1)).tolist()
    seconds: list[float] = []
    encoder.encode(pairs[: min(edges[1], 2)])  # warms up
    for start, stop in list(pairwise(edges))[:TIMED]:
        began = time.perf_counter()
        encoder.encode(pairs[start:stop])
        seconds.append(time.perf_counter() - began)
        if sum(seconds) > PATIENCE:
            break
    return 1000 * float(np.median(seconds))

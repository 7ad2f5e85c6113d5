"""How does a model rank documents by their chunks? Every chunk is a text like any other: encoded once, then kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.encoding import paces
from engine.encoding.encode import Encoded, encode
from engine.encoding.health import footprint
from engine.models.rulers import ruler
from engine.models.variants import Kept
from engine.pipelines.chunks import Chunks, Cut, chunks
from engine.rankings import Ranking, Request
from engine.search.by_document import by_document, of_ready
from engine.search.top_k import ready, top_k
from engine.types import ModelEntry, Similarity, Step, Texts, Vectors

DEEPEST = 1_000
"""Chunks of a query that a reader could be given."""


@dataclass(frozen=True)
class Searched:
    """Queries and chunks as one model sees them.

    key: of the encoder, fitted to the chunks where it learns from a corpus; asked, held: what encoding them took.
    """

    chunks: Chunks
    queries: Vectors
    vectors: Vectors
    similarity: Similarity
    key: str
    asked: Encoded
    held: Encoded
    embed: Callable[[Sequence[str]], Vectors]
    """Vectors of further queries, which are not stored."""

    def documents(self, request: Request, best: int = 1) -> Ranking:
        """The documents by their best chunks."""
        return by_document(
            request, self.queries, self.vectors, self.chunks.documents, similarity=self.similarity, best=best
        )

    def first(self, depth: int = DEEPEST) -> Ranking:
        """The chunks themselves, the best first; of equal ones the earlier."""
        depth = min(depth, len(self.chunks.texts))
        return top_k(self.queries, self.vectors, depth, similarity=self.similarity)


def search(entry: ModelEntry, request: Request, cut: Chunks, precision: str, step: Step) -> Searched:
    """The vectors of the request's queries and of chunks; a model that learns from a corpus learns from the chunks."""
    step(0.0, paces.loading(entry))
    encoder = paces.load(entry, (precision or None) if entry.source else None).fit(cut.texts)
    asked = encode(encoder, Texts(request.queries, "query"), lambda share, said: step(0.1 * share, said))
    held = encode(encoder, Texts(cut.texts, "document"), lambda share, said: step(0.1 + 0.9 * share, said))
    keeping = Kept.of(entry)
    vectors = keeping.applied({"queries": asked.vectors, "corpus": held.vectors}, encoder.similarity)
    similarity = keeping.similarity(encoder.similarity)
    key = keeping.key(encoder.key)

    def embed(queries: Sequence[str]) -> Vectors:
        made = {"queries": encoder.encode(queries, "query"), "corpus": held.vectors[:1]}
        return keeping.applied(made, encoder.similarity)["queries"]

    return Searched(cut, vectors["queries"], vectors["corpus"], similarity, key, asked, held, embed)


class ChunkRanker:
    """A model over the chunks of a corpus: a document scores as its best chunk, or as the mean of its best few."""

    def __init__(self, entry: ModelEntry, cut: Cut, precision: str = "", *, best: int = 1) -> None:
        self.name, self.entry, self.cut, self.precision, self.best = entry.name, entry, cut, precision, best
        self.key = ""
        self.counts: dict[str, float] = {}
        self.settings: dict[str, Any] = {}
        self.footprint: dict[str, float] = {}
        """What the vectors of the chunks take, as of `footprint`: a document's are those of its chunks together."""
        self._found: Searched | None = None
        self._held: Any = None

    def rank(self, request: Request, step: Step | None = None) -> Ranking:
        """The documents of each query; the key is known from then on."""
        tell = step or (lambda share, message: None)
        made = chunks(request.corpus, self.cut, ruler(self.entry), request.titles)
        found = search(self.entry, request, made, self.precision, tell)
        names = ("texts", "distinct", "cached", "tokens")
        self.counts = {name: getattr(found.asked, name) + getattr(found.held, name) for name in names}
        self.key = f"{found.key} {self.cut} best {self.best}"
        self.settings = {"chunks": len(made.texts), "similarity": found.similarity}
        took = footprint(
            {"corpus": Texts(made.texts, "document")}, {"corpus": found.vectors}, Kept.of(self.entry).precision
        )
        self.footprint = took | {"bytes_a_document": took["bytes"] / len(request.corpus)} if took else {}
        self._found, self._held = found, None
        return found.documents(request, self.best)

    def alone(self, request: Request) -> Ranking:
        """The documents of other queries, over the chunks of the last ranking: what a query takes by itself."""
        found = self._found
        assert found is not None
        if self._held is None:
            self._held = ready(found.vectors, found.similarity)
        asked = ready(found.embed(request.queries), found.similarity)
        return of_ready(request, asked, self._held, found.chunks.documents, similarity=found.similarity, best=self.best)

"""How is an endpoint asked to score documents for a query, and what does its answer hold?"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from engine.endpoints import answers
from engine.endpoints.client import Client
from engine.endpoints.services import Address, Service
from engine.texts import pairs
from engine.types import BadModel


@dataclass(frozen=True)
class Rerank:
    """The ways of a service with documents to be scored; where nothing is said, those that Cohere and Jina share."""

    path: str = "rerank"
    root: bool = False
    """Whether the path stands at the host itself, not under the address of the embeddings."""
    documents: str = "documents"
    most: int = 1000
    """Documents in a request, as it is documented."""
    always: Mapping[str, Any] = field(default_factory=dict)
    truncate: Mapping[str, Any] = field(default_factory=dict)
    """What is sent so that texts that are too long are cut."""
    results: tuple[str, ...] = ("results",)
    score: str = "relevance_score"
    tokens: tuple[str, ...] = ("usage", "total_tokens")
    reference: tuple[str, ...] = ()


def ways(service: Service) -> Rerank:
    """How a service is asked to rerank."""
    said: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in service.rerank.items()}
    return Rerank(**said)


def placed(address: Address, how: Rerank) -> Address:
    """The address under which the service reranks."""
    parts = urlsplit(address.url)
    return replace(address, url=parts._replace(path="").geturl()) if how.root else address


@dataclass
class RerankClient(Client):
    """Asks for the scores of pairs (`engine.texts.pairs`) of one query with several documents."""

    how: Rerank = field(default_factory=Rerank)

    def _body(self, texts: Sequence[str], input_type: str) -> dict[str, Any]:
        parted = [pairs.parted(text) for text in texts]
        body: dict[str, Any] = {
            "model": self.model,
            "query": parted[0][0] or " ",
            self.how.documents: [document or " " for _, document in parted],
        }
        return body | {**self.how.always, **(self.how.truncate if self.asked.truncate else {})}

    def _held(self, content: bytes, texts: Sequence[str]) -> tuple[answers.Array, int]:
        """Scores by the place of their document, (len(texts), 1), in whatever order; raises answers.STRANGE."""
        answer = json.loads(content)
        rows = answers.inside(answer, self.how.results)
        found = {int(one["index"]): one[self.how.score] for one in rows}
        scores = answers.numbers(np.array([[found[place]] for place in range(len(texts))], dtype=object))
        if len(rows) != len(texts) or not np.isfinite(scores).all():
            raise ValueError(len(rows))
        return scores, answers.whole(answer, self.how.tokens)

    def _strange(self, **values: object) -> BadModel:
        return BadModel(
            "{name}: {url} answered something that is not a score for each of {count} documents: {seen}. Is this "
            "the base address of a service that reranks?",
            **values,
        )

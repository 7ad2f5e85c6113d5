"""How are rerankers asked behind an endpoint, by the protocol that Cohere, Jina, Voyage, TEI and vLLM share in kind?"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace

from engine.endpoints import refusals
from engine.endpoints.client import Client, TooMuch
from engine.endpoints.reranking import RerankClient, placed, ways
from engine.families import openai_compatible
from engine.families.openai_compatible import EndpointEncoder, Line
from engine.texts import pairs
from engine.types import BadModel, Encoder, Family, ModelEntry, Role

VERSION = 1  # raise it when a change here changes scores


class RerankEndpoint(EndpointEncoder):
    """A reranker behind an endpoint: an encoder of pairs, whose vectors have one number."""

    charges = True
    """Whether asking twice may cost twice."""

    def __init__(self, entry: ModelEntry, client: Client) -> None:
        super().__init__(entry, client)
        self.similarity, self.sided = "dot", False
        made = json.dumps([client.address.url, client.model, entry.revision, client.asked.truncate])
        self.key = f"rerank_endpoint-{VERSION}-{hashlib.blake2b(made.encode(), digest_size=12).hexdigest()}"

    def prompt(self, role: Role | None) -> str:
        """Nothing: a reranker is given the texts as they are."""
        return ""

    def _line(self, texts: Sequence[str], role: Role | None) -> Line:
        return _Pairs(self._client, texts, "")


class _Pairs(Line):
    """Pairs that wait: a request holds those of one query."""

    def take(self) -> slice | None:
        """The places of the next pairs, as many of one query as the endpoint takes."""
        part = super().take()
        if part is None:
            return None
        query = pairs.parted(self.texts[part.start])[0]
        for place in range(part.start + 1, part.stop):
            if pairs.parted(self.texts[place])[0] != query:
                self._back.append(slice(place, part.stop))
                return slice(part.start, place)
        return part

    def smaller(self, part: slice, said: str) -> bool:
        """As for texts; of a pair that is too long the document is cut, and never the query."""
        if part.stop - part.start > 1:
            return super().smaller(part, said)
        (pair,) = self.texts_of(part)
        _, document = pairs.parted(pair)
        if not self.client.asked.truncate or len(document) <= 1:
            return False
        self.kept[part.start] = len(pair) - len(document) + refusals.kept(len(document), said)
        self._back.append(part)
        return True

    def named(self, part: slice, error: TooMuch) -> BadModel:
        """Which pair it is that the endpoint does not take."""
        query, document = pairs.parted(self.texts_of(part)[0])
        return BadModel(
            "{name}: a query of {query} characters with a document of {document} is too long for it ({reason}): "
            "{text!r}. Let documents be cut (truncate = true in the endpoint of the model's entry). What it has "
            "answered is kept.",
            name=self.client.name,
            query=len(query),
            document=len(document),
            reason=str(error)[:160],
            text=f"{document[:60]}…",
        )


def load(entry: ModelEntry, device: str, precision: str) -> Encoder:
    """The reranker behind the endpoint of the entry.

    Raises:
        BadModel: its address is not in the environment.
    """
    address, service, asked = openai_compatible.addressed(entry)
    how = ways(service)
    limit = min(asked.batch_size or how.most, how.most)
    client = RerankClient(
        entry.name,
        placed(address, how),
        replace(service, path=how.path),
        replace(asked, batch_size=limit),
        asked.model or entry.name,
        how=how,
    )
    return RerankEndpoint(entry, client)


FAMILY = Family(
    "rerank_endpoint",
    "Rerank endpoint",
    load,
    tasks=("retrieval", "reranking"),
    missing=openai_compatible.missing,
    gives="pair scores",
)

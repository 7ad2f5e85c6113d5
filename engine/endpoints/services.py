"""Which services answer embedding requests, what is special about each, and where does the environment say they are?"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from engine import config
from engine.endpoints.secrecy import secrets, token, without
from engine.texts.defused import for_terminal
from engine.types import Endpoint

SERVICES = config.ROOT / "data" / "endpoints.toml"
OPENAI = "OPENAI"
BASE_URL, API_KEY = "_BASE_URL", "_API_KEY"
LOOKED_AT = 10_000
"""Characters of what an endpoint says; far fewer are shown."""
LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Service:
    """The ways of a service; where nothing is said, those of OpenAI's protocol."""

    name: str = ""
    title: str = ""
    words: tuple[str, ...] = ()
    """Before _BASE_URL and _API_KEY in the environment."""
    url: str = ""
    path: str = "embeddings"
    input: str = "input"
    texts: int | None = None
    """The most in a request, as it is documented."""
    always: Mapping[str, Any] = field(default_factory=lambda: {"encoding_format": "float"})
    truncate: Mapping[str, Any] = field(default_factory=dict)
    """What is sent so that texts that are too long are cut; where it knows no such thing, they are cut here."""
    dimensions: str = "dimensions"
    input_type: str = ""
    input_types: Mapping[str, str] = field(default_factory=dict)
    vectors: tuple[str, ...] = ("data",)
    tokens: tuple[str, ...] = ("usage", "total_tokens")
    reference: tuple[str, ...] = ()
    rerank: Mapping[str, Any] = field(default_factory=dict)
    """How it is asked to rerank; see `reranking.Rerank`."""


@dataclass(frozen=True)
class Address:
    """Where requests go, and what must never come back from there into a sentence."""

    url: str
    """Without a name and password."""
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def shown(self) -> str:
        """The address as people may see it."""
        return self.url.partition("?")[0]

    def clean(self, text: str) -> str:
        """The text without the key, a name or a password, or a part of one, and without signs that nobody sees."""
        return without(self.secrets, for_terminal(text[:LOOKED_AT]))


@cache
def services() -> dict[str, Service]:
    """All known services by name."""
    listed = tomllib.loads(SERVICES.read_text(encoding="utf-8"))["services"]
    found: dict[str, Service] = {}
    for said in listed:
        values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in said.items()}
        found[values["name"]] = Service(**{"always": {}, **values})
    return found


def words() -> list[str]:
    """The words that stand before _BASE_URL or _API_KEY in the environment: whoever starts Parallax says who is asked.

    Addresses and keys are never typed into a page, where a visitor could send a key to an address of his own.
    """
    named = {name.removesuffix(BASE_URL) for name in os.environ if name.endswith(BASE_URL)}
    hosted = {word for one in services().values() if not _local(one.url) for word in one.words}
    return sorted(named | {word for word in hosted if f"{word}{API_KEY}" in os.environ})


def service(endpoint: Endpoint) -> Service:
    """The service of that name, or else the one whose address the environment gives, or whose word is before it."""
    known, word = services(), endpoint.name or OPENAI
    if endpoint.service in known:
        return known[endpoint.service]
    host = urlsplit(os.environ.get(f"{word}{BASE_URL}", "")).hostname
    hosts = {urlsplit(one.url).hostname: one for one in known.values() if not _local(one.url)}
    return hosts.get(host) or next((one for one in known.values() if word in one.words), Service())


def address(endpoint: Endpoint) -> Address:
    """The address of an endpoint, which must be among `words`, and what to send along so that it answers.

    Raises:
        ValueError: it is none of the form https://HOST/v1.
    """
    word = endpoint.name or OPENAI
    given = os.environ.get(f"{word}{BASE_URL}") or service(endpoint).url
    parts, key = urlsplit(given.strip()), os.environ.get(f"{word}{API_KEY}", "").strip()
    if parts.scheme not in ("http", "https") or not parts.hostname or (parts.port or 1) < 1:
        raise ValueError(f"{parts.scheme}://{parts.hostname or ''}")
    person, _, place = parts.netloc.rpartition("@")
    url = parts._replace(netloc=place, path=parts.path.rstrip("/")).geturl()
    headers = {"Authorization": f"Bearer {key}" if key else f"Basic {token(person)}"} if key or person else {}
    return Address(url, headers, secrets(key, person, parts.query))


def _local(url: str) -> bool:
    return urlsplit(url).hostname in LOCAL

"""How are models asked behind an endpoint that speaks the embeddings protocol of OpenAI?"""

import hashlib
import json
import os
import random
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.types import BadModel, Encoder, Family, Message, ModelEntry, Role, Similarity, Vectors

OPENAI = "https://api.openai.com/v1"
VERSION = 1  # raise it when a change here changes vectors
TEXTS = 64
CHARACTERS = 100_000
"""The most that is sent in one request."""
AT_ONCE = 4
TRIES = 6
SECONDS = 120.0
"""How long a request may take."""
FIRST_PAUSE = 0.5
"""Seconds before the second try; it doubles from try to try where the endpoint does not say."""
PATIENCE = 60.0
"""The longest pause between two tries."""
PASSING = {408, 409, 425, 429, 500, 502, 503, 504}
"""Answers after which the same request may succeed."""
Array = npt.NDArray[np.float32]


@dataclass
class Endpoint:
    """An address, and what it asks of its callers. All threads keep the pauses that it asks for."""

    name: str
    url: str
    model: str
    key: str = field(repr=False)
    per_minute: float | None = None
    _lock: Lock = field(default_factory=Lock, repr=False)
    _next: float = 0.0

    def ask(self, texts: Sequence[str]) -> tuple[Array, int]:
        """Vectors of the texts in their order, shape (len(texts), d), and the tokens that were charged.

        Raises:
            BadModel: it refuses, goes on failing, or answers something else.
        """
        body = {"model": self.model, "input": [text or " " for text in texts], "encoding_format": "float"}
        content, last = json.dumps(body).encode(), ""
        for number in range(TRIES):
            self._wait()
            try:
                return self._read(self._send(content), len(texts))
            except urllib.error.HTTPError as error:
                last = f"{error.code} {_said(error)}"
                if error.code not in PASSING:
                    raise self._refused(error.code, last) from error
                self._hold(number, error.headers.get("Retry-After"))
            except (OSError, TimeoutError) as error:  # nobody there, or no answer in time
                last = str(getattr(error, "reason", error)) or type(error).__name__
                self._hold(number, None)
        raise BadModel(
            "{name}: {url} failed {tries} times, last with: {reason}. What it has answered until now is kept; "
            "start the run again later.",
            name=self.name,
            url=self.url,
            tries=TRIES,
            reason=last[:200],
        )

    def _send(self, content: bytes) -> Any:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        headers |= {"Authorization": f"Bearer {self.key}"} if self.key else {}
        request = urllib.request.Request(f"{self.url}/embeddings", content, headers)
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return json.loads(answer.read())

    def _read(self, answer: Any, count: int) -> tuple[Array, int]:
        """The rows by their index, whatever order they came in."""
        try:
            rows = {int(one["index"]): one["embedding"] for one in answer["data"]}
            vectors = np.array([rows[place] for place in range(count)], dtype=np.float32).reshape(count, -1)
            return vectors, int((answer.get("usage") or {}).get("total_tokens") or 0)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadModel(
                "{name}: {url} answered something that is not {count} vectors of one length: {seen}",
                name=self.name,
                url=self.url,
                count=count,
                seen=str(answer)[:120],
            ) from error

    def _refused(self, code: int, reason: str) -> BadModel:
        if code in (401, 403):
            return BadModel(
                "{name}: {url} does not accept the key ({reason}). Put a valid one into the environment of Parallax.",
                name=self.name,
                url=self.url,
                reason=reason[:200],
            )
        return BadModel(
            "{name}: {url} refuses the request: {reason}", name=self.name, url=self.url, reason=reason[:200]
        )

    def _wait(self) -> None:
        """Until the endpoint may be asked again."""
        with self._lock:
            start = max(time.monotonic(), self._next)
            self._next = start + (60 / self.per_minute if self.per_minute else 0.0)
        time.sleep(max(0.0, start - time.monotonic()))

    def _hold(self, number: int, asked: str | None) -> None:
        """Nobody asks before the pause that the endpoint wants is over, or a growing one where it does not say."""
        own = FIRST_PAUSE * 2**number * random.uniform(0.75, 1.25)
        seconds = float(asked) if asked and asked.replace(".", "", 1).isdigit() else own
        with self._lock:
            self._next = max(self._next, time.monotonic() + min(seconds, PATIENCE))


class EndpointEncoder:
    """A model behind an endpoint; what it charges is counted in tokens."""

    def __init__(self, entry: ModelEntry, endpoint: Endpoint) -> None:
        self.name, self.similarity = entry.name, entry.similarity
        self.prompts, self._endpoint = entry.prompts, endpoint
        made = hashlib.blake2b(f"{endpoint.url}\0{endpoint.model}\0{entry.revision}".encode(), digest_size=12)
        self.key = f"openai_compatible-{VERSION}-{made.hexdigest()}"

    similarity: Similarity

    def prompt(self, role: Role | None) -> str:
        """The entry's prompt for the role; an endpoint has none of its own."""
        return self.prompts.get(role or "none", "")

    def fit(self, documents: Sequence[str]) -> Encoder:
        """Itself: it does not learn from a corpus."""
        return self

    def encode(self, texts: Sequence[str], role: Role | None = None) -> Vectors:
        """Vectors of shape (len(texts), d), float32."""
        parts = sorted(self.stream(texts, role), key=lambda part: int(part[0][0]))
        return np.concatenate([vectors for _, vectors, _ in parts]) if parts else np.empty((0, 0), np.float32)

    def stream(
        self, texts: Sequence[str], role: Role | None = None
    ) -> Iterator[tuple[npt.NDArray[np.int64], Array, int]]:
        """(places, vectors, tokens charged) of each request as it is answered, so that nothing is ever paid twice.

        After a failure the requests that are under way are waited for and handed over too.
        """
        prompt, failed = self.prompt(role), None
        batches = _batches([prompt + text for text in texts])
        running: dict[Future[tuple[Array, int]], npt.NDArray[np.int64]] = {}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while True:
                while failed is None and len(running) < AT_ONCE and (batch := next(batches, None)) is not None:
                    running[pool.submit(self._endpoint.ask, batch[1])] = batch[0]
                if not running:
                    break
                for one in wait(running, return_when=FIRST_COMPLETED).done:
                    places = running.pop(one)
                    if error := one.exception():
                        failed = failed or error
                    else:
                        yield places, *one.result()
        if failed:
            raise failed


def _batches(texts: Sequence[str]) -> Iterator[tuple[npt.NDArray[np.int64], list[str]]]:
    start, characters = 0, 0
    for place, text in enumerate(texts):
        if place > start and (place - start >= TEXTS or characters + len(text) > CHARACTERS):
            yield np.arange(start, place), list(texts[start:place])
            start, characters = place, 0
        characters += len(text)
    if len(texts):
        yield np.arange(start, len(texts)), list(texts[start:])


def _said(error: urllib.error.HTTPError) -> str:
    """What the endpoint says about its refusal."""
    text = error.read(2000).decode("utf-8", "replace")
    try:
        said = json.loads(text)["error"]
        return str(said["message"] if isinstance(said, dict) else said)
    except (ValueError, KeyError, TypeError):
        return text.strip() or str(error.reason)


def endpoints() -> list[str]:
    """The names before _BASE_URL or _API_KEY in the environment: whoever starts Parallax says what may be asked.

    Addresses and keys are never typed into a page, where a visitor could send a key to an address of his own.
    """
    names = {name.removesuffix("_BASE_URL") for name in os.environ if name.endswith("_BASE_URL")}
    return sorted(names | ({"OPENAI"} if "OPENAI_API_KEY" in os.environ else set()))


def missing(entry: ModelEntry) -> Message | None:
    """Which variables of the environment have to be set first."""
    named = str(entry.options.get("endpoint") or "OPENAI")
    if named in endpoints():
        return None
    return Message(
        "{name} is behind an endpoint: put its address into the environment variable {address}, and its key into {key} "
        "if it wants one, before Parallax starts.",
        {"name": entry.name, "address": f"{named}_BASE_URL", "key": f"{named}_API_KEY"},
    )


def load(entry: ModelEntry, device: str, precision: str) -> Encoder:
    """The model behind the endpoint of the entry; device and precision are the endpoint's own business.

    Raises:
        BadModel: its address is not in the environment.
    """
    if absent := missing(entry):
        raise BadModel(absent.template, **absent.values)
    named = str(entry.options.get("endpoint") or "OPENAI")
    url = os.environ.get(f"{named}_BASE_URL", OPENAI).rstrip("/")
    if not url.startswith(("http://", "https://")):
        raise BadModel("{name}: {url} is not an address of the form https://HOST/v1.", name=entry.name, url=url)
    key, limit = os.environ.get(f"{named}_API_KEY", ""), entry.options.get("requests_per_minute")
    model = entry.options.get("model", entry.name)
    return EndpointEncoder(entry, Endpoint(entry.name, url, model, key, per_minute=limit))


FAMILY = Family("openai_compatible", "Endpoint", load, changes=("prompts",), missing=missing)

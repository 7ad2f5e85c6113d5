"""How is an endpoint asked: patiently, in requests of a size that it takes, and without telling a secret?"""

import json
import random
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from engine.endpoints import answers, refusals
from engine.endpoints.services import Address, Service
from engine.types import BadModel, Endpoint, Message

if TYPE_CHECKING:
    import httpx2

TEXTS = 64
CHARACTERS = 100_000
"""The most that is sent in one request, unless its service takes less."""
AT_ONCE = 4
TRIES = 12
SECONDS = 120.0
"""How long a request may take."""
FIRST_PAUSE = 0.5
"""Seconds before the second try; it doubles from try to try where the endpoint does not say, up to a minute."""
LONGEST_PAUSE = 60.0
PATIENCE = 600.0
"""The longest pause that an endpoint may ask for."""
MOST_BYTES = 1 << 28
"""Of an answer."""
PASSING = {408, 409, 425, 429, 500, 502, 503, 504}
"""Answers after which the same request may succeed."""
SHOWN, SEEN = 200, 120
"""Characters of what an endpoint says, and of an answer that is none."""


class Clock(Protocol):
    """What tells the time and lets it pass, in seconds."""

    def monotonic(self) -> float:
        """Now; only differences mean anything."""
        ...

    def sleep(self, seconds: float) -> None:
        """Comes back after so many seconds."""
        ...


CLOCK: Clock = time


@dataclass
class Learned:
    """What an endpoint has refused in this process: it is not sent again."""

    texts: int
    characters: int = CHARACTERS
    without: frozenset[str] = frozenset()


class TooMuch(Exception):
    """A request is larger than the endpoint takes; its words."""


@dataclass
class Client:
    """An address, and what it asks of its callers. All threads keep the pauses that it asks for."""

    name: str
    address: Address
    service: Service
    asked: Endpoint
    model: str
    clock: Clock = field(default_factory=lambda: CLOCK)
    waits: Message | None = None
    """For what it waits, as long as it does."""
    _lock: Lock = field(default_factory=Lock, repr=False)
    _next: float = 0.0

    @property
    def learned(self) -> Learned:
        """What is known of the endpoint's limits, from all requests of this process."""
        first = self.asked.batch_size or min(TEXTS, self.service.texts or TEXTS)
        return _learned(self.address.url, self.model, first)

    def ask(self, texts: Sequence[str], input_type: str = "") -> tuple[answers.Array, int]:
        """Vectors of the texts in their order, shape (len(texts), d), and the tokens that were charged.

        Raises:
            TooMuch: it says that these are too many texts, or too long.
            BadModel: it refuses, goes on failing, or answers something else.
        """
        last = ""
        for number in range(TRIES):
            self._wait()
            body = self._body(texts, input_type)
            answer = self._answer(body)
            if isinstance(answer, str):  # nobody there, or no answer in time
                last = answer
                self._hold(number, None, last)
                continue
            code, headers, content = answer
            if 200 <= code < 300:
                self.waits = None
                return self._read(content, texts)
            said = self.address.clean(refusals.words(content, "without a word"))
            last = f"{code} {said}"
            if code in PASSING and not refusals.QUOTA.search(said):
                self._hold(number, headers.get("Retry-After"), last)
            elif not self._mended(code, said, texts, sent=body):
                raise self._refused(code, last, headers)
        raise BadModel(
            "{name}: {url} failed {tries} times, last with: {reason}. What it has answered until now is kept; "
            "start the run again later.",
            name=self.name,
            url=self.address.shown,
            tries=TRIES,
            reason=last[:SHOWN],
        )

    def _body(self, texts: Sequence[str], input_type: str) -> dict[str, Any]:
        service, asked = self.service, self.asked
        body: dict[str, Any] = {"model": self.model, service.input: [text or " " for text in texts]}
        body |= {**service.always, **(service.truncate if asked.truncate else {})}
        body |= {service.dimensions: asked.dimensions} if asked.dimensions else {}
        body |= {service.input_type or "input_type": input_type} if input_type else {}
        return {name: one for name, one in body.items() if name not in self.learned.without}

    def _answer(self, body: Mapping[str, Any]) -> tuple[int, Mapping[str, str], bytes] | str:
        """Status, headers and content, or why none came."""
        import httpx2

        parts = urlsplit(self.address.url)
        url = parts._replace(path=f"{parts.path.rstrip('/')}/{self.service.path}").geturl()
        headers = {"Content-Type": "application/json", "Accept": "application/json", **self.address.headers}
        try:
            with _http().stream("POST", url, content=json.dumps(body).encode(), headers=headers) as answer:
                content = bytearray()
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > MOST_BYTES:
                        return f"more than {MOST_BYTES} bytes"
                return answer.status_code, answer.headers, bytes(content)
        except httpx2.HTTPError as error:
            return self.address.clean(str(error)) or type(error).__name__
        except (httpx2.InvalidURL, UnicodeError, ValueError) as error:
            raise BadModel(
                "{name}: a request to {url} cannot be made: {reason}",
                name=self.name,
                url=self.address.shown,
                reason=self.address.clean(str(error))[:SHOWN],
            ) from None

    def _mended(self, code: int, said: str, texts: Sequence[str], *, sent: Mapping[str, Any]) -> bool:
        """Whether the next request will do better; raises TooMuch where it has to be smaller."""
        meaning, learned = refusals.meaning(code, said), self.learned
        with self._lock:
            if meaning == "format" and "encoding_format" in sent:
                learned.without |= {"encoding_format"}
                return True
            if meaning == "texts" and len(texts) > 1:
                learned.texts = min(learned.texts, -(-len(texts) // 2))
            if meaning == "total" and len(texts) > 1:
                learned.characters = min(learned.characters, max(1, sum(map(len, texts)) // 2))
        if meaning in ("texts", "total", "length"):
            raise TooMuch(said)
        return False

    def _read(self, content: bytes, texts: Sequence[str]) -> tuple[answers.Array, int]:
        """What the answer holds, and the tokens that were charged; raises BadModel where it holds something else."""
        try:
            return self._held(content, texts)
        except answers.STRANGE:
            seen = repr(self.address.clean(refusals.words(content, ""))[:SEEN])
            raise self._strange(name=self.name, url=self.address.shown, count=len(texts), seen=seen) from None

    def _strange(self, **values: object) -> BadModel:
        """What is said of an answer that holds something else."""
        return BadModel(
            "{name}: {url} answered something that is not {count} vectors of one length: {seen}. Is this the base "
            "address of its embeddings, such as https://HOST/v1?",
            **values,
        )

    def _held(self, content: bytes, texts: Sequence[str]) -> tuple[answers.Array, int]:
        """As `_read`; raises answers.STRANGE."""
        whose = {"name": self.name, "url": self.address.shown}
        vectors, tokens = answers.vectors(content, self.service, texts, whose)
        if self.asked.dimensions and vectors.shape[1] != self.asked.dimensions:
            raise BadModel(
                "{name}: {wanted} dimensions were asked for, and {url} answers {dimension}: it does not know that "
                "option for this model. Leave it out.",
                **whose,
                wanted=self.asked.dimensions,
                dimension=vectors.shape[1],
            )
        return vectors, tokens

    def _refused(self, code: int, reason: str, headers: Mapping[str, str]) -> BadModel:
        values = {"name": self.name, "url": self.address.shown, "reason": reason[:SHOWN]}
        if 300 <= code < 400:
            there = urlsplit(headers.get("Location", ""))
            host = there.netloc.rpartition("@")[2]
            place = self.address.clean(f"{there.scheme}://{host}" if host else there.path)[:SHOWN]
            return BadModel(
                "{name}: {url} sends the request on to {place}, which is not followed: the key would go along. Put the "
                "final address into the environment of Parallax.",
                name=self.name,
                url=self.address.shown,
                place=place,
            )
        if code in (401, 403):
            return BadModel(
                "{name}: {url} does not accept the key ({reason}). Put a valid one into the environment of Parallax.",
                **values,
            )
        return BadModel("{name}: {url} refuses the request: {reason}", **values)

    def _wait(self) -> None:
        """Until the endpoint may be asked again."""
        per_minute = self.asked.requests_per_minute
        with self._lock:
            start = max(self.clock.monotonic(), self._next)
            self._next = start + (60 / per_minute if per_minute else 0.0)
        self.clock.sleep(max(0.0, start - self.clock.monotonic()))

    def _hold(self, number: int, header: str | None, why: str) -> None:
        """Nobody asks before the pause that the endpoint wants is over, or a growing one where it does not say."""
        own = min(FIRST_PAUSE * 2**number, LONGEST_PAUSE) * random.uniform(0.75, 1.0)
        asked = refusals.pause(header)
        if asked is not None and asked > PATIENCE:
            raise BadModel(
                "{name}: {url} wants to be asked again in {minutes} minutes only. What it has answered until now is "
                "kept; start the run again then.",
                name=self.name,
                url=self.address.shown,
                minutes=round(asked / 60),
            )
        with self._lock:
            self._next = max(self._next, self.clock.monotonic() + (own if asked is None else asked))
        self.waits = Message(
            "{name} has not answered ({reason}): it is asked again, {more} more {more:time|times} at most",
            {"name": self.name, "reason": why[:SHOWN], "more": TRIES - number - 1},
        )


@cache
def _learned(url: str, model: str, texts: int) -> Learned:
    return Learned(texts)


@cache
def _http() -> "httpx2.Client":
    """One pool of connections that are kept alive, for all endpoints; a redirect is an answer, and not followed."""
    import httpx2

    limits = httpx2.Limits(max_connections=4 * AT_ONCE, max_keepalive_connections=AT_ONCE)
    return httpx2.Client(
        timeout=httpx2.Timeout(SECONDS, connect=20), limits=limits, verify=ssl.create_default_context()
    )

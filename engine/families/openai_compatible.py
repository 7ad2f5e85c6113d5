"""How are models asked behind an endpoint that speaks the embeddings protocol of OpenAI, or one near to it?"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import numpy as np
import numpy.typing as npt

from engine.endpoints import refusals, services
from engine.endpoints.answers import Array
from engine.endpoints.client import AT_ONCE, Client, TooMuch
from engine.endpoints.services import Address, Service
from engine.types import BadModel, Encoder, Endpoint, Family, Message, ModelEntry, Role, Similarity, Vectors

LOOK_SECONDS = 1.0
"""After which a request that has no answer yet is told."""
VERSION = 1  # raise it when a change here changes vectors


class EndpointEncoder:
    """A model behind an endpoint; what it charges is counted in tokens."""

    similarity: Similarity

    def __init__(self, entry: ModelEntry, client: Client) -> None:
        self.name, self.similarity = entry.name, entry.similarity or "cosine"
        self.prompts, self._client = entry.prompts, client
        self._types = _input_types(entry)
        self.sided = bool(self._types)
        self.cut = 0
        """How many texts have been cut because they were too long for it."""
        made = f"{client.address.url}\0{client.model}\0{entry.revision}"
        asked = {"dimensions": client.asked.dimensions, "input_types": dict(self._types)}
        if any(asked.values()):
            made += f"\0{json.dumps(asked, sort_keys=True)}"
        self.key = f"openai_compatible-{VERSION}-{hashlib.blake2b(made.encode(), digest_size=12).hexdigest()}"

    def prompt(self, role: Role | None) -> str:
        """The entry's prompt for the role; an endpoint has none of its own."""
        return self.prompts.get(role or "none", "")

    def fit(self, documents: Sequence[str]) -> Encoder:
        """Itself: it does not learn from a corpus."""
        return self

    @property
    def waits(self) -> Message | None:
        """For what the requests wait, if they do."""
        return self._client.waits

    def _line(self, texts: Sequence[str], role: Role | None) -> "Line":
        return Line(self._client, texts, self.prompt(role))

    def encode(self, texts: Sequence[str], role: Role | None = None) -> Vectors:
        """Vectors of shape (len(texts), d), float32."""
        parts = sorted((part for part in self.stream(texts, role) if len(part[0])), key=lambda part: int(part[0][0]))
        return np.concatenate([vectors for _, vectors, _ in parts]) if parts else np.empty((0, 0), np.float32)

    def stream(
        self, texts: Sequence[str], role: Role | None = None
    ) -> Iterator[tuple[npt.NDArray[np.int64], Array, int]]:
        """(places, vectors, tokens charged) of each request as it is answered, so that nothing is ever paid twice.

        An empty part comes where nothing has been answered for a moment.
        A request that is too large is sent again in halves. After a failure the requests that are under way are waited
        for and handed over too.
        """
        line, failed = self._line(texts, role), None
        said = self._types.get(role or "none", "")
        running: dict[Future[tuple[Array, int]], slice] = {}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while True:
                while failed is None and len(running) < AT_ONCE and (part := line.take()):
                    running[pool.submit(self._client.ask, line.texts_of(part), said)] = part
                if not running:
                    break
                done = wait(running, LOOK_SECONDS, FIRST_COMPLETED).done
                if not done and failed is None:
                    yield np.empty(0, np.int64), np.empty((0, 0), np.float32), 0  # it may be told, and stopped
                for one in done:
                    part, error = running.pop(one), one.exception()
                    if error is None:
                        yield np.arange(part.start, part.stop), *one.result()
                    elif not (isinstance(error, TooMuch) and line.smaller(part, str(error))):
                        failed = failed or (line.named(part, error) if isinstance(error, TooMuch) else error)
        self.cut += len(line.kept)
        if failed:
            raise failed


class Line:
    """The texts that wait for a request."""

    def __init__(self, client: Client, texts: Sequence[str], prompt: str) -> None:
        self.client, self.texts, self.prompt = client, texts, prompt
        self.kept: dict[int, int] = {}
        """How many characters are kept of texts that turned out to be too long, by place."""
        self._back: list[slice] = []
        self._start = 0

    def take(self) -> slice | None:
        """The places of the next texts: as many as the endpoint takes in a request."""
        if self._back:
            return self._back.pop()
        start, stop, characters = self._start, self._start, 0
        most = self.client.learned
        while stop < len(self.texts) and stop - start < most.texts:
            characters += len(self.prompt) + len(self.texts[stop])
            if stop > start and characters > most.characters:
                break
            stop += 1
        self._start = stop
        return slice(start, stop) if stop > start else None

    def texts_of(self, part: slice) -> list[str]:
        """The texts at these places with their prompt, cut where that was needed."""
        whole = [self.prompt + self.texts[place] for place in range(part.start, part.stop)]
        return [text[: self.kept.get(part.start + place)] for place, text in enumerate(whole)]

    def smaller(self, part: slice, said: str) -> bool:
        """Put texts back in two halves, or a single one cut; whether that can be done."""
        middle = (part.start + part.stop) // 2
        if middle > part.start:
            self._back += [slice(middle, part.stop), slice(part.start, middle)]
            return True
        (text,) = self.texts_of(part)
        if not self.client.asked.truncate or len(text) <= 1:
            return False
        self.kept[part.start] = refusals.kept(len(text), said)
        self._back.append(part)
        return True

    def named(self, part: slice, error: TooMuch) -> BadModel:
        """Which text it is that the endpoint does not take."""
        (text,) = self.texts_of(part)
        return BadModel(
            "{name}: a text of {characters} characters is too long for it ({reason}): {text!r}. Let it be cut "
            "(truncate = true in the endpoint of the model's entry), or shorten it. What it has answered is kept.",
            name=self.client.name,
            characters=len(text),
            reason=str(error)[:160],
            text=f"{text[:60]}…",
        )


def _input_types(entry: ModelEntry) -> Mapping[str, str]:
    """What texts of each side are said to be."""
    endpoint = entry.endpoint or Endpoint()
    return endpoint.input_types or services.service(endpoint).input_types


def missing(entry: ModelEntry) -> Message | None:
    """Which variables of the environment have to be set first."""
    named = (entry.endpoint or Endpoint()).name or services.OPENAI
    if named in services.words():
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
    address, service, asked = addressed(entry)
    return EndpointEncoder(entry, Client(entry.name, address, service, asked, asked.model or entry.name))


def addressed(entry: ModelEntry) -> tuple[Address, Service, Endpoint]:
    """Where the model of an entry is asked, in whose ways, and what the entry asks for.

    Raises:
        BadModel: its address is not in the environment, or is none.
    """
    if absent := missing(entry):
        raise BadModel(absent.template, **absent.values)
    asked = entry.endpoint or Endpoint()
    try:
        return services.address(asked), services.service(asked), asked
    except ValueError as error:
        url = str(error).partition("@")[0]
        raise BadModel(
            "{name}: {url} is not an address of the form https://HOST/v1.", name=entry.name, url=url
        ) from None


FAMILY = Family("openai_compatible", "Endpoint", load, changes=("prompts",), missing=missing)

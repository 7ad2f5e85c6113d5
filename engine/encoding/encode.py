"""How do texts become vectors as fast as the machine can, and each of them only once?"""

import math
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
import xxhash

from engine.encoding import paces
from engine.encoding.batching import WINDOW, Places, Tokenising, batches
from engine.encoding.key_index import Keys
from engine.encoding.token_copies import Copies
from engine.encoding.vector_store import VectorStore
from engine.texts.text_columns import Chosen
from engine.types import BadModel, Encoder, Message, Role, Step, Texts, Vectors
from engine.vectors import joined, numbers, size

STORE_SECONDS = 2.0
STORE_BYTES = 64_000_000
TELL_SECONDS = 0.5
PACE_SECONDS = 5.0
"""Of work behind the first batch, which is slow: then a pace is known, and not before."""
LARGEST = float(np.finfo(np.float32).max) / 4
"""The squared length of a vector, so that the squared distance of two is a number of float32 still."""

Part: TypeAlias = tuple[Places, Vectors, int]
"""Which texts, their vectors, how many tokens they took."""


@runtime_checkable
class Streaming(Protocol):
    """An encoder that sees to its batches itself and hands each over as it comes, so that none is lost."""

    def stream(self, texts: Sequence[str], role: Role | None = None) -> Generator[Part]:
        """The parts in any order."""
        ...


class Store(Protocol):
    """Where vectors are found by the keys of their texts, and put."""

    def find(self, keys: Keys) -> Places:
        """The row of each key (n, 2); -1 where there is none."""
        ...

    def find_sound(self, keys: Keys) -> tuple[Places, int]:
        """As `find`, after a look at every vector that it finds; and how many of the keys were found damaged."""
        ...

    def rows(self, rows: Places) -> Vectors:
        """The vectors of these rows."""
        ...

    def append(self, keys: Keys, vectors: Vectors) -> None:
        """Keeps the vectors of these keys."""
        ...


@dataclass(frozen=True)
class Encoded:
    """Vectors in the order of the texts, and what they took: `distinct` texts, `cached` ones of these, fresh tokens."""

    vectors: Vectors
    texts: int
    distinct: int
    cached: int
    tokens: int
    seconds: float


def encode(encoder: Encoder, texts: Texts, step: Step | None = None, *, into: Store | None = None) -> Encoded:
    """The vectors of the texts, row for row: from the store where they are there, else encoded and stored.

    into: another store than the one of this home.

    Whatever stops the work, an exception of `step` included, leaves in the store what was encoded until then.

    Raises:
        BadModel: a text does not fit the device, or its vector is not a number.
    """
    start = time.perf_counter()
    keys, characters = text_keys(encoder, texts.items, texts.role), 0
    first = np.sort(np.unique(keys.view("V16").ravel(), return_index=True)[1])
    shelf = VectorStore(encoder.name, encoder.key) if into is None else into
    rows, damaged = shelf.find_sound(keys[first])
    tokens, cached = 0, int((rows >= 0).sum())
    if step and damaged:
        values = {"damaged": damaged, "name": encoder.name, "folder": str(getattr(shelf, "folder", ""))}
        step(0.0, Message("{damaged} stored vectors of {name} are damaged in {folder}: they are encoded again", values))
    if step and cached == len(first):
        step(1.0, Message("{total} texts were encoded before", {"total": len(keys)}))
    elif step and cached:
        values = {"cached": cached, "total": len(first)}
        step(0.0, Message("{cached} of {total} different texts were encoded before", values))
    while len(missing := first[rows < 0]):  # again if somebody clears the store meanwhile
        fresh = Chosen(texts.items, missing)
        tokens += _fill(encoder, Texts(fresh, texts.role), keys[missing], shelf, step)
        characters += sum(map(len, fresh))
        rows, _ = shelf.find_sound(keys[first])
    vectors = shelf.rows(shelf.find(keys))
    seconds = time.perf_counter() - start
    if characters:
        paces.encoded(encoder.key, characters, seconds)
    return Encoded(vectors, len(keys), len(first), cached, tokens, seconds)


def text_keys(encoder: Encoder, texts: Sequence[str], role: Role | None) -> Keys:
    """The keys of texts in the store, shape (n, 2): sides that share a prompt share their vectors."""
    # lexical encoders weigh the words of a query and of a document differently without any prompt
    side = role or "" if getattr(encoder, "sided", False) else ""
    salt = f"{side}{encoder.prompt(role)}\0"
    digests = bytearray()
    for text in texts:
        digests += xxhash.xxh3_128_digest((salt + text).encode("utf-8", "replace"))
    return np.frombuffer(digests, dtype="<u8").reshape(-1, 2)


def _fill(encoder: Encoder, texts: Texts, keys: Keys, shelf: Store, step: Step | None) -> int:
    """Encode distinct texts and store them as they come; the number of tokens."""
    progress = _Progress(step, texts.items)
    parts: list[Part] = []
    copies, before = Copies(), getattr(encoder, "cut", 0)
    width = label.dimension if (label := getattr(shelf, "label", None)) else None
    stored = time.perf_counter()

    def store() -> None:
        if parts:
            shelf.append(keys[np.concatenate([part[0] for part in parts])], joined([part[1] for part in parts]))
            parts.clear()

    work: Generator[Part]
    if isinstance(encoder, Streaming):
        work = encoder.stream(texts.items, texts.role)
    elif isinstance(encoder, Tokenising):
        work = batches(encoder, texts, progress.tell, copies)
    else:
        work = _by_texts(encoder, texts, progress)
    try:
        with closing(work):
            for part in work:
                if not len(part[0]):
                    progress.waits(getattr(encoder, "waits", None))
                    continue
                _check(encoder, texts, part, width)
                width = part[1].shape[1]
                parts.append(part)
                if time.perf_counter() - stored > STORE_SECONDS or _bytes(parts) > STORE_BYTES:
                    store()
                    stored = time.perf_counter()
                progress.add(part)
    finally:
        store()
    for places, firsts in copies.found:
        rows = shelf.find(keys[firsts])
        there = rows >= 0  # unless somebody has just cleared the store
        shelf.append(keys[places[there]], shelf.rows(rows[there]))
        progress.add((places, np.empty((0, 0), np.float32), 0))
    if cut := getattr(encoder, "cut", 0) - before:
        values = {"cut": cut, "name": encoder.name}
        progress.tell(Message("{cut} texts were too long for {name} and were cut", values))
    return progress.tokens


def _by_texts(encoder: Encoder, texts: Texts, progress: "_Progress") -> Generator[Part]:
    """Chunks that grow while they stay under a second, for encoders that see to their batches themselves."""
    start, size, most = 0, 256, WINDOW
    while start < len(texts.items):
        began = time.perf_counter()
        chunk = texts.items[start : start + size]
        try:
            vectors = encoder.encode(chunk, texts.role)
        except MemoryError as error:
            most = size = _fewer(encoder, len(chunk), progress, error)
            continue
        yield np.arange(start, start + len(chunk)), vectors, 0
        start += len(chunk)
        if time.perf_counter() - began < 1.0:
            size = min(2 * size, most)


def _fewer(encoder: Encoder, texts: int, progress: "_Progress", error: MemoryError) -> int:
    """Half of the texts that did not fit, told to whoever watches."""
    if texts == 1:
        raise BadModel("A text does not fit into the memory of the device with {name}.", name=encoder.name) from error
    message = Message("The device ran out of memory: on with {texts} texts at a time", {"texts": texts // 2})
    progress.tell(message)
    return texts // 2


def _check(encoder: Encoder, texts: Texts, part: Part, width: int | None) -> None:
    places, vectors, _ = part
    if width not in (None, vectors.shape[1]):
        raise BadModel(
            "{name} gives vectors of {seen} numbers, and gave some of {known} before: texts are compared by vectors of "
            "one model only. If another one answers now, throw away what is stored of the old one (page Models).",
            name=encoder.name,
            seen=vectors.shape[1],
            known=width,
        )
    if not np.isfinite(numbers(vectors)).all():
        rows = range(vectors.shape[0])
        bad = next(row for row in rows if not np.isfinite(numbers(vectors[row : row + 1])).all())
        raise BadModel(
            "{name} gives a vector that holds nan or infinity for the text {text!r}; "
            "if it runs in float16, choose bfloat16 or float32.",
            name=encoder.name,
            text=texts.items[places[bad]][:60],
        )
    _check_lengths(encoder, texts, part)


def _check_lengths(encoder: Encoder, texts: Texts, part: Part) -> None:
    """Raises BadModel where a length overflows: whatever is compared with that vector would score nan."""
    places, vectors, _ = part
    if _reach(vectors) <= math.sqrt(LARGEST / max(vectors.shape[1], 1)):
        return  # no row can be too long
    for row in range(vectors.shape[0]):
        one = vectors[row : row + 1]
        if np.square(numbers(one), dtype=np.float64).sum() > LARGEST:
            raise BadModel(
                "{name} gives a vector of numbers as large as {largest} for the text {text!r}: its length is too "
                "large for float32, so that it cannot be compared. The model, or its file, is broken.",
                name=encoder.name,
                largest=f"{_reach(one):.3g}",
                text=texts.items[places[row]][:60],
            )


def _reach(vectors: Vectors) -> float:
    """The largest number of the vectors, whatever its sign."""
    values = numbers(vectors)
    return max(float(values.max(initial=0)), -float(values.min(initial=0)))


def _bytes(parts: list[Part]) -> int:
    return sum(size(part[1]) for part in parts)


class _Progress:
    """Tells how far the work is, at most twice a second; the share counts characters, for long texts take longer."""

    def __init__(self, step: Step | None, texts: Sequence[str]) -> None:
        self.step, self.total = step, len(texts)
        self.weights = np.fromiter((len(text) + 10 for text in texts), np.int64, len(texts))
        self.weight, self.done, self.tokens = 0, 0, 0
        self.start = time.perf_counter()
        self.first: tuple[float, int] | None = None  # when the first batch was done, and its weight
        self.told = -np.inf
        self.tell(Message("{total} texts to encode", {"total": self.total}))

    def add(self, part: Part) -> None:
        """Count this part and say so if the last word was a while ago."""
        places, _, tokens = part
        self.weight += int(self.weights[places].sum())
        self.done += len(places)
        self.tokens += tokens
        self.first = self.first or (time.perf_counter(), self.weight)
        if self.done == self.total or time.perf_counter() - self.told > TELL_SECONDS:
            self.tell(self._message())

    def waits(self, message: Message | None) -> None:
        """Nothing has come for a moment; why, where that is known."""
        self.tell(message or self._message())

    def tell(self, message: Message) -> None:
        """Say this now; it may raise Cancelled."""
        self.told = time.perf_counter()
        if self.step:
            self.step(self.weight / self.weights.sum(), message)

    def _message(self) -> Message:
        seconds = max(time.perf_counter() - self.start, 1e-9)
        values: dict[str, object] = {"done": self.done, "total": self.total, "rate": round(self.done / seconds)}
        so_far = Message("{done} of {total} texts, {rate} texts/s", values)
        if self.tokens:
            values["tokens"] = round(self.tokens / seconds)
            so_far = Message("{done} of {total} texts, {rate} texts/s, {tokens} tokens/s", values)
        left = self._left()
        if left is None:
            return so_far
        return Message("{so_far}, {left} left", {"so_far": so_far, "left": f"{left // 60}:{left % 60:02}"})

    def _left(self) -> int | None:
        """Seconds until the end at the pace since the first batch, once there is one."""
        began, weight = self.first or (self.start, self.weight)
        spent = time.perf_counter() - began
        if spent < PACE_SECONDS or self.weight == weight:
            return None
        return round(spent * (self.weights.sum() - self.weight) / (self.weight - weight))

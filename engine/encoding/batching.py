"""Which texts go through the model together, how many at a time, and how many batches side by side?"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from statistics import median
from typing import NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from engine.compute.threads import apart
from engine.encoding.token_copies import Copies
from engine.types import BadModel, Message, Role, Texts, Vectors

WINDOW = 16_384  # texts that are tokenised together
WINDOW_CHARACTERS = 4_000_000
SHARE = 32_768
"""So many tokens under way make a window longer by so many texts: in large batches few would be of one length else."""
TRIES = 3  # of every size of batches, before one is chosen

Tokens: TypeAlias = npt.NDArray[np.int32]
"""The ids of a text's tokens; where more is to be known of each, a column for that beside them."""
Places: TypeAlias = npt.NDArray[np.int64]
Tell: TypeAlias = Callable[[Message], None]
_Work: TypeAlias = "Future[tuple[Vectors, float]]"


@runtime_checkable
class Tokenising(Protocol):
    """An encoder whose texts can be tokenised ahead of the device and batched by what they really cost."""

    budgets: Sequence[int]
    """How many tokens, padding included, a batch may hold: sizes of which the device shows us the best."""
    streams: int
    """How many batches run side by side, in a thread each; on a processor each then has one core of its own."""
    clock: Callable[[], float]
    """What tells how long a batch took: the time of its thread, or that on the wall where a device works apart."""

    def tokenise(self, texts: Sequence[str], role: Role | None) -> list[Tokens]:
        """The token ids of each text with its prompt, truncated."""
        ...

    def forward(self, batch: Sequence[Tokens]) -> Vectors:
        """Vectors of shape (len(batch), d), float32, or many for each text.

        Raises:
            MemoryError: the device cannot hold the batch.
        """
        ...

    def others(self) -> Sequence["Tokenising"]:
        """The same model on the other devices of the machine, loaded when first asked for."""
        ...


class Budget:
    """How many tokens a batch holds: all sizes are tried on the first batches, and the one quickest a token is kept."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.tried: dict[int, list[float]] = {size: [] for size in sizes}
        self.given = dict.fromkeys(sizes, 0)

    def next(self) -> int:
        """The size of the next batch."""
        rarest = min(self.given, key=lambda size: self.given[size])
        if len(self.given) > 1 and self.given[rarest] < TRIES:
            self.given[rarest] += 1
            return rarest
        known = {size: median(seconds) for size, seconds in self.tried.items() if seconds}
        return min(known, key=lambda size: known[size]) if known else rarest

    def note(self, size: int, seconds: float) -> None:
        """A batch of this size took so many seconds a token."""
        self.tried.get(size, []).append(seconds)

    def lower(self, most: int) -> bool:
        """No batch of more tokens than these fits into the device; whether that is news."""
        if most >= max(self.given):
            return False
        sizes = [size for size in self.given if size < most] + [most]
        self.tried, self.given = {size: self.tried.get(size, []) for size in sizes}, dict.fromkeys(sizes, TRIES)
        return True


class _Device:
    """A copy of the model, its threads, the size of its batches, and how many are under way."""

    def __init__(self, encoder: Tokenising, threads: ThreadPoolExecutor) -> None:
        self.encoder, self.threads = encoder, threads
        self.budget, self.running = Budget(encoder.budgets), 0

    def load(self) -> float:
        """Batches under way for each stream."""
        return self.running / self.encoder.streams


class _Cut(NamedTuple):
    """Texts, longest first: their places among all texts, and their tokens."""

    places: Places
    tokens: Sequence[Tokens]


class _Batch(NamedTuple):
    cut: _Cut
    device: _Device
    size: int
    """The budget it was cut by."""


class _Line:
    """The texts that wait, window by window, longest first; the next window is tokenised while this one is encoded."""

    def __init__(
        self, encoder: Tokenising, texts: Texts, windows: Iterator[list[slice]], *, ahead: Executor, copies: Copies
    ) -> None:
        self.encoder, self.texts, self.windows, self.ahead, self.copies = encoder, texts, windows, ahead, copies
        self.cuts: deque[_Cut] = deque()
        self.coming: deque[Future[_Cut]] = deque()
        self._tokenise_next()

    def __bool__(self) -> bool:
        """Whether any text waits; may wait for the tokenizer."""
        while not self.cuts and self.coming:
            window = self.coming.popleft().result()
            self._tokenise_next()
            self.back(window)
        return bool(self.cuts)

    def take(self, size: int) -> _Cut:
        """The next texts, as many as fit into `size` tokens, padding included, but one at least."""
        first = self.cuts.popleft()
        count = max(1, size // max(1, len(first.tokens[0])))
        self.back(_Cut(first.places[count:], first.tokens[count:]))
        return _Cut(first.places[:count], first.tokens[:count])

    def back(self, cut: _Cut) -> None:
        """Put texts before all others."""
        if len(cut.places):
            self.cuts.appendleft(cut)

    def _tokenise_next(self) -> None:
        if window := next(self.windows, None):
            self.coming.append(self.ahead.submit(self._tokenised, window))

    def _tokenised(self, window: list[slice]) -> _Cut:
        tokens = [one for part in window for one in self.encoder.tokenise(self.texts.items[part], self.texts.role)]
        fresh = self.copies.without(window[0].start + np.arange(len(tokens)), tokens)
        order = fresh[np.argsort([-len(tokens[place]) for place in fresh], kind="stable")]
        return _Cut(window[0].start + order, [tokens[place] for place in order])


def batches(encoder: Tokenising, texts: Texts, tell: Tell, copies: Copies) -> Generator[tuple[Places, Vectors, int]]:
    """(which texts, their vectors, how many tokens) as they come; those that read as an earlier one go into `copies`.

    A window is tokenised while the one before it is on the device, sorted by tokens, and cut into batches; where there
    are several windows, all devices of the machine take their batches from one line.
    """
    parts = list(_windows(texts.items))
    crew = [encoder, *(encoder.others() if len(parts) > 1 else ())]
    most = sum(one.streams * max(one.budgets) for one in crew) // SHARE
    with apart(sum(one.streams for one in crew)), ThreadPoolExecutor(1) as ahead, ExitStack() as stack:
        devices = [_Device(one, stack.enter_context(ThreadPoolExecutor(one.streams))) for one in crew]
        line = _Line(encoder, texts, _joined(parts, most), ahead=ahead, copies=copies)
        yield from _encoded(devices, line, tell)


def _encoded(devices: Sequence[_Device], line: _Line, tell: Tell) -> Iterator[tuple[Places, Vectors, int]]:
    """The texts of the line, with one batch more under way on every device than it has streams."""
    running: dict[_Work, _Batch] = {}
    while True:
        while (device := min(devices, key=_Device.load)).running <= device.encoder.streams and line:
            size = device.budget.next()
            batch = _Batch(line.take(size), device, size)
            running[_submit(batch)] = batch
        if not running:
            return
        for work in wait(running, return_when=FIRST_COMPLETED).done:
            batch = running.pop(work)
            batch.device.running -= 1
            try:
                vectors, seconds = work.result()
            except MemoryError as error:
                if len(batch.cut.places) > 1:
                    _smaller(batch, tell)
                    line.back(batch.cut)
                    continue
                vectors, seconds = _alone(batch, running, error)
            tokens = sum(map(len, batch.cut.tokens))
            batch.device.budget.note(batch.size, seconds / max(1, tokens))
            yield batch.cut.places, vectors, tokens


def _submit(batch: _Batch) -> _Work:
    batch.device.running += 1
    return batch.device.threads.submit(_timed, batch.device.encoder, batch.cut.tokens)


def _timed(encoder: Tokenising, batch: Sequence[Tokens]) -> tuple[Vectors, float]:
    start = encoder.clock()
    return encoder.forward(batch), encoder.clock() - start


def _smaller(batch: _Batch, tell: Tell) -> None:
    """No more batches of this size on its device, told to whoever watches."""
    size = len(batch.cut.places) // 2 * len(batch.cut.tokens[0])
    if batch.device.budget.lower(size):
        tell(Message("The device ran out of memory: on with batches of {tokens} tokens", {"tokens": size}))


def _alone(batch: _Batch, running: Iterable[_Work], error: MemoryError) -> tuple[Vectors, float]:
    """What comes of a single text that did not fit beside other batches, when these are done."""
    wait(running)
    try:
        return _timed(batch.device.encoder, batch.cut.tokens)
    except MemoryError:
        raise BadModel(
            "A text of {tokens} tokens does not fit into the memory of the device with {name}; "
            "close what else uses the device, or lower the model's max_length.",
            tokens=len(batch.cut.tokens[0]),
            name=getattr(batch.device.encoder, "name", ""),
        ) from error


def _joined(parts: Sequence[slice], most: int) -> Iterator[list[slice]]:
    """Windows of several parts, the more the longer; the first is short, for nothing is encoded before it is there."""
    start, size = 0, 1
    while start < len(parts):
        yield list(parts[start : start + size])
        start, size = start + size, max(1, min(2 * size, most))


def _windows(texts: Sequence[str]) -> Iterator[slice]:
    """Runs of texts, each short enough to keep their tokens in memory."""
    start, characters = 0, 0
    for place, text in enumerate(texts):
        if place > start and (place - start >= WINDOW or characters + len(text) > WINDOW_CHARACTERS):
            yield slice(start, place)
            start, characters = place, 0
        characters += len(text)
    yield slice(start, len(texts))

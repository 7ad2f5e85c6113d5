"""Which texts go through the model together, how many at a time, and how many batches side by side?"""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from statistics import median
from typing import NamedTuple, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from engine.threads import apart
from engine.types import BadModel, Message, Role, Texts

WINDOW = 16_384  # texts that are tokenised and sorted by length together
WINDOW_CHARACTERS = 4_000_000
TRIES = 3  # of every size of batches, before one is chosen

Tokens: TypeAlias = npt.NDArray[np.int32]
Places: TypeAlias = npt.NDArray[np.int64]
Tell: TypeAlias = Callable[[Message], None]


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

    def forward(self, batch: Sequence[Tokens]) -> npt.NDArray[np.float32]:
        """Vectors of shape (len(batch), d); raises MemoryError if the device cannot hold the batch."""
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

    def lower(self, most: int) -> None:
        """No batch of more tokens than these fits into the device."""
        sizes = [size for size in self.given if size < most] + [most]
        self.tried, self.given = {size: self.tried.get(size, []) for size in sizes}, dict.fromkeys(sizes, TRIES)


class _Batch(NamedTuple):
    places: Places
    """Which texts, in the window."""
    width: int
    size: int
    """The budget it was cut by."""
    work: "Future[tuple[npt.NDArray[np.float32], float]]"


def batches(encoder: Tokenising, texts: Texts, tell: Tell) -> Generator[tuple[Places, npt.NDArray[np.float32], int]]:
    """(which texts, their vectors, how many tokens) as they come.

    A window is tokenised while the one before it is on the device, sorted by tokens, and cut into batches.
    """
    windows, budget = list(_windows(texts.items)), Budget(encoder.budgets)
    with apart(encoder.streams), ThreadPoolExecutor(1) as ahead, ThreadPoolExecutor(encoder.streams) as device:
        coming = [ahead.submit(encoder.tokenise, texts.items[windows[0]], texts.role)]
        for window, following in zip(windows, [*windows[1:], None], strict=True):
            tokens = coming.pop().result()
            if following:
                coming.append(ahead.submit(encoder.tokenise, texts.items[following], texts.role))
            for places, vectors in _window(encoder, tokens, budget, device, tell):
                yield window.start + places, vectors, sum(len(tokens[place]) for place in places)


def _window(
    encoder: Tokenising, tokens: Sequence[Tokens], budget: Budget, device: ThreadPoolExecutor, tell: Tell
) -> Iterator[tuple[Places, npt.NDArray[np.float32]]]:
    """The texts of a window, longest first, with one batch more under way than the device has streams."""
    lengths = np.array([len(one) for one in tokens])
    left = np.argsort(-lengths, kind="stable")
    running: deque[_Batch] = deque()
    while len(left) or running:
        while len(left) and len(running) <= encoder.streams:
            width, size = max(1, int(lengths[left[0]])), budget.next()
            places, left = left[: max(1, size // width)], left[max(1, size // width) :]
            work = device.submit(_timed, encoder, [tokens[place] for place in places])
            running.append(_Batch(places, width, size, work))
        batch = running.popleft()
        try:
            vectors, seconds = batch.work.result()
        except MemoryError as error:
            budget.lower(_smaller(encoder, batch, tell, error))
            left = np.concatenate([batch.places, *(other.places for other in running), left])
            _drop(running)
            continue
        budget.note(batch.size, seconds / max(1, int(lengths[batch.places].sum())))
        yield batch.places, vectors


def _timed(encoder: Tokenising, batch: Sequence[Tokens]) -> tuple[npt.NDArray[np.float32], float]:
    start = encoder.clock()
    return encoder.forward(batch), encoder.clock() - start


def _drop(running: "deque[_Batch]") -> None:
    """Wait for the batches that are cut anew; what they gave, or failed with, is lost."""
    while running:
        running.pop().work.exception()


def _smaller(encoder: Tokenising, batch: _Batch, tell: Tell, error: MemoryError) -> int:
    """Half of a batch that did not fit, told to whoever watches."""
    if len(batch.places) == 1:
        raise BadModel(
            "A text of {tokens} tokens does not fit into the memory of the device with {name}; "
            "close what else uses the device, or lower the model's max_length.",
            tokens=batch.width,
            name=getattr(encoder, "name", ""),
        ) from error
    size = len(batch.places) // 2 * batch.width
    tell(Message("The device ran out of memory: on with batches of {tokens} tokens", {"tokens": size}))
    return size


def _windows(texts: Sequence[str]) -> Iterator[slice]:
    """Runs of texts, each short enough to keep their tokens in memory."""
    start, characters = 0, 0
    for place, text in enumerate(texts):
        if place > start and (place - start >= WINDOW or characters + len(text) > WINDOW_CHARACTERS):
            yield slice(start, place)
            start, characters = place, 0
        characters += len(text)
    yield slice(start, len(texts))

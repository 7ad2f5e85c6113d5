"""Which examples come in which step? Settled before the first one, so that a training taken up again goes on alike."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.adaptation.data.near_duplicates import normal
from engine.training import Lesson

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """The rows of one step, of one of the lessons."""

    lesson: int
    rows: Rows


def schedule(lessons: Sequence[Lesson], *, batch_size: int, epochs: float, seed: int) -> list[Batch]:
    """The batches of all epochs, drawn anew in each; of a part of an epoch, its first ones.

    Each batch is of one lesson; the lessons take turns by how many batches they have (as m3e and stella draw them).
    """
    found: list[Batch] = []
    for epoch in range(math.ceil(epochs)):
        random = np.random.default_rng([seed, epoch])
        every = [list(_batches(one, batch_size, random)) for one in lessons]
        order = random.permutation(np.repeat(np.arange(len(lessons)), [len(one) for one in every]))
        waiting = [iter(one) for one in every]
        whole = [Batch(int(turn), next(waiting[turn])) for turn in order]
        share = min(epochs - epoch, 1.0)
        found += whole[: max(round(share * len(whole)), 1)]
    return found


def _batches(lesson: Lesson, size: int, random: np.random.Generator) -> Iterator[Rows]:
    order = random.permutation(len(lesson.rows))
    if not lesson.distinct:
        yield from (order[start : start + size] for start in range(0, len(order), size))
        return
    columns = [name for name in lesson.columns if name in lesson.rows]
    texts = [[normal(text) for text in row] for row in lesson.rows[columns].itertuples(index=False)]
    waiting = order.tolist()
    found: list[list[int]] = []
    while waiting:
        batch, waiting = _apart(waiting, texts, size)
        found += _joined(batch, found, texts)
    yield from (np.array(one, np.int64) for one in found)


def _joined(batch: list[int], found: list[list[int]], texts: Sequence[Sequence[str]]) -> list[list[int]]:
    """The batch; a row alone, with no other's text to be told from, gets one of an earlier batch to itself."""
    if len(batch) > 1:
        return [batch]
    for other in (one for one in found if len(one) > 2):
        for row in other:
            if set(texts[batch[0]]).isdisjoint(texts[row]):
                other.remove(row)
                return [[*batch, row]]
    return []


def _apart(waiting: Sequence[int], texts: Sequence[Sequence[str]], size: int) -> tuple[list[int], list[int]]:
    """The first rows that share no text with one another, and those that wait for the next batch."""
    batch: list[int] = []
    seen: set[str] = set()
    later: list[int] = []
    for place, row in enumerate(waiting):
        if len(batch) == size:
            return batch, [*later, *waiting[place:]]
        if seen.isdisjoint(texts[row]):
            batch.append(row)
            seen.update(texts[row])
        else:
            later.append(row)
    return batch, later

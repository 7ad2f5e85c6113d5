"""What does one step of training do: a loss and its gradients, from all texts at once or from a few at a time?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.adaptation.training.vectors import Item, items, vectors
from engine.training import Course, Lesson, Settings

if TYPE_CHECKING:
    import torch

TOKENS = {"cpu": 2_048, "cuda": 65_536, "mps": 8_192}
"""Of the rows that go through the model at once where the loss is their mean."""


def backward(course: Course, lesson: Lesson, rows: pd.DataFrame, settings: Settings) -> float:
    """The loss of these rows with the penalties; its gradients are added to those of the weights."""
    if lesson.tokens is not None:
        return _by_rows(course, lesson, rows, settings) + _penalised(course, None)
    if lesson.loss is not None:
        loss, found = None, lesson.loss
        with _precision(course, settings):
            loss = found(rows)
    else:
        texts = items(course.base, lesson, rows, settings["max_length"])
        if settings["cached"] and settings["cached"] < len(texts):
            return _cached(course, lesson, rows, texts, settings) + _penalised(course, None)
        with _precision(course, settings):
            joined = vectors(course.model, texts)
        loss = _objective(lesson, joined.float(), rows)
    return _penalised(course, loss)


def _objective(lesson: Lesson, joined: torch.Tensor, rows: pd.DataFrame) -> torch.Tensor:
    """The loss of the joined vectors of all columns."""
    assert lesson.objective is not None
    return lesson.objective(joined.split(len(rows)), rows)


def _penalised(course: Course, loss: torch.Tensor | None) -> float:
    """The loss and all penalties, whose gradients go backward."""
    parts = [one for one in (loss, *(penalty() for penalty in course.penalties)) if one is not None]
    if not parts:
        return 0.0
    total = sum(parts[1:], parts[0])
    total.backward()
    return float(total.detach())


def _by_rows(course: Course, lesson: Lesson, rows: pd.DataFrame, settings: Settings) -> float:
    """The loss that is a mean over rows, a few of them at a time: no batch is too large to hold."""
    assert lesson.loss is not None and lesson.tokens is not None
    device = next(course.model.parameters()).device.type
    total = 0.0
    for part in _parts(np.asarray(lesson.tokens(rows)), TOKENS.get(device, TOKENS["cpu"])):
        with _precision(course, settings):
            loss = lesson.loss(rows.iloc[part]) * (len(part) / len(rows))
        loss.backward()
        total += float(loss.detach())
    return total


def _parts(tokens: npt.NDArray[np.int64], most: int) -> Iterator[npt.NDArray[np.int64]]:
    """The places of all rows by length, so many at once as are padded to no more tokens than that."""
    order, start = np.argsort(tokens, kind="stable"), 0
    while start < len(order):
        padded = tokens[order[start:]] * np.arange(1, len(order) - start + 1)
        size = max(int(np.searchsorted(padded, most, side="right")), 1)
        yield order[start : start + size]
        start += size


def _cached(course: Course, lesson: Lesson, rows: pd.DataFrame, texts: Sequence[Item], settings: Settings) -> float:
    """The loss of a batch too large to hold: vectors first, then gradients a few texts at a time.

    Each part is computed twice, with the same dropout (https://arxiv.org/abs/2101.06983).
    """
    import torch

    size = settings["cached"]
    order = sorted(range(len(texts)), key=lambda place: len(texts[place].text))
    parts = [order[start : start + size] for start in range(0, len(order), size)]
    states, found = [], []
    for part in parts:
        states.append(_random(course.model))
        with torch.no_grad(), _precision(course, settings):
            found.append(vectors(course.model, [texts[place] for place in part]).float())
    back = torch.tensor(order, device=found[0].device).argsort()
    joined = torch.cat(found).index_select(0, back).requires_grad_()
    loss = _objective(lesson, joined, rows)
    loss.backward()
    assert joined.grad is not None
    after = _random(course.model)
    for part, state in zip(parts, states, strict=True):
        _set_random(state)
        with _precision(course, settings):
            again = vectors(course.model, [texts[place] for place in part]).float()
        again.backward(joined.grad[part])
    _set_random(after)
    return float(loss.detach())


def _precision(course: Course, settings: Settings) -> Any:
    """Products in bfloat16 where that is asked for; weights and updates stay in float32."""
    import torch

    device = next(course.model.parameters()).device.type
    return torch.autocast(device, torch.bfloat16, enabled=settings["precision"] == "bfloat16")


def _random(model: Any) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Where the random numbers of dropout are."""
    import torch

    return torch.get_rng_state(), torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []


def _set_random(state: tuple[torch.Tensor, list[torch.Tensor]]) -> None:
    import torch

    torch.set_rng_state(state[0])
    if state[1]:
        torch.cuda.set_rng_state_all(state[1])

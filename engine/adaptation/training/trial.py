"""What does a step of training take? Told by a few rows first, so that what is too long or too large is never begun."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.adaptation.training.schedule import Batch
from engine.adaptation.training.steps import backward
from engine.families.opening import free
from engine.notation import amount
from engine.training import Course, Settings
from engine.types import Message, Step, UserError

if TYPE_CHECKING:
    import torch

FEW = 8
"""Rows of a step that are tried first."""
STEPS = 3
LONG = 30.0
"""Seconds of a step from which no whole one is tried; of those that take a third of it, one alone."""


@dataclass(frozen=True)
class Trial:
    """What a step takes: seconds, and bytes that it will hold beyond what was held while it was tried.

    share: of these seconds in which the cores that it computes on worked for it, and did not wait or do other work; nan
    where another device computes.
    """

    seconds: float
    more: int
    share: float


def tried(course: Course, batches: Sequence[Batch], settings: Settings, step: Step) -> Trial:
    """A few rows of a step, then whole steps where they are short; no gradient is left.

    Raises:
        UserError: the memory that is free would not hold a step.
    """
    if not batches:
        return Trial(0.0, 0, math.nan)
    size = len(batches[0].rows)
    few = min(FEW, size)
    step(0.6, Message("Trying {few} of the {n} examples of a step", {"few": few, "n": size}))
    _took(course, batches[0], settings, min(2, size))  # the first one warms up
    wall, busy = time.perf_counter(), time.process_time()
    with _Held(course.model) as held:
        seconds = _took(course, batches[-1 if len(batches) < 2 else 1], settings, few) * size / few
    parted = course.lessons[batches[0].lesson].tokens is not None or settings["cached"]
    more = 0 if parted else held.bytes * size // few
    _check(course, more)
    cores = _cores(course)

    def share() -> float:
        return (time.process_time() - busy) / (time.perf_counter() - wall) / cores

    if seconds >= LONG:
        return Trial(seconds, more, share())
    took, chosen = [], batches[: 1 if seconds >= LONG / STEPS else STEPS]
    for at, batch in enumerate(chosen):
        told = {"step": at + 1, "steps": len(chosen), "seconds": amount(seconds, 1)}
        step(0.65 + 0.05 * at, Message("Trying step {step} of {steps}, about {seconds} s each", told))
        took.append(_took(course, batch, settings))
    return Trial(min(took), 0, share())


def _cores(course: Course) -> float:
    """How many cores compute; nan where another device does."""
    import torch

    here = str(next(course.model.parameters()).device) == "cpu"
    return torch.get_num_threads() if here else math.nan


def _took(course: Course, batch: Batch, settings: Settings, most: int | None = None) -> float:
    """The seconds of the gradients of a batch, or of its first rows."""
    lesson, began = course.lessons[batch.lesson], time.perf_counter()
    course.model.train()
    backward(course, lesson, lesson.rows.iloc[batch.rows[:most]], settings)
    course.model.zero_grad()
    return time.perf_counter() - began


def _check(course: Course, more: int) -> None:
    """Raises UserError where a step would hold more than is free."""
    there = free(str(next(course.model.parameters()).device))
    if there is not None and more > there:
        raise UserError(
            "A step of this training would hold about {needed} GB, and {there} GB are free: take fewer examples in a "
            "batch, fewer tokens of a text, or gradient caching.",
            needed=amount(more / 1e9, 1), there=amount(there / 1e9, 1),
        )  # fmt: skip


class _Held:
    """Counts the bytes that are kept for the gradients of what is computed in it, the weights apart."""

    def __init__(self, model: Any) -> None:
        self.bytes = 0
        self._seen = {one.untyped_storage().data_ptr() for one in model.parameters()}

    def _kept(self, one: torch.Tensor) -> torch.Tensor:
        storage = one.untyped_storage()
        if storage.data_ptr() not in self._seen:
            self._seen.add(storage.data_ptr())
            self.bytes += storage.nbytes()
        return one

    def __enter__(self) -> _Held:
        import torch

        self._hooks = torch.autograd.graph.saved_tensors_hooks(self._kept, lambda one: one)
        self._hooks.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._hooks.__exit__(*error)

"""Matryoshka: another recipe, whose loss is taken of shortened vectors as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from engine.training import Course, Lesson, Objective, Recipe, Setting, Settings

if TYPE_CHECKING:
    from torch import Tensor


def add(course: Course, settings: Settings) -> Course:
    """The course with each loss summed over the lengths; losses that are none of vectors stay."""
    whole = int(course.model.get_embedding_dimension())
    lengths = [whole]
    while len(lengths) < int(settings["lengths"]) and lengths[-1] >= 2:
        lengths.append(lengths[-1] // 2)
    return replace(course, lessons=tuple(_nested(one, lengths) for one in course.lessons))


def _nested(lesson: Lesson, lengths: Sequence[int]) -> Lesson:
    return replace(lesson, objective=nested(lesson.objective, lengths)) if lesson.objective else lesson


def nested(objective: Objective, lengths: Sequence[int]) -> Objective:
    """The sum of an objective over the vectors cut to each of the lengths and normalised, as MatryoshkaLoss has it."""
    from sentence_transformers.sentence_transformer.losses.matryoshka import shrink

    def of(vectors: Sequence[Tensor], rows: pd.DataFrame) -> Tensor:
        losses = [objective([shrink(one, length) for one in vectors], rows) for length in lengths]
        return sum(losses[1:], losses[0])

    return of


RECIPE = Recipe(
    name="matryoshka",
    title="Vectors that can be cut (Matryoshka)",
    question="Adds to another recipe that the first numbers of each vector must do alone as well.",
    shapes=(),
    source="https://arxiv.org/abs/2205.13147; sentence-transformers MatryoshkaLoss, all weights 1",
    settings={"lengths": Setting("How many lengths, each half of the one before", 5, 2, 10)},
    costs="The loss once for each length: next to nothing beside the encoding.",
    fails="Where vectors are never cut; a small model may lose a little at full length.",
    add=add,
)

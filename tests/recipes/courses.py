"""Small bases and a plain loop, for the tests of the recipes."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import torch
from sentence_transformers import SentenceTransformer

from engine.models import catalogue
from engine.training import Base, Course, Examples, Recipe
from tests import checkpoints

PAIRS = pd.DataFrame(
    {
        "query": ["the cat", "a dog", "my password", "the market"],
        "document": ["cat sat on the mat", "dog on a mat", "reset my password", "market rises today"],
    }
)


def base(folder: Path, kind: str = "bert mean", *, old: Sequence[str] = ()) -> Base:
    """A tiny model of one of the kinds, as the adaptation hands it to a recipe."""
    place = checkpoints.KINDS[kind](folder)
    entry = catalogue.inspect(str(place))
    fresh = lambda name: SentenceTransformer(str(place) if name == entry.name else name, device="cpu")  # noqa: E731
    return Base(entry, fresh(entry.name), place, fresh, old=old)


def defaults(recipe: Recipe, **chosen) -> dict:
    """The settings of a recipe, but for those that are chosen."""
    return {name: one.default for name, one in recipe.settings.items()} | chosen


def pairs() -> Examples:
    """Four pairs."""
    return Examples("pairs", PAIRS, {"query": "query", "document": "document"})


def embedded(model, texts: Sequence[str]) -> torch.Tensor:
    """Vectors with gradients, the way of the library."""
    return model(model.preprocess(list(texts)))["sentence_embedding"]


def loss_of(course: Course, at: int = 0) -> torch.Tensor:
    """The loss of all rows of a lesson, with the penalties."""
    lesson = course.lessons[at]
    if lesson.loss:
        loss = lesson.loss(lesson.rows)
    else:
        loss = lesson.objective([embedded(course.model, lesson.rows[name]) for name in lesson.columns], lesson.rows)
    return loss + sum(penalty() for penalty in course.penalties)


def taught(course: Course, steps: int, rate: float = 1e-2):
    """The model after so many steps, finished and in evaluation mode."""
    modules = [course.model, *(one for lesson in course.lessons for one in lesson.modules)]
    rates = torch.optim.AdamW([one for part in modules for one in part.parameters() if one.requires_grad], lr=rate)
    for step in range(steps):
        loss_of(course, step % len(course.lessons)).backward()
        rates.step()
        rates.zero_grad()
    return course.finish(course.model).eval()

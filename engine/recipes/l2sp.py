"""L2-SP: another recipe, with every weight held near its old value (what stella calls EWC)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.training import Course, Recipe, Setting, Settings
from engine.weights.penalties import Penalty

if TYPE_CHECKING:
    from torch import Tensor


def held(course: Course, strength: float, information: dict[str, Tensor] | None = None) -> Course:
    """The course with a penalty on how far its weights go from where they are now."""
    weights = {name: one for name, one in course.model.named_parameters() if one.requires_grad}
    penalty = Penalty(weights, strength, information)
    return replace(course, penalties=(*course.penalties, lambda: penalty(weights)))


def add(course: Course, settings: Settings) -> Course:
    """The course with the same penalty on all of its weights."""
    return held(course, float(settings["strength"]))


RECIPE = Recipe(
    name="l2sp",
    title="Held near the old weights (L2-SP, stella)",
    question="Adds to another recipe a penalty on every change of a weight, so that less is forgotten.",
    shapes=(),
    source="https://arxiv.org/abs/1802.01483; SmartLi8/stella (its `ewc_ratio` of 10)",
    settings={"strength": Setting("Strength of the penalty", 10.0, 0.0, 1e6)},
    costs="The old weights once more in memory; steps take a little longer.",
    fails="Too strong, it holds back what is to be learnt as well: on a search of code a gain of 5 points of nDCG@10 "
    "became 2.",
    add=add,
)

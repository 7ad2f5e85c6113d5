"""EWC: another recipe, with those weights held that the vectors of old texts hang on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.recipes.l2sp import held
from engine.training import Course, Recipe, Setting, Settings
from engine.types import UserError
from engine.weights.penalties import evened, fisher

if TYPE_CHECKING:
    from torch import Tensor


def add(course: Course, settings: Settings) -> Course:
    """The course with a penalty weighed by the Fisher information of the old texts, which is 1 on average.

    Raises:
        UserError: there are no old texts.
    """
    old = course.base.old
    if not old:
        raise UserError("EWC holds what old texts hang on: name at least one dataset that should not be forgotten.")
    drawn = np.random.default_rng(course.base.seed).permutation(len(old))[: int(settings["texts"])]
    model, prompt = course.model, course.base.prompt(None)
    weights = {name: one for name, one in model.named_parameters() if one.requires_grad}

    def vectors(texts: Sequence[str]) -> Tensor:
        features = model.preprocess(list(texts), prompt=prompt or None)
        features = {name: one.to(model.device) if hasattr(one, "to") else one for name, one in features.items()}
        found: Tensor = model(features)["sentence_embedding"]
        return found

    model.eval()
    information = fisher(vectors, weights, [old[place] for place in drawn], seed=course.base.seed)
    return held(course, float(settings["strength"]), evened(information))


RECIPE = Recipe(
    name="ewc",
    title="Held where old texts hang on it (EWC)",
    question="Adds to another recipe a penalty on changes of those weights that the vectors of old texts hang on.",
    shapes=(),
    source="https://arxiv.org/abs/1612.00796; the information that of vectors with Gaussian noise, scaled to a mean of "
    "1; strength as stella's L2-SP",
    settings={
        "strength": Setting("Strength of the penalty", 10.0, 0.0, 1e6),
        "texts": Setting("Old texts that the information is taken from", 200, 1, 100_000),
    },
    costs="A backward pass for each of the old texts, and twice the weights more in memory.",
    fails="It needs texts of what should not be forgotten; where old and new texts hang on the same weights it holds "
    "back what is to be learnt.",
    add=add,
)

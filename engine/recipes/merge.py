"""LM-Cocktail: the weights of two models of one origin mixed."""

from collections.abc import Sequence
from typing import Any

from engine.training import Base, Examples, Recipe, Setting, Settings
from engine.types import Message, Step, UserError
from engine.weights.merging import merge


def compute(base: Base, examples: Sequence[Examples], settings: Settings, step: Step) -> Any:
    """The base and the other model mixed.

    Raises:
        UserError: no other model is named.
        BadModel: the two differ in more than their weights.
    """
    name, share = str(settings["other"]), float(settings["share"])
    if not name:
        raise UserError("Name the model that is to be mixed into {base}.", base=base.entry.name)
    step(0.5, Message("{name} is mixed into {base}", {"name": name, "base": base.entry.name}))
    return merge(base.model, base.fresh(name), share)


RECIPE = Recipe(
    name="merge",
    title="Mixed weights (LM-Cocktail)",
    question="Mixes the weights of a model with those of one adapted from it: something of both, without training.",
    shapes=(),
    source="https://arxiv.org/abs/2311.13534; bge v1.5 is such a mix of two models",
    settings={
        "other": Setting("The adapted model", ""),
        "share": Setting("Share of the adapted model", 0.5, 0.0, 1.0),
    },
    costs="Both models in memory for seconds.",
    fails="Models that do not come from one another: between their weights lies nothing of use.",
    compute=compute,
)

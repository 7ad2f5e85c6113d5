"""Longer texts: the positions of a model are extended without training (stella)."""

from collections.abc import Sequence
from typing import Any

from engine.training import Base, Examples, Recipe, Setting, Settings
from engine.types import Message, Step
from engine.weights.positions import extend


def compute(base: Base, examples: Sequence[Examples], settings: Settings, step: Step) -> Any:
    """The model, which then reads so many tokens.

    Raises:
        BadModel: its positions cannot be extended.
    """
    way = extend(base.model, int(settings["length"]), alpha=float(settings["alpha"]))
    said = {
        "decomposed": Message("The table of positions is extended by hierarchical decomposition"),
        "rotary": Message("The rotary positions are scaled by YaRN"),
    }
    step(1.0, said[way])
    return base.model


RECIPE = Recipe(
    name="positions",
    title="Longer texts (stella)",
    question="Lets a model read texts longer than it was trained for, by positions made of those that it knows.",
    shapes=(),
    source="https://kexue.fm/archives/7947; SmartLi8/stella; rotary models: YaRN, https://arxiv.org/abs/2309.00071",
    settings={
        "length": Setting("Tokens that it is to read", 1_024, 2, 32_768),
        "alpha": Setting("Weight of the coarse place (stella 0.2, Su Jianlin 0.4)", 0.2, 0.01, 0.99),
    },
    costs="No training: a second, and a table of positions as long as the texts. Encoding long texts costs more.",
    fails="Where what matters stands at the beginning of the texts; without training, an alpha of 0.4 gave a third "
    "less than 0.2.",
    compute=compute,
)

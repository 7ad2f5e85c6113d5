"""Contrastive learning with documents that look right and are wrong (piccolo, stage 2; bge)."""

from collections.abc import Sequence

import pandas as pd

from engine.recipes.contrastive import SETTINGS, lesson, objective
from engine.recipes.mining import doubtful, mine, with_negatives
from engine.training import Base, Course, Examples, Recipe, Setting, Settings, loop


def train(base: Base, examples: Sequence[Examples], settings: Settings) -> Course:
    """A lesson for each of the examples, once their negatives are found with the base as it is."""
    of = objective(settings["temperature"], settings["loss"])
    lengths = {"query": settings["query_length"]}
    found = [(one, mine(base, one, settings)) for one in examples]
    return Course(
        base, base.model, tuple(lesson(with_negatives(one, mined), one, of, dict(lengths)) for one, mined in found)
    )


def shows(base: Base, examples: Sequence[Examples], settings: Settings) -> pd.DataFrame:
    """The negatives that would be learnt from."""
    return pd.concat([doubtful(one, mine(base, one, settings)) for one in examples], ignore_index=True)


RECIPE = Recipe(
    name="hard_negatives",
    title="Contrastive with hard negatives (piccolo stage 2, bge)",
    question="Learns to tell the document of a query from those that look most like it, found by words and by vectors.",
    shapes=("pairs",),
    source="https://huggingface.co/sensenova/piccolo-base-zh; https://arxiv.org/abs/2309.07597",
    settings=loop(epochs=1, batch_size=32, learning_rate=1e-5, max_length=256)
    | SETTINGS
    | {
        "negatives": Setting("Negatives of a query", 2, 1, 7),
        "first": Setting("They are taken from this rank", 2, 1, 1_000),
        "last": Setting("They are taken up to this rank", 200, 2, 10_000),
        "margin": Setting("They are less similar than the document by at least", 0.05, -1.0, 1.0),
        "query_length": Setting("Tokens read of a query at most", 64, 4, 8_192),
    },
    costs="All documents are encoded once to find negatives; then a pass over the pairs, with a text more a negative.",
    fails="Where answers are not marked as such: they are then taught to be wrong, so look at the closest ones first.",
    train=train,
    shows=shows,
)

"""Mixed: several kinds of data in turn, each with its own loss (stella)."""

from collections.abc import Sequence

from engine.recipes import contrastive, cosent, labels
from engine.training import Base, Course, Examples, Lesson, Recipe, Setting, Settings, loop
from engine.types import Message

REFUSES = {"scored pairs": cosent.RECIPE.refuses, "pairs": contrastive.RECIPE.refuses, "labelled texts": labels.refuses}


def train(base: Base, examples: Sequence[Examples], settings: Settings) -> Course:
    """A lesson for each of the examples by its shape; steps take them in turn, as often as each has batches."""
    return Course(base, base.model, tuple(_lesson(base, one, settings) for one in examples))


def _lesson(base: Base, one: Examples, settings: Settings) -> Lesson:
    if one.shape == "scored pairs":
        return cosent.lesson(one, cosent.objective(settings["scored_scale"]))
    if one.shape == "pairs":
        return contrastive.lesson(one.rows, one, contrastive.objective(1 / settings["pair_scale"], "plain"), {})
    return labels.lesson(one, labels.objective(settings["margin"]), base.seed)


def refuses(examples: Sequence[Examples]) -> Message | None:
    """What the first of the recipes says against its part."""
    return next((said for one in examples if (said := REFUSES[one.shape]([one])) is not None), None)


RECIPE = Recipe(
    name="mixed",
    title="Several kinds of data in turn (stella)",
    question="Learns from scored pairs, pairs and labelled texts together: each batch of one kind, with its loss.",
    shapes=("scored pairs", "pairs", "labelled texts"),
    source="SmartLi8/stella: one iterator for each kind of data; its batches of 1,024 at a rate of 5e-6 take ten "
    "thousands of examples",
    settings=loop(epochs=1, batch_size=32, learning_rate=2e-5, max_length=512)
    | {
        "pair_scale": Setting("Scale of pairs (1 / temperature)", 30.0, 1.0, 1_000.0),
        "scored_scale": Setting("Scale of scored pairs (1 / temperature)", 20.0, 1.0, 1_000.0),
        "margin": Setting("Margin", 5.0, 0.0, 100.0),
    },
    costs="Every epoch goes once over all data.",
    fails="Where one kind is far larger than the others: they come to their turn too seldom to count.",
    train=train,
    refuses=refuses,
)

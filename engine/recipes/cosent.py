"""CoSENT: pairs that people find more alike get the higher cosine (text2vec)."""

from collections.abc import Sequence

import pandas as pd

from engine.training import Base, Course, Examples, Lesson, Objective, Recipe, Setting, Settings, loop
from engine.types import Message


def objective(scale: float) -> Objective:
    """log(1 + sum of exp(scale * (cos of the less alike pair − cos of the more alike one)), over all such two pairs."""
    import torch
    from sentence_transformers.sentence_transformer.losses import CoSENTLoss

    loss = CoSENTLoss(None, scale=scale)  # type: ignore[arg-type, unused-ignore]  # it is given vectors, never texts

    def of(vectors: Sequence[torch.Tensor], rows: pd.DataFrame) -> torch.Tensor:
        scores = torch.tensor(rows["score"].to_numpy("float32"), device=vectors[0].device)
        return loss.compute_loss_from_embeddings(list(vectors), scores)

    return of


def lesson(one: Examples, of: Objective) -> Lesson:
    """The two sentences of each pair."""
    return Lesson(one.rows, {name: one.roles.get(name) for name in ("sentence1", "sentence2")}, of)


def train(base: Base, examples: Sequence[Examples], settings: Settings) -> Course:
    """A lesson for each of the examples."""
    of = objective(settings["scale"])
    return Course(base, base.model, tuple(lesson(one, of) for one in examples))


def refuses(examples: Sequence[Examples]) -> Message | None:
    """Only the order of scores is learnt."""
    if all(one.rows["score"].nunique() < 2 for one in examples):
        return Message("All scores are equal: there is no order that could be learnt.")
    return None


RECIPE = Recipe(
    name="cosent",
    title="CoSENT (text2vec)",
    question="Learns which pairs are more alike than which others: only the order of the scores counts.",
    shapes=("scored pairs",),
    source="https://kexue.fm/archives/8847; shibing624/text2vec",
    settings=loop(epochs=5, batch_size=32, learning_rate=2e-5, max_length=64)
    | {"scale": Setting("Scale (1 / temperature)", 20.0, 1.0, 1_000.0)},
    costs="Every epoch encodes both texts of each pair once.",
    fails="Too few steps end below the base (60 steps of 32 pairs lost 1.6 points of Spearman); batches of equal "
    "scores teach nothing.",
    train=train,
    refuses=refuses,
)

"""Labels: texts of one label come together, those of others go apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from engine.training import Base, Course, Examples, Lesson, Objective, Recipe, Setting, Settings, loop
from engine.types import Message

if TYPE_CHECKING:
    from torch import Tensor


def objective(margin: float) -> Objective:
    """The mean over all triplets of a batch of the distance to the same label less that to another, plus the margin."""
    import torch
    from sentence_transformers.sentence_transformer.losses import BatchAllTripletLoss

    loss = BatchAllTripletLoss(None, margin=margin)  # type: ignore[arg-type, unused-ignore]  # it is given vectors

    def of(vectors: Sequence[Tensor], rows: pd.DataFrame) -> Tensor:
        labels = torch.tensor(rows["label"].to_numpy(), device=vectors[0].device)
        return loss.compute_loss_from_embeddings([torch.cat(list(vectors))], labels.repeat(len(vectors)))

    return of


def paired(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Each text with another of its label, so that every batch has something to bring together.

    Columns: text, other, label (a number). Labels of one text only are left out.
    """
    dice = np.random.default_rng(seed)
    found = []
    for label, (_, texts) in enumerate(rows.drop_duplicates("text").groupby("label", sort=True)["text"]):
        order = dice.permutation(texts.to_numpy())
        if len(order) > 1:
            found.append(pd.DataFrame({"text": order, "other": np.roll(order, 1), "label": label}))
    return pd.concat(found, ignore_index=True)


def train(base: Base, examples: Sequence[Examples], settings: Settings) -> Course:
    """A lesson for each of the examples."""
    of = objective(float(settings["margin"]))
    return Course(base, base.model, tuple(lesson(one, of, base.seed) for one in examples))


def lesson(one: Examples, of: Objective, seed: int) -> Lesson:
    """The texts of a labelled set by two."""
    side = one.roles.get("text")
    return Lesson(paired(one.rows, seed), {"text": side, "other": side}, of)


def refuses(examples: Sequence[Examples]) -> Message | None:
    """There must be something to bring together and something to tell apart."""
    for one in examples:
        counts = one.rows.drop_duplicates("text")["label"].value_counts()
        if (counts > 1).sum() < 2:
            return Message("At least two labels must have two different texts each.")
    return None


RECIPE = Recipe(
    name="labels",
    title="Labels (triplets)",
    question="Brings texts of one label together and those of different labels apart.",
    shapes=("labelled texts",),
    source="https://arxiv.org/abs/1703.07737 (batch all); sentence-transformers BatchAllTripletLoss",
    settings=loop(epochs=1, batch_size=32, learning_rate=2e-5, max_length=128)
    | {"margin": Setting("Margin", 5.0, 0.0, 100.0)},
    costs="Every epoch encodes each text twice.",
    fails="Where the labels are not what makes texts alike: everything else that the vectors told apart within a "
    "label is lost.",
    train=train,
    refuses=refuses,
)

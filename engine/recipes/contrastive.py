"""Contrastive learning of pairs: every other document of a batch is a wrong answer (m3e; piccolo, stage 1)."""

from collections.abc import Sequence

import pandas as pd

from engine.training import Base, Course, Examples, Lesson, Objective, Recipe, Setting, Settings, loop

GTE = ("query_to_doc", "query_to_query", "doc_to_query", "doc_to_doc")
SETTINGS = {
    "temperature": Setting("Temperature", 0.05, 0.001, 1.0),
    "loss": Setting("Loss: plain, or GTE's improved one with all four directions", "plain", choices=("plain", "gte")),
}
"""Of the loss: m3e's default; its author, bge and GTE take 0.01 for large batches."""


def objective(temperature: float, loss: str) -> Objective:
    """−log of the share of the right document among all documents of the batch, by exp(cosine / temperature).

    gte: among all queries and documents in both directions (https://arxiv.org/abs/2308.03281). Behind query and
    document, further vectors are those of each query's own negatives.
    """
    import torch
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

    directions = GTE if loss == "gte" else GTE[:1]
    of = MultipleNegativesRankingLoss(None, scale=1 / temperature, directions=directions)  # type: ignore[arg-type, unused-ignore]
    nothing = torch.empty(0)

    def value(vectors: Sequence[torch.Tensor], rows: pd.DataFrame) -> torch.Tensor:
        return of.compute_loss_from_embeddings(list(vectors), nothing)

    return value


def lesson(rows: pd.DataFrame, examples: Examples, of: Objective, lengths: dict[str, int]) -> Lesson:
    """Query, document and the negatives that the rows hold."""
    sides = {name: examples.roles.get(name) for name in ("query", "document")}
    negatives = [name for name in rows if name.startswith("negative_")]
    sides |= {name: examples.roles.get("document") for name in negatives}
    lengths |= {name: lengths["document"] for name in negatives if "document" in lengths}
    return Lesson(rows, sides, of, distinct=True, lengths=lengths)


def train(base: Base, examples: Sequence[Examples], settings: Settings) -> Course:
    """A lesson for each of the examples: batches of one dataset each, as m3e draws them."""
    of = objective(settings["temperature"], settings["loss"])
    return Course(base, base.model, tuple(lesson(one.rows, one, of, {}) for one in examples))


RECIPE = Recipe(
    name="contrastive",
    title="Contrastive pairs (m3e, piccolo stage 1)",
    question="Learns to tell the document of a query from all other documents of a batch.",
    shapes=("pairs",),
    source="wangyuxinwhy/uniem; https://arxiv.org/abs/2308.03281",
    settings=loop(epochs=1, batch_size=64, learning_rate=3e-5, warmup=0.05, weight_decay=1e-3, max_length=128)
    | SETTINGS,
    costs="Every epoch encodes both texts of each pair once; a batch too large for the memory is encoded twice "
    "(gradient caching).",
    fails="The rows of a batch serve each other as wrong answers: it teaches wrongly where they are right ones too, as "
    "in data with few different documents or with classes. Small batches teach little.",
    train=train,
)

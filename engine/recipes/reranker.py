"""A reranker from pairs: a cross-encoder on the base's transformer, its negatives what the base itself ranks first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import plugins
from engine.encoding.encode import encode
from engine.models import catalogue
from engine.rankings import ranked
from engine.search.top_k import top_k
from engine.training import Base, Course, Examples, Lesson, Recipe, Setting, Settings, loop
from engine.types import BadModel, Dataset, Message, Task, Texts

if TYPE_CHECKING:
    from torch import Tensor

DEPTH = 100
"""How many of the base's first documents are reranked where a dataset names no candidates."""


def train(base: Base, examples: Sequence[Examples], settings: Settings) -> Course:
    """A lesson of pairs that belong together and of others that the base ranks before or near them.

    Raises:
        BadModel: the base is no transformer that a head could be put on.
    """
    import torch
    from sentence_transformers.cross_encoder.losses import BinaryCrossEntropyLoss

    model, wanted = cross_encoder(base, int(settings["max_length"])), int(settings["negatives"])
    rows = pd.concat([labelled(base, one, wanted) for one in examples], ignore_index=True)
    weight = torch.tensor(float(wanted), device=model.device)
    library = BinaryCrossEntropyLoss(model, pos_weight=weight)

    def loss(batch: pd.DataFrame) -> Tensor:
        labels = torch.tensor(batch["label"].to_numpy("float32"), device=model.device)
        return library([batch["query"].tolist(), batch["document"].tolist()], labels)

    def tokens(batch: pd.DataFrame) -> list[int]:
        found = model.preprocess(list(zip(batch["query"], batch["document"], strict=True)))
        return [int(one) for one in found["attention_mask"].sum(dim=1)]

    return Course(base, model, (Lesson(rows, loss=loss, tokens=tokens),), judge=judged(base), depth=DEPTH)


def cross_encoder(base: Base, most: int = 0) -> Any:
    """The base's transformer with a fresh head that gives one score; it reads so many tokens of a pair, 0: its own."""
    import torch
    from sentence_transformers import CrossEncoder

    torch.manual_seed(base.seed)
    kwargs: dict[str, Any] = {"dtype": torch.float32, "use_safetensors": True}
    try:
        device = str(base.model.device)
        model = CrossEncoder(str(base.folder), num_labels=1, device=device, local_files_only=True, model_kwargs=kwargs)
    except (ValueError, KeyError, OSError, AttributeError) as error:
        raise BadModel(
            "{name} cannot become a reranker: {reason}", name=base.entry.name, reason=str(error)[:200]
        ) from error
    if most and (model.max_seq_length is None or most < model.max_seq_length):
        model.max_seq_length = most
    return model


def labelled(base: Base, one: Examples, wanted: int) -> pd.DataFrame:
    """Pairs with label 1, and for each query so many of the base's first documents that do not answer it, with 0."""
    pairs = one.rows[["query", "document"]]
    answers = pairs.groupby("query", sort=False)["document"].agg(set)
    corpus = list(dict.fromkeys([*one.corpus, *pairs["document"]]))
    queries = answers.index.tolist()
    rows = first(base, queries, corpus, wanted + int(answers.map(len).max()))
    found = [
        {"query": query, "document": text, "label": 0.0}
        for query, line in zip(queries, rows, strict=True)
        for text in [corpus[row] for row in line if row >= 0 and corpus[row] not in answers[query]][:wanted]
    ]
    return pd.concat([pairs.assign(label=1.0), pd.DataFrame(found)], ignore_index=True)


def first(base: Base, queries: Sequence[str], corpus: Sequence[str], depth: int) -> npt.NDArray[np.int64]:
    """The documents that the base ranks first for each query, (queries, depth); -1 where there are fewer."""
    encoder = catalogue.load(base.entry)
    asked = encode(encoder, Texts(queries, "query")).vectors
    held = encode(encoder, Texts(corpus, "document")).vectors
    return top_k(asked, held, min(depth, len(corpus)), similarity=encoder.similarity).rows


def judged(base: Base) -> Callable[[Any, Dataset, int], pd.DataFrame]:
    """(a cross-encoder, dataset, depth) -> the items of its ranking of candidates, or of what the base ranks first."""

    def judge(model: Any, dataset: Dataset, depth: int) -> pd.DataFrame:
        task: Task = plugins.tasks()[dataset.task]
        if task.ranked is None:
            raise BadModel("A reranker ranks documents; the task {task} is judged from vectors.", task=task.title)
        request = task.ranked.request(dataset)
        rows = request.candidates or [
            line[line >= 0] for line in first(base, request.queries, request.corpus, min(depth, request.depth))
        ]
        pairs = [(query, request.corpus[row]) for query, own in zip(request.queries, rows, strict=True) for row in own]
        scores = np.asarray(model.predict(pairs, show_progress_bar=False), np.float32) if pairs else np.empty(0)
        parts = np.split(scores, np.cumsum([len(own) for own in rows])[:-1])
        return task.ranked.judge(dataset, ranked(rows, parts, request.order, request.depth))

    return judge


def refuses(examples: Sequence[Examples]) -> Message | None:
    """There must be documents that do not answer."""
    if all(len({*one.corpus, *one.rows["document"]}) < 2 for one in examples):
        return Message("All pairs have one document: there is nothing to tell it from.")
    return None


RECIPE = Recipe(
    name="reranker",
    title="Reranker (cross-encoder)",
    question="Trains a model that reads query and document together, to reorder what the base finds.",
    shapes=("pairs",),
    source="https://arxiv.org/abs/1901.04085; sentence-transformers BinaryCrossEntropyLoss with mined negatives, as in "
    "its training of rerankers",
    settings=loop(epochs=1, batch_size=64, learning_rate=2e-5, warmup=0.1, max_length=512)
    | {"negatives": Setting("Negatives of a query", 5, 1, 100)},
    costs="Every pair is read as one text, in training and for each query afterwards: a hundred candidates a query "
    "cost as much as encoding a hundred documents.",
    fails="Small ones from few pairs are often worse than what they reorder; it gives no vectors, so no map and no "
    "search of its own.",
    train=train,
    reads_pairs=True,
    refuses=refuses,
)

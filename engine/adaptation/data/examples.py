"""What can be learnt from a dataset? Its judged texts as examples of the shapes that recipes ask for."""

from collections.abc import Callable, Mapping

import pandas as pd

from engine import plugins
from engine.metrics.agreement import over_range
from engine.training import COLUMNS, SHAPES, Examples, Shape
from engine.types import Dataset, Task, UserError

OFFERED: Mapping[str, tuple[Shape, ...]] = {
    "sts": ("scored pairs", "texts"),
    "pair_classification": ("scored pairs", "pairs", "texts"),
    "bitext_mining": ("pairs", "texts"),
    "retrieval": ("pairs", "texts"),
    "reranking": ("pairs", "texts"),
    "classification": ("labelled texts", "texts"),
    "clustering": ("labelled texts", "texts"),
    "summarization": ("texts",),
}
"""The shapes that a task's data have, the most telling one first."""


def shapes(dataset: Dataset) -> tuple[Shape, ...]:
    """The shapes of the examples that this dataset gives."""
    return OFFERED.get(dataset.task, ("texts",))


def examples(dataset: Dataset, shape: Shape) -> Examples:
    """The dataset as examples of this shape, without rows that lack a text.

    Raises:
        UserError: it has none of this shape.
    """
    if shape not in shapes(dataset):
        raise UserError("{dataset} holds no {shape}.", dataset=dataset.name, shape=SHAPES[shape])
    found = _SHAPED[shape](dataset)
    there = found.rows.notna().all(axis=1)
    rows = found.rows[there].reset_index(drop=True)
    return Examples(shape, rows, found.roles, found.corpus, dataset.name)


def _scored(dataset: Dataset) -> Examples:
    pairs = dataset.tables["pairs"]
    gold = pairs["label"] if dataset.task == "pair_classification" else over_range(pairs["score"], dataset.settings)
    return Examples("scored pairs", pairs[["sentence1", "sentence2"]].assign(score=pd.Series(gold, pairs.index)))


def _pairs(dataset: Dataset) -> Examples:
    if "pairs" in dataset.tables:
        pairs = dataset.tables["pairs"]
        alike = pairs[pairs["label"] == 1] if "label" in pairs else pairs
        return Examples("pairs", alike[["sentence1", "sentence2"]].set_axis(COLUMNS["pairs"], axis=1))
    documents = documents_of(dataset)
    queries = dataset.tables["queries"].set_index("id")["text"]
    judged = relevant(dataset)
    rows = pd.DataFrame({
        "query": judged["query_id"].map(queries), "document": judged["corpus_id"].map(documents),
    }).drop_duplicates()  # fmt: skip
    return Examples("pairs", rows, {"query": "query", "document": "document"}, documents.tolist())


def _labelled(dataset: Dataset) -> Examples:
    table = dataset.tables["train" if "train" in dataset.tables else "documents"]
    labels = table["label"].map(lambda one: one[0] if isinstance(one, list) and one else one)
    return Examples("labelled texts", pd.DataFrame({"text": table["text"], "label": labels.astype(str)}))


def _texts(dataset: Dataset) -> Examples:
    task: Task = plugins.tasks()[dataset.task]
    found = [text for name, side in task.texts(dataset).items() if name != "test" for text in side.items]
    return Examples("texts", pd.DataFrame({"text": list(dict.fromkeys(found))}, dtype="str"))


def documents_of(dataset: Dataset) -> "pd.Series[str]":
    """The documents of a corpus by id, as its task reads them: a title stands before the text."""
    task: Task = plugins.tasks()[dataset.task]
    return pd.Series(list(task.texts(dataset)["corpus"].items), dataset.tables["corpus"]["id"].to_numpy(), dtype="str")


def relevant(dataset: Dataset) -> pd.DataFrame:
    """The judgements that say that a document answers a query."""
    qrels = dataset.tables["qrels"]
    return qrels[qrels["score"] > 0] if "score" in qrels else qrels


_SHAPED: Mapping[Shape, Callable[[Dataset], Examples]] = {
    "scored pairs": _scored, "pairs": _pairs, "labelled texts": _labelled, "texts": _texts,
}  # fmt: skip

"""Which difference a dataset can show: by what was compared on it, by its task, or by what is assumed."""

import numpy as np
import pandas as pd
import pytest

from engine import plugins
from engine.datasets import library
from engine.statistics.power import detectable, items_of, power
from engine.types import Dataset

PAIRS = pd.DataFrame({"low": [-0.0588, -0.1176], "high": [0.0588, 0.1176], "n": [100, 100]})


def test_what_was_compared_on_the_dataset_comes_before_what_was_on_others_and_that_before_an_assumption():
    here, none = power(100, PAIRS, PAIRS.head(1)), PAIRS.head(0)
    assert here.here and "2 pairs compared on it" in str(here.said())
    assert here.least == pytest.approx((0.0971, 0.1804), abs=1e-4)
    elsewhere = power(400, none, PAIRS.head(1))
    assert not elsewhere.here and "other datasets of this task" in str(elsewhere.said())
    assert elsewhere.least == pytest.approx((0.042, 0.042), abs=1e-4)
    assert "assumed" in str(power(100, none).said()) and "0.084" in str(power(100, none).said())


def test_the_items_needed_are_those_whose_smallest_difference_is_the_one_asked_for():
    found = power(100, PAIRS.head(1))
    assert detectable(found.wide, found.needed(0.02)) == pytest.approx(0.02, abs=1e-4)


def promised_and_judged(dataset: Dataset) -> tuple[int, int]:
    task, rng = plugins.tasks()[dataset.task], np.random.default_rng(0)
    vectors = {
        name: rng.normal(size=(len(one.items), 4)).astype(np.float32) for name, one in task.texts(dataset).items()
    }
    return items_of(dataset), len(task.judge(dataset, vectors, "cosine"))


def of(task: str, tables: dict[str, pd.DataFrame], **settings: object) -> Dataset:
    return Dataset("made", task, tables, settings=settings)


def words(count: int, labels: list) -> pd.DataFrame:
    return pd.DataFrame({"text": [f"text {row}" for row in range(count)], "label": labels})


SETS = [["a"] if row % 3 else ["a", "b"] for row in range(60)]
DEEP = [["a", "b"][: 1 + row % 2] for row in range(60)]
QUERIES = pd.DataFrame({"id": ["a_1", "a_2", "b_1", "c"], "text": ["one", "two", "three", "four"]})
CORPUS = pd.DataFrame({"id": ["x", "y"], "text": ["here", "there"]})
GOLD = pd.DataFrame({"query_id": ["a_1", "a_2", "b_1"], "corpus_id": "x", "score": 1})
RANKED = {"corpus": CORPUS, "queries": QUERIES, "qrels": GOLD}


@pytest.mark.parametrize(
    "dataset",
    [
        of("classification", {"train": words(60, SETS), "test": words(60, SETS)}, max_eval_samples=20),
        of("classification", {"train": words(60, list("ab") * 30), "test": words(50, list("ab") * 25)}),
        of("clustering", {"documents": words(60, DEEP)}, max_document_to_embed=40),
        of("clustering", {"documents": words(60, list("ab") * 30)}, max_documents_per_cluster=20, n_clusters=2),
        of("clustering", {"documents": words(60, list("ab") * 30)}, variant="legacy"),
        of("retrieval", RANKED),
        of("reranking", RANKED | {"candidates": GOLD}, merge_subqueries=True),
    ],
)  # fmt: skip
def test_as_many_items_are_promised_as_the_task_judges(dataset: Dataset):
    promised, judged = promised_and_judged(dataset)
    assert promised == judged


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("name", "items"), [("helpcentre_zh", 217), ("sts_zh", 322), ("topics_zh", 66)])
def test_the_items_are_counted_before_a_run_as_they_are_judged(name: str, items: int):
    assert items_of(library.load(name)) == items

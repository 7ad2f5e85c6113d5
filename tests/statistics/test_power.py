"""Which difference a dataset can show: by what was compared on it, by its task, or by what is assumed."""

import numpy as np
import pandas as pd
import pytest

from engine import plugins
from engine.datasets import library
from engine.statistics.draws import groups_of
from engine.statistics.power import Items, Power, detectable, power
from engine.types import Dataset

PAIRS = pd.DataFrame({"low": [-0.0588, -0.1176], "high": [0.0588, 0.1176], "n": [100, 100]})


def test_what_was_compared_on_the_dataset_comes_before_what_was_on_others_and_that_before_an_assumption():
    here, none = power(Items.alone(100), PAIRS, PAIRS.head(1)), PAIRS.head(0)
    assert here.here and "2 pairs compared here" in str(here.said())
    assert here.least == pytest.approx((0.0971, 0.1804), abs=1e-4)
    elsewhere = power(Items.alone(400), none, PAIRS.head(1))
    assert not elsewhere.here and "another dataset of this task" in str(elsewhere.said())
    assert elsewhere.least == pytest.approx((0.042, 0.042), abs=1e-4)
    assert "assumed" in str(power(Items.alone(100), none).said()) and "0.084" in str(
        power(Items.alone(100), none).said()
    )


def test_the_items_needed_are_those_whose_smallest_difference_is_the_one_asked_for():
    found = power(Items.alone(100), PAIRS.head(1))
    assert detectable(found.wide, found.needed(0.02)) == pytest.approx(0.02, abs=1e-4)


def promised_and_judged(dataset: Dataset) -> tuple[pd.DataFrame, pd.DataFrame]:
    task, rng = plugins.tasks()[dataset.task], np.random.default_rng(0)
    vectors = {
        name: rng.normal(size=(len(one.items), 4)).astype(np.float32) for name, one in task.texts(dataset).items()
    }
    promised, judged = task.judged(dataset), task.judge(dataset, vectors, "cosine")
    return promised, judged[promised.columns]


def of(task: str, tables: dict[str, pd.DataFrame], **settings: object) -> Dataset:
    return Dataset("made", task, tables, settings=settings)


def words(count: int, labels: list) -> pd.DataFrame:
    return pd.DataFrame({"text": [f"text {row}" for row in range(count)], "label": labels})


def pairs(first: list[str], **more: list) -> pd.DataFrame:
    return pd.DataFrame({"sentence1": first, "sentence2": [f"other {row}" for row in range(len(first))], **more})


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
        of("sts", {"pairs": pairs(["a", "b", "a", "c"], score=[1.0, 2.0, 3.0, 4.0])}),
        of("pair_classification", {"pairs": pairs(["a", "b", "a", "c"], label=[0, 1, 1, 0])}),
        of("bitext_mining", {"pairs": pairs(["a", "b", "c"], group=["x", "x", "y"])}),
        of("summarization", {"summaries": pd.DataFrame({
            "text_id": list("ttuu"), "machine_summary": list("abcd"), "human_summaries": [["h"]] * 4,
            "score": [1.0, 2.0, 3.0, 4.0]})}),
    ],
)  # fmt: skip
def test_the_items_and_groups_that_are_promised_are_those_that_the_task_judges(dataset: Dataset):
    promised, judged = promised_and_judged(dataset)
    pd.testing.assert_frame_equal(promised, judged)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("name", "items"), [("helpcentre_zh", 217), ("sts_zh", 322), ("topics_zh", 66)])
def test_the_items_are_counted_before_a_run_as_they_are_judged(name: str, items: int):
    assert Items.of(library.load(name)).n == items


def test_the_groups_are_promised_with_the_items_before_anything_is_run():
    rows = range(40)
    queries = pd.DataFrame({"id": [f"q{row}" for row in rows], "text": "t"})
    gold = pd.DataFrame({"query_id": queries["id"], "corpus_id": [f"d{row % 10}" for row in rows], "score": 1})
    corpus = pd.DataFrame({"id": [f"d{row}" for row in range(10)], "text": "t"})
    data = of("retrieval", {"corpus": corpus, "queries": queries, "qrels": gold})
    found = power(Items.of(data), PAIRS.head(0))
    assert str(found.said()).startswith(
        "With 40 queries that ask for 10 different documents, a true difference of about 0.133 to 0.266"
    )
    assert found.least == pytest.approx((detectable(0.3, 40), detectable(0.3, 10)))
    assert found.needed(0.05) == pytest.approx(4 * power(Items.alone(40), PAIRS.head(0)).needed(0.05), rel=0.01)
    gold["corpus_id"] = [f"d{row % 5}" for row in rows]
    few = of("retrieval", {"corpus": corpus, "queries": queries, "qrels": gold})
    assert "below 8 that do not hang together" in str(power(Items.of(few), PAIRS.head(0)).said())
    assert groups_of(plugins.tasks()["retrieval"].judged(few)).number == 5


@pytest.mark.parametrize("here", [True, False])
def test_one_pair_is_one_pair_with_one_difference(here: bool):
    told = str(Power(Items.alone(50), 0.2, 0.2, 1, here).said())
    assert "about 0.079 can be seen" in told and "the one pair" in told and " to 0" not in told

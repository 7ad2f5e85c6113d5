"""Reranking: mteb's numbers, and mteb's ids where queries stand with lists of documents."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from datasets import Dataset as Rows
from datasets import DatasetDict
from mteb._evaluators.retrieval_metrics import evaluate_p_mrr_change
from mteb.abstasks.text import reranking as theirs
from mteb.tasks.reranking.eng.mind_small_reranking import MindSmallReranking

from engine.benchmarks.gathering import MERGED
from engine.tasks.reranking import TASK
from engine.types import BadDataset, Dataset
from tests.oracle import in_memory
from tests.oracle_ranking import assert_parity, dataset, judgements, same, vectors
from tests.oracle_ranking import theirs as mteb_says
from tests.oracle_tasks import differences

SIMILARITIES = pytest.mark.parametrize("similarity", ["cosine", "dot", "euclidean", "manhattan"])


def drawn(random, queries, documents, size):
    """So many candidates per query."""
    return [
        (f"q{query}", f"d{document}")
        for query in range(queries)
        for document in random.choice(documents, size, replace=False)
    ]


@SIMILARITIES
@pytest.mark.parametrize(("queries", "size"), [(40, 30), (40, 1), (1, 7), (6, 1100)])
def test_random_vectors_score_as_in_mteb(similarity, queries, size):
    random = np.random.default_rng(size)
    given = dataset(
        queries, 1200, judgements(random, queries, 1200, per_query=300), candidates=drawn(random, queries, 1200, size)
    )
    assert_parity(TASK, given, vectors(random, queries, 1200), similarity)


@SIMILARITIES
def test_ties_duplicates_and_graded_judgements_score_as_in_mteb(similarity):
    random = np.random.default_rng(2)
    qrels = judgements(random, 60, 90, per_query=20, grades=(0, 0, 1, 2))
    given = dataset(60, 90, qrels, candidates=drawn(random, 60, 90, 37))
    assert_parity(TASK, given, vectors(random, 60, 90, values=2), similarity)
    held = vectors(random, 60, 90)
    held["corpus"][45:] = held["corpus"][:45]
    assert_parity(TASK, given, held, similarity)


def test_queries_without_candidates_and_candidates_of_unjudged_queries_score_as_in_mteb():
    random = np.random.default_rng(3)
    qrels = [*judgements(random, 20, 50, per_query=9), ("q1", "gone", 1)]
    given = dataset(25, 50, qrels, candidates=[*drawn(random, 15, 50, 12), ("q24", "d0"), ("nobody", "d1")])
    assert_parity(TASK, given, vectors(random, 25, 50))


@pytest.mark.parametrize("setting", ["ignore_identical_ids", "skip_first_result"])
def test_settings_score_as_in_mteb(setting):
    random = np.random.default_rng(4)
    candidates = [*drawn(random, 20, 50, 12), *[(f"q{query}", f"q{query}") for query in range(20)]]
    given = dataset(20, 70, judgements(random, 20, 50, per_query=9), candidates=candidates, **{setting: True})
    given.tables["corpus"].loc[50:, "id"] = [f"q{query}" for query in range(20)]
    assert_parity(TASK, given, vectors(random, 20, 70))


def test_queries_that_lose_their_only_candidate_score_as_in_mteb():
    random = np.random.default_rng(6)
    given = dataset(20, 50, judgements(random, 20, 50), candidates=drawn(random, 20, 50, 1), skip_first_result=True)
    assert_parity(TASK, given, vectors(random, 20, 50))


def test_a_candidate_that_is_not_in_the_corpus_is_refused():
    given = dataset(1, 2, [("q0", "d0", 1)], candidates=[("q0", "d0"), ("q0", "d7")])
    with pytest.raises(BadDataset, match="'d7' in row 2"):
        TASK.judge(given, {"queries": np.ones((1, 2)), "corpus": np.ones((2, 2))}, "cosine")


SAMPLES = {
    "query": ["a", "b", "c", "a"],
    "positive": [["x", "y"], [], ["z"], ["x"]],
    "negative": [["n", "x"], ["m"], ["o"], ["x", "p", "q"]],
}


def mteb_tables(monkeypatch, samples):
    """What mteb makes of the old layout."""
    monkeypatch.setattr(theirs, "OLD_FORMAT_RERANKING_TASKS", ["InMemory"])
    task = in_memory(theirs.AbsTaskReranking, {}, task_type="Reranking", main_score="map_at_1000")
    task.transform_old_dataset_format(DatasetDict({"test": Rows.from_dict(samples)}))
    return task.dataset["default"]["test"]


def from_samples(**columns):
    return TASK.layouts[1].convert({"samples": pd.DataFrame(columns)})


def test_lists_of_documents_become_the_tables_that_mteb_makes_of_them(monkeypatch):
    ours, split = from_samples(**SAMPLES), mteb_tables(monkeypatch, SAMPLES)
    assert ours["corpus"][["id", "text"]].to_dict("list") == {
        name: list(split["corpus"][name]) for name in ("id", "text")
    }
    assert ours["queries"][["id", "text"]].to_dict("list") == {
        name: list(split["queries"][name]) for name in ("id", "text")
    }
    relevant = {
        query: own.set_index("corpus_id")["score"].to_dict() for query, own in ours["qrels"].groupby("query_id")
    }
    assert relevant == split["relevant_docs"]
    assert ours["candidates"].groupby("query_id")["corpus_id"].agg(list).to_dict() == split["top_ranked"]


def test_ties_between_a_positive_and_a_negative_count_against_the_model():
    tables = from_samples(query=["a"], positive=[["x"]], negative=[["y"]])
    items = TASK.judge(
        Dataset("x", "reranking", tables), {"queries": np.ones((1, 2)), "corpus": np.ones((2, 2))}, "cosine"
    )
    assert items["relevant_ranks"][0].tolist() == [2]
    assert items["measure"].tolist() == [0.5]


def test_documents_one_a_row_belong_to_the_query_of_the_same_text():
    one_a_row = from_samples(
        query=["a", "b", "a"], positive=[["x"], ["z"], ["x"]], negative=[["n"], ["o"], ["m"]], topic=["s", "t", "s"]
    )
    lists = from_samples(query=["a", "b"], positive=[["x"], ["z"]], negative=[["n", "m"], ["o"]], topic=["s", "t"])
    for name, table in lists.items():
        pd.testing.assert_frame_equal(one_a_row[name][table.columns], table)


def test_what_differs_between_the_rows_of_one_query_is_no_property_of_the_query():
    made = from_samples(
        query=["a", "a"], positive=[["x"], ["x"]], negative=[["n"], ["m"]], set=["s", "s"], cosine=[1, 2]
    )
    assert list(made["queries"].columns) == ["text", "set", "id"]


def test_samples_without_a_negative_document_are_refused():
    with pytest.raises(BadDataset, match="nothing to rerank"):
        from_samples(query=["a"], positive=[["x"]], negative=[[]])


def test_one_candidate_a_row_becomes_the_four_tables():
    pairs = {
        "query_id": ["1", "1", "2"], "query": ["a", "a", "b"], "document_id": ["x", "y", "x"],
        "document": ["dx", "dy", "dx"], "score": [1, 0, 1], "qtype": ["s", "s", "t"],
    }  # fmt: skip
    tables = {
        name: rows.to_dict("list") for name, rows in TASK.layouts[0].convert({"pairs": pd.DataFrame(pairs)}).items()
    }
    assert tables["corpus"] == {"id": ["x", "y"], "text": ["dx", "dy"]}
    assert tables["queries"] == {"id": ["1", "2"], "text": ["a", "b"], "qtype": ["s", "t"]}
    assert tables["candidates"] == {"query_id": ["1", "1", "2"], "corpus_id": ["x", "y", "x"]}
    assert tables["qrels"]["score"] == [1, 0, 1]


@SIMILARITIES
@pytest.mark.parametrize("values", [0, 2])
def test_queries_that_ask_for_the_same_score_together_as_in_mteb(similarity, values):
    random = np.random.default_rng(7)
    qrels = [
        (f"q_{query}_{part}", document, grade)
        for query, (_, document, grade) in enumerate(judgements(random, 12, 50, per_query=1, grades=(1, 2)))
        for part in range(1 + query % 4)
    ]
    names = list(dict.fromkeys(query for query, _, _ in qrels))
    candidates = [(name, f"d{document}") for name in names for document in random.choice(50, 20, replace=False)]
    given = dataset(len(names), 50, qrels, candidates=candidates, merge_subqueries=True)
    given.tables["queries"]["id"] = random.permutation(names)
    held = vectors(random, len(names), 50, values=values)
    ours = TASK.metrics(TASK.judge(given, held, similarity))
    merging = {"task_specific_scores": MindSmallReranking.task_specific_scores}
    scores = mteb_says(replace(given, settings=merging), TASK.texts(given), held, similarity)
    merged = {name.removeprefix(MERGED): value for name, value in scores.items() if name.startswith(MERGED)}
    assert set(merged) == set(ours) and len(ours) == 148
    assert not {name: (ours[name], value) for name, value in merged.items() if not same(ours[name], value)}
    assert ours["map_at_1000"] != scores["map_at_1000"]


class Asked:
    """What mteb's tasks of instructions add, with the changed judgements at hand."""

    def __init__(self, changed):
        self.changed = changed

    def task_specific_scores(self, scores, qrels, results, hf_split, hf_subset):
        return evaluate_p_mrr_change(qrels, results, self.changed, (1, 3, 5, 10, 20, 100, 1000))


@SIMILARITIES
@pytest.mark.parametrize("values", [0, 2])
def test_queries_with_a_changed_instruction_score_as_in_mteb(similarity, values):
    random = np.random.default_rng(8)
    names = [f"{query}{end}" for query in range(6) for end in ("-og", "-changed")]
    qrels = [(name, f"d{one}", int(random.integers(0, 2))) for name in names for one in random.choice(50, 9, False)]
    candidates = [(name, f"d{one}") for name in names[:-1] for one in random.choice(40, 20, replace=False)]
    given = dataset(len(names), 50, qrels, candidates=candidates)
    given.tables["queries"]["id"] = random.permutation(names)
    changed = {str(query): [f"d{one}" for one in random.choice(50, 5)] for query in range(5)}
    changed |= {"5": ["d1", "gone"], "nobody": ["d1"]}
    rows = [(query, document) for query, documents in changed.items() for document in documents]
    own = replace(given, tables={**given.tables, "changed": pd.DataFrame(rows, columns=["query_id", "corpus_id"])})
    held = vectors(random, len(names), 50, values=values)
    items = TASK.judge(own, held, similarity)
    asked = {"task_specific_scores": Asked(changed).task_specific_scores}
    scores = mteb_says(replace(given, settings=asked), TASK.texts(given), held, similarity)
    assert differences(TASK.metrics(items), scores) == []
    assert scores["p-MRR"] != 0 and items["followed"].notna().sum() == 6
    assert TASK.resampled(items, np.ones((1, len(items))))["p-MRR"].tolist() == pytest.approx([scores["p-MRR"]])


def test_a_query_whose_id_names_no_part_stays_alone():
    qrels = [("a", "d0", 1), ("b", "d1", 1)]
    given = dataset(2, 2, qrels, candidates=[(query, f"d{one}") for query in "ab" for one in range(2)])
    given = replace(given, settings={"merge_subqueries": True})
    given.tables["queries"]["id"] = ["a", "b"]
    items = TASK.judge(given, {"queries": np.eye(2), "corpus": np.eye(2)}, "dot")
    assert items["item"].tolist() == ["a", "b"] and items["measure"].tolist() == [1.0, 1.0]

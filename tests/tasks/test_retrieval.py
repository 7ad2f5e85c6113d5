"""Retrieval: mteb's numbers on every kind of data, and the items behind them."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from engine.tasks.retrieval import TASK
from engine.types import BadDataset, Dataset
from tests.oracle_ranking import assert_parity, dataset, judgements, vectors

SIMILARITIES = pytest.mark.parametrize("similarity", ["cosine", "dot", "euclidean", "manhattan"])


@SIMILARITIES
@pytest.mark.parametrize("documents", [300, 1300])
def test_random_vectors_score_as_in_mteb(similarity, documents):
    random = np.random.default_rng(documents)
    given = dataset(40, documents, judgements(random, 40, documents))
    assert_parity(TASK, given, vectors(random, 40, documents), similarity)


@SIMILARITIES
@pytest.mark.parametrize(("documents", "values"), [(900, 2), (60, 3), (5, 3)])
def test_heavy_ties_and_graded_judgements_score_as_in_mteb(similarity, documents, values):
    random = np.random.default_rng(documents)
    given = dataset(80, documents, judgements(random, 80, documents, grades=(-1, 0, 1, 2, 3)))
    assert_parity(TASK, given, vectors(random, 80, documents, values=values), similarity)


@SIMILARITIES
def test_duplicate_documents_and_queries_score_as_in_mteb(similarity):
    random = np.random.default_rng(5)
    held = vectors(random, 60, 240)
    held["corpus"][120:] = held["corpus"][:120]
    held["queries"][:20] = held["corpus"][:20]
    held["queries"][40:] = held["queries"][20:40]
    assert_parity(TASK, dataset(60, 240, judgements(random, 60, 240)), held, similarity)


@SIMILARITIES
@pytest.mark.parametrize(("queries", "documents"), [(1, 1), (1, 50), (30, 1), (30, 2), (7, 1000), (7, 1001)])
def test_the_smallest_and_the_limiting_sizes_score_as_in_mteb(queries, documents, similarity):
    random = np.random.default_rng(queries)
    given = dataset(queries, documents, judgements(random, queries, documents, per_query=2))
    assert_parity(TASK, given, vectors(random, queries, documents), similarity)


def test_judgements_of_nought_missing_documents_unknown_queries_and_unjudged_queries_score_as_in_mteb():
    random = np.random.default_rng(8)
    qrels = [*judgements(random, 25, 80), ("q3", "gone", 2), ("q4", "gone", 1), ("nobody", "d1", 1)]
    qrels += [(f"q{query}", f"d{query}", 0) for query in range(25, 30)]
    qrels += [("q5", "d1", 1), ("q5", "d1", 0), ("q6", "d2", 0), ("q6", "d2", 2)]  # the last word counts
    assert_parity(TASK, dataset(40, 80, qrels), vectors(random, 40, 80))


def test_data_with_judgements_of_nought_only_scores_as_in_mteb():
    random = np.random.default_rng(9)
    assert_parity(TASK, dataset(20, 50, judgements(random, 20, 50, grades=(0,))), vectors(random, 20, 50))


@SIMILARITIES
@pytest.mark.parametrize("kind", [np.float64, np.float16])
def test_other_float_types_score_as_in_mteb(kind, similarity):
    random = np.random.default_rng(10)
    held = {
        name: (random.normal(size=(rows, 33)) * 3).astype(kind) for name, rows in (("queries", 30), ("corpus", 200))
    }
    assert_parity(TASK, dataset(30, 200, judgements(random, 30, 200)), held, similarity)


def test_zero_vectors_score_as_in_mteb():
    random = np.random.default_rng(11)
    held = vectors(random, 30, 90)
    held["queries"][::2] = 0
    held["corpus"][::3] = 0
    assert_parity(TASK, dataset(30, 90, judgements(random, 30, 90)), held)


@pytest.mark.parametrize("setting", ["ignore_identical_ids", "skip_first_result"])
def test_settings_score_as_in_mteb(setting):
    random = np.random.default_rng(12)
    given = dataset(30, 1200, judgements(random, 30, 1200), **{setting: True})
    given.tables["queries"]["id"] = given.tables["queries"]["id"].str.replace("q", "d")
    given.tables["qrels"]["query_id"] = given.tables["qrels"]["query_id"].str.replace("q", "d")
    held = vectors(random, 30, 1200)
    held["queries"] = held["corpus"][:30] + 0.1 * held["queries"]
    assert_parity(TASK, given, held)


def test_further_k_values_score_as_in_mteb_beside_its_own_and_are_resampled_with_them():
    random = np.random.default_rng(14)
    given = dataset(30, 400, judgements(random, 30, 400, grades=(0, 1, 2)), further_k_values=[2, 50])
    held = vectors(random, 30, 400)
    assert_parity(TASK, given, held)
    assert {"ndcg_at_50", "hit_rate_at_2"} <= set(TASK.resampled(TASK.judge(given, held, "cosine"), np.ones((1, 30))))


@pytest.mark.parametrize("k", [0, 1001, 2.5, "7"])
def test_a_further_k_that_no_ranking_reaches_is_refused(k):
    random = np.random.default_rng(15)
    given = dataset(3, 9, judgements(random, 3, 9), further_k_values=[k])
    with pytest.raises(BadDataset, match="whole number from 1 to 1,000"):
        TASK.judge(given, vectors(random, 3, 9), "cosine")


def test_titles_and_blanks_give_the_texts_that_mteb_embeds():
    random = np.random.default_rng(13)
    given = dataset(4, 4, judgements(random, 4, 4))
    given.tables["corpus"] = given.tables["corpus"].assign(
        title=["A title", "", " ", "Last"], text=[" blanks ", " no title\n", "only text", ""]
    )
    assert list(TASK.texts(given)["corpus"].items) == ["A title  blanks", "no title", "only text", "Last"]
    assert [TASK.texts(given)[name].role for name in ("queries", "corpus")] == ["query", "document"]
    assert_parity(TASK, given, vectors(random, 4, 4))


def test_a_missing_title_is_no_title():
    given = dataset(1, 2, [("q0", "d0", 1)])
    given.tables["corpus"] = given.tables["corpus"].assign(title=[None, "T"])
    assert list(TASK.texts(given)["corpus"].items) == ["d text 0", "T d text 1"]


@SIMILARITIES
def test_sparse_vectors_score_as_the_same_vectors_written_out(similarity):
    random = np.random.default_rng(14)
    given = dataset(40, 300, judgements(random, 40, 300))
    held = {
        name: random.random((rows, 50)) * (random.random((rows, 50)) < 0.1)
        for name, rows in (("queries", 40), ("corpus", 300))
    }
    held["corpus"][:50] = held["corpus"][50:100]
    thin = {name: sparse.csr_array(rows) for name, rows in held.items()}
    one, two = (TASK.metrics(TASK.judge(given, form, similarity)) for form in (held, thin))
    assert one == pytest.approx(two, nan_ok=True, abs=1e-6)


def hand_made():
    """Two queries on a line of four documents; the second document of q1 was never in the corpus."""
    given = dataset(2, 4, [("q0", "d1", 2), ("q0", "d3", 0), ("q1", "d0", 1), ("q1", "gone", 1)])
    held = {"queries": np.array([[1.0], [-1.0]]), "corpus": np.array([[4.0], [3.0], [2.0], [1.0]])}
    return TASK.judge(given, held, "dot")


def test_an_item_tells_what_was_found_and_what_should_have_been():
    one, two = (row for _, row in hand_made().iterrows())
    assert (one["item"], list(one["top_ids"]), list(one["top_scores"])) == (
        "q0",
        ["d0", "d1", "d2", "d3"],
        [4, 3, 2, 1],
    )
    assert (list(one["relevant_ids"]), list(one["relevant_grades"]), list(one["relevant_ranks"])) == (["d1"], [2], [2])
    assert (list(two["relevant_ids"]), list(two["relevant_ranks"])) == (["d0", "gone"], [4, 0])
    assert one["unjudged_at_10"] == 0.5
    assert (one["confidence_max"], one["confidence_diff1"]) == (4, 1)


def test_the_measure_of_an_item_is_the_main_metric_and_its_mean_the_score():
    items = hand_made()
    assert items["measure"].tolist() == items[TASK.main_metric].tolist()
    assert TASK.metrics(items)[TASK.main_metric] == pytest.approx(items["measure"].mean(), abs=1e-5)
    assert TASK.resampled(items, np.ones((1, 2)))[TASK.main_metric] == pytest.approx([items["measure"].mean()])


def test_every_metric_is_defined():
    assert {key.split("_at_")[0] for key in TASK.metrics(hand_made())} == set(TASK.definitions)


def test_items_survive_parquet(tmp_path):
    items = hand_made()
    items.to_parquet(tmp_path / "items.parquet")
    read = pd.read_parquet(tmp_path / "items.parquet")
    assert TASK.metrics(read) == pytest.approx(TASK.metrics(items), nan_ok=True)
    assert list(read["top_ids"][0]) == list(items["top_ids"][0])


def refusal(given: Dataset) -> str:
    held = {name: np.ones((len(given.tables[name]), 2)) for name in ("queries", "corpus")}
    with pytest.raises(BadDataset) as refused:
        TASK.judge(given, held, "cosine")
    return str(refused.value)


def test_data_in_which_no_query_is_judged_are_refused():
    assert "none of the 1 rows of qrels" in refusal(dataset(2, 2, [("nobody", "d0", 1)]))
    assert "none of the 0 rows of qrels" in refusal(dataset(2, 2, []))


def test_an_id_that_stands_twice_is_refused():
    given = dataset(1, 3, [("q0", "d0", 1)])
    given.tables["corpus"]["id"] = ["d0", "d1", "d0"]
    assert "'d0' in row 3" in refusal(given)


@pytest.mark.parametrize("score", [0.5, float("nan")])
def test_a_judgement_that_is_no_whole_number_is_refused(score):
    given = dataset(1, 2, [("q0", "d0", 1), ("q0", "d1", 1)])
    given.tables["qrels"]["score"] = [1.0, score]
    assert f"the score {score} in row 2" in refusal(given)


def test_without_scores_every_judgement_means_relevant():
    given = dataset(1, 2, [("q0", "d1", 1)])
    tables = {**given.tables, "qrels": given.tables["qrels"].drop(columns="score")}
    items = TASK.judge(
        Dataset("x", "retrieval", tables), {"queries": np.ones((1, 1)), "corpus": np.eye(2)[:, :1]}, "dot"
    )
    assert items["recall_at_10"].tolist() == [1.0]


def converted(name, **columns):
    (layout,) = [one for one in TASK.layouts if name in one.tables]
    return {table: rows.to_dict("list") for table, rows in layout.convert({name: pd.DataFrame(columns)}).items()}


def test_pairs_of_texts_become_queries_documents_and_judgements():
    tables = converted("pairs", query=["a", "a", "b"], document=["x", "y", "x"], score=[2, 0, 1], topic=["s", "s", "t"])
    assert tables["queries"] == {"id": ["q0", "q1"], "text": ["a", "b"], "topic": ["s", "t"]}
    assert tables["corpus"] == {"id": ["d0", "d1"], "text": ["x", "y"]}
    assert tables["qrels"] == {"query_id": ["q0", "q0", "q1"], "corpus_id": ["d0", "d1", "d0"], "score": [2, 0, 1]}


def test_what_differs_between_the_judgements_of_a_query_is_no_property_of_the_query():
    tables = converted(
        "pairs", query=["a", "a", "b"], document=["x", "y", "x"], score=[2, 0, 1],
        topic=["s", "s", "t"], site=["m", None, "m"], cosine=[0.9, 0.4, 0.7], tags=[["p"], ["q"], ["p", "q"]],
    )  # fmt: skip
    assert list(tables["queries"]) == ["id", "text", "topic"]
    assert list(tables["corpus"]) == ["id", "text", "site"]
    assert tables["qrels"]["cosine"] == [0.9, 0.4, 0.7] and tables["qrels"]["tags"] == [["p"], ["q"], ["p", "q"]]


def test_pairs_without_scores_are_relevant_and_told_once():
    tables = converted("pairs", query=["a", "a"], document=["x", "x"])
    assert tables["qrels"] == {"query_id": ["q0"], "corpus_id": ["d0"], "score": [1]}


def test_positive_and_negative_documents_become_judgements():
    tables = converted("samples", query=["a", "b"], positive=[["x"], ["y", "z"]], negative=[["y"], []])
    assert tables["corpus"]["text"] == ["x", "y", "z"]
    assert list(zip(*tables["qrels"].values(), strict=True)) == [
        ("q0", "d0", 1), ("q0", "d1", 0), ("q1", "d1", 1), ("q1", "d2", 1),
    ]  # fmt: skip


def test_a_document_that_is_both_positive_and_negative_is_relevant():
    assert converted("samples", query=["a"], positive=[["x"]], negative=[["x"]])["qrels"]["score"] == [1]


def test_positives_alone_are_enough():
    assert converted("samples", query=["a"], positive=[["x"]])["qrels"]["score"] == [1]


def test_document_ids_that_start_anew_with_each_query_are_told_apart():
    tables = converted(
        "pairs", query_id=["1", "2"], query=["a", "b"], document_id=["0", "0"], document=["x", "y"], score=[1, 1]
    )
    assert tables["corpus"] == {"id": ["1:0", "2:0"], "text": ["x", "y"]}


def test_one_query_id_for_two_texts_is_refused():
    with pytest.raises(BadDataset, match="Row 2: the query id '1' stands for 'b' here and for 'a' before"):
        converted("pairs", query_id=["1", "1"], query=["a", "b"], document=["x", "y"])

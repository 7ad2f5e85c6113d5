"""Are the frames that the pages draw what they say they are?"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import rankdata

from engine.results import frames
from engine.types import Comparison, Dataset
from pages.parts import lists


def run(model: str, sequence: int, **other):
    base = {"id": f"{model}-{sequence}", "model": model, "dataset": "d", "fingerprint": "f", "precision": "float32"}
    return base | {"sequence": sequence, "score": 0.5} | other


def test_only_the_newest_run_of_a_model_on_a_state_of_a_dataset_is_shown():
    runs = pd.DataFrame([run("a", 1), run("a", 2), run("a", 1, fingerprint="older")])
    assert sorted(frames.latest(runs)["id"]) == ["a-1", "a-2"]


def test_another_precision_is_a_row_of_its_own_and_says_so():
    runs = pd.DataFrame([run("a", 1), run("a", 2, precision="bfloat16")])
    assert sorted(frames.latest(runs)["label"]) == ["a", "a · bfloat16"]


def test_no_runs_give_an_empty_table_with_its_columns():
    assert "label" in frames.latest(pd.DataFrame({"model": []}))


def test_equal_scores_share_the_better_rank():
    runs = frames.latest(pd.DataFrame([run("a", 1, score=0.7), run("b", 1, score=0.9), run("c", 1, score=0.7)]))
    board = frames.board(runs, {"b": "a", "a": "b", "c": "b"})
    assert board["label"].tolist() == ["b", "a", "c"]
    assert board["rank"].tolist() == [1, 2, 2]
    assert board["group"].tolist() == ["a", "b", "b"]


def reference_borda(scores: pd.DataFrame) -> list[int]:
    """As mteb's table counts: n - r points on every dataset, ties averaged, none where it is missing."""
    points = pd.Series(0.0, index=scores.index)
    for name in scores:
        known = scores[name].dropna()
        points[known.index] += len(scores) - rankdata(-known.to_numpy(), method="average")
    return rankdata(-points.to_numpy(), method="min").astype(int).tolist()


@settings(max_examples=60)
@given(arrays(float, (5, 4), elements=st.sampled_from([0.1, 0.2, 0.3, np.nan])))
def test_borda_ranks_are_the_published_rule_with_ties_and_gaps(values: np.ndarray):
    scores = pd.DataFrame(values, index=list("abcde"), columns=list("wxyz"))
    assert frames.borda(scores).tolist() == reference_borda(scores)


def test_a_mean_is_empty_where_a_score_is_missing_and_types_count_equally():
    scores = pd.DataFrame({"s1": [0.4, 0.8], "s2": [0.6, np.nan], "r": [0.1, 0.2]}, index=["a", "b"])
    found = frames.summary(scores, {"s1": "sts", "s2": "sts", "r": "retrieval"})
    assert found.loc["a", "mean"] == pytest.approx((0.4 + 0.6 + 0.1) / 3)
    assert found.loc["a", "mean_by_task"] == pytest.approx((0.5 + 0.1) / 2)
    assert np.isnan(found.loc["b", "mean"]) and np.isnan(found.loc["b", "task:sts"])
    assert found.loc["b", "task:retrieval"] == 0.2


def items(measures: dict[str, float]) -> pd.DataFrame:
    return pd.DataFrame({"item": list(measures), "measure": list(measures.values())})


def test_a_duel_pairs_items_by_id_and_puts_the_largest_gaps_first():
    pairs = frames.duel(items({"x": 1.0, "y": 0.5, "z": 0.2}), items({"z": 0.9, "y": 0.4, "w": 1.0}))
    assert pairs["item"].tolist() == ["z", "y"]
    assert pairs["difference"].tolist() == pytest.approx([-0.7, 0.1])


def test_quadrants_count_who_was_right():
    pairs = frames.duel(items({"1": 1, "2": 1, "3": 0, "4": 0}), items({"1": 1, "2": 0, "3": 1, "4": 1}))
    counts = frames.quadrants(pairs, 0.5)
    assert counts.loc[True, True] == 1 and counts.loc[True, False] == 1
    assert counts.loc[False, True] == 2 and counts.loc[False, False] == 0


def test_a_comparison_is_found_from_either_side():
    known = pd.DataFrame([{"a": "1", "b": "2", **Comparison(9, 0.2, 0.1, 0.3, 0.04, "m", 5, 1, 3, 0.5).__dict__}])
    turned = frames.between("2", "1", known)
    assert (turned.gap, turned.low, turned.high, turned.won, turned.lost) == (-0.2, -0.3, -0.1, 3, 5)
    assert frames.between("1", "2", known).gap == 0.2
    assert frames.between("1", "3", known) is None


CORPUS = pd.DataFrame({"id": ["d1", "d2", "d3"], "title": ["one", "two", ""], "text": ["a", "b", "c"]})
QRELS = pd.DataFrame({"query_id": ["q", "q"], "corpus_id": ["d3", "d2"], "score": [2.0, 0.0]})
QUERIES = pd.DataFrame({"id": ["q"], "text": ["what?"], "topic": ["t"]})
DATASET = Dataset("d", "retrieval", {"corpus": CORPUS, "queries": QUERIES, "qrels": QRELS})
QUERY = pd.Series(
    {
        "item": "q",
        "measure": 0.4,
        "top_ids": ["d1", "d2"],
        "top_scores": [0.9, 0.5],
        "relevant_ids": ["d3", "d2"],
        "relevant_grades": [2, 0],
        "relevant_ranks": [0, 2],
    }
)


def test_a_ranking_tells_relevant_from_irrelevant_from_unjudged():
    found = frames.ranking(QUERY, DATASET)
    assert found["corpus_id"].tolist() == ["d1", "d2"]
    assert found["grade"].isna().tolist() == [True, False]
    assert found["grade"].iloc[1] == 0 and found["title"].tolist() == ["one", "two"]


def test_what_was_missed_names_relevant_documents_only():
    found = frames.missed(QUERY, DATASET)
    assert found["corpus_id"].tolist() == ["d3"] and found["rank"].isna().all()


def test_texts_of_items_come_by_id_with_the_extra_columns_behind():
    texts = frames.item_texts(DATASET, pd.DataFrame([QUERY]))
    assert texts["text"].tolist() == ["what?"] and texts["topic"].tolist() == ["t"]


def test_texts_of_items_without_ids_come_by_row():
    pairs = pd.DataFrame({"sentence1": list("abc"), "sentence2": list("xyz"), "score": [1, 2, 3]})
    texts = frames.item_texts(Dataset("s", "sts", {"pairs": pairs}), pd.DataFrame({"item": ["2", "0"]}))
    assert texts["sentence1"].tolist() == ["c", "a"]


@pytest.mark.parametrize("own", [{}, {"row": [7, 8, 9]}])
def test_a_duel_on_several_levels_leads_to_the_texts_whatever_else_the_data_call_row(own: dict):
    names = ["2/0", "2/1", "0/0"]
    pairs = frames.duel(items(dict(zip(names, [1.0, 0.5, 0.2], strict=True))), items(dict.fromkeys(names, 0.0)))
    table = pd.DataFrame({"text": list("abc"), "label": [["x", "y"]] * 3} | own)
    shown = lists.with_texts(pairs, Dataset("c", "clustering", {"documents": table}))
    assert shown["text"].tolist() == ["c", "c", "a"]
    assert frames.item_texts(Dataset("c", "clustering", {"documents": table}), shown)["text"].tolist() == list("cca")


def test_a_column_of_ids_beside_the_pairs_does_not_change_which_row_an_item_is():
    pairs = pd.DataFrame({"id": ["t-9", "t-8"], "sentence1": list("ab"), "sentence2": list("xy")})
    texts = frames.item_texts(Dataset("b", "bitext_mining", {"pairs": pairs}), pd.DataFrame({"item": ["1"]}))
    assert texts["sentence1"].tolist() == ["b"] and texts["id"].tolist() == ["t-8"]


def test_rows_of_different_precision_are_never_compared_without_a_word():
    runs = pd.DataFrame({"precision": ["float32", "", "float32"]})
    assert frames.mixed_precision(runs) is None
    told = frames.mixed_precision(pd.concat([runs, pd.DataFrame({"precision": ["bfloat16"]})]))
    assert "(bfloat16, float32)" in str(told)

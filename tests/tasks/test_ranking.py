"""What a ranking is worth: by hand, and as trec_eval and mteb compute it."""

import math

import numpy as np
import pandas as pd
import pytest
import pytrec_eval
from hypothesis import given, settings
from hypothesis import strategies as st
from mteb._evaluators import retrieval_metrics

from engine.metrics.abstention import confidences, nauc
from engine.metrics.ranking import CUTOFFS, NAMES, means, measures, resampled_means

TREC = {"ndcg": "ndcg_cut", "map": "map_cut", "recall": "recall", "precision": "P", "hit_rate": "success"}


def of_one_query(ranks, grades):
    judged = np.array(ranks), np.array(grades)
    return {name: values[0] for name, values in measures(np.zeros(len(ranks), dtype=int), *judged, number=1).items()}


def test_relevant_documents_at_ranks_one_and_four_of_three_give_the_values_computed_by_hand():
    found = of_one_query([1, 4, 0], [1, 1, 1])
    assert found["map_at_10"] == pytest.approx((1 + 2 / 4) / 3)
    assert found["ndcg_at_10"] == pytest.approx((1 + 1 / math.log2(5)) / (1 + 1 / math.log2(3) + 1 / math.log2(4)))
    assert found["recall_at_3"] == pytest.approx(1 / 3)
    assert found["recall_at_5"] == pytest.approx(2 / 3)
    assert found["precision_at_5"] == pytest.approx(2 / 5)
    assert found["mrr_at_10"] == 1
    assert found["hit_rate_at_1"] == 1


def test_the_gain_of_a_grade_is_the_grade_itself():
    found = of_one_query([1, 2], [1, 3])
    assert found["ndcg_at_10"] == pytest.approx((1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)))


def test_a_query_whose_judgements_are_all_nought_scores_nought():
    assert set(of_one_query([1, 2], [0, 0]).values()) == {0.0}


def test_a_query_without_any_judgement_scores_nought():
    assert {values[1] for values in measures(np.array([0]), np.array([1]), np.array([1]), number=2).values()} == {0.0}


@settings(max_examples=40)
@given(
    st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 30), st.sampled_from([(1,), (0, 1, 2, 3), (-1, 0, 1)])
)
def test_every_measure_is_that_of_trec_eval_to_the_last_bit(seed, queries, judged, grades):
    random = np.random.default_rng(seed)
    length = int(random.choice([5, 40, 1000]))
    run = {f"q{query}": {f"d{rank:04}": float(-rank) for rank in range(1, length + 1)} for query in range(queries)}
    ranks = np.stack([random.permutation(1200)[:judged] + 1 for _ in range(queries)])
    drawn = random.choice(grades, ranks.shape)
    qrels = {
        f"q{query}": {f"d{rank:04}": int(grade) for rank, grade in zip(ranks[query], drawn[query], strict=True)}
        for query in range(queries)
    }
    ours = measures(
        np.repeat(np.arange(queries), judged),
        np.where(ranks <= length, ranks, 0).ravel(),
        drawn.ravel(),
        number=queries,
    )
    wanted = {f"{theirs}.{','.join(map(str, CUTOFFS))}" for theirs in TREC.values()}
    scores = pytrec_eval.RelevanceEvaluator(qrels, wanted).evaluate(run)
    for name, theirs in TREC.items():
        for k in CUTOFFS:
            expected = [scores[f"q{query}"][f"{theirs}_{k}"] for query in range(queries)]
            assert ours[f"{name}_at_{k}"].tolist() == expected, (name, k)
    for k, expected in retrieval_metrics.mrr(qrels, run, CUTOFFS).items():
        assert ours[f"mrr_at_{k.removeprefix('MRR@')}"].tolist() == expected


def items(random, number):
    return pd.DataFrame({name: random.random(number) for name in NAMES})


def test_means_are_rounded_to_five_places_except_those_of_the_reciprocal_rank():
    table = pd.DataFrame({name: [0.123456, 0.123458] for name in NAMES})
    assert means(table)["ndcg_at_10"] == 0.12346
    assert means(table)["mrr_at_10"] == pytest.approx(0.123457, abs=1e-12)
    assert means(table)["accuracy"] == means(table)["recall_at_1"]


def test_a_resample_is_the_mean_over_its_queries_as_often_as_they_were_drawn():
    table = items(np.random.default_rng(3), 4)
    drawn = resampled_means(table, np.array([[1, 1, 1, 1], [0, 3, 0, 1]]))
    assert drawn["map_at_5"] == pytest.approx([table["map_at_5"].mean(), table["map_at_5"][[1, 1, 1, 3]].mean()])
    assert set(drawn) == {*NAMES, "accuracy"}


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.sampled_from([0, 1, 2, 5]))
def test_nauc_is_that_of_mteb_where_queries_tie_and_where_they_do_not(seed, number, decimals):
    random = np.random.default_rng(seed)
    sureness, values = random.random(number).round(decimals), random.random(number).round(decimals)
    np.testing.assert_equal(nauc(sureness, values), float(retrieval_metrics.nauc(sureness, values)))


def test_abstaining_in_the_best_order_has_a_nauc_of_one_and_equal_queries_have_none():
    values = np.array([0.1, 0.9, 0.4, 0.6, 0.3])
    assert nauc(values, values) == pytest.approx(1.0)
    assert math.isnan(nauc(values, np.zeros(5)))


def test_confidences_are_the_top_score_the_spread_and_the_lead_and_nought_without_results():
    nan = np.nan
    sure = confidences(np.array([[0.9, 0.5, 0.1], [0.7, nan, nan], [nan, nan, nan]], dtype=np.float32))
    assert sure["max"] == pytest.approx([0.9, 0.7, 0])
    assert sure["std"] == pytest.approx([np.std([0.9, 0.5, 0.1]), 0, 0])
    assert sure["diff1"] == pytest.approx([0.4, 0, 0])

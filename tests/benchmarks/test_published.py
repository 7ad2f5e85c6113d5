"""Published scores: what they are, what is known of the training data, and whether they foretell one's own."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from engine import plugins
from engine.benchmarks import agreement, published
from engine.models import catalogue
from tests.hub import public_home  # noqa: F401


def test_a_score_has_its_source_and_lies_between_0_and_1(public_home: Path):  # noqa: F811
    scores = published.scores("MTEB(cmn, v1)")
    assert scores["score"].between(0, 1).all()
    assert scores["source"].str.fullmatch(r"[a-z0-9_]+:.+@[0-9a-f]{10}").all()
    one = scores[(scores["model"] == "shibing624/text2vec-base-chinese") & (scores["task"] == "IFlyTek")].iloc[0]
    assert (one["score"], one["split"], one["metric"]) == (pytest.approx(0.420469), "validation", "accuracy")


@pytest.mark.parametrize("suite, metric", [("MTEB(cmn, v1)", "max_accuracy"), ("C-MTEB (35)", "max_ap")])
def test_pairs_are_scored_by_the_metric_of_the_board(suite: str, metric: str, public_home: Path):  # noqa: F811
    scores = published.scores(suite)
    assert set(scores.loc[scores["type"] == "PairClassification", "metric"]) == {metric}
    assert not scores.duplicated(["model", "task", "subset", "split"]).any()


def test_training_data_is_declared_denied_or_unknown():
    assert published.overlap("moka-ai/m3e-small", "LCQMC") is True
    assert published.overlap("moka-ai/m3e-small", "TNews") is False
    assert published.overlap("sensenova/piccolo-base-zh", "LCQMC") is None
    assert published.overlap("nobody/nothing", "LCQMC") is None


def test_the_models_of_the_catalogue_are_found_among_the_published_ones(home: Path):
    known = set(published.shipped()["model"])
    families = plugins.families()
    embedding = {
        name: entry
        for name, entry in catalogue.entries().items()
        if families[entry.family].gives == "vectors" and not families[entry.family].tokens
    }
    lost = [name for name, entry in embedding.items() if published.public_name(entry) not in known]
    assert lost == ["tfidf", "bm25", "opensearch-neural-sparse-encoding-doc-v3-distill"]
    assert published.public_name(catalogue.entries()["text-embedding-3-large"]) == "openai/text-embedding-3-large"
    assert published.public_name(catalogue.entries()["all-MiniLM-L6-v2"]) == "sentence-transformers/all-MiniLM-L6-v2"


NUMBERS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=12)


@settings(max_examples=100)
@given(NUMBERS, st.integers(0, 2**32 - 1))
def test_tau_is_scipy_s_on_every_resample_whatever_the_ties(pairs: list[tuple[int, int]], seed: int):
    first, second = np.array(pairs, float).T
    rows = np.random.default_rng(seed).integers(0, len(first), size=(5, len(first)))
    counts = np.array([np.bincount(one, minlength=len(first)) for one in rows], float)
    expected = [kendalltau(first[one], second[one]).statistic for one in rows]
    np.testing.assert_allclose(agreement.kendall(first, second, counts), expected, atol=1e-12, equal_nan=True)


def test_the_best_predictor_stands_first_with_its_interval():
    names = [f"m{number}" for number in range(12)]
    own = pd.Series(np.arange(12.0), index=names)
    public = pd.DataFrame(
        {"opposite": -own, "same": own * 2, "noise": np.random.default_rng(0).permutation(np.arange(12.0))}
    )
    found = agreement.agreement(public, own)
    assert [one.column for one in found] == ["same", "noise", "opposite"]
    assert [found[0].tau, found[-1].tau] == [1.0, -1.0]
    assert -1 <= found[1].low < found[1].tau < found[1].high <= 1
    assert found == agreement.agreement(public, own)


def test_fewer_than_six_shared_models_say_nothing_and_it_says_so():
    own = pd.Series(range(6), index=list("abcdef"), dtype=float)
    public = pd.DataFrame({"board": [1.0, 2, 3, 4, 5, np.nan, 9]}, index=list("abcdefg"))
    (one,) = agreement.agreement(public, own)
    assert np.isnan([one.tau, one.low, one.high]).all()
    assert str(one.message) == "5 models have both scores; it takes at least 6 to say anything."


def test_a_constant_column_has_no_tau():
    own = pd.Series(range(6), index=list("abcdef"), dtype=float)
    (one,) = agreement.agreement(pd.DataFrame({"board": 1.0}, index=own.index), own)
    assert np.isnan(one.tau) and str(one.message) == "All models have the same score."


def test_six_models_in_one_order_do_not_prove_that_all_would_be():
    low, high = agreement.interval(1.0, 6)
    assert 0.4 < low < 0.75 and high == 1
    assert agreement.interval(-1.0, 6)[0] == -1


def test_of_many_models_the_interval_is_fishers_with_fiellers_variance():
    half = 1.959964 * np.sqrt(0.437 / 96)
    assert agreement.interval(0.5, 100) == pytest.approx(
        (np.tanh(np.arctanh(0.5) - half), np.tanh(np.arctanh(0.5) + half))
    )


@pytest.mark.parametrize(("n", "truth"), [(6, 0.6), (6, 0.9), (10, 0.8), (10, 0.95), (40, 0.9)])
def test_the_interval_of_few_models_holds_the_truth_about_as_often_as_it_says(n: int, truth: float):
    rng, r = np.random.default_rng(5), np.sin(np.pi / 2 * truth)
    first = rng.normal(size=(400, n))
    second = r * first + np.sqrt(1 - r * r) * rng.normal(size=(400, n))
    seen = [round(float(kendalltau(*pair).statistic), 9) for pair in zip(first, second, strict=True)]
    ends = {tau: agreement.interval(tau, n) for tau in set(seen)}
    held = np.mean([ends[tau][0] <= truth <= ends[tau][1] for tau in seen])
    assert 0.9 <= held <= 0.995  # few models have few orders: what holds 95 % over all truths holds up to 99 % at one

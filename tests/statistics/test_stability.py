"""How firm is a ranking? Against scipy, against Demšar's own example, and by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.statistics import intervals, paired_tests, power, stability
from engine.statistics.draws import groups_of, left_out
from engine.tasks.sts import TASK as STS
from engine.types import Comparison


def mean_of_measure(items, counts):
    return {"score": counts @ items["measure"].to_numpy() / counts.sum(axis=1)}


MEAN = replace(STS, main_metric="score", resampled=mean_of_measure, mean_measure=True)


def measured(values) -> pd.DataFrame:
    return pd.DataFrame({"item": [f"{row:05d}" for row in range(len(values))], "measure": np.array(values, float)})


def bca(task, items: pd.DataFrame, resampled: np.ndarray, score: float) -> tuple[float, float]:
    """The BCa interval of the main metric."""
    without = intervals.over(task.resampled, items, left_out(groups_of(items)))
    return stability.bca(resampled, score, without[task.main_metric])


def compared(n: int, gap: float, low: float, high: float, p: float) -> Comparison:
    return Comparison(n, gap, low, high, p, "randomisation", 0, 0, 0, 0.0)


def test_the_share_of_first_places_counts_resamples_and_shares_ties():
    draws = {"a": np.array([3.0, 3, 1, 2]), "b": np.array([1.0, 3, 2, 3]), "c": np.zeros(4)}
    scores = {label: float(np.median(values)) for label, values in draws.items()}
    found = stability.on_items(scores, draws).set_index("label")
    assert found["first"].tolist() == [0.375, 0.625, 0.0]
    assert found.loc["c", ["rank_low", "rank_high"]].tolist() == [3, 3]
    assert found.loc["a", ["rank_low", "rank_high"]].tolist() == [1, 2]


def test_a_model_that_is_best_everywhere_is_first_whatever_datasets_are_drawn():
    some = {"x": [0.9, 0.5, 0.1], "y": [0.8, 0.2, 0.3]}
    scores = pd.DataFrame({f"{name}{n}": some[name] for name in some for n in range(3)}, index=["top", "b", "c"])
    found = stability.on_datasets(scores, {}).set_index("label")
    assert found.loc["top", ["first", "rank_low", "rank_high"]].tolist() == [1.0, 1, 1]
    assert found.loc["b", ["rank_low", "rank_high"]].tolist() == [2, 3]
    assert found["first"].sum() == pytest.approx(1)


def test_two_models_that_share_the_datasets_evenly_are_first_equally_often():
    scores = pd.DataFrame({f"d{n}": [n % 2, 1 - n % 2] for n in range(10)}, index=["a", "b"], dtype=float)
    found = stability.on_datasets(scores, {})
    assert found["first"].tolist() == pytest.approx([0.5, 0.5], abs=0.05)


def test_the_items_of_a_dataset_are_drawn_alike_for_all_models_and_move_ranks():
    rng = np.random.default_rng(2)
    shared = rng.normal(size=1000)
    scores = pd.DataFrame({"x": [0.1, 0.0]}, index=["a", "b"])
    shared -= np.median(shared)
    together = {("a", "x"): shared + 0.1, ("b", "x"): shared}
    assert stability.on_datasets(scores, together)["first"].tolist() == [1.0, 0.0]
    apart = {("a", "x"): rng.normal(size=1000) + 0.1, ("b", "x"): rng.normal(size=1000)}
    assert 0.4 < stability.on_datasets(scores, apart)["first"].iloc[0] < 0.7


def test_missing_scores_give_no_points_as_in_the_leaderboard():
    from engine.results.frames import borda

    scores = pd.DataFrame({"x": [0.9, np.nan, 0.1], "y": [np.nan, 0.5, 0.5]}, index=list("abc"))
    points = stability._points(scores.to_numpy().T).sum(axis=0)
    assert pd.Series(points).rank(ascending=False, method="min").astype(int).tolist() == borda(scores).tolist()


def test_friedmans_statistic_is_scipys_with_ties_too():
    from scipy.stats import friedmanchisquare

    scores = pd.DataFrame(np.random.default_rng(1).integers(0, 6, (4, 14)).astype(float), index=list("abcd"))
    theirs = friedmanchisquare(*scores.to_numpy())
    found = stability.mean_ranks(scores)
    assert (found.statistic, found.p) == pytest.approx((theirs.statistic, theirs.pvalue))


@pytest.mark.parametrize(("models", "q"), [(3, 2.343), (4, 2.569), (5, 2.728), (10, 3.164)])
def test_nemenyis_critical_difference_is_that_of_demsars_table(models: int, q: float):
    scores = pd.DataFrame(np.random.default_rng(1).random((models, 14)))
    wanted = q * np.sqrt(models * (models + 1) / (6 * 14))
    assert stability.mean_ranks(scores).critical == pytest.approx(wanted, abs=1e-3)


def test_two_models_or_one_dataset_are_too_few_for_friedman():
    assert stability.mean_ranks(pd.DataFrame(np.random.default_rng(1).random((2, 9)))) is None
    assert stability.mean_ranks(pd.DataFrame(np.random.default_rng(1).random((5, 1)))) is None


def test_the_gap_over_datasets_is_the_mean_and_its_interval_that_of_scipys_t():
    from scipy.stats import ttest_1samp

    gaps = np.random.default_rng(3).normal(0.1, 0.2, 9)
    scores = pd.DataFrame([gaps, np.zeros(9)], index=["a", "b"])
    theirs = ttest_1samp(gaps, 0).confidence_interval()
    assert stability.gap_over_datasets(scores, "a", "b") == pytest.approx((gaps.mean(), theirs.low, theirs.high))


def test_fewer_than_six_datasets_get_no_interval_over_datasets():
    scores = pd.DataFrame([[0.5] * 5, [0.4] * 5], index=["a", "b"])
    gap, low, high = stability.gap_over_datasets(scores, "a", "b")
    assert gap == pytest.approx(0.1) and np.isnan([low, high]).all()
    assert stability.on_datasets(scores, {})[["rank_low", "rank_high"]].isna().all(axis=None)


def test_a_model_without_a_score_has_no_rank():
    scores = {"a": 0.5, "b": float("nan")}
    found = stability.on_items(scores, {"a": np.linspace(0, 1, 99), "b": np.full(99, np.nan)}).set_index("label")
    assert found.loc["a", ["rank_low", "rank_high"]].tolist() == [1, 1]
    assert found.loc["b", ["rank_low", "rank_high"]].isna().all()


def test_the_accelerated_interval_of_a_mean_is_scipys():
    from scipy.stats import bootstrap

    values = np.random.default_rng(1).exponential(size=60)
    items = measured(values)
    ours = bca(MEAN, items, intervals.resamples(MEAN, items)["score"], float(values.mean()))
    theirs = bootstrap((values,), np.mean, method="BCa", rng=np.random.default_rng(2))
    assert ours == pytest.approx(tuple(theirs.confidence_interval), abs=0.15 * theirs.standard_error)
    percentile = np.quantile(intervals.resamples(MEAN, items)["score"], [0.025, 0.975])
    assert ours[1] > percentile[1]  # a skewed mean: the long side gets more


def test_the_accelerated_interval_of_a_rank_correlation_is_scipys():
    from scipy.stats import bootstrap, spearmanr

    rng = np.random.default_rng(5)
    gold = rng.normal(size=50)
    items = measured(np.zeros(50)).assign(gold=gold, gold_rank=gold, cosine=gold + 0.5 * rng.normal(size=50))
    resampled = intervals.resamples(STS, items)["cosine_spearman"]
    score = float(spearmanr(items["gold"], items["cosine"]).statistic)
    theirs = bootstrap(
        (items["gold"].to_numpy(), items["cosine"].to_numpy()), lambda x, y: spearmanr(x, y).statistic, paired=True,
        vectorized=False, n_resamples=2000, method="BCa", rng=np.random.default_rng(2),
    )  # fmt: skip
    ours = bca(STS, items, resampled, score)
    assert ours == pytest.approx(tuple(theirs.confidence_interval), abs=0.25 * theirs.standard_error)


def test_a_score_that_no_resample_moves_has_no_accelerated_interval():
    assert np.isnan(bca(MEAN, measured(np.ones(20)), np.ones(1000), 1.0)).all()


def test_what_items_drawn_twice_lift_is_not_taken_for_a_bias():
    lifted = 0.04 + np.random.default_rng(1).normal(0.5, 0.01, 1000)
    assert np.isnan(bca(MEAN, measured(np.full(9, 0.5)), lifted, 0.5)).all()
    scores = {"a": 0.5, "b": 0.51}
    found = stability.on_items(scores, {"a": lifted, "b": np.full(1000, 0.51)}).set_index("label")
    assert found.loc["b", "first"] > 0.5


def test_more_items_are_asked_for_until_the_seen_difference_would_show():
    found = compared(100, 0.05, 0.05 - 1.96 * 0.03, 0.05 + 1.96 * 0.03, 0.1)
    assert stability.more_items(found) == power.items_needed(0.3, 0.05) - 100 == 183
    assert stability.more_items(compared(100, 0.05, 0.01, 0.09, 0.01)) is None
    assert stability.more_items(compared(100, 0.0, 0.0, 0.0, 1.0)) is None


@pytest.mark.parametrize(("n", "exact"), [(8, 62), (12, 94), (20, 157)])
def test_where_one_item_differs_so_many_more_are_asked_for_as_the_binomial_distribution_says(n: int, exact: int):
    """exact: of so many items, one in n of which differs, six differ in 4 of 5 studies: the fewest that show."""
    right = np.ones(n)
    found = paired_tests.compare(MEAN, measured(right), measured(np.r_[0.0, right[1:]]))
    more = stability.more_items(found)
    assert more is not None and more + n == pytest.approx(exact, rel=0.1)


def test_bars_join_the_models_whose_mean_ranks_lie_within_the_critical_difference():
    ranks = pd.Series([1.0, 1.5, 2.8, 4.7], index=list("abcd"))
    found = stability.MeanRanks(9, 1.0, 0.1, ranks, critical=1.4)
    assert stability.cliques(found) == [(1.0, 1.5), (1.5, 2.8)]
    assert stability.cliques(stability.MeanRanks(9, 1.0, 0.1, ranks, critical=9.0)) == [(1.0, 4.7)]

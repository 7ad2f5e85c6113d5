"""Intervals, paired tests and groups of ties, against scipy, exact enumeration and their own false-positive rate."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.calibration.independent import KINDS, null_pairs
from engine.statistics import intervals, multiple, paired_tests, power, stability
from engine.statistics.draws import DRAWS
from engine.tasks.clustering import TASK as CLUSTERING
from engine.tasks.sts import TASK as STS
from engine.types import Task


def mean_of_measure(items, counts):
    return {"score": counts @ items["measure"].to_numpy() / counts.sum(axis=1)}


MEAN = replace(
    STS, name="mean", main_metric="score", resampled=mean_of_measure, mean_measure=True, metrics=lambda items: {}
)


def measured(values, names=None) -> pd.DataFrame:
    return pd.DataFrame(
        {"item": names or [f"{row:05d}" for row in range(len(values))], "measure": np.array(values, float)}
    )


def rated(seed: int, n: int, noise: float) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    gold = np.random.default_rng(99).normal(size=n)
    items = measured(np.zeros(n))
    return items.assign(gold=gold, gold_rank=gold, cosine=gold + noise * rng.normal(size=n))


def compared(pairs: dict[tuple[str, str], float], **more) -> pd.DataFrame:
    rows = [
        {"a": a, "b": b, "p": p, "n": 50, "gap": 0.2, "low": 0.1, "high": 0.3, "tied": 0} | more
        for (a, b), p in pairs.items()
    ]
    return pd.DataFrame(rows, columns=list(dict.fromkeys(["a", "b", "p", "n", "gap", "low", "high", "tied", *more])))


def test_the_interval_of_a_mean_agrees_with_scipys_percentile_bootstrap():
    from scipy.stats import bootstrap

    values = np.random.default_rng(1).beta(2, 1, size=200)
    items = measured(values)
    ours = intervals.intervals(MEAN, items, intervals.resamples(MEAN, items), {"score": values.mean()})["score"]
    theirs = bootstrap((values,), np.mean, n_resamples=9999, method="percentile", rng=np.random.default_rng(2))
    assert ours == pytest.approx(tuple(theirs.confidence_interval), abs=0.1 * theirs.standard_error)


@pytest.mark.parametrize("n", range(8, 60, 2))
def test_items_of_which_half_are_right_have_an_interval_however_their_error_rounds(n: int):
    """All lie equally far from the mean: nothing is uneven about them, whichever way the last bit falls."""
    from scipy.stats import t

    half = measured(np.arange(n) % 2)
    low, high = intervals.intervals(MEAN, half, intervals.resamples(MEAN, half), {"score": 0.5})["score"]
    reach = t.ppf(0.975, n - 1) * 0.5 / np.sqrt(n - 1)
    assert 0.5 - low == pytest.approx(min(reach, 0.5), abs=0.6 / n) == high - 0.5  # counts are whole
    both = paired_tests.compare(MEAN, half, measured(1 - half["measure"]))
    assert both.low < -0.2 < 0.2 < both.high


def test_the_interval_of_a_rank_correlation_agrees_with_scipys_paired_bootstrap():
    from scipy.stats import bootstrap, spearmanr

    items = rated(1, 60, 1.0)
    ours = intervals.intervals(
        STS,
        items,
        intervals.resamples(STS, items),
        {"cosine_spearman": spearmanr(items["gold"], items["cosine"]).statistic, "cosine_pearson": 0.0},
    )["cosine_spearman"]
    theirs = bootstrap(
        (items["gold"].to_numpy(), items["cosine"].to_numpy()), lambda x, y: spearmanr(x, y).statistic, paired=True,
        vectorized=False, n_resamples=2000, method="percentile", rng=np.random.default_rng(2),
    )  # fmt: skip
    assert ours == pytest.approx(tuple(theirs.confidence_interval), abs=0.15 * theirs.standard_error)


def clustered(share: float) -> pd.DataFrame:
    """150 texts of 12 kinds, this share of which lies in the cluster of its kind, the others anywhere."""
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 12, 150)
    clusters = np.where(rng.random((150, 1)) < share, labels[:, None], rng.integers(0, 12, (150, 3)))
    return measured(np.zeros(150)).assign(
        level=0, set="", variant="fast", label=labels.astype(str), clusters=clusters.tolist(), counts=[[1, 1, 1]] * 150
    )


def test_the_interval_lies_around_its_score_where_drawing_an_item_twice_lifts_the_metric():
    items = clustered(0.4)
    score = CLUSTERING.metrics(items)["v_measure"]
    drawn = intervals.resamples(CLUSTERING, items)
    assert np.quantile(drawn["v_measure"], 0.025) > score
    low, high = intervals.intervals(CLUSTERING, items, drawn, {"v_measure": score})["v_measure"]
    assert low < score < high and (low + high) / 2 == pytest.approx(score, abs=0.1 * (high - low))


def test_the_interval_of_a_gap_lies_around_the_gap_where_two_models_are_lifted_unequally():
    found = paired_tests.compare(CLUSTERING, clustered(0.7), clustered(0.0))
    assert (found.low + found.high) / 2 == pytest.approx(found.gap, abs=0.1 * (found.high - found.low))


@pytest.mark.parametrize("kind", KINDS)
def test_draws_that_are_added_up_tell_the_same_interval_as_those_computed_anew(kind: str, monkeypatch):
    task, draw = null_pairs(np.random.default_rng(6), 1_500)[kind]
    pair, found = draw(), []
    for anew in (4_000, 0):
        monkeypatch.setattr(intervals, "ANEW", anew)
        found.append(paired_tests.compare(task, *pair))
    one, other = found
    assert (other.gap, other.n) == (one.gap, one.n)
    assert (other.low, other.high) == pytest.approx((one.low, one.high), abs=0.07 * (one.high - one.low))
    assert other.p == pytest.approx(one.p, abs=0.06)


def test_more_items_are_never_drawn_fewer_times():
    sizes = [50, intervals.ANEW, intervals.ANEW + 1, 20_000]
    drawn = [len(intervals.resamples(STS, rated(1, n, 1.0))["cosine_spearman"]) for n in sizes]
    assert drawn == [DRAWS] * 4


def test_a_perfect_mean_is_not_given_an_interval_without_width():
    items = measured(np.ones(66))
    low, high = intervals.intervals(MEAN, items, intervals.resamples(MEAN, items), {"score": 1.0})["score"]
    assert (low, high) == pytest.approx((0.025 ** (1 / 66), 1.0))  # as Clopper and Pearson have it
    low, high = intervals.intervals(MEAN, items, {"score": np.full(99, 0.0)}, {"score": 0.0})["score"]
    assert (low, high) == pytest.approx((0.0, 1 - 0.025 ** (1 / 66)))


def test_a_mean_that_every_item_has_alike_has_no_interval_unless_it_lies_at_an_end_of_its_range():
    """A precision among a thousand with one right document a query is 0.001 at best, not perhaps 0.089."""
    items = measured(np.full(66, 0.001))
    low, high = intervals.intervals(MEAN, items, intervals.resamples(MEAN, items), {"score": 0.001})["score"]
    assert np.isnan([low, high]).all()


def test_a_perfect_correlation_has_no_interval_and_no_accelerated_one():
    items = rated(1, 60, 0.0)
    drawn = intervals.resamples(STS, items)
    ends, accelerated = stability.intervals(STS, items, drawn, {"cosine_spearman": 1.0, "cosine_pearson": 1.0})
    assert ends == {} and accelerated == {}


def test_no_interval_leaves_what_its_metric_can_be():
    items = clustered(0.97)
    drawn, score = intervals.resamples(CLUSTERING, items), CLUSTERING.metrics(items)["v_measure"]
    for ends in stability.intervals(CLUSTERING, items, drawn, {"v_measure": score}):
        assert all(0 <= low <= score <= high <= 1 for low, high in ends.values())
    assert (STS.least("cosine_spearman"), CLUSTERING.least("v_measure")) == (-1, 0)


def test_a_metric_without_a_value_has_no_interval_but_a_nan():
    items = rated(1, 40, 1.0).assign(cosine=1.0)
    scores = {"cosine_spearman": np.nan, "cosine_pearson": np.nan}
    found = intervals.intervals(STS, items, intervals.resamples(STS, items), scores)
    assert np.isnan(np.array([*found.values()])).all()


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=9))
@settings(max_examples=60)
def test_few_items_get_the_p_of_every_possible_swap(differences):
    found = paired_tests.compare(MEAN, measured(differences), measured(np.zeros(len(differences))))
    sums = [
        abs(sum(s * d for s, d in zip(signs, differences, strict=True)))
        for signs in itertools.product((1, -1), repeat=len(differences))
    ]
    assert found.p == pytest.approx(np.mean(np.array(sums) >= abs(sum(differences))))
    assert found.method == "exact randomisation"


def test_many_items_get_the_p_of_scipys_permutation_test():
    from scipy.stats import permutation_test

    rng = np.random.default_rng(3)
    a, b = rng.random(80) + 0.08, rng.random(80)
    found = paired_tests.compare(MEAN, measured(a), measured(b))
    theirs = permutation_test(
        (a - b,), np.mean, permutation_type="samples", n_resamples=9999, rng=np.random.default_rng(4)
    ).pvalue
    assert found.method == "randomisation"
    assert found.p == pytest.approx(theirs, abs=4 * np.sqrt(theirs * (1 - theirs) / 10_000))


def test_a_test_without_a_true_difference_cries_wolf_in_five_of_a_hundred():
    rng = np.random.default_rng(5)
    p = [paired_tests.compare(MEAN, *(measured(rng.random(25)) for _side in "ab")).p for _pair in range(200)]
    assert 3 <= np.sum(np.array(p) <= 0.05) <= 19  # 99.8 % of binomial(200, 0.05)


def test_the_bootstrap_test_of_a_correlation_cries_wolf_about_as_rarely():
    rng = np.random.default_rng(6)
    p = [
        paired_tests.compare(STS, *(rated(int(rng.integers(1 << 30)), 60, 1.0) for _side in "ab")).p
        for _pair in range(80)
    ]
    assert np.sum(np.array(p) <= 0.05) <= 11  # 99.8 % of binomial(80, 0.05)


@pytest.mark.parametrize("task", [MEAN, STS], ids=["mean", "correlation"])
def test_a_model_is_tied_with_itself(task: Task):
    items = rated(7, 40, 1.0).assign(measure=np.random.default_rng(7).random(40))
    found = paired_tests.compare(task, items, items.sample(frac=1, random_state=1))
    assert (found.p, found.gap) == (1.0, 0.0)
    assert (found.won, found.tied, found.lost) == (0, 40, 0)


@pytest.mark.parametrize("number", [8, 20, 1_000])
def test_items_that_happen_to_be_alike_do_not_make_the_others_so(number: int):
    """All of n were alike, and yet up to 3.7 / n of the others may differ, 97.5 % sure."""
    found = paired_tests.compare(MEAN, measured(np.ones(number)), measured(np.ones(number)))
    assert (1 - found.high) ** number == pytest.approx(0.025) and found.low == -found.high
    one = paired_tests.compare(MEAN, measured([0.9] + [1.0] * (number - 1)), measured(np.ones(number)))
    assert one.high > 0.1 / number and one.low < -0.1 / number  # the one that was not drawn may go the other way
    apart = np.random.default_rng(1).random(number)  # where all differ, all is told
    sure = paired_tests.compare(MEAN, measured(apart), measured(np.zeros(number)))
    assert sure.low > 0


def test_a_correlation_that_no_draw_moves_has_no_interval():
    items = rated(7, 40, 1.0)
    found = paired_tests.compare(STS, items, items)
    assert np.isnan([found.low, found.high]).all()


@pytest.mark.parametrize("task", [MEAN, STS], ids=["mean", "correlation"])
def test_the_same_seed_gives_the_same_comparison_and_swapped_models_its_mirror(task: Task):
    a, b = (
        rated(seed, 50, noise).assign(measure=np.random.default_rng(seed).random(50))
        for seed, noise in ((1, 0.5), (2, 0.8))
    )
    first, again, mirrored = (
        paired_tests.compare(task, a, b),
        paired_tests.compare(task, a, b),
        paired_tests.compare(task, b, a),
    )
    assert first == again
    assert (first.gap, first.low, first.high) == pytest.approx((-mirrored.gap, -mirrored.high, -mirrored.low))
    assert (first.p, first.won, first.lost) == (mirrored.p, mirrored.lost, mirrored.won)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_figures_on_any_number_of_threads(kind: str):
    from threadpoolctl import threadpool_limits

    task, draw = null_pairs(np.random.default_rng(8), 150)[kind]
    a, b = draw()
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            compared = paired_tests.compare(task, a, b)
            found.append((compared, intervals.resamples(task, a)[task.main_metric]))
    (one, alone), (two, together) = found
    assert (one.p, one.won, one.lost) == (two.p, two.won, two.lost)
    assert (one.gap, one.low, one.high) == pytest.approx((two.gap, two.low, two.high), rel=0, abs=1e-12)
    assert alone == pytest.approx(together, rel=0, abs=1e-12)


def test_resamples_known_already_give_the_same_comparison():
    a, b = rated(1, 50, 0.5), rated(2, 50, 0.8)
    known = tuple(intervals.resamples(STS, items)["cosine_spearman"] for items in (a, b))
    found, again = paired_tests.compare(STS, a, b, resampled=known), paired_tests.compare(STS, a, b)
    assert (found.gap, found.low, found.high, found.p) == (again.gap, again.low, again.high, again.p)


def test_only_items_that_both_models_were_judged_on_count():
    a = measured([1.0, 0.0, 1.0, 0.5], ["q1", "q2", "q3", "only a"])
    b = measured([0.5, 0.0, 2.0, 0.9], ["q3", "q2", "q1", "only b"])
    found = paired_tests.compare(MEAN, a, b)
    assert (found.n, found.won, found.tied, found.lost) == (3, 1, 1, 1)
    assert found.gap == pytest.approx((1.0 - 2.0 + 1.0 - 0.5) / 3)


def test_models_without_a_common_item_are_not_compared():
    found = paired_tests.compare(MEAN, measured([1.0], ["x"]), measured([1.0], ["y"]))
    assert found.n == 0 and np.isnan([found.gap, found.p]).all()


def test_holm_corrects_step_by_step_and_leaves_nan_out():
    assert multiple.holm([0.01, 0.04, 0.03, float("nan")]) == pytest.approx(
        [0.03, 0.06, 0.06, float("nan")], nan_ok=True
    )


def test_letters_join_the_models_that_no_test_separates():
    p = np.array([[1, 0.5, 0.01], [0.5, 1, 0.5], [0.01, 0.5, 1]])
    assert multiple.letters(["low", "middle", "top"], [0.1, 0.2, 0.3], p) == {
        "top": "a",
        "middle": "ab",
        "low": "b",
    }
    assert multiple.letters(["x", "y"], [0.1, 0.2], np.full((2, 2), np.nan)) == {"x": "a", "y": "a"}


@given(st.integers(1, 8).flatmap(lambda n: st.lists(st.booleans(), min_size=n * n, max_size=n * n)))
def test_two_models_share_a_letter_exactly_where_they_are_not_separated(flags):
    n = round(len(flags) ** 0.5)
    separated = np.triu(np.array(flags).reshape(n, n), 1)
    separated = separated | separated.T
    names = [f"m{row}" for row in range(n)]
    shown = multiple.letters(names, list(range(n)), np.where(separated, 0.0, 1.0))
    for one, other in itertools.combinations(range(n), 2):
        assert bool(set(shown[names[one]]) & set(shown[names[other]])) is not separated[one, other]


def test_the_smallest_detectable_difference_is_found_in_four_of_five_studies():
    rng = np.random.default_rng(8)
    difference = power.detectable(0.3, 100)
    assert difference == pytest.approx(0.084, abs=5e-4)
    studies = rng.normal(difference, 0.3, (4000, 100)).mean(axis=1)
    assert np.mean(np.abs(studies) > 1.96 * 0.03) == pytest.approx(0.8, abs=0.03)
    assert power.items_needed(0.3, difference) == 100


RUNS = pd.DataFrame({"id": ["r1", "r2", "r3"], "label": ["A", "B", "C"], "score": [0.7, 0.9, 0.69]})


def test_letters_of_runs_come_from_their_comparisons():
    found = multiple.groups(RUNS, compared({("r1", "r2"): 0.002, ("r2", "r3"): 0.001, ("r1", "r3"): 0.5}))
    assert found == {"B": "a", "A": "b", "C": "b"}

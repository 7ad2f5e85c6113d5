"""Do thresholds do what is said of them?"""

import numpy as np
import pytest

from engine.inspection import thresholds
from engine.metrics.classification import threshold_scores

ALIKE = np.array([True, True, False, True, False, False])
SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.3, 0.1])


def test_a_threshold_counts_what_lies_above_it():
    cut = thresholds.at(ALIKE, SCORES, 0.65)
    assert (cut.found, cut.false, cut.missed, cut.refused) == (2, 1, 1, 2)
    assert (cut.precision, cut.recall, cut.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert cut.accuracy == pytest.approx(4 / 6)


def test_a_pair_exactly_at_the_threshold_does_not_lie_above_it():
    assert thresholds.at(ALIKE, SCORES, 0.9).found == 0


def test_the_best_f1_is_the_one_that_the_task_itself_finds():
    rng = np.random.default_rng(3)
    alike = rng.random(300) < 0.4
    scores = np.round(rng.normal(alike * 0.5), 2)  # with ties
    best, known = thresholds.chosen(alike, scores)["f1"], threshold_scores(alike, scores)
    assert (best.threshold, best.f1) == pytest.approx((known["threshold"], known["f1"]))


def test_a_promised_precision_is_kept_on_other_pairs():
    rng, broken, promised = np.random.default_rng(5), 0, 0
    for _choice in range(80):
        alike = rng.random(400) < 0.4
        found = thresholds.chosen(alike, rng.normal(alike * 3.0), [0.9])
        if "0.9" in found:
            others = rng.random(20_000) < 0.4
            true = thresholds.at(others, rng.normal(others * 3.0), found["0.9"].threshold).precision
            promised, broken = promised + 1, broken + (true < 0.9)
            assert found["0.9"].least >= 0.9
    assert promised > 40 and broken <= 8  # 99 % of binomial(80, 0.05)


def test_few_pairs_promise_no_precision():
    assert set(thresholds.chosen(ALIKE, SCORES, [0.75, 0.9])) == {"f1"}


def test_a_precision_that_no_threshold_reaches_is_left_out():
    assert set(thresholds.chosen(~ALIKE, SCORES, [0.9])) == {"f1"}
    assert thresholds.chosen(ALIKE, np.ones(6), [0.5]) == {}
    assert thresholds.chosen(np.zeros(6, bool), SCORES) == {}


def test_the_interval_holds_the_threshold_and_narrows_with_more_pairs():
    rng = np.random.default_rng(0)
    widths = []
    for size in (200, 6_000):
        alike = rng.random(size) < 0.5
        best = thresholds.chosen(alike, rng.normal(alike * 2.0))["f1"]
        assert best.low <= best.threshold <= best.high
        widths.append(best.high - best.low)
    assert widths[1] < widths[0]
    assert thresholds.chosen(ALIKE, SCORES) == thresholds.chosen(ALIKE, SCORES)


def test_a_threshold_in_another_scale_leaves_as_many_pairs_above():
    other = np.array([50.0, 30, 40, 20, 5, 10])
    assert thresholds.translate(0.65, SCORES, other) == (25.0, 0.5)
    assert (other > thresholds.translate(0.95, SCORES, other)[0]).sum() == 0
    assert (other > thresholds.translate(0.0, SCORES, other)[0]).sum() == 6


def test_where_equal_scores_cannot_be_parted_the_share_above_is_said_as_it_is():
    own, other = np.arange(10) / 10, np.array([0.9] + [0.0] * 9)
    found, share = thresholds.translate(0.45, own, other)
    assert (found, share) == (0.45, 0.1) and (other > found).mean() == share


def test_the_curve_is_made_of_thresholds_that_do_what_it_says():
    table = thresholds.curve(ALIKE, SCORES)
    for row in table.itertuples():
        assert thresholds.at(ALIKE, SCORES, row.threshold).f1 == row.f1

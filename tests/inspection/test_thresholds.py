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
    best, known = thresholds.best(alike, scores), threshold_scores(alike, scores)
    assert (best.threshold, best.f1) == pytest.approx((known["threshold"], known["f1"]))


@pytest.mark.parametrize(("wanted", "share", "apart"), [(0.5, 0.1, 2.0), (0.9, 0.4, 3.0), (0.99, 0.6, 4.5)])
def test_a_promised_precision_is_kept_on_other_pairs(wanted: float, share: float, apart: float):
    rng, broken, promised = np.random.default_rng(5), 0, 0
    for _choice in range(80):
        alike = rng.random(1_500) < share
        found = thresholds.promised(alike, rng.normal(alike * apart), wanted)
        if found is not None:
            others = rng.random(20_000) < share
            true = thresholds.at(others, rng.normal(others * apart), found.threshold).precision
            promised, broken = promised + 1, broken + (true < wanted)
            assert found.least >= wanted
    assert promised > 40 and broken <= 8  # 99 % of binomial(80, 0.05)


@pytest.mark.parametrize(("wanted", "pairs"), [(0.5, 8), (0.9, 53), (0.99, 546), (0.999, 5_478)])
def test_so_many_pairs_that_are_all_alike_promise_a_precision_and_one_less_does_not(wanted: float, pairs: int):
    assert thresholds.needed(wanted) == pairs
    for alike in (pairs, pairs - 1):
        gold = np.arange(alike + 100) < alike
        found = thresholds.promised(gold, gold.astype(float), wanted)
        assert (found is not None) == (alike == pairs)


def test_pairs_that_hang_together_promise_as_little_as_they_are_worth():
    gold = np.arange(200) < 100
    assert thresholds.promised(gold, gold.astype(float), 0.9, worth=1) is not None
    assert thresholds.promised(gold, gold.astype(float), 0.9, worth=0.5) is None
    told = str(thresholds.unpromised(gold, 0.9, 0.5))
    assert "105 pairs above" in told and "texts that they share" in told and "that do not, 53 would do" in told
    assert "share" not in str(thresholds.unpromised(gold[:20], 0.9))


def test_what_keeps_a_precision_from_being_promised_is_said():
    assert thresholds.promised(ALIKE, SCORES, 0.75) is None
    assert "takes 546 pairs above the threshold even if all of them are alike, and only 3 are" in str(
        thresholds.unpromised(ALIKE, 0.99)
    )
    mixed = np.arange(400) % 2 == 0
    assert thresholds.promised(mixed, np.arange(400.0), 0.9) is None
    assert "too many pairs are not alike" in str(thresholds.unpromised(mixed, 0.9))


def test_a_threshold_that_does_not_exist_is_none():
    assert thresholds.best(ALIKE, np.ones(6)) is None and thresholds.promised(ALIKE, np.ones(6), 0.5) is None
    assert thresholds.best(np.zeros(6, bool), SCORES) is None


def test_the_interval_holds_the_threshold_and_narrows_with_more_pairs():
    rng = np.random.default_rng(0)
    widths = []
    for size in (200, 6_000):
        alike = rng.random(size) < 0.5
        best = thresholds.best(alike, rng.normal(alike * 2.0))
        assert best.low <= best.threshold <= best.high
        widths.append(best.high - best.low)
    assert widths[1] < widths[0]
    assert thresholds.best(ALIKE, SCORES) == thresholds.best(ALIKE, SCORES)


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

"""Many tests at once: the corrected p by hand, and models that are plainly apart however many they are."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.statistics import intervals, multiple
from engine.statistics.paired_tests import compare_all
from tests.statistics.test_paired_tests import MEAN, STS, measured, rated


@pytest.mark.parametrize(("models", "items"), [(2, 10), (10, 10), (10, 500), (50, 100), (2, 50_000)])
def test_models_that_are_plainly_apart_get_letters_of_their_own(models: int, items: int):
    rng = np.random.default_rng(0)
    tables = {
        f"m{one:02}": measured(0.1 + 0.8 * one / (models - 1) + rng.normal(0, 0.01, items)) for one in range(models)
    }
    found = compare_all(MEAN, tables)
    pairs = pd.DataFrame([{"a": a, "b": b, "p": one.p, "corrected": one.corrected} for (a, b), one in found.items()])
    runs = pd.DataFrame({"id": list(tables), "label": list(tables), "score": np.arange(models)})
    assert len(set(multiple.groups(runs, pairs).values())) == models


def test_eight_models_are_told_apart_by_a_correlation_of_more_items_than_are_ranked_anew(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(intervals, "ANEW", 0)  # as of a set of any size
    wanted = (0.99, 0.96, 0.9, 0.8, 0.65, 0.45, 0.2, 0.05)
    tables = {f"m{one}": rated(one, 900, np.sqrt(1 / r**2 - 1)) for one, r in enumerate(wanted)}
    assert max(one.corrected for one in compare_all(STS, tables).values()) < 0.05


def test_where_a_model_has_left_since_p_is_corrected_for_those_that_are_there_and_no_others():
    pairs = pd.DataFrame(
        {
            "a": ["m", "m", "n"],
            "b": ["n", "o", "o"],
            "p": [0.02, 0.03, 0.4],
            "corrected": [0.05, 0.06, 0.4],
            "family": 3,
        }
    )
    assert multiple.together(list("mno"), pairs)["corrected"].tolist() == [0.05, 0.06, 0.4]
    (left,) = multiple.together(list("mn"), pairs).to_dict("records")
    assert (left["corrected"], left["family"]) == (0.02, 1)


def test_max_t_is_that_of_every_swap_written_out():
    rng = np.random.default_rng(1)
    tables = {name: rng.integers(0, 4, 6).astype(float) for name in "abc"}
    found = compare_all(MEAN, {name: measured(values) for name, values in tables.items()})
    pairs = [*itertools.combinations("abc", 2)]
    apart = np.stack([tables[a] - tables[b] for a, b in pairs])
    scale = np.sqrt((apart**2).sum(axis=1))
    seen = np.abs(apart.sum(axis=1)) / scale
    drawn = np.array([np.abs(apart @ signs) / scale for signs in itertools.product((1, -1), repeat=6)])
    least = 0.0
    for at in np.argsort(-seen):
        left = seen <= seen[at] + 1e-9
        p = (drawn[:, left].max(axis=1) >= seen[at] - 1e-9).mean()
        least = max(least, p)
        assert found[pairs[at]].corrected == pytest.approx(least)
        assert found[pairs[at]].p == pytest.approx((drawn[:, at] >= seen[at] - 1e-9).mean())


def test_of_two_models_the_corrected_p_is_the_plain_one():
    rng = np.random.default_rng(2)
    (one,) = compare_all(MEAN, {name: measured(rng.random(50)) for name in "ab"}).values()
    assert one.corrected == one.p and one.family == 1


def test_equal_models_are_hardly_ever_told_apart_however_many_they_are():
    rng, wrong = np.random.default_rng(3), 0
    for _study in range(40):
        found = compare_all(MEAN, {f"m{one}": measured(rng.random(30)) for one in range(6)})
        wrong += min(one.corrected for one in found.values()) <= 0.05
    assert wrong <= 7  # 99.8 % of binomial(40, 0.05)


def test_pairs_that_were_compared_at_different_times_are_corrected_after_holm():
    pairs = pd.DataFrame({"a": ["x", "x", "y"], "b": ["y", "z", "z"], "p": [0.01, 0.04, 0.03]})
    assert multiple.corrected(["x", "y", "z"], pairs)[0, 1] == pytest.approx(0.03)
    half = pairs.assign(corrected=[0.001, np.nan, 0.002])
    assert not multiple.stepwise(["x", "y", "z"], half) and multiple.stepwise(["x", "y"], half)


@given(st.integers(0, 2**32 - 1), st.sampled_from([9, 40]))
@settings(max_examples=8, deadline=None)
def test_p_is_the_same_whichever_model_stands_first_and_letters_follow_the_signs_of_the_intervals(seed: int, n: int):
    rng = np.random.default_rng(seed)
    hard = rng.random(n)
    tables = {name: measured(np.clip(hard + lift + rng.normal(0, 0.15, n), 0, 1)) for name, lift in
              {"a": 0.0, "b": 0.05, "c": 0.15, "d": 0.3}.items()}  # fmt: skip
    found, turned = (compare_all(MEAN, dict(one)) for one in (tables.items(), [*tables.items()][::-1]))
    for (one, other), pair in found.items():
        back = turned[other, one]
        assert (pair.p, pair.corrected, pair.won, pair.lost) == (back.p, back.corrected, back.lost, back.won)
        assert (pair.gap, pair.low, pair.high) == pytest.approx((-back.gap, -back.high, -back.low), abs=1e-9)
        assert pair.p <= pair.corrected <= 1
        if pair.corrected < 0.03:  # the interval is of this pair alone, and so never wider than what all pairs need
            assert pair.low > 0 if pair.gap > 0 else pair.high < 0
    pairs = pd.DataFrame([{"a": a, "b": b, "p": one.p, "corrected": one.corrected} for (a, b), one in found.items()])
    scores = [float(table["measure"].mean()) for table in tables.values()]
    shown = multiple.groups(pd.DataFrame({"id": list(tables), "label": list(tables), "score": scores}), pairs)
    for (one, other), pair in found.items():
        assert bool(set(shown[one]) & set(shown[other])) is (pair.corrected >= 0.05)

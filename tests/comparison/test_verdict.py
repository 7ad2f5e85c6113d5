"""Does the sentence above the leaderboard say what the tests found, in figures that can be read?"""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from engine.comparison import verdict
from engine.comparison.report import firmness
from engine.comparison.report.subject import Subject
from engine.jobs.schema import parts, to_json, whole
from engine.statistics.evidence import evidence
from engine.types import Comparison
from pages.parts import paired_outcomes
from pages.parts.leaderboard import stability as leaderboard
from tests.statistics.test_paired_tests import MEAN, RUNS, compared


def said(pairs: pd.DataFrame, runs: pd.DataFrame = RUNS) -> str:
    return str(verdict.verdict(MEAN, runs, pairs, "tickets"))


def between(gap: float, low: float, high: float, p: float, n: int = 100) -> Comparison:
    return Comparison(n, gap, low, high, p, "randomisation", 1, n - 2, 1, 0.1, groups=n)


def test_it_names_the_winner_its_lead_and_who_is_tied_behind():
    assert said(compared({("r1", "r2"): 0.002, ("r2", "r3"): 0.001, ("r1", "r3"): 0.5})) == (
        "On tickets, B is better than A: score −0.200 [−0.300, −0.100]. Unlikely to be luck (p = 0.004, corrected for "
        "3 comparisons; 50 items). A cannot be told apart from C."
    )


def test_of_two_models_nothing_is_corrected_and_a_small_lead_is_shown_with_two_digits():
    pair = compared({("r2", "r1"): 0.002}, gap=0.00021, low=0.00012, high=0.0003)
    assert said(pair, RUNS.head(2)) == (
        "On tickets, B is better than A: score +0.00021 [0.00012, 0.00030]. Unlikely to be luck (p = 0.002, one "
        "comparison; 50 items)."
    )


def test_it_says_when_the_highest_score_may_be_luck():
    assert said(compared({("r2", "r1"): 0.2, ("r2", "r3"): 0.001, ("r1", "r3"): 0.001})) == (
        "On tickets, B scores highest (score 0.900), but its lead over A may be luck: +0.200 [0.100, 0.300] "
        "(p = 0.200, corrected for 3 comparisons; the interval is of this pair alone). With 50 items, only differences "
        "above about 0.165 can be seen."
    )


def test_what_must_differ_to_show_holds_for_every_model_that_is_tied_with_the_best():
    close = compared({("r2", "r1"): 0.2}, gap=0.01, low=-0.01, high=0.03)
    wide = compared({("r2", "r3"): 0.3, ("r1", "r3"): 0.3}, gap=0.2, low=-0.2, high=0.6)
    told = said(pd.concat([close, wide], ignore_index=True))
    assert (
        "its lead over A and C may be luck: +0.010 [−0.010, 0.030] over A (p = 0.600, corrected for 3 comparisons)"
        in told
    )
    assert told.endswith(
        "With 50 items, only differences above about 0.033 over A, and 0.660 over the least certain of the others, can "
        "be seen."
    )


def test_verdict_and_report_name_one_figure_for_what_the_items_can_show():
    close = compared({("r2", "r1"): 0.2}, gap=0.01, low=-0.01, high=0.03)
    wide = compared({("r2", "r3"): 0.001, ("r1", "r3"): 0.001}, gap=0.2, low=0.1, high=0.3)
    both = pd.concat([close, wide], ignore_index=True)
    assert said(both).endswith("With 50 items, only differences above about 0.033 can be seen.")
    assert "a true difference of about 0.033 " in str(evidence(MEAN, RUNS.assign(items=50), both))


def test_verdict_and_report_name_one_figure_for_what_the_items_are_worth():
    behind = compared({("r1", "r3"): 0.6}, gap=0.0, groups=17, web=1)
    best = compared({("r2", "r1"): 0.2, ("r2", "r3"): 0.3}, gap=0.01, low=-0.01, high=0.03, groups=25, web=1)
    both = pd.concat([behind, best], ignore_index=True)
    worth = "items that share texts, which widens the interval 1.41 times: worth about 25 independent ones, "
    assert f"With 50 {worth}" in said(both)
    assert str(evidence(MEAN, RUNS.assign(items=50), both)).startswith(f"With 50 {worth}")


def test_two_rows_that_are_alike_on_each_item_are_said_to_be_so_and_no_more():
    same = compared({("r2", "r1"): 1.0}, gap=0.0, low=-0.0711, high=0.0711).assign(won=0, tied=50, lost=0)
    others = compared({("r2", "r3"): 0.001, ("r1", "r3"): 0.001})
    assert said(pd.concat([same, others])) == (
        "On tickets, B and A have the same score on each of the 50 items; on others like them they may be up to 0.071 "
        "apart (95% interval)."
    )
    others = compared({("r2", "r3"): 0.3, ("r1", "r3"): 0.3})
    told = said(pd.concat([same, others]))
    assert "B and A have the same score (0.900), the highest, but their lead over C may be luck: +0.200" in told
    assert "differences above about 0.165" in told


def test_an_interval_that_is_not_corrected_says_so_beside_a_p_that_is():
    found = compared({("r2", "r1"): 0.055, ("r2", "r3"): 0.001, ("r1", "r3"): 0.001}, gap=0.013, low=0.002, high=0.023)
    told = "(p = 0.055, corrected for 3 comparisons; the interval is of this pair alone)"
    assert f"its lead over A may be luck: +0.013 [0.002, 0.023] {told}" in said(found)


def test_rows_that_part_by_less_than_a_tenth_of_a_point_are_practically_the_same():
    close = compared({("r1", "r2"): 0.4}, gap=-0.0001, low=-0.00034, high=0.0002)
    others = compared({("r2", "r3"): 0.001, ("r1", "r3"): 0.001})
    assert said(pd.concat([close, others])) == (
        "On tickets, B scores highest (score 0.900), and A practically the same: at most 0.00034 apart (95% interval; "
        "50 items)."
    )
    never = pd.concat([close, others.tail(1)])  # B and C were not compared: that they are the same is not known
    assert "its lead over A and C may be luck" in said(never)


def test_of_many_models_that_are_tied_the_first_are_named_and_the_rest_counted():
    names = [f"m{number}" for number in range(9)]
    runs = pd.DataFrame({"id": names, "label": names, "score": np.linspace(0.9, 0.8, 9)})
    pairs = compared({(one, other): 0.5 for one in names for other in names if one < other}, low=-0.1)
    assert "its lead over m1, m2, m3, m4 and 4 more may be luck" in said(pairs, runs)


def test_there_is_none_on_one_model_or_before_the_comparison():
    assert verdict.verdict(MEAN, RUNS.head(1), compared({}), "tickets") is None
    assert verdict.verdict(MEAN, RUNS, compared({}), "tickets") is None


def test_a_verdict_goes_through_json_with_the_sentences_in_its_gaps():
    made = verdict.verdict(
        MEAN, RUNS, compared({("r1", "r2"): 0.002, ("r2", "r3"): 0.001, ("r1", "r3"): 0.5}), "tickets"
    )
    assert whole(**json.loads(to_json(parts(made)))) == made


def test_the_names_of_several_models_go_through_json_too():
    pairs = {("r1", "r2"): 0.6, ("r2", "r3"): 0.6, ("r1", "r3"): 0.6}
    made = verdict.verdict(MEAN, RUNS, compared(pairs, low=-0.1), "tickets")
    assert "A and C" in str(made) and whole(**json.loads(to_json(parts(made)))) == made


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (between(0.0001, -0.0002, 0.0004, 0.3), "practically the same: at most 0.00040 apart"),
        (between(0.02, -0.01, 0.05, 0.2), "the one seen here (+0.020), about 360 more items would settle it"),
        (between(0.0001, -0.03, 0.03, 0.9), "(+0.00010) is so small that settling it would take more than 100 times"),
    ],
)
def test_the_outlook_says_what_would_settle_a_difference_that_may_be_luck(found: Comparison, words: str):
    assert words in str(verdict.outlook(found))


def test_where_items_stand_in_groups_it_is_more_groups_that_settle_a_difference():
    found = replace(between(0.02, -0.01, 0.05, 0.2), groups=20)
    assert "about 72 more groups of items, of which there are 20 now, would settle it" in str(verdict.outlook(found))
    assert "about 360 more items" in str(verdict.outlook(replace(found, web=True)))  # which share as these do


def test_equal_scores_of_unequal_items_are_no_lead():
    level = compared({("r2", "r1"): 1.0}, gap=0.0, low=-0.04, high=0.04)
    assert said(level, RUNS.head(2)) == (
        "On tickets, B and A have the same score, though not on each item (50 items; difference 0.000 [−0.040, 0.040])."
    )
    others = compared({("r2", "r3"): 0.3, ("r1", "r3"): 0.3}, low=-0.1)
    assert "B and A have the same score (0.900), the highest, but their lead over C may be luck" in said(
        pd.concat([level, others])
    )


def test_the_report_calls_equal_scores_of_unequal_items_equal():
    about = Subject.__new__(Subject)
    about.__dict__.update(
        board=RUNS.head(2).sort_values("score", ascending=False),
        p=np.array([1.0, 1.0]),
        comparisons=compared({("r2", "r1"): 1.0}, gap=0.0, low=-0.04, high=0.04).assign(
            method="randomisation", won=1, lost=1, effect=0.0
        ),
    )
    about.__dict__["best"] = np.array([True, True])
    assert str(about.answer()) == "B and A have the same score, though not on each item."


@pytest.mark.parametrize(
    ("p", "pairs", "words"),
    [
        (0.667, 3, "Yes, it may be: if all these models were equally good, some two of them would part as clearly"),
        (0.02, 3, "in about 20 of 1,000 such comparisons of them all (p = 0.020, corrected for 3 comparisons)"),
        (0.0002, 3, "fewer than 1 of 1,000 such comparisons of them all"),
        (0.667, 1, "Yes, it may be: of two equally good models, one would lead by this much in about 667 of 1,000"),
    ],
)
def test_a_corrected_p_is_told_as_one_of_all_models_that_were_compared(p: float, pairs: int, words: str):
    runs = RUNS if pairs > 1 else RUNS.head(2)
    one = compared({("r2", "r1"): p} | ({("r2", "r3"): 0.9, ("r1", "r3"): 0.9} if pairs > 1 else {}))
    about = SimpleNamespace(board=runs.sort_values("score", ascending=False), comparisons=one, p=np.array([1.0, p]))
    assert words in str(firmness.luck(about, between(0.02, -0.01, 0.05, p)))


@pytest.mark.parametrize(
    ("scores", "words"),
    [([0.5004, 0.5, 0.5], "A scores +0.00013 against B"), ([0.5, 0.5, 0.5], "A and B score the same on average")],
)
def test_a_mean_difference_over_datasets_has_the_digits_that_show_it(scores: list[float], words: str):
    assert words in leaderboard.lead(pd.DataFrame([scores, [0.5] * 3], index=["A", "B"]))


def test_there_is_no_outlook_on_a_difference_that_shows_or_is_not_known():
    assert verdict.outlook(between(0.05, 0.01, 0.09, 0.01)) is None
    assert verdict.outlook(between(np.nan, np.nan, np.nan, np.nan)) is None
    assert verdict.outlook(between(0.0, 0.0, 0.0, 1.0)) is None


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            between(-0.1, -0.14, -0.06, 0.0002),
            "Q is better than P: score +0.100 [0.060, 0.140]. Very unlikely",
        ),
        (between(0.1, 0.02, 0.18, 0.02), "P is better than Q: score +0.100 [0.020, 0.180]. Unlikely to be luck"),
        (
            between(0.01, -0.02, 0.04, 0.4),
            "P scores higher than Q: score +0.010 [−0.020, 0.040]. This may be luck",
        ),
        (
            between(0.0, -0.036, 0.036, 1.0),
            "P and Q have the same score, though not on each item (100 items; difference 0.000 [−0.036, 0.036]).",
        ),
        (
            between(0.0, np.nan, np.nan, np.nan, n=6),
            "P and Q have the same score, though not on each item (6 items; difference 0.000).",
        ),
        (
            between(0.1, np.nan, np.nan, np.nan),
            "(score +0.100), but 100 items are too few to say whether",
        ),
        (
            replace(between(0.0, -0.036, 0.036, 1.0), tied=100),
            "P and Q have the same score on each of the 100 items; on others like them they may be up to 0.036 apart",
        ),
        (replace(between(0.0, 0.0, 0.0, 1.0), tied=100), "P and Q have the same score on each of the 100 items."),
    ],
)
def test_a_duel_names_the_better_model_first_and_whether_it_may_be_luck(found: Comparison, sentence: str):
    told = str(verdict.duel(MEAN, ("P", "Q"), found, "tickets"))
    assert told.startswith("On tickets, ") and sentence in told


def test_two_that_are_alike_on_every_item_are_not_said_to_be_too_few_for_an_interval():
    alike = replace(between(0.0, np.nan, np.nan, 1.0), tied=100)
    assert paired_outcomes.no_interval(alike) == "alike on every item: no interval"
    assert paired_outcomes.no_interval(between(0.1, np.nan, np.nan, np.nan, n=6)) == "too few for an interval"


def test_what_an_earlier_version_compared_item_by_item_is_said_to_be_so():
    old = compared({("r1", "r2"): 0.002, ("r2", "r3"): 0.001, ("r1", "r3"): 0.5}).assign(groups=0, web=0)
    assert "50 items that an earlier version counted one by one" in str(verdict.verdict(MEAN, RUNS, old, "tickets"))
    now = old.assign(groups=20)
    assert "50 pairs of sentences, 20 groups" in str(verdict.verdict(MEAN, RUNS, now, "tickets"))


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Comparison(3, 1.0, np.nan, np.nan, 0.25, "exact randomisation", 3, 0, 0, np.nan, groups=3),
         "takes 8 independent items. With 3 items that differ, p cannot be below 0.250."),
        (Comparison(12, 0.1, np.nan, np.nan, 0.0005, "exact randomisation", 12, 0, 0, np.nan, groups=12),
         "the same difference on every item tells nothing"),
        (Comparison(60, 0.1, np.nan, np.nan, 0.02, "randomisation", 40, 0, 20, 0.3, groups=9),
         "8 independent items of equal weight, and these are worth fewer"),
    ],
)  # fmt: skip
def test_where_there_is_no_interval_it_is_said_why(found: Comparison, words: str):
    assert words in str(verdict.outlook(found))


def test_items_that_are_equal_up_to_rounding_need_no_more_of_them():
    level = Comparison(8, 1e-13, -0.369, 0.369, 1.0, "exact randomisation", 0, 8, 0, np.nan, groups=8)
    assert verdict.outlook(level) is None

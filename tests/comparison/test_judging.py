"""Blind votes on two models' first answers, and what they say of the models."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.comparison import judging
from engine.comparison.judging import Duel
from engine.datasets import marks
from engine.datasets.marks import Vote
from engine.types import Dataset


def found(**tops: str) -> pd.DataFrame:
    scores = [[0.5]] * len(tops)
    return pd.DataFrame({"item": list(tops), "top_ids": [[top] for top in tops.values()], "top_scores": scores})


def judged(*qrels: tuple[str, str, float]) -> Dataset:
    table = pd.DataFrame(qrels, columns=["query_id", "corpus_id", "score"])
    return Dataset("d", "retrieval", {"qrels": table})


def test_only_queries_on_which_the_models_part_and_nobody_has_judged_need_a_vote():
    dataset = judged(("q2", "x", 1), ("q2", "y", 0), ("q3", "x", 1))
    duels = judging.duels(dataset, found(q1="x", q2="x", q3="x"), found(q1="x", q2="y", q3="y"))
    assert {one.query: one.gap for one in duels} == {"q1": 0, "q2": 1, "q3": None}
    assert [one.query for one in judging.open_duels(duels)] == ["q3"]
    doubting = judging.duels(dataset, found(q1="x", q2="x"), found(q1="x", q2="y"), trusting=False)
    assert {one.query: one.gap for one in doubting} == {"q1": 0, "q2": None}


def test_a_query_for_which_a_model_found_nothing_has_no_answer_to_vote_on_and_is_counted():
    one, other = found(q1="x", q2="x"), found(q1="y", q2="y")
    other["top_scores"] = [[0.5], [0.0]]  # shares no word with the second query
    assert [duel.query for duel in judging.duels(judged(), one, other)] == ["q1"]
    assert judging.unanswered(one, other) == 1


def test_sides_are_mixed_and_stay_as_they_are():
    duels = [Duel(f"q{number}", "x", "y", None) for number in range(200)]
    left = [one.shown[0] for one in duels]
    assert 70 < left.count("x") < 130
    assert left == [one.shown[0] for one in duels]
    assert Duel("q", "y", "x", None).shown == Duel("q", "x", "y", None).shown  # it tells nothing about the models


def test_a_vote_for_a_side_is_one_for_the_document_that_stood_there():
    for number in range(20):
        duel = Duel(f"q{number}", "y", "x", None)
        vote = judging.vote_on(duel, "left")
        assert judging.outcome(duel, vote) == (1 if duel.shown[0] == duel.a else -1)
    assert judging.outcome(duel, judging.vote_on(duel, "both")) == 0


@pytest.mark.parametrize(
    ("choice", "grades"),
    [("first", [1, 0]), ("second", [0, 1]), ("both", [1, 1]), ("neither", [0, 0]), ("skip", [])],
)
def test_a_vote_becomes_judgements_of_both_documents(choice, grades):
    made = judging.marks_of(judged(), Vote("q", "x", "y", choice))
    assert [one.value for one in made] == grades
    assert all(one.origin == "vote" and one.given is None for one in made)


def test_what_is_judged_stays_unless_votes_overrule():
    dataset, vote = judged(("q", "x", 1)), Vote("q", "x", "y", "second")
    assert [one.place for one in judging.marks_of(dataset, vote)] == ['["qrels", "q", "y"]']
    overruled = judging.marks_of(dataset, vote, trusting=False)
    assert next((one.place, one.given, one.value) for one in overruled) == ('["qrels", "q", "x"]', 1.0, 0.0)
    assert judging.contradicted(judged(("q", "x", 1), ("q", "y", 0)), [vote]) == 1


def test_the_interval_shrinks_with_the_votes_and_ends_where_only_the_queries_are_in_doubt():
    duels = [Duel(f"q{number}", "x", "y", None if number < 60 else 0) for number in range(100)]
    votes = [Vote(one.query, "x", "y", "first" if at % 3 else "second") for at, one in enumerate(duels[:60])]
    table = judging.estimates(duels, votes)
    width = table["high"] - table["low"]
    assert table["votes"].tolist() == list(range(61))
    assert width.iloc[0] > 1.5 * width.iloc[10] > 1.5 * width.iloc[60]
    assert table["low"].iloc[0] < 0 < table["high"].iloc[0]
    assert table["gap"].iloc[60] == pytest.approx(0.2, abs=0.01)
    spread = np.sqrt(0.6 - 0.2**2) / np.sqrt(100)  # of the mean of 100 draws from 40 × 1, 20 × -1, 40 × 0
    assert width.iloc[60] == pytest.approx(2 * 1.96 * spread, rel=0.1)
    pd.testing.assert_frame_equal(table, judging.estimates(duels, votes))


def test_the_interval_holds_the_true_gap_about_as_often_as_it_says():
    rng, held = np.random.default_rng(0), 0
    for _trial in range(150):
        outcomes = rng.choice([-1, 0, 1], 80, p=[0.2, 0.3, 0.5])
        duels = [Duel(f"q{number}", "x", "y", None) for number in range(80)]
        votes = [
            Vote(one.query, "x", "y", {1: "first", 0: "both", -1: "second"}[int(value)])
            for one, value in list(zip(duels, outcomes, strict=True))[:30]
        ]
        last = judging.estimates(duels, votes, only_last=True).iloc[-1]
        held += last["low"] <= 0.3 <= last["high"]
    assert held >= 0.9 * 150


def test_skipped_queries_say_nothing():
    duels = [Duel("q", "x", "y", None), Duel("r", "x", "y", None)]
    assert judging.estimates(duels, [Vote("q", "x", "y", "skip")])["votes"].tolist() == [0]


def test_a_vote_that_is_taken_back_leaves_no_judgement_but_those_that_others_make(home):
    dataset = judged(("q", "x", 1))
    overruling, other = Vote("q", "x", "y", "second"), Vote("q", "y", "z", "first")
    for vote, trusting in ((overruling, False), (other, True)):
        marks.vote(dataset.fingerprint, vote)
        marks.put(dataset.fingerprint, judging.marks_of(dataset, vote, trusting=trusting))
    judging.take_back(dataset, overruling)
    assert {one.place: one.value for one in marks.of(dataset.fingerprint)} == {
        '["qrels", "q", "y"]': 1.0,
        '["qrels", "q", "z"]': 0.0,
    }


def test_ten_votes_that_all_say_the_same_leave_room_for_a_gap_and_seven_queries_give_no_interval():
    duels = [Duel(f"q{number}", "x", "y", None) for number in range(10)]
    votes = [Vote(one.query, "x", "y", "both") for one in duels]
    last = judging.estimates(duels, votes, only_last=True).iloc[-1]
    assert last["low"] < -0.05 and last["high"] > 0.05
    assert judging.estimates(duels[:7], votes[:7])[["low", "high"]].isna().all(axis=None)


def test_queries_about_one_document_that_fall_alike_count_as_few():
    kinds = np.repeat([1, 0, -1, 1, 0, 1, 1, 0, 1, -1], 10)
    alone = [Duel(f"q{at}", "x", "y", int(kind), f"g{at}") for at, kind in enumerate(kinds)]
    together = [Duel(f"q{at}", "x", "y", int(kind), f"g{at // 10}") for at, kind in enumerate(kinds)]
    one, other = (judging.estimates(duels, []).iloc[0] for duels in (alone, together))
    assert other["high"] - other["low"] > 2 * (one["high"] - one["low"])


def test_queries_that_share_documents_in_a_web_and_fall_alike_count_as_few():
    kinds = np.repeat([1, 0, -1, 1, 0, 1, 1, 0, 1, -1], 10)
    alone = [Duel(f"q{at}", "x", "y", int(kind), f"q{at}") for at, kind in enumerate(kinds)]
    shared = [replace(one, links=(at // 10, 10 + at % 25)) for at, one in enumerate(alone)]
    one, other = (judging.estimates(duels, []).iloc[0] for duels in (alone, shared))
    assert other["high"] - other["low"] > 2 * (one["high"] - one["low"])
    table = pd.DataFrame({"item": ["q0", "q1"], "top_ids": [["d0"], ["d1"]], "top_scores": [[1.0], [1.0]],
                          "group": ["0", "1"], "links": [[0], [0, 1]]})  # fmt: skip
    data = Dataset("d", "retrieval", {"qrels": pd.DataFrame({"query_id": ["q0"], "corpus_id": ["d0"], "score": [1]})})
    assert {found.query: found.links for found in judging.duels(data, table, table)} == {"q0": (0,), "q1": (0, 1)}

"""What people say in rows, by ticks or by naming the nearer text is one judgement of each text or pair, with a word."""

import pandas as pd
import pytest

from engine.datasets.preparation.judges.choices import with_chosen
from engine.datasets.preparation.judges.nearer import with_triplets
from engine.datasets.preparation.judges.rows import with_agreed
from engine.datasets.preparation.judges.ticks import with_ticks

PAIRS = [("the ferry leaves at nine", "the boat goes at nine"), ("bread is sold out today", "the bakery has no cake")]


def rated(header: str, cells: list[str], rater: str = "annotator", sides: tuple[str, str] = ("text_a", "text_b")):
    """Two pairs that three people judge, a row for each."""
    rows = [(*pair, f"p{person}") for pair in PAIRS for person in range(3)]
    return pd.DataFrame(rows, columns=[*sides, rater]).assign(**{header: cells})


def test_of_scores_of_pairs_the_mean_is_used():
    made, (said,) = with_agreed({"t": rated("score", ["1", "2", "2", "4", "4", "5"])})
    assert made["t"]["score"].tolist() == [1.666667, 4.333333]
    assert "6 rows judge 2 pairs, and the mean of score is used" in str(said)


@pytest.mark.parametrize("header", ["is_duplicate", "label"])
def test_of_yes_and_no_what_most_say_is_used_and_a_tie_is_left_out(header: str):
    made, (said,) = with_agreed({"t": rated(header, ["1", "0", "1", "0", "0", "1"])})
    assert made["t"][header].tolist() == ["1", "0"]
    tied = rated(header, ["1", "0", "1", "0", "0", "1"]).drop(index=0).reset_index(drop=True)
    made, (said,) = with_agreed({"t": tied})
    assert made["t"][header].tolist() == ["0"]
    assert "1 without a majority was left out" in str(said)


def test_classes_in_numbers_have_no_mean():
    made, _ = with_agreed({"t": rated("label", ["0", "2", "2", "1", "1", "0"])})
    assert made["t"]["label"].tolist() == ["2", "1"]


def test_labels_of_single_texts_are_what_most_say():
    table = rated("sentiment", ["pos", "pos", "neg", "neg", "neg", "neg"]).drop(columns="text_b")
    made, _ = with_agreed({"t": table})
    assert made["t"]["sentiment"].tolist() == ["pos", "neg"]


@pytest.mark.parametrize(
    "table",
    [
        rated("relevance", ["1", "2", "2", "4", "4", "5"], sides=("query", "document")),  # of grades it is asked
        rated("score", ["1", "2", "2", "4", "4", "5"], rater="batch"),
        rated("score", ["1", "2", "2", "4", "4", "5"]).assign(annotator="p1"),
        rated("score", ["1", "2", "2", "4", "4", "5"]).drop_duplicates(["text_a"]),
    ],
)
def test_other_tables_stay_as_they_are(table: pd.DataFrame):
    made, said = with_agreed({"t": table})
    assert made["t"].equals(table) and said == []


def test_the_text_that_is_named_as_nearer_becomes_the_positive():
    rows = {
        "A": ["the first case of the year", "a claim about a garden fence"],
        "B": ["a case like the first one", "a fence between two gardens"],
        "C": ["something about a ship at sea", "a quarrel over a late train"],
        "label": ["B", "C"],
    }
    made, (said,) = with_triplets({"t": pd.DataFrame(rows)})
    assert made["t"]["query"].tolist() == rows["A"]
    assert made["t"]["positive"].tolist() == [rows["B"][0], rows["C"][1]]
    assert made["t"]["negative"].tolist() == [rows["C"][0], rows["B"][1]]
    assert "names which of B and C is nearer to A" in str(said)


def test_an_answer_that_somebody_preferred_is_no_triplet():
    rows = {"prompt": ["where does the ferry leave from"] * 2, "a": ["from the northern pier, I think"] * 2}
    table = pd.DataFrame({**rows, "b": ["it leaves from the station"] * 2, "winner": ["a", "b"]})
    assert with_triplets({"t": table})[1] == []


@pytest.mark.parametrize(
    ("mark", "header"), [("x", "relevant"), ("√", "是否相关"), ("yes", "label"), ("1", "is_relevant")]
)
def test_beside_a_tick_an_empty_cell_says_no(mark: str, header: str):
    table = pd.DataFrame([*PAIRS, *PAIRS], columns=["query", "document"]).assign(**{header: [mark, None, " ", mark]})
    made, (said,) = with_ticks({"t": table})
    assert made["t"][header].tolist() == ["1", "0", "0", "1"]
    assert "2 of 4 rows are marked" in str(said)


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("relevant", ["1", None, "0", None]),
        ("done", ["x", None, None, "x"]),
        ("relevant", ["maybe", None, None, "maybe"]),
    ],
)
def test_judgements_that_are_missing_and_other_ticks_stay(header: str, cells: list[str | None]):
    table = pd.DataFrame([*PAIRS, *PAIRS], columns=["query", "document"]).assign(**{header: cells})
    made, said = with_ticks({"t": table})
    assert made["t"].equals(table) and said == []


ENDS = [
    ["by the north door", "by the south door", "over the old bridge"],
    ["at nine today", "at ten today", "at noon today"],
]


def asked(names: list[str], key: str, cells: list[str]) -> pd.DataFrame:
    return pd.DataFrame(ENDS, columns=names).assign(question=["how does one get in", "when is it open"], **{key: cells})


@pytest.mark.parametrize(
    ("names", "key", "cells", "right"),
    [
        (["A", "B", "C"], "answer", ["B", "c"], [1, 2]),
        (["选项A", "选项B", "选项C"], "正确答案", ["A", "C"], [0, 2]),
        (["choice_1", "choice_2", "choice_3"], "correct", ["3", "1"], [2, 0]),
        (["choice_1", "choice_2", "choice_3"], "correct", ["0", "1"], [0, 1]),
        (["ending0", "ending1", "ending2"], "label", ["1", "2"], [1, 2]),
    ],
)
def test_the_choice_that_is_named_as_right_is_the_positive(
    names: list[str], key: str, cells: list[str], right: list[int]
):
    made, (said,) = with_chosen({"t": asked(names, key, cells)})
    assert made["t"]["positive"].tolist() == [ENDS[row][place] for row, place in enumerate(right)]
    wrong = [[one for place, one in enumerate(ENDS[row]) if place != at] for row, at in enumerate(right)]
    assert made["t"]["negative"].tolist() == wrong
    assert f"{key} of t names which of" in str(said)


@pytest.mark.parametrize(
    ("names", "key", "cells"),
    [
        (["choice_1", "choice_2", "choice_3"], "correct", ["1", "2"]),  # from 0 or from 1?
        (["text_1", "text_2", "text_3"], "label", ["3", "1"]),  # a class, perhaps
        (["A", "B", "C"], "answer", ["B", "D"]),
        (["A", "B", "C"], "topic", ["B", "A"]),
    ],
)
def test_choices_of_which_no_column_names_the_right_one_stay(names: list[str], key: str, cells: list[str]):
    assert with_chosen({"t": asked(names, key, cells)})[1] == []

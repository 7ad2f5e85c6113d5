"""What lies beside labelled texts and tells nothing is left over: tests without labels, licences, schemes."""

import pandas as pd
import pytest

from engine.datasets.preparation.left_out.unlabelled_tests import without_unlabelled
from engine.datasets.preparation.lists.examples import with_examples
from engine.datasets.preparation.schemes import without_schemes
from engine.datasets.recognition.facts import facts

TEXTS = [f"the boat number {row} leaves the {place} pier" for row, place in enumerate(["north", "south"] * 5)]
TRAIN = pd.DataFrame({"id": map(str, range(10)), "text": TEXTS, "target": ["0", "1"] * 5})
SAMPLE = pd.DataFrame({"id": map(str, range(10)), "target": ["0"] * 10})


def test_a_test_without_labels_and_a_sample_submission_are_left_out_by_name():
    made, said = without_unlabelled({"train": TRAIN, "test": TRAIN.drop(columns="target"), "sample_submission": SAMPLE})
    assert list(made) == ["train"]
    assert ["test has no target" in str(said[0]), "sample_submission shows" in str(said[1])] == [True, True]


@pytest.mark.parametrize(
    "others",
    [
        {"test": TRAIN},
        {"test": TRAIN.rename(columns={"target": "label"})},
        {"test": TRAIN.drop(columns="target").assign(answer="yes")},
        {"corpus": TRAIN.drop(columns="target")},
        {"test": TRAIN[["id"]]},
    ],
)
def test_a_part_that_is_labelled_or_another_table_stays(others: dict[str, pd.DataFrame]):
    made, said = without_unlabelled({"train": TRAIN, **others})
    assert list(made) == ["train", *others] and said == []


def test_each_example_of_an_intent_stands_in_a_row_of_its_own():
    table = pd.DataFrame(
        {
            "tag": ["ferry", "bread"],
            "patterns": [["when does it leave", " "], ["is there bread"]],
            "context": [[""], [""]],
        }
    )
    made, (said,) = with_examples({"t": table})
    assert made["t"].to_dict("list") == {
        "tag": ["ferry", "bread"], "patterns": ["when does it leave", "is there bread"],
    }  # fmt: skip
    assert "2 in all" in str(said)


def test_examples_that_belong_to_a_longer_text_stay_in_their_list():
    table = pd.DataFrame(
        {"category": ["a", "b"], "text": TEXTS[:2], "examples": [["one example", "two"], ["three examples"]]}
    )
    assert with_examples({"t": table})[1] == []


def test_a_scheme_before_every_text_is_passed_over_and_addresses_stay():
    texts = pd.Series(["content://how to pay", "content://where to park"])
    made, _ = without_schemes({"t": pd.DataFrame({"source": texts, "link": ["https://a.b/c", "https://a.b/d"]})})
    assert made["t"]["source"].tolist() == ["how to pay", "where to park"]
    assert made["t"]["link"].tolist() == ["https://a.b/c", "https://a.b/d"]
    assert without_schemes({"t": pd.DataFrame({"source": [*texts, "a text"]})})[1] == []


def test_a_licence_with_numbers_is_a_formula_and_sentences_are_none():
    licences = [
        f"CC-BY 2.0 (France) Attribution: tatoeba.org #{row * 37} (CK) & #{row * 91} (x{row})" for row in range(9)
    ]
    assert facts(pd.Series(licences)).is_formula
    assert not facts(
        pd.Series(["the ferry leaves at nine", "bread is sold out today", "who has the key now"])
    ).is_formula

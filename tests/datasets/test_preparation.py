"""What is done with given tables before they are recognised does it to its own kind, and to no other."""

import json
from pathlib import Path

import pandas as pd
import pytest

from engine.datasets import mapping
from engine.datasets.preparation.class_names import with_counted
from engine.datasets.preparation.halves import with_halves
from engine.datasets.preparation.indicators import with_labels
from engine.datasets.preparation.left_out.rejected import without_rejected
from engine.datasets.preparation.lists.listed_ids import is_coded, with_judgements
from engine.datasets.preparation.notations import with_numbers
from engine.datasets.preparation.one_label_each import with_together
from engine.datasets.preparation.written_queries import with_queries
from engine.datasets.reading.application import Unsettled, apply
from engine.datasets.reading.choices import Choices
from engine.datasets.reading.unusable import unusable
from engine.datasets.reading.values.raters import together
from engine.datasets.recognition.tables import parted
from engine.readers.choice import read

TEXTS = [
    f"text number {row} about {what}" for row, what in enumerate(["bread", "rain", "chess", "iron", "sleep", "sand"])
]


def table(**columns: list[object]) -> dict[str, pd.DataFrame]:
    return {"t": pd.DataFrame(columns)}


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["3/5", "1/5"], ["3", "1"]),
        (["4.5 / 5", "2/5"], ["4.5", "2"]),
        (["(4, 6)", "(0, 6)"], ["4", "0"]),
        (["2.8分", "5 分"], ["2.8", "5"]),
        (["★★☆", "★★★"], ["2", "3"]),
        (["３．５", "４"], ["3.5", "4"]),
    ],
)
def test_numbers_that_people_write_otherwise_are_numbers(cells: list[object], numbers: list[str]):
    made, said = with_numbers(table(score=[*cells, None]))
    assert made["t"]["score"].tolist()[:-1] == numbers
    assert pd.isna(made["t"]["score"].iloc[-1])
    assert len(said) == 1


@pytest.mark.parametrize("cells", [["3/5", "1/2"], ["9/5", "1/5"], ["3/5", "good"], ["(4, 6)", "(1, 9)"], ["3", "5"]])
def test_what_is_no_part_of_one_whole_stays_as_it_is(cells: list[object]):
    given = table(score=cells)
    assert with_numbers(given)[0]["t"].equals(given["t"])


def test_dates_and_ids_are_no_parts_of_a_whole():
    given = table(date=["1/5", "3/5"], pair_id=["1/5", "3/5"])
    assert with_numbers(given)[0]["t"].equals(given["t"])


def test_columns_of_0_and_1_are_the_labels_of_a_text():
    flags = {"cake": list("101001"), "weather": list("010100"), "games": list("001010")}
    (one,), _ = (with_labels(table(text=TEXTS, **flags))[0].values(), None)
    assert one["labels"].tolist()[:3] == [["cake"], ["weather"], ["cake", "games"]]
    flags = {"cake": list("100001"), "weather": list("010100"), "games": list("001010")}
    made, said = with_labels(table(text=TEXTS, **flags))
    assert made["t"]["labels"].tolist() == ["cake", "weather", "games", "weather", "games", "cake"]
    assert "its name is the label" in str(said[0])


@pytest.mark.parametrize(
    "more",
    [
        {"label": list("ababab"), "cake": list("100001"), "weather": list("010100"), "games": list("001010")},
        {"is_long": list("100001"), "is_new": list("010100"), "has_link": list("001010")},
        {"sentence2": TEXTS[::-1], "cake": list("100001"), "weather": list("010100"), "games": list("001010")},
        {"cake": list("100001"), "weather": list("110100")},
    ],
)
def test_flags_beside_a_label_or_a_second_text_and_those_that_ask_are_no_labels(more: dict[str, list[object]]):
    given = table(text=TEXTS, **more)
    assert with_labels(given)[0]["t"].equals(given["t"])


def test_a_column_says_of_which_split_a_row_is_whatever_it_is_called():
    assert {*parted(table(text=TEXTS, part=["train"] * 4 + ["test"] * 2))[0]} == {"t/part=train", "t/part=test"}
    assert {*parted(table(text=TEXTS, is_test=["0"] * 4 + ["1"] * 2))[0]} == {"t/split=train", "t/is_test=test"}
    assert {*parted(table(text=TEXTS, label=["train"] * 4 + ["test"] * 2))[0]} == {"t"}
    assert {*parted(table(text=TEXTS, part=["valid", "dev"] * 3))[0]} == {"t"}


def test_grades_of_several_raters_are_one_by_their_median_and_told():
    qrels = pd.DataFrame({"query_id": list("qqqqqp"), "corpus_id": list("aaabbc"), "score": [2.0, 0, 1, 3, 1, 1]})
    made, said = together({"qrels": qrels, "candidates": qrels[["query_id", "corpus_id"]]})
    assert made["qrels"]["score"].tolist() == [1, 1, 1]  # of 1 and 3 the lower one
    assert made["candidates"]["corpus_id"].tolist() == ["a", "b", "c"]
    assert "2 pairs of a query and a document" in str(said[0])
    agreeing = {"qrels": qrels.assign(score=1.0)}
    assert together(agreeing) == (agreeing, [])


def test_files_called_as_labels_are_stand_below_one_another_and_translations_beside(tmp_path: Path):
    for name, lines in {"train.pos": TEXTS, "train.neg": TEXTS[:4]}.items():
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    (made,) = read(tmp_path).tables.values()
    assert made["label"].value_counts().to_dict() == {"pos": 6, "neg": 4}
    for name in ("train.pos", "train.neg"):
        (tmp_path / name).unlink()
    for name in ("books.en.txt", "books.de.txt"):
        (tmp_path / name).write_text("\n".join(TEXTS), encoding="utf-8")
    (made,) = read(tmp_path).tables.values()
    assert {*made.columns} == {"en", "de"}


def test_title_and_body_of_each_of_two_texts_are_joined():
    given = table(title1=["a", "b"], content1=["one", None], title2=["c", "d"], content2=["two", "three"], score=[1, 2])
    made, _ = with_halves(given)
    assert made["t"].to_dict("list") == {"text1": ["a one", "b"], "text2": ["c two", "d three"], "score": [1, 2]}
    alone = table(sentence1=["a"], sentence2=["b"], lang1=["en"], lang2=["de"])
    assert with_halves(alone)[0]["t"].equals(alone["t"])


def test_judgements_that_write_out_their_question_become_questions_and_judgements():
    products = pd.DataFrame({"product_id": ["a", "b", "c"], "product_title": TEXTS[:3]})
    judged = pd.DataFrame(
        {"query": ["rain coat", "rain coat", "lamp"], "product_id": ["a", "b", "c"], "grade": [1, 0, 2]}
    )
    made, _ = with_queries({"products": products, "judged": judged})
    assert made["judged/queries"].to_dict("list") == {"id": ["q0", "q1"], "text": ["rain coat", "lamp"]}
    assert made["judged/qrels"].to_dict("list") == {
        "corpus_id": ["a", "b", "c"], "grade": [1, 0, 2], "query_id": ["q0", "q0", "q1"],
    }  # fmt: skip
    whole = {"products": products, "judged": judged.assign(passage=TEXTS[:3])}
    assert {*with_queries(whole)[0]} == {*whole}


def test_tables_of_one_label_each_are_one():
    tables = {name: pd.DataFrame({"text": TEXTS[:2], "label": [name] * 2}) for name in ("play", "rain")}
    made, _ = with_together(tables)
    assert made["labels"]["label"].tolist() == ["play", "play", "rain", "rain"]
    assert {*with_together({"a": tables["play"], "b": tables["play"]})[0]} == {"a", "b"}


def test_numbers_that_count_named_classes_are_the_label():
    classes = pd.DataFrame({"column 1": ["maths", "pets", "cars"]})
    rows = pd.DataFrame({"column 1": ["3", "1", "2"], "column 2": TEXTS[:3]})
    assert [*with_counted({"classes": classes, "train": rows})[0]["train"].columns] == ["label", "column 2"]
    beyond = rows.assign(**{"column 1": ["3", "1", "4"]})
    assert [*with_counted({"classes": classes, "train": beyond})[0]["train"].columns] == ["column 1", "column 2"]


def test_one_label_that_is_accepted_or_rejected_makes_two():
    made, _ = without_rejected(table(text=TEXTS[:3], label=["joy"] * 3, answer=["accept", "reject", "accept"]))
    assert made["t"]["label"].tolist() == ["joy", "not joy", "joy"]


def test_files_of_one_record_each_are_one_table_without_their_folder_too(tmp_path: Path):
    for number in range(12):
        (tmp_path / f"{number}.json").write_text(json.dumps({"title": f"case {number}", "body": TEXTS[number % 6]}))
    (name,) = (made := read(tmp_path).tables)
    assert (name, len(made[name]), made[name]["file"].iloc[0]) == ("files", 12, "0")


def test_documents_up_to_a_distance_are_right():
    given = table(
        question=[question for question in TEXTS[:3] for _ in range(4)],
        document=[f"the document {place} answers" for place in range(12)],
        distance=["0.1", "0.4", "0.7", "0.9"] * 3,
    )
    (one,) = (one for one in mapping.rivals(mapping.guesses(given)) if one.task == "reranking")
    with pytest.raises(Unsettled, match="up to which is a document right"):
        apply(given, one)
    made = apply(given, one, Choices(threshold=0.4))
    assert made.tables["qrels"]["score"].tolist() == [1, 1, 0, 0] * 3


def test_addresses_of_texts_are_said_to_be_none():
    links = table(link1=["https://a.example/1", "https://a.example/2"], score=["1.5", "2.5"])
    assert "link1 hold addresses of texts" in str(unusable(links, None))
    assert unusable(table(text=TEXTS, link=["https://a.example/1"] * 6), None) is None


def judged_pairs(grades: list[str]) -> dict[str, pd.DataFrame]:
    texts = [one for text in TEXTS[:3] for one in (text, text)]
    return table(query=["what is said of bread?"] * 6, document=texts, relevance=grades)


@pytest.mark.parametrize(("how", "grades"), [("", [2.0, 0.0, 1.0]), ("mean", [2.0, 1.0, 1.0])])
def test_several_grades_of_one_text_are_their_median_or_their_mean(how: str, grades: list[float]):
    tables = judged_pairs(["3", "2", "3", "0", "1", "1"])
    (guess,) = [one for one in mapping.guesses(tables) if one.task == "reranking" and not one.missing][:1]
    made = apply(tables, guess, Choices(raters=how))
    assert made.tables["qrels"]["score"].tolist() == grades


def test_a_word_that_is_no_judgement_counts_where_a_person_says_so():
    tables = table(query=["what of bread?"] * 6, document=TEXTS, relevance=["none", "1", "2", "3", "none", "2"])
    (guess,) = [one for one in mapping.guesses(tables) if one.task == "reranking" and not one.missing][:1]
    with pytest.raises(Unsettled, match="says none"):
        apply(tables, guess)
    made = apply(tables, guess, Choices(grades={"none": 0.0}))
    assert made.tables["qrels"]["score"].tolist() == [0, 1, 2, 3, 0, 2]


def test_a_flag_names_no_documents_and_splits_do_not_name_one_another():
    texts = [f"the {thing} is open on day {day}" for day in range(4) for thing in ("library", "workshop", "room")]
    rows = pd.DataFrame({"example_id": [str(row) for row in range(12)], "query": texts, "title": texts[::-1]})
    tables = {"data/split=train": rows.assign(small_version="0"), "data/split=test": rows.assign(small_version="1")}
    made, said = with_judgements(tables)
    assert [*made] == [*tables] and not said
    assert is_coded("007") and is_coded("d1") and not is_coded("0")

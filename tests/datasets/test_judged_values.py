"""Judgements in words, dates and names beside labels, two judgements of one pair: never one of them in silence."""

import json
from pathlib import Path

import pandas as pd
import pytest

from engine.datasets import library, mapping
from engine.datasets.checks import check
from engine.datasets.mapping import Unclear
from engine.datasets.reading.application import Unsettled
from engine.datasets.reading.choices import Choices
from engine.datasets.reading.guess import left_over, unheeded
from engine.datasets.reading.opening import open_file, over, told
from engine.readers.choice import read
from engine.texts import label_words
from engine.texts.times import is_time
from engine.types import BadDataset, BadFile

FIRST = [f"the {thing} is open on day {day}" for day in range(4) for thing in ("library", "workshop", "reading room")]
SECOND = [f"one can enter the {thing} on day {day}" for day in range(4) for thing in ("library", "workshop", "room")]
ASKED = [FIRST[row // 3] for row in range(12)]
SCORES = [0.5, 4.2, 1.5, 3.0] * 3


def file(folder: Path, name: str = "data.csv", **columns: object) -> Path:
    path = folder / name
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("words", "ranks"),
    [(["high", "low", "medium"], [2, 0, 1]), (["E", "S", "C", "I"], [3, 2, 1, 0]), (["高", "中", "低"], [2, 1, 0]),
     (["Exact", "Partial", "Irrelevant"], [2, 1, 0]), (["不相关", "部分相关", "完全相关"], [0, 1, 2]),
     (["partially relevant", "highly relevant", "relevant"], [1, 3, 2])],
)  # fmt: skip
def test_words_in_a_known_order_are_ranked_and_others_are_not(words: list[str], ranks: list[int]):
    assert label_words.ranks(words) == dict(zip(words, map(float, ranks), strict=True))
    assert label_words.ranks([*words, "pump"]) == {}
    assert label_words.ranks(words[:2]) == {}


def test_grades_in_words_are_proposed_asked_and_read_as_is_said(tmp_path: Path):
    path = file(tmp_path, query=ASKED, document=SECOND, relevance=["high", "medium", "low"] * 4)
    with pytest.raises(Unsettled, match="--grade high=2 --grade medium=1 --grade low=0 or --alike high"):
        open_file(path)
    opened = open_file(path, Choices(grades={"high": 3, "medium": 1, "low": 0}))
    assert opened.tables["qrels"]["score"].tolist()[:3] == [3.0, 1.0, 0.0]
    assert "The words of score were read as grades: high = 3, medium = 1, low = 0." in " ".join(map(str, told(opened)))
    assert open_file(path, Choices(alike=("high",))).tables["qrels"]["score"].tolist()[:3] == [1.0, 0.0, 0.0]
    with pytest.raises(BadDataset, match="how much 'low' counts; say it with --grade low=NUMBER"):
        open_file(path, Choices(grades={"high": 2, "medium": 1}))


def test_words_in_no_known_order_are_asked_about_without_a_proposal(tmp_path: Path):
    path = file(tmp_path, query=ASKED, document=SECOND, relevance=["pump", "valve", "hose"] * 4)
    with pytest.raises((Unsettled, Unclear)) as caught:
        open_file(path, Choices(task="reranking", columns={"score": "relevance"}))
    assert "--grade valve=NUMBER" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["2024-01-31", "2024/1/31", "2024年1月31日", "2024-01-31T10:00:00Z", "31.01.2024 10:30", "Jan 31, 2024",
     "31 January 2024", "1700000000", "2024年1月31日 10:00", "10:30", "2024-01"],
)  # fmt: skip
def test_dates_are_known_by_their_form(text: str):
    assert is_time(text)


@pytest.mark.parametrize("text", ["3.5", "2024", "market 12", "1.2.3", "10:30 at the desk", "1-2", "2024.01", "B-17"])
def test_what_only_looks_like_a_date_is_none(text: str):
    assert not is_time(text)


@pytest.mark.parametrize(
    ("header", "cells"),
    [("date", ["2024-01-31", "2024-02-29"]), ("when", ["2024年1月31日", "2024年2月29日"]),
     ("label", ["31/01/2024", "29/02/2024"]), ("annotator", ["anna", "ben"]), ("标注人", ["张三", "李四"]),
     ("created_by", ["anna", "ben"]), ("posted", ["1700000000", "1700003600"])],
)  # fmt: skip
def test_a_date_or_a_person_is_a_class_only_where_someone_says_so(tmp_path: Path, header: str, cells: list[str]):
    path = file(tmp_path, text=FIRST, **{header: cells * 6})
    with pytest.raises(BadDataset, match="--column"):
        open_file(path, Choices(task="clustering"))
    opened = open_file(path, Choices(task="clustering", columns={"text": "text", "label": header}))
    assert opened.tables["documents"]["label"].nunique() == 2


def test_a_label_beside_a_date_and_a_person_is_found(tmp_path: Path):
    columns = {"annotator": ["anna", "ben"] * 6, "date": ["2024-01-31", "2024-02-29"] * 6}
    opened = open_file(
        file(tmp_path, text=FIRST, **columns, topic=["loan", "fee", "room"] * 4), Choices(task="clustering")
    )
    assert opened.guess.tables["documents"][1]["label"] == "topic"


@pytest.mark.parametrize(
    ("score", "label", "cells"),
    [("score", "binary_label", [0, 1, 0, 1]), ("similarity", "is_duplicate", [0, 1, 0, 1]),
     ("相似度", "是否相似", ["否", "是", "否", "是"])],
)  # fmt: skip
def test_a_score_and_a_yes_or_no_of_the_same_pairs_are_two_tasks(score: str, label: str, cells: list[object]):
    tables = {"pairs": pd.DataFrame({"sentence1": FIRST, "sentence2": SECOND, score: SCORES, label: cells * 3})}
    with pytest.raises(Unclear) as caught:
        mapping.guess(tables)
    assert {"sts", "pair_classification"} <= {one.task for one in caught.value.candidates}
    assert mapping.guess(tables, Choices(task="sts")).tables["pairs"][1]["score"] == score


@pytest.mark.parametrize("name", ["levenshtein", "wer", "euclidean", "编辑距离", "position"])
def test_numbers_that_are_less_where_texts_are_closer_pass_nowhere_as_answers(name: str):
    tables = {"pairs": pd.DataFrame({"query": FIRST, "document": SECOND, name: [3, 1, 2, 7] * 3}).astype("str")}
    with pytest.raises(Unclear) as caught:
        mapping.guess(tables)
    assert all(one.invert is not None for one in caught.value.candidates if one.task in ("sts", "reranking"))
    assert not {one.task for one in caught.value.candidates} & {"retrieval", "bitext_mining"}


def test_what_looks_like_a_label_and_is_left_over_is_a_warning_and_no_note(tmp_path: Path):
    path = file(tmp_path, sentence1=FIRST, sentence2=SECOND, score=SCORES, entailment_judgment=["A", "B", "C"] * 4,
                annotator=["anna", "ben"] * 6)  # fmt: skip
    opened = open_file(path)
    (warning,) = map(str, unheeded(opened.left_over))
    assert warning.startswith("entailment_judgment of data may say what is right")
    assert [str(one) for one in over(opened.left_over, opened.task)] == [
        "Left over in data: annotator; kept beside the texts, and not judged."
    ]


def test_the_same_reading_written_down_in_two_ways_is_offered_once():
    tables = {
        "faq": pd.DataFrame({"question": FIRST, "answer": SECOND, "context": [f"{one}, they say" for one in FIRST]})
    }
    found = [
        (one.task, *sorted(one.tables.values().__iter__().__next__()[1].values()))
        for one in mapping.rivals(mapping.guesses(tables))
    ]
    assert len(found) == len({*found})


def test_a_reading_that_is_whole_and_makes_no_sense_is_never_said_to_lack_nothing():
    tables = {"data": pd.DataFrame({"a": ["1"] * 6, "b": ["1", "2"] * 3, "c": ["yes"] * 6})}
    with pytest.raises(BadDataset) as caught:
        mapping.guess(tables)
    assert "needs ." not in str(caught.value)


@pytest.mark.parametrize(("separator", "name"), [(",", "data.csv"), ("\t", "data.tsv"), (";", "data.csv")])
def test_decimal_commas_are_read_whatever_parts_the_cells_and_labels_are_left_alone(
    tmp_path: Path, separator: str, name: str
):
    scores = [str(one).replace(".", ",") for one in SCORES]
    table = pd.DataFrame({"sentence1": FIRST, "sentence2": SECOND, "score": scores, "doc_ids": ["1,2", "3,4"] * 6})
    table.to_csv(tmp_path / name, sep=separator, index=False)
    (made,) = read(tmp_path / name).tables.values()
    assert made["score"].tolist() == [str(one) for one in SCORES]
    assert made["doc_ids"].tolist()[:2] == ["1,2", "3,4"]


def test_a_second_header_is_passed_over_with_a_word(tmp_path: Path):
    path = tmp_path / "survey.csv"
    rows = "".join(f"{text},{row % 5}\n" for row, text in enumerate(FIRST))
    path.write_text(f"Q1,Q2\nWhat did you like?,How happy are you?\n{rows}")
    found = read(path)
    assert found.tables["survey"]["Q1"].tolist() == FIRST
    assert "names the columns once more and was left out: What did you like? | How" in str(found.notes[-1].message)
    path.write_text(f"text,score\nWhat did you like?,n/a\n{rows}")
    assert len(read(path).tables["survey"]) == 13


def lines(path: Path, records: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in records))
    return path


@pytest.mark.parametrize(
    ("passages", "said"),
    [({"choices": [{"text": FIRST[0], "label": "A"}, {"text": FIRST[1], "label": "B"}]}, "which of the choices"),
     ({"passages": [{"text": {"a": 1}}]}, "an object or a list stands where")],
)  # fmt: skip
def test_what_a_record_says_of_its_passages_is_refused_without_the_words_of_python(
    tmp_path: Path, passages: dict[str, object], said: str
):
    path = lines(tmp_path / "choices.jsonl", [{"question": one, **passages} for one in FIRST])
    with pytest.raises(BadFile, match=said) as caught:
        read(path)
    assert "could not convert" not in str(caught.value)


def test_letters_that_judge_passages_are_asked_about(tmp_path: Path):
    passages = [{"text": FIRST[0], "label": "E"}, {"text": FIRST[1], "label": "S"}]
    path = lines(tmp_path / "letters.jsonl", [{"question": one, "passages": passages} for one in FIRST])
    with pytest.raises(Unsettled, match="label are E, S; which of them mean that the document is right"):
        open_file(path)


def test_the_choice_that_a_letter_names_is_right(tmp_path: Path):
    choices = {"text": [FIRST[0], FIRST[1]], "label": ["A", "B"]}
    path = lines(tmp_path / "arc.jsonl", [{"question": one, "choices": choices, "answerKey": "B"} for one in SECOND])
    assert open_file(path).tables["qrels"]["score"].tolist()[:2] == [0.0, 1.0]


def test_a_pair_that_several_people_judged_is_told(tmp_path: Path, home: Path):
    path = file(tmp_path, sentence1=ASKED, sentence2=ASKED[::-1], score=[float(row) / 2 + 0.1 for row in range(12)])
    problems = [str(one.message) for one in check("sts", open_file(path).tables)]
    assert any("In 8 rows of pairs, a pair of an earlier row is judged otherwise" in one for one in problems)


def test_lists_of_sentences_are_one_text_and_claims_find_the_documents_that_they_cite(tmp_path: Path):
    lines(tmp_path / "corpus.jsonl", [{"doc_id": row, "title": f"t {row}", "abstract": [one, SECOND[row]]}
                                      for row, one in enumerate(FIRST)])  # fmt: skip
    lines(tmp_path / "claims_dev.jsonl", [{"id": row, "claim": f"{one}, it is said", "cited_doc_ids": [row]}
                                          for row, one in enumerate(SECOND)])  # fmt: skip
    dataset = library.from_file("scifact", open_file(tmp_path))
    assert dataset.tables["corpus"]["text"][0] == f"{FIRST[0]} {SECOND[0]}"
    assert dataset.tables["qrels"][["query_id", "corpus_id"]].to_numpy().tolist()[:2] == [["0", "0"], ["1", "1"]]


def test_left_over_knows_nothing_of_a_reading_that_uses_all():
    tables = {"pairs": pd.DataFrame({"sentence1": FIRST, "sentence2": SECOND, "score": SCORES})}
    assert left_over(tables, mapping.guess(tables)).telling == {}

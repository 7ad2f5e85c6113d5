"""Objects and lists inside cells, and files that are one object, are read by what they are, never as source text."""

import json
import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.readers.choice import read
from engine.types import BadFile, Reading
from tests.layouts import HERE

PASSAGES = [
    {"docid": "7", "title": "Drills", "text": "We lend drills."},
    {"docid": "8", "title": "", "text": "We mend lamps."},
]


def lines(path: Path, *records: Any) -> Reading:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return read(path)


def whole(path: Path, value: Any) -> Reading:
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")
    return read(path)


def rows(table: pd.DataFrame) -> list[tuple[object, ...]]:
    return [*table.astype(object).where(table.notna(), None).itertuples(index=False, name=None)]


def test_passages_beside_a_question_become_corpus_queries_and_judgements(tmp_path: Path):
    record = {
        "query_id": "q1",
        "query": "borrow a drill",
        "positive_passages": PASSAGES[:1],
        "negative_passages": PASSAGES[1:],
    }
    tables = lines(tmp_path / "a.jsonl", record, {**record, "query_id": "q2"}).tables
    assert rows(tables["corpus"]) == [("7", "Drills", "We lend drills."), ("8", None, "We mend lamps.")]
    assert rows(tables["qrels"])[:2] == [("q1", "7", "1"), ("q1", "8", "0")]
    assert rows(tables["candidates"]) == [("q1", "7"), ("q1", "8"), ("q2", "7"), ("q2", "8")]


def test_an_id_that_stands_for_another_text_in_another_record_is_told_apart(tmp_path: Path):
    records = [{"query": name, "positive_passages": [{"docid": "0", "text": f"text of {name}"}]} for name in ("a", "b")]
    tables = lines(tmp_path / "a.jsonl", *records).tables
    assert rows(tables["corpus"]) == [("0", "text of a"), ("q2:0", "text of b")]
    assert rows(tables["qrels"]) == [("q1", "0", "1"), ("q2", "q2:0", "1")]


def test_passages_say_themselves_whether_they_were_selected(tmp_path: Path):
    documents = [{"paragraphs": ["one", "two"], "is_selected": True}, {"paragraphs": ["three"], "is_selected": False}]
    tables = lines(
        tmp_path / "a.jsonl", {"question": "?", "documents": documents}, {"question": "!", "documents": documents}
    ).tables
    assert tables["corpus"]["text"].tolist() == ["one\ntwo", "three"]
    assert tables["qrels"]["score"].tolist() == ["1", "0", "1", "0"]


@pytest.mark.parametrize("is_hub", [False, True])
def test_of_paragraphs_with_titles_those_answer_that_the_supporting_facts_name(is_hub: bool, tmp_path: Path):
    context, facts = [["Oak", ["An oak is a tree.", "It is old."]], ["Elm", ["An elm is one too."]]], [["Oak", 0]]
    as_columns = {"title": ["Oak", "Elm"], "sentences": [one[1] for one in context]}
    record = {
        "question": "what is an oak",
        "answer": "a tree",
        "context": as_columns if is_hub else context,
        "supporting_facts": {"title": ["Oak"], "sent_id": [0]} if is_hub else facts,
    }
    found = lines(tmp_path / "a.jsonl", record, record | {"question": "how old is an oak"}).tables
    assert found["corpus"]["text"].tolist() == ["An oak is a tree.\nIt is old.", "An elm is one too."]
    assert rows(found["qrels"])[:2] == [("q1", "d1", "1"), ("q1", "d2", "0")]


def test_label_studios_choices_stand_beside_their_texts(tmp_path: Path):
    def task(number: int, *chosen: list[str]) -> dict[str, Any]:
        made = [{"result": [{"from_name": "topic", "value": {"choices": one}}]} for one in chosen]
        return {"id": number, "data": {"text": f"text {number}"}, "annotations": made}

    found = whole(tmp_path / "a.json", [task(1, ["loan"]), task(2, ["fees"], ["loan"]), task(3)])
    assert rows(found.tables["a"]) == [("1", "text 1", "loan"), ("2", "text 2", "fees"), ("3", "text 3", None)]
    assert "1 text was annotated more than once" in str(found.notes[0].message)


def test_a_list_of_named_objects_is_the_list_of_their_names(tmp_path: Path):
    found = lines(tmp_path / "a.jsonl", *({"title": "t", "labels": [{"name": "bug", "color": "red"}]} for _ in "ab"))
    assert found.tables["a"]["labels"].tolist() == [["bug"], ["bug"]]


def test_an_object_of_names_and_texts_is_the_documents_of_its_question(tmp_path: Path):
    records = [
        {"query": f"q {n}", "match_name": {f"law {n}": f"text {n}", f"law {n + 1}": f"text {n + 1}"}} for n in range(4)
    ]
    tables = lines(tmp_path / "a.jsonl", *records).tables
    assert rows(tables["corpus"])[0] == ("d1", "law 0", "text 0") and len(tables["corpus"]) == 5
    assert len(tables["qrels"]) == 8 and "candidates" not in tables


def test_squad_keeps_its_evidence_and_says_what_it_leaves_out(tmp_path: Path):
    answered = {"id": "a", "question": "when", "answers": [{"text": "nine", "answer_start": 9}]}
    open_one = {"id": "b", "question": "why", "answers": [], "is_impossible": True}
    value = {
        "data": [{"title": "Hours", "paragraphs": [{"context": "It opens nine to five.", "qas": [answered, open_one]}]}]
    }
    reading = whole(tmp_path / "a.json", value)
    assert rows(reading.tables["qrels"]) == [("a", "d1", "1", "nine", "9", "13")]
    assert "1 question that no text answers was left out" in str(reading.notes[0].message)


def test_a_context_beside_an_answer_that_is_a_plain_text_is_no_squad(tmp_path: Path):
    record = {"question": "when", "context": "It opens at nine.", "answer": "nine", "meta": {"page": 1}}
    table = lines(tmp_path / "a.jsonl", record, record).tables["a"]
    assert list(table.columns) == ["question", "context", "answer", "meta.page"] and len(table) == 2


def test_one_language_a_field_becomes_one_column_a_language(tmp_path: Path):
    table = lines(tmp_path / "a.jsonl", *({"translation": {"en": f"e{n}", "zh": f"z{n}"}} for n in range(3))).tables[
        "a"
    ]
    assert table.to_dict("list") == {"en": ["e0", "e1", "e2"], "zh": ["z0", "z1", "z2"]}


def test_what_holds_no_text_is_left_out_with_a_word_or_refused(tmp_path: Path):
    reading = lines(
        tmp_path / "a.jsonl",
        *({"text": "x", "boxes": [{"x": 1}], "context": [["a", [["b"]]]], "meta": {"page": n}} for n in range(2)),
    )
    assert reading.tables["a"].to_dict("list") == {"text": ["x", "x"], "meta.page": ["0", "1"]}
    assert "boxes, context hold objects or lists of lists" in str(reading.notes[0].message)
    with pytest.raises(BadFile, match="its columns boxes hold objects or lists of lists"):
        lines(tmp_path / "a.jsonl", {"boxes": [{"x": 1}]}, {"boxes": [{"x": 2}]})


def test_nan_and_null_are_missing_and_words_are_words(tmp_path: Path):
    table = lines(tmp_path / "a.jsonl", {"text": "NaN", "score": math.nan}, {"text": "null", "score": None}).tables["a"]
    assert table["text"].tolist() == ["NaN", "null"] and table["score"].isna().all()


ONE_OBJECT: dict[str, tuple[Any, dict[str, list[tuple[object, ...]]]]] = {
    "queries, corpus and relevant_docs": (
        {"queries": {"q": "?"}, "corpus": {"d": "text"}, "relevant_docs": {"q": ["d"]}},
        {"corpus": [("d", "text")], "queries": [("q", "?")], "qrels": [("q", "d", "1")]},
    ),
    "graded judgements": (
        {"q1": {"d1": 2, "d2": 0}, "q2": {"d1": 1}},
        {"a": [("q1", "d1", "2"), ("q1", "d2", "0"), ("q2", "d1", "1")]},
    ),
    "splits of arrays": ({"train": [["a", "x"]], "test": [["b", "y"]]}, {"train": [("a", "x")], "test": [("b", "y")]}),
    "columns": ({"text": ["a", "b"], "label": ["x", None]}, {"a": [("a", "x"), ("b", None)]}),
    "columns of rows": ({"text": {"0": "a", "1": "b"}, "n": {"0": 1, "1": 2}}, {"a": [("a", "1"), ("b", "2")]}),
    "pandas' split": ({"columns": ["t", "n"], "index": [0], "data": [["a", 1]]}, {"a": [("a", "1")]}),
    "records by id": ({"x": {"text": "a"}, "y": {"text": "b"}}, {"a": [("x", "a"), ("y", "b")]}),
    "texts by id": ({"x": "a", "y": "b"}, {"a": [("x", "a"), ("y", "b")]}),
    "records in a wrapping": ({"version": 1, "items": [{"text": "a"}, {"text": "b"}]}, {"items": [("a",), ("b",)]}),
}  # fmt: skip


@pytest.mark.parametrize("form", ONE_OBJECT)
@pytest.mark.parametrize("indent", [None, 2])
def test_one_object_is_read_by_its_form_on_one_line_or_on_many(form: str, indent: int | None, tmp_path: Path):
    value, expected = ONE_OBJECT[form]
    (tmp_path / "a.json").write_text(json.dumps(value, indent=indent), encoding="utf-8")
    assert {name: rows(table) for name, table in read(tmp_path / "a.json").tables.items()} == expected


def test_an_object_of_no_known_form_is_refused_with_its_keys(tmp_path: Path):
    with pytest.raises(BadFile, match=r"one JSON object \(name, scripts\) in no form of a table"):
        whole(tmp_path / "a.json", {"name": "x", "scripts": {"start": "y"}})


@pytest.mark.parametrize("text", ["[" * 5000 + "]" * 5000, '{"a": ' + '{"a":' * 5000 + "1" + "}" * 5001])
def test_what_is_nested_without_end_is_refused(text: str, tmp_path: Path):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(BadFile, match="nested too deeply"):
        read(tmp_path / "a.json")


def test_parquet_with_objects_is_read_as_json_is_and_broken_text_is_refused(tmp_path: Path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    record = {"query": "q", "passages": {"is_selected": [0, 1], "passage_text": ["a", "b"]}}
    pq.write_table(pa.Table.from_pylist([record]), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet").tables["qrels"]["score"].tolist() == ["0", "1"]
    broken = pa.StringArray.from_buffers(1, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe"))
    pq.write_table(pa.table({"text": broken}), tmp_path / "b.parquet")
    with pytest.raises(BadFile, match="column 'text' holds string, which is no text"):
        read(tmp_path / "b.parquet")


BESIDE: list[Any] = [None, 1, "x", "", [], {}, ["a"], [1], {"a": "b"}, [{"text": "t"}], [[]], {"text": ["a"]}]
"""What may stand where a form has something else."""


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(way for key, one in inner for way in paths(one, (*path, key)))]


@pytest.mark.parametrize(
    "name", ["llamaindex-qa", "dpr", "squad-2", "ir-evaluator", "llamaindex-rag", "tevatron-positives"]
)
def test_whatever_an_object_lacks_it_is_read_or_refused_and_no_cell_holds_source_text(name: str, tmp_path: Path):
    source = (HERE / "questions" / f"{name}.json").read_text(encoding="utf-8")
    random = np.random.default_rng(0)
    for _ in range(25):
        value = json.loads(source)
        ways = paths(value)[1:]
        *outer, last = ways[random.integers(len(ways))]
        place = value
        for key in outer:
            place = place[key]
        if random.integers(3):
            place[last] = BESIDE[random.integers(len(BESIDE))]
        else:
            del place[last]
        with suppress(BadFile):
            for table in whole(tmp_path / "a.json", value).tables.values():
                cells = [cell for column in table for cell in table[column] if isinstance(cell, str)]
                assert not [cell for cell in cells if cell.startswith(("{", "[{"))]

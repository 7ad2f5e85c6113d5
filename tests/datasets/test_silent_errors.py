"""What is done to a file without changing its meaning never turns a right reading into a wrong one without a word."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.datasets.reading.choices import Choices
from engine.datasets.reading.opening import open_file
from engine.types import UserError

NOUNS = ("parcel", "invoice", "password", "drill", "novel", "tablet", "lantern", "bicycle", "printer", "kettle")
VERBS = ("returned", "repaired", "borrowed", "paid", "cleaned", "lost", "found", "ordered")
ROWS = 24
PROBE = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def said(kind: str, number: int) -> str:
    """A sentence of its own for every kind and number."""
    noun, verb = NOUNS[number % len(NOUNS)], VERBS[number // 2 % len(VERBS)]
    return {
        "question": f"how can the {noun} be {verb} on day {number}",
        "answer": f"A {noun} is {verb} at the front desk of the main branch, before noon, with form {number}.",
        "wrong": f"Nobody may bring a {noun} number {number} into the reading room, nor have it {verb} there.",
        "first": f"The {noun} was {verb} by reader {number}.",
        "second": f"Reader {number} has {verb} the {noun}.",
    }[kind]


def column(kind: str) -> list[str]:
    return [said(kind, number) for number in range(ROWS)]


GRADES = [f"{number * 7 % 21 / 4:.2f}" for number in range(ROWS)]
BINARY = [str(number * 5 % 7 % 2) for number in range(ROWS)]
ASKED = [said("question", number // 4) for number in range(ROWS)]
RELEVANT = [str(int(number % 4 == number // 4 % 4)) for number in range(ROWS)]
LABELS = [("loan", "repair", "opening hours")[number % 3] for number in range(ROWS)]
TABLES: Mapping[str, tuple[str, Mapping[str, list[str]]]] = {
    "sts": ("sts", {"sentence1": column("first"), "sentence2": column("second"), "score": GRADES}),
    "duplicates": (
        "pair_classification",
        {"question1": column("first"), "question2": column("second"), "is_duplicate": BINARY},
    ),
    "labelled": ("clustering", {"text": column("question"), "label": LABELS}),
    "triplets": ("reranking", {"query": column("question"), "positive": column("answer"), "negative": column("wrong")}),
    "answers": ("retrieval", {"question": column("question"), "answer": column("answer")}),
    "candidates": ("reranking", {"query": ASKED, "document": column("answer"), "label": RELEVANT}),
}


def frame(name: str) -> pd.DataFrame:
    return pd.DataFrame(TABLES[name][1])


def reading(table: pd.DataFrame, *, header: bool = True, parts: int = 1) -> tuple[str, list[str]] | None:
    """The task of a file and all its texts, sorted, as it is read; None where that is asked or refused."""
    with tempfile.TemporaryDirectory() as folder:
        size = -(-len(table) // parts)
        for part in range(parts):
            name = "data.csv" if parts == 1 else f"data-{part:05d}-of-{parts:05d}.csv"
            table.iloc[part * size : (part + 1) * size].to_csv(Path(folder) / name, index=False, header=header)
        try:
            said = Choices(task="clustering" if {"text", "label"} <= {*table.columns} else None)
            opened = open_file(Path(folder), said)
        except UserError:
            return None
    cells = [
        f"{name}.{column}={cell}"
        for name, own in opened.tables.items()
        for column in own.columns
        if column in KEPT
        for cell in own[column].astype("str")
    ]
    return opened.task, sorted(_either(cells, opened.task))


KEPT = {"text", "sentence1", "sentence2", "score", "label"}


def _either(cells: list[str], task: str) -> list[str]:
    """Which of two texts is the first says nothing where they are compared."""
    if task not in ("sts", "pair_classification"):
        return cells
    return [cell.replace("sentence2=", "sentence1=") for cell in cells]


RIGHT = {name: reading(frame(name)) for name in TABLES}


@pytest.mark.parametrize("name", TABLES)
def test_as_they_are_the_files_are_read_rightly(name: str):
    assert RIGHT[name] is not None and RIGHT[name][0] == TABLES[name][0]


@pytest.mark.parametrize("name", TABLES)
@PROBE
@given(data=st.data())
def test_the_order_of_columns_changes_no_reading_in_silence(name: str, data: st.DataObject):
    table = frame(name)
    assert reading(table[data.draw(st.permutations(list(table.columns)))]) in (None, RIGHT[name])


@pytest.mark.parametrize("name", TABLES)
@PROBE
@given(data=st.data())
def test_columns_without_names_are_read_rightly_or_asked_about(name: str, data: st.DataObject):
    table = frame(name)
    table = table[data.draw(st.permutations(list(table.columns)))]
    unnamed = table.set_axis([f"column {number + 1}" for number in range(table.shape[1])], axis=1)
    assert reading(unnamed) in (None, RIGHT[name])


@pytest.mark.parametrize("name", TABLES)
@PROBE
@given(
    header=st.sampled_from(["id", "pair_ID", "idx", "no", "column 9", "Unnamed: 0", "index"]),
    start=st.integers(0, 1000),
    place=st.integers(0, 3),
    form=st.sampled_from(["{}", "{:05d}", "r-{}", "{}.0"]),
)
def test_a_running_number_changes_no_reading_in_silence(name: str, header: str, start: int, place: int, form: str):
    table = frame(name)
    numbers = [form.format(start + row) for row in range(ROWS)]
    table.insert(min(place, table.shape[1]), header, numbers)
    assert reading(table) in (None, RIGHT[name])


@pytest.mark.parametrize("name", TABLES)
@PROBE
@given(
    header=st.sampled_from(["source", "lang", "split", "label_type", "annotator", "column 9", "score_scale"]),
    value=st.sampled_from(["web", "1", "en", "all", "5.0", "a whole sentence that is always the same"]),
    place=st.integers(0, 3),
)
def test_a_column_that_never_varies_changes_no_reading_in_silence(name: str, header: str, value: str, place: int):
    table = frame(name)
    table.insert(min(place, table.shape[1]), header, [value] * ROWS)
    assert reading(table) in (None, RIGHT[name])


@pytest.mark.parametrize("name", TABLES)
@PROBE
@given(data=st.data())
def test_a_file_without_its_header_is_read_rightly_or_asked_about(name: str, data: st.DataObject):
    table = frame(name)
    table = table[data.draw(st.permutations(list(table.columns)))]
    assert reading(table, header=False) in (None, RIGHT[name])


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("parts", [2, 3, 5])
def test_shards_are_read_as_the_whole_or_asked_about(name: str, parts: int):
    assert reading(frame(name), parts=parts) in (None, RIGHT[name])

"""pandas' own numbers of rows are no column; numbers that mean something stay."""

import pandas as pd
import pytest

from engine.datasets.preparation.left_out.own_index import without_index

TEXTS = [f"text number {row} of the town library" for row in range(30)]


@pytest.mark.parametrize(
    ("header", "numbers"),
    [
        ("__index_level_0__", [7, 2, 2]),
        ("column 1", [9, 4, 30]),
        ("column 1", [*range(15), *range(15)]),
        ("Unnamed: 0.1", list(range(30))),
    ],
)
def test_pandas_numbers_of_chosen_shuffled_and_joined_rows_are_left_over_with_a_word(header: str, numbers: list[int]):
    table = pd.DataFrame({header: list(map(str, numbers)), "text": TEXTS[: len(numbers)]})
    made, said = without_index({"t": table})
    assert list(made["t"].columns) == ["text"]
    assert len(said) == 1


@pytest.mark.parametrize("cells", [["d1", "d2", "d3"], ["0", "1", "0"], ["0.5", "0.25", "1"], ["3", None, "5"]])
def test_ids_labels_and_fractions_without_a_name_stay(cells: list[str | None]):
    table = pd.DataFrame({"column 1": cells, "text": TEXTS[:3]})
    assert list(without_index({"t": table})[0]["t"].columns) == ["column 1", "text"]


def test_a_file_of_nothing_but_columns_without_names_keeps_them_all():
    table = pd.DataFrame({"column 1": ["1", "2"], "column 2": TEXTS[:2]})
    assert without_index({"t": table})[0]["t"].shape == (2, 2)


def test_numbers_stay_that_another_table_refers_to():
    corpus = pd.DataFrame({"column 1": ["0", "1", "2"], "text": TEXTS[:3]})
    qrels = pd.DataFrame({"query_id": ["a", "b"], "corpus_id": ["2", "0"]})
    assert "column 1" in without_index({"corpus": corpus, "qrels": qrels})[0]["corpus"]

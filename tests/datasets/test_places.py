"""Row numbers are those of a person's file; where tables were made of it, what stands there is quoted."""

from pathlib import Path

import pandas as pd

from engine.datasets.checks import check
from engine.datasets.places import in_file
from engine.datasets.reading.choices import Choices
from engine.datasets.reading.opening import Opened, open_file
from engine.readers.choice import read
from engine.types import Problem


def found(path: Path, said: Choices) -> tuple[Opened, list[Problem]]:
    opened = open_file(path, said)
    return opened, in_file(check(opened.task, opened.tables), opened.tables, read(path).tables, opened.settings)


def test_a_text_in_both_parts_of_a_drawn_split_is_quoted_without_rows_or_names_of_tables_of_ours(tmp_path: Path):
    texts = [f"a question of its own, {number}" for number in range(40)]
    texts[5] = texts[15] = texts[25] = texts[35] = "where is my card"
    table = pd.DataFrame({"text": texts, "label": ["cards" if row % 2 else "loans" for row in range(40)]})
    table.to_csv(tmp_path / "bank.csv", index=False)
    opened, problems = found(tmp_path / "bank.csv", Choices(task="classification", test_share=0.5))
    assert set(opened.tables["test"]["text"]) & set(opened.tables["train"]["text"]) == {"where is my card"}
    both = next(one for one in problems if "both parts" in str(one.message))
    assert both.rows == () and both.texts == ("where is my card",)
    assert not any(word in str(one.message) for one in problems for word in (" test,", " train ", "of train"))


def test_rows_of_a_table_as_the_file_has_it_keep_their_numbers_and_those_below_rows_left_out_are_quoted(tmp_path: Path):
    table = pd.DataFrame(
        {"sentence1": ["a b", "c d", "c d", "e f"], "sentence2": ["x", "y", "y", "z"], "score": [1, 2, 2, 3]}
    )
    table.to_csv(tmp_path / "pairs.csv", index=False)
    again = found(tmp_path / "pairs.csv", Choices(task="sts"))[1][0]
    assert (again.rows, again.texts) == ((3,), ())
    holed = pd.concat([pd.DataFrame({"sentence1": [""], "sentence2": ["v"], "score": [4]}), table])
    holed.to_csv(tmp_path / "holed.csv", index=False)
    again = found(tmp_path / "holed.csv", Choices(task="sts"))[1][0]
    assert (again.rows, again.texts) == ((), ("c d",))


def test_an_empty_column_is_told_of_once(tmp_path: Path):
    pd.DataFrame(
        {
            "query": ["where is it", "who sings"],
            "document": ["A cat sits there", "Birds sing at dawn"],
            "title": ["", ""],
        }
    ).to_csv(tmp_path / "qa.csv", index=False)
    opened = open_file(tmp_path / "qa.csv", Choices(task="retrieval"))
    assert "title of qa is empty and not used." in [*map(str, opened.notes)]
    assert not opened.left_over.columns

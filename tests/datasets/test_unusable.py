"""A file that cannot be used is told why in one sentence, and no other is refused for it."""

from pathlib import Path

import pandas as pd
import pytest

from engine.datasets import mapping
from engine.datasets.reading.choices import Choices
from engine.datasets.reading.opening import open_file
from engine.datasets.reading.unusable import unusable
from engine.datasets.recognition.facts import facts
from engine.types import BadDataset

SIDES = {"sentence1": [f"how late is the desk on day {row}" for row in range(30)],
         "sentence2": [f"opening hours of the desk, day {row}" for row in range(30)]}  # fmt: skip


@pytest.mark.parametrize("task", [None, "sts"])
def test_scores_that_are_all_equal_are_told_by_their_cause(task: str | None):
    with pytest.raises(BadDataset, match="All scores in score of t are equal, 4; nothing can correlate"):
        mapping.guess({"t": pd.DataFrame({**SIDES, "score": ["4"] * 30})}, Choices(task=task))


def test_equal_scores_are_no_fault_of_another_task_nor_of_one_split_of_several():
    equal, varied = (pd.DataFrame({**SIDES, "score": score}) for score in (["-1"] * 30, list("12345") * 6))
    assert unusable({"t": equal}, "retrieval") is None
    assert unusable({"train": varied, "test": equal}, "sts") is None


@pytest.mark.parametrize("rows", [1_000, 3_000, 6_000])
def test_scores_that_come_in_turn_are_not_equal_however_many_rows_are_looked_at(rows: int):
    table = pd.DataFrame({side: [f"{side} of row {row}" for row in range(rows)] for side in SIDES})
    table["score"] = [row % 6 for row in range(rows)]
    assert mapping.guess({"t": table}, Choices(task="sts")).task == "sts"
    assert set(facts(table["score"]).values) == set("012345")


def test_columns_of_file_names_are_named_where_texts_are_wanted():
    files = [f"scans/page-{row}.jpg" for row in range(30)]
    with pytest.raises(BadDataset, match="image hold names of files, and no column holds texts"):
        mapping.guess({"t": pd.DataFrame({"image": files, "label": list("abc") * 10})})
    with pytest.raises(BadDataset, match="document hold addresses or names of files in place of texts"):
        mapping.guess({"t": pd.DataFrame({"question": SIDES["sentence1"], "document": files})})


def test_a_table_of_more_columns_than_can_be_compared_is_refused_at_once(tmp_path: Path):
    path = tmp_path / "wide.csv"
    path.write_text("\n".join(",".join(f"{word} {n}" for n in range(3_000)) for word in ("column", "value")))
    with pytest.raises(BadDataset, match=r"wide has 3,000 columns, more than the 256"):
        open_file(path)

"""What a person names together becomes one text, or the levels of one label; levels are offered where labels nest."""

from pathlib import Path

import pandas as pd
import pytest

from engine.datasets.preparation.halves import with_numbered
from engine.datasets.preparation.said_together import joined
from engine.datasets.reading.choices import Choices
from engine.datasets.reading.opening import open_file, told

COARSE = ["sport", "science", "art"] * 6
FINE = [f"{label} {row % 2}" for row, label in enumerate(COARSE)]


def test_labels_named_together_are_levels_the_coarsest_first_and_end_where_one_is_missing():
    table = pd.DataFrame(
        {"text": list("abcd"), "fine": ["x1", "x2", "y1", None], "coarse": ["x", "x", "y", "y"]}, dtype="str"
    )
    made, said = joined({"t": table}, [("label", "fine + coarse")])
    assert made["t"]["fine + coarse"].tolist() == [["x", "x1"], ["x", "x2"], ["y", "y1"], ["y"]]
    assert "levels" in str(said[0])
    as_text = joined({"t": table}, [("text", "text + coarse")])[0]["t"]
    assert as_text["text + coarse"].tolist() == ["a x", "b x", "c y", "d y"]


def test_levels_said_on_the_command_line_are_those_of_the_clustering_and_offered_where_one_label_is_taken(
    tmp_path: Path, home: Path
):
    path = tmp_path / "t.csv"
    texts = [f"text number {row} of a town library" for row in range(len(FINE))]
    pd.DataFrame({"text": texts, "label": COARSE, "label2": FINE}).to_csv(path, index=False)
    both = open_file(path, Choices(task="clustering", columns={"label": "label2 + label"}))
    assert both.tables["documents"]["label"].tolist()[:2] == [["sport", "sport 0"], ["science", "science 1"]]
    one = open_file(path, Choices(task="clustering", columns={"text": "text", "label": "label"}))
    assert "label2 sorts into finer or coarser groups than label" in " ".join(map(str, told(one)))


def test_numbered_questions_and_answers_are_rows_and_compared_texts_are_not():
    table = pd.DataFrame({"Question(1)": ["a", "b"], "Answer(1)": ["A", "B"],
                          "Question(2)": ["c", None], "Answer(2)": ["C", None]}, dtype="str")  # fmt: skip
    made, said = with_numbered({"t": table})
    assert made["t"].to_dict("list") == {"question": ["a", "b", "c"], "answer": ["A", "B", "C"]}
    assert len(said) == 1
    judged = table.assign(is_duplicate=["0", "1"])
    assert with_numbered({"t": judged})[0]["t"].equals(judged)


@pytest.mark.parametrize("split", ["train", ""])
def test_a_training_part_that_the_task_cannot_use_is_said_to_be_of_use(tmp_path: Path, home: Path, split: str):
    pairs = pd.DataFrame({"sentence1": FINE, "sentence2": FINE[::-1], "score": [row % 5 for row in range(len(FINE))]})
    for name in ("train", "test"):
        pairs.to_csv(tmp_path / f"{name}.csv", index=False)
    said = " ".join(map(str, told(open_file(tmp_path, Choices(split=split)))))
    assert ("--split train" in said) == (split == "")

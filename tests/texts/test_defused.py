"""Texts that leave this machine are data to whatever program opens them."""

import csv
import io
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from engine.datasets import library
from engine.texts import defused

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "=HYPERLINK(1)", "a\r=1"]
)
def test_a_text_that_a_spreadsheet_would_reckon_is_read_as_a_text(text: str):
    table = pd.DataFrame({text: [text, "plain", None], "score": [-0.5, 1.0, 2.0]})
    safe = text if text.startswith("a") else f"'{text}"
    read = list(csv.reader(io.StringIO(defused.csv(table), newline="")))
    assert read == [[safe, "score"], [safe, "-0.5"], ["plain", "1.0"], ["", "2.0"]]


def test_numbers_stay_what_they_are_also_where_they_are_texts_and_the_index_is_defused_too():
    table = pd.DataFrame({"label": ["-1", "+2.5"], 3: [1, 2]}, index=pd.Index(["=a", "b"], name="model"))
    assert defused.csv(table, index=True) == "model,label,3\r\n'=a,-1,1\r\nb,+2.5,2\r\n"


def test_a_terminal_obeys_no_title(home: Path):
    pairs = pd.DataFrame({"sentence1": ["a", "b"], "sentence2": ["c", "d"], "score": [0.0, 1.0]})
    library.save("mine", "sts", {"pairs": pairs}, title="\x1b[31mred\x1b]0;owned\x07 \x9b1m\u202e 相似")
    done = subprocess.run(
        [sys.executable, "-m", "engine", "list", "datasets"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    shown = next(line for line in done.stdout.splitlines() if line.startswith("mine"))
    assert shown == "mine\tsts\t\\x1b[31mred\\x1b]0;owned\\x07 \\x9b1m\\u202e 相似"

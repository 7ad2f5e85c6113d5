"""What a dataset is said to be like can be counted by hand."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.datasets.profile import profile
from engine.texts.profile import profile_texts
from engine.types import Dataset


def texts(*values: str) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def test_lengths_empty_and_repeated_texts_are_counted():
    found = profile_texts("pairs", "sentence1", texts("ab", "abcd", "ab", "", " ", "中文字"))
    assert (found.rows, found.empty, found.repeated) == (6, 2, 1)
    assert found.characters == {"min": 0, "median": 2, "mean": 2, "p95": pytest.approx(3.75), "max": 4}


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=30))
def test_every_text_is_in_one_bar_and_of_one_script(values: list[str]):
    found = profile_texts("t", "c", texts(*values))
    assert found.histogram["rows"].sum() == sum(found.scripts.values()) == len(values)
    inside = [
        int(((found.histogram["low"] <= len(text)) & (len(text) <= found.histogram["high"])).sum()) for text in values
    ]
    assert inside == [1] * len(values)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Where is my café bill?", "Latin"),
        ("我的 LC-22 充电桩坏了", "Han"),
        ("LC 11 22 33 44 55", "Latin"),
        ("設定を変更する", "Kana"),
        ("비밀번호 변경", "Hangul"),
        ("Сменить пароль", "Cyrillic"),
        ("تغيير كلمة المرور", "Arabic"),
        ("שינוי סיסמה", "Hebrew"),
        ("เปลี่ยนรหัสผ่าน", "Thai"),
        ("पासवर्ड बदलें", "Devanagari"),
        ("Αλλαγή κωδικού", "Greek"),
        ("12:30 🙂 !", "none"),
        ("", "none"),
    ],
)
def test_a_text_is_of_the_script_of_most_of_its_letters(text: str, script: str):
    assert profile_texts("t", "c", texts(text)).scripts == {script: 1}


def table(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns).astype({name: "str" for name, values in columns.items() if isinstance(values[0], str)})


RETRIEVAL = Dataset(
    "r",
    "retrieval",
    {
        "corpus": table(id=["d1", "d2", "d3"], text=["Reset the HUB now", "pay", "other"]),
        "queries": table(id=["q1", "q2", "q3"], text=["reset the hub", "pay", "none"]),
        "qrels": table(query_id=["q1", "q1", "q2"], corpus_id=["d1", "d2", "d3"], score=[2.0, 0.0, 1.0]),
    },
)


def test_judgements_are_counted_per_query_and_queries_are_looked_for_in_their_answers():
    found = profile(RETRIEVAL)
    assert found.judgements.to_dict("list") == {"documents": [0, 1, 2], "judged": [1, 1, 1], "relevant": [1, 2, 0]}
    assert found.overlaps == {"query_in_answer": 0.5, "query_is_document": pytest.approx(1 / 3)}
    assert found.numbers[["low", "rows"]].to_dict("list") == {"low": [0, 1, 2], "rows": [1, 1, 1]}


def test_labels_are_counted_one_by_one_and_test_texts_looked_for_in_train():
    train = pd.DataFrame({"text": texts("a", "b"), "label": [["x", "y"], ["x"]]})
    test = pd.DataFrame({"text": texts("b", "c"), "label": [["y"], []]})
    found = profile(Dataset("c", "classification", {"train": train, "test": test}))
    counts = found.labels[found.labels["table"] == "train"]
    assert dict(zip(counts["label"], counts["rows"], strict=True)) == {"x": 2, "y": 1}
    assert found.overlaps == {"test_in_train": 0.5}


def test_lists_of_texts_are_profiled_text_by_text():
    summaries = pd.DataFrame({
        "text_id": texts("1", "2"), "machine_summary": texts("a", "b"),
        "human_summaries": [["one", "two"], ["three"]], "score": [1.0, 2.0],
    })  # fmt: skip
    found = profile(Dataset("s", "summarization", {"summaries": summaries}))
    assert {one.column: one.rows for one in found.texts} == {"machine_summary": 2, "human_summaries": 3}


def test_many_different_numbers_are_counted_in_ranges():
    pairs = table(sentence1=["a"] * 100, sentence2=["b"] * 100, score=[number / 10 for number in range(100)])
    found = profile(Dataset("p", "sts", {"pairs": pairs})).numbers
    assert len(found) == 20 and found["rows"].tolist() == [5] * 20

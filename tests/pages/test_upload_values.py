"""What an empty cell means and which grades are right is asked on the page, in both languages, and kept as answered."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.datasets import library

ROOT = Path(__file__).resolve().parents[2]
LAYOUTS = ROOT / "tests" / "layouts"
pytestmark = pytest.mark.usefixtures("fresh_caches")


def upload(path: str, lang: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    at.query_params["lang"], at.query_params["datasets"] = lang, "upload"
    at.run().switch_page("pages/work/datasets.py").run()
    file = (Path(path).name, (LAYOUTS / path).read_bytes(), "application/octet-stream")
    at.file_uploader(key="upload.files").set_value([file]).run()
    return at


def ended_well(at: AppTest) -> bool:
    return not at.exception and bool(at.title)


def saved(at: AppTest) -> dict:
    at.button(key="upload.save").click().run()
    (entry,) = [entry for entry in library.entries().values() if not entry.builtin]
    return library.load(entry.name).tables


def test_what_an_empty_cell_means_is_asked_and_filled_as_answered(home: Path):
    at = upload("questions/blank-below-question.csv", "en")
    assert ended_well(at)
    assert any(
        "5 cells of question are empty. Does an empty cell mean the value above it" in one.value for one in at.text
    )
    assert "upload.save" not in {one.key for one in at.button}
    radio = at.radio(key="upload.blanks.retrieval")
    assert radio.value is None and radio.options == ["the value above it", "that there is none"]
    radio.set_value("above").run()
    assert ended_well(at)
    tables = saved(at)
    assert len(tables["queries"]) == 5 and len(tables["qrels"]) == 10


def test_rows_below_a_label_may_be_left_out_where_empty_means_nothing(home: Path):
    at = upload("labelled/类别只写一次.csv", "en")
    at.button(key="upload.answer.1").click().run()
    at.radio(key="upload.blanks.clustering").set_value("missing").run()
    at.checkbox(key="upload.unjudged.clustering").check().run()
    assert ended_well(at)
    assert "8 of 12 rows have no judgement in the column 类别 and can be left out." in {one.value for one in at.text}


def test_pairs_whose_relevance_nobody_has_judged_may_be_left_out(home: Path):
    at = upload("judged/relevance-partly-annotated.csv", "en")
    task = at.selectbox(key="upload.task").value
    assert "9 of 60 rows have no judgement in the column relevant and can be left out." in {
        one.value for one in at.text
    }
    at.checkbox(key=f"upload.unjudged.{task}").check().run()
    assert ended_well(at)
    assert len(saved(at)["qrels"]) == 51


def test_grades_from_one_up_are_kept_from_the_threshold_on(home: Path):
    at = upload("judged/grades-from-one.csv", "en")
    assert ended_well(at) and "upload.save" not in {one.key for one in at.button}
    task = at.selectbox(key="upload.task").value
    at.number_input(key=f"upload.threshold.{task}").set_value(3.0).run()
    at.checkbox(key=f"upload.threshold.{task}.keep").check().run()
    assert ended_well(at)
    assert sorted(saved(at)["qrels"]["score"].unique()) == [0.0, 3.0, 5.0]


def test_both_are_asked_in_chinese(home: Path):
    at = upload("questions/blank-below-question.csv", "zh")
    assert any("question 中有 5 个单元格为空。空单元格是与上方的值相同" in one.value for one in at.text)
    assert at.radio(key="upload.blanks.retrieval").options == ["与上方单元格的值相同", "没有值"]
    at = upload("judged/相关性一到五.csv", "zh")
    task = at.selectbox(key="upload.task").value
    assert at.checkbox(key=f"upload.threshold.{task}.keep").label == "正确的文档保留原等级；不勾选则都算 1"

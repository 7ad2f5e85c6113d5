"""What was said before a run stands beside its score, in both languages; of earlier results nothing is said."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from engine.comparison.report import Ask, report
from engine.datasets import library
from engine.models import catalogue
from engine.results import export, frames
from engine.results.store import Results
from engine.runs import evaluate
from pages.parts.leaderboard.report import speaker
from tests import checkpoints

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = "unknown to its vocabulary: it cannot read these texts."
CHINESE = "不在它的词表中：它读不懂这些文本。"

pytestmark = pytest.mark.usefixtures("fresh_caches")


@pytest.fixture
def scored(home: Path, tmp_path: Path) -> None:
    """A model of a few English words and TF-IDF on Chinese pairs."""
    source = checkpoints.bert(tmp_path)
    catalogue.add(replace(catalogue.inspect(str(source)), name="tiny"))
    texts = [f"数据集第{row}句" for row in range(12)]
    rows = {"sentence1": texts, "sentence2": texts[::-1], "score": [row % 6 for row in range(12)]}
    library.save("chinese", "sts", {"pairs": pd.DataFrame(rows)})
    for name in ("tiny", "tfidf"):
        evaluate.evaluate(catalogue.find(name), library.load("chinese"))


def visit(page: str, language: str) -> str:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params.update({"dataset": "chinese", "lang": language})
    app.run()
    app.switch_page(f"pages/compare/{page}.py").run()
    assert not app.exception
    return " ".join(str(one.value) for one in app.text if "⚠" in str(one.value))


@pytest.mark.usefixtures("scored")
def test_what_a_model_cannot_read_stands_beside_its_score_wherever_it_is_shown(tmp_path: Path):
    for page in ("leaderboard", "duel"):
        assert visit(page, "en").startswith("⚠ tiny:") and ENGLISH in visit(page, "en")
        assert CHINESE in visit(page, "zh")
    results, dataset = Results(), library.load("chinese")
    runs = frames.latest(results.runs())
    assert ENGLISH in report(dataset, runs, results, ask=Ask())
    assert CHINESE in report(dataset, runs, results, ask=Ask(language="zh"), say=speaker("zh"))
    written = export.export(runs.set_index("model").loc["tiny", "id"], tmp_path / "out") / "result.json"
    assert ENGLISH in written.read_text(encoding="utf-8")


@pytest.mark.usefixtures("scored")
def test_results_of_earlier_versions_say_nothing(home: Path):
    results = Results()
    for run in results.runs()["id"]:
        old = results.result(run)
        results.delete(run)
        results.save(replace(old, settings={key: one for key, one in old.settings.items() if key != "warnings"}))
    assert visit("leaderboard", "en") == ""
    assert "⚠" not in report(library.load("chinese"), frames.latest(results.runs()), results, ask=Ask())

"""The page of chunks: what it says of a study, and what its button asks for."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.comparison.chunking import kept
from engine.comparison.chunking.grid import Grid
from engine.comparison.chunking.study import study
from engine.datasets import library
from engine.jobs import queue, workers
from engine.models import catalogue
from engine.runs.evaluate import evaluate
from engine.types import ModelEntry
from tests import checkpoints
from tests.comparison.test_chunking import DATASET, quiet

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.usefixtures("fresh_caches")


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with a dataset that names its evidence, its study, and two runs on it."""
    home = tmp_path_factory.mktemp("chunks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARALLAX_HOME", str(home))
        dataset = library.save("villages", "retrieval", DATASET.tables)
        for model in ("tfidf", "bm25"):
            evaluate(catalogue.find(model), dataset)
        kept.keep(dataset.fingerprint, study(dataset, Grid(("bm25", "tfidf"), ("sentences",), (32, 64)), quiet))
        yield home
        for lane in workers.LANES:
            workers.stop(lane)


def visit(stocked: Path, monkeypatch: pytest.MonkeyPatch, **address: str) -> AppTest:
    monkeypatch.setenv("PARALLAX_HOME", str(stocked))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {"dataset": "villages", "lang": "en", **address}.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page("pages/compare/chunking.py").run()


def said(app: AppTest) -> str:
    return " ".join(str(one.value) for kind in (app.info, app.text) for one in kind).replace("\\", "")


def test_the_verdict_stands_above_a_map_a_model_and_what_a_reader_gets(stocked: Path, monkeypatch: pytest.MonkeyPatch):
    app = visit(stocked, monkeypatch)
    assert not app.exception
    assert "bm25, on 24 queries: of 2 ways to cut, Sentences," in said(app) and "share of the evidence" in said(app)
    assert len(app.get("plotly_chart")) == 3 and len(app.dataframe[0].value) == 6


def test_the_study_can_be_read_by_documents_too_and_in_chinese(stocked: Path, monkeypatch: pytest.MonkeyPatch):
    assert "nDCG" in said(visit(stocked, monkeypatch, **{"chunking.by": "score"}))
    app = visit(stocked, monkeypatch, lang="zh")
    assert not app.exception and "种切法中" in said(app)


def test_pressing_the_button_asks_for_the_study_that_was_chosen(stocked: Path, monkeypatch: pytest.MonkeyPatch):
    app = visit(stocked, monkeypatch)
    app.button(key="chunking.start").click().run()
    (job,) = [job for job in queue.jobs() if job.kind == "chunking"]
    assert job.arguments["sizes"] == [64, 128, 256] and set(job.arguments["models"]) == {"bm25", "tfidf"}
    assert app.button(key="chunking.start").disabled


def test_a_dataset_without_documents_is_sent_elsewhere(stocked: Path, monkeypatch: pytest.MonkeyPatch):
    assert "Only a retrieval dataset" in said(visit(stocked, monkeypatch, dataset="sts_en"))


def test_queries_that_a_model_does_not_read_to_their_end_are_counted(
    stocked: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("PARALLAX_HOME", str(stocked))
    catalogue.add(ModelEntry("short", "sentence_transformer", str(checkpoints.bert(tmp_path)), max_length=4))
    app = visit(stocked, monkeypatch)
    app.multiselect("chunking.models").set_value(["short"]).run()
    assert not app.exception and re.search(r"short: \d+ queries have more tokens than it reads", said(app))

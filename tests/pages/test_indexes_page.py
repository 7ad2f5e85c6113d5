"""The page of indexes: what it says of a known study, and what its button asks for."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from engine.comparison import studies
from engine.datasets import library
from engine.jobs import queue, workers
from engine.models import catalogue
from engine.results.store import Results
from engine.runs.evaluate import evaluate
from engine.types import Result

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.usefixtures("fresh_caches")


@pytest.fixture
def run(home: Path) -> Iterator[str]:
    """A run of a dense model whose vectors are there."""
    from engine.encoding.store import Shelf

    found = evaluate(catalogue.find("tfidf"), library.load("helpcentre_en"))
    result = Results().result(found)
    Shelf("all-MiniLM-L6-v2", "dense").append(np.array([[1, 1]], np.uint64), np.ones((1, 8), np.float32))
    yield Results().save(
        Result("all-MiniLM-L6-v2", result.dataset, result.task, result.metrics, result.items, result.fingerprint,
               "dense", settings=result.settings)
    )  # fmt: skip
    for lane in workers.LANES:
        workers.stop(lane)


def visit(**address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {"dataset": "helpcentre_en", "lang": "en", **address}.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page("pages/compare/indexes.py").run()


def studied(run: str) -> None:
    figures = [
        ("flat", "", 0, 1.0, 9.0, 4_000_000, 0.0, 0.0),
        ("hnsw", "efSearch", 64, 0.98, 0.2, 5_000_000, -0.001, -0.006),
        ("sq4", "", 0, 0.9, 3.0, 500_000, -0.002, -0.009),
    ]
    names = ["kind", "setting", "effort", "recall", "p50", "bytes", "gap", "least"]
    table = pd.DataFrame(figures, columns=names).assign(score=0.5, low=0.4, high=0.6, n=500, build=1.0, p95=9.9)
    table = table.assign(gap_low=table["gap"] - 0.004, gap_high=table["gap"] + 0.004)
    studies.keep("indexes", run, table)


def said(app: AppTest) -> str:
    return " ".join(str(one.value) for kind in (app.info, app.text) for one in kind).replace("\\", "")


def test_the_cheapest_index_stands_above_its_curve_and_moves_with_cost_and_margin(run: str):
    studied(run)
    app = visit()
    assert not app.exception
    assert "is HNSW graph with efSearch 64: 0.200 against 9.000 milliseconds per query (median)" in said(app)
    assert len(app.get("plotly_chart")) == 1
    assert "is 4 bits a number (SQ4): 500,000 against 4,000,000 bytes of memory" in said(
        visit(**{"indexes.cost": "bytes"})
    )
    app.number_input(key="indexes.margin").set_value(0.001).run()
    assert "search exactly, or allow more" in said(app)


def test_a_corpus_too_small_for_an_index_is_said_before_anything_is_asked_for(run: str):
    app = visit()
    assert "140 different vectors" in said(app)
    assert not [one for one in app.button if one.key == "indexes.start"]


def test_pressing_the_button_asks_for_the_study_once(run: str, monkeypatch):
    monkeypatch.setattr("engine.search.indexes.FEWEST", 100)
    app = visit()
    app.button(key="indexes.start").click().run()
    app.run()
    assert [job.arguments["run"] for job in queue.jobs() if job.kind == "indexes"] == [run]
    assert app.button(key="indexes.start").disabled


def test_the_page_speaks_chinese(run: str):
    studied(run)
    app = visit(lang="zh")
    assert not app.exception and "HNSW 图" in said(app)

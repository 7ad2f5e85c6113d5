"""The page on which a model is adapted: what it proposes, what it tries first, and what it says in the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from engine.adaptation import probe, work
from engine.adaptation.plans import Plan
from engine.jobs import queue, workers
from engine.models import catalogue
from engine.types import ModelEntry
from tests import checkpoints

ROOT = Path(__file__).resolve().parents[2]
QUIET = lambda share, message: None  # noqa: E731
pytestmark = pytest.mark.usefixtures("fresh_caches")


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with a tiny model, and one adapted from it."""
    home = tmp_path_factory.mktemp("adapt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARALLAX_HOME", str(home))
        place = checkpoints.bert(tmp_path_factory.mktemp("tiny"))
        catalogue.add(ModelEntry("tiny", "sentence_transformer", str(place)))
        work.adapt(Plan("mine", "tiny", "sts_en", "cosent", guards=("intents_en",), settings={"epochs": 0.4}), QUIET)
        yield home
        for lane in workers.LANES:
            workers.stop(lane)


def visit(stocked: Path, monkeypatch: pytest.MonkeyPatch, **address: str) -> AppTest:
    monkeypatch.setenv("PARALLAX_HOME", str(stocked))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {"dataset": "sts_en", "lang": "en", **address}.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page("pages/work/adapt.py").run()


def said(app: AppTest) -> str:
    return " ".join(str(one.value) for kind in (app.info, app.text, app.caption) for one in kind).replace("\\", "")


def test_a_recipe_is_proposed_by_the_shape_of_the_data_and_tried_before_it_can_be_started(
    stocked: Path, monkeypatch: pytest.MonkeyPatch
):
    app = visit(stocked, monkeypatch, dataset="duplicates_en")
    assert not app.exception
    assert app.selectbox("adapt.recipe").value == "cosent" and "pairs with a score" in said(app)
    app.selectbox("adapt.base").set_value("tiny").run()
    app.button("adapt.try").click().run()
    asked = next(job for job in queue.jobs("interactive") if job.kind == "adapt_probe")
    job = queue.claim("interactive")
    assert job is not None and job.id == asked.id
    queue.finish(job.id, probe.work(job.arguments, QUIET))
    app.run()
    assert "units to learn from" in said(app) and "min for" in said(app)
    app.button("adapt.start").click().run()
    started = next(job for job in queue.jobs("batch") if job.kind == "adapt")
    assert Plan.read(started.arguments).dataset == "duplicates_en"
    queue.cancel(started.id)


def test_the_verdict_stands_first_with_the_gaps_and_the_way_to_the_duel(stocked: Path, monkeypatch: pytest.MonkeyPatch):
    app = visit(stocked, monkeypatch)
    assert not app.exception
    assert "untouched items of sts_en-test-0" in app.info[0].value.replace("\\", "")
    assert len(app.get("plotly_chart")) == 2 and len(app.dataframe[0].value) == 3
    assert visit(stocked, monkeypatch, lang="zh").info[0].value.startswith("在 sts")


def test_a_dataset_that_teaches_nothing_says_so(stocked: Path, monkeypatch: pytest.MonkeyPatch):
    app = visit(stocked, monkeypatch, dataset="summaries_en")
    assert not app.exception and app.selectbox("adapt.recipe").value in ("retromae", "positions")

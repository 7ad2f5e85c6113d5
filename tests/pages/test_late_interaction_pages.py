"""A late interaction model on every page: it works there, or is left out with a sentence."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.comparison import compression
from engine.datasets import library
from engine.encoding import stored
from engine.inspection import live_search
from engine.jobs import workers
from engine.maps import build
from engine.models import catalogue
from engine.results.store import Results
from engine.runs import evaluate
from engine.types import BadModel
from tests.checkpoints import colbert
from tests.hub import public_home  # noqa: F401
from tests.pages.test_pages import PAGES, ended_well, visit

pytestmark = pytest.mark.usefixtures("fresh_caches")
DATASET = "helpcentre_zh"


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("late")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARALLAX_HOME", str(home))
        catalogue.add(catalogue.inspect(str(colbert(home / "colbert").rename(home / "late"))))
        for model in ("late", "tfidf"):
            evaluate.evaluate(catalogue.find(model), library.load(DATASET))
        yield home
        for lane in workers.LANES:
            workers.stop(lane)


@pytest.fixture(autouse=True)
def full(stocked: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PARALLAX_HOME", str(stocked))
    return stocked


@pytest.mark.parametrize("page", PAGES)
def test_every_page_ends_well_with_such_a_model(page: str):
    assert ended_well(visit(page, dataset=DATASET))


def test_the_leaderboard_says_what_a_document_takes_beside_its_score():
    table = visit("pages/compare/leaderboard.py", dataset=DATASET).dataframe[0].value.set_index("label")
    runs = Results().runs().set_index("model")
    taken = runs.loc["late", "bytes_a_document"]
    assert table.loc["late", "bytes_a_document"] == round(taken) and taken % 64  # a mean of uneven ones
    assert runs.loc["late", "bytes"] == taken * len(library.load(DATASET).tables["corpus"])


def test_a_map_leaves_it_out_and_says_so_and_the_engine_refuses_it():
    at = visit("pages/explore/map.py", dataset=DATASET)
    box = at.multiselect(key="models")
    assert "late" not in box.options and "no place on a map: late" in box.help
    asked = {"dataset": DATASET, "models": ["late"], "fields": ["corpus"], "projection": "pca", "limit": None}
    with pytest.raises(BadModel, match="no one vector of a text"):
        build.build(asked, lambda share, message: None)


def test_a_search_finds_with_it_and_a_matrix_of_texts_is_refused():
    step = lambda share, message: None  # noqa: E731
    text = library.load(DATASET).tables["corpus"]["text"].iloc[0]
    asked = {"models": ["late"], "dataset": DATASET, "queries": [text], "k": 3}
    found = live_search.search(asked, step)["late"][0]
    assert len(found) == 3 and found[0]["score"] >= found[1]["score"] >= found[2]["score"]
    with pytest.raises(BadModel, match="how alike two texts are it does not say"):
        live_search.similarity({"models": ["late"], "texts": ["a cat", "a dog"]}, step)


def test_smaller_forms_of_one_vector_are_not_offered_for_many():
    run = Results().runs().set_index("model").loc["late"]
    assert not stored.dense("late", run["encoder_key"])
    with pytest.raises(BadModel, match="no one vector of a text"):
        compression.work({"run": run["id"]}, lambda share, message: None)


def test_a_pipeline_may_rerank_with_it():
    at = visit("pages/compare/pipeline.py", dataset=DATASET, **{"pipeline.view": "build"})
    assert "late" in at.selectbox(key="build.reranker").options

"""The pipeline page: the verdict on its stages, a form that builds one, and what to do where there is none."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from engine.comparison import latency
from engine.datasets import library
from engine.jobs import queue
from engine.models import catalogue
from engine.results import frames
from engine.results.store import Results
from engine.runs.evaluate import evaluate
from engine.types import Message, ModelEntry, Pipeline
from tests import checkpoints, rerankers

ROOT = Path(__file__).resolve().parents[2]
WORDS = ["cat", "dog", "mat", "market", "rises", "today", "reset", "password", "query", "sat", "how", "do"]


@pytest.fixture
def stocked(home: Path, tmp_path: Path) -> None:
    stock(tmp_path, ("bm25", "tfidf"))


def stock(tmp_path: Path, run: tuple[str, ...]) -> None:
    """A dataset, a reranker, and runs of these models."""
    st.cache_data.clear()
    st.cache_resource.clear()
    random = np.random.default_rng(3)
    documents = [" ".join(random.choice(WORDS, 6)) for _ in range(40)]
    names = [f"{row}" for row in range(40)]
    library.save(
        "small",
        "retrieval",
        {
            "corpus": pd.DataFrame({"id": names, "text": documents}),
            "queries": pd.DataFrame({"id": names[:20], "text": [text[:12] for text in documents[:20]]}),
            "qrels": pd.DataFrame({"query_id": names[:20], "corpus_id": names[:20], "score": 1}),
        },
    )
    catalogue.add(ModelEntry("judge", "cross_encoder", str(rerankers.bert(tmp_path / "judge"))))
    for name in run:
        evaluate(catalogue.find(name), library.load("small"))


def visit(**address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in {"dataset": "small", "lang": "en", **address}.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page("pages/compare/pipeline.py").run()


def said(app: AppTest) -> str:
    return " ".join(str(one.value) for kind in (app.info, app.text, app.caption) for one in kind).replace("\\", "")


def run_pipeline() -> None:
    made = Pipeline(("bm25", "tfidf"), "rrf", None, "judge", 10)
    catalogue.add(ModelEntry("two and a judge", "pipeline", pipeline=made))
    evaluate(catalogue.find("two and a judge"), library.load("small"))


def test_without_a_pipeline_the_page_says_what_to_do(stocked):
    app = visit()
    assert not app.exception
    assert "No pipeline has been run on this dataset yet" in said(app)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_says_whether_each_stage_is_worth_it(stocked, language):
    run_pipeline()
    app = visit(lang=language)
    assert not app.exception
    drawn = str(app.main)
    assert "pipeline.gains" in drawn and "pipeline.depths" in drawn
    assert "20" in str(app.info[0].value) and "judge" in str(app.info[0].value)
    table = next(one.value for one in app.dataframe if "share" in one.value)
    own = table.dropna(subset="share")
    assert len(own) == 5 and own["share"].iloc[:-1].sum() == pytest.approx(1.0) and own["share"].iloc[-1] == 1.0
    assert own["ms"].iloc[:-1].sum() == pytest.approx(own["ms"].iloc[-1])
    if language == "en":
        assert ("Tuned fusion:" in said(app)) == table["against"].str.contains("tuned").any()
    assert table["share"].dropna().between(0, 1).all()
    fallen = [one.value for one in app.dataframe if "change" in one.value]
    assert not fallen or (fallen[0]["change"] < 0).all()


def test_a_pipeline_without_a_reranker_says_nothing_of_depths_and_what_takes_hardly_any_time_is_no_nought(stocked):
    catalogue.add(ModelEntry("two", "pipeline", pipeline=Pipeline(("bm25", "tfidf"), "rrf")))
    evaluate(catalogue.find("two"), library.load("small"))
    app = visit()
    drawn = str(app.main)
    assert "pipeline.gains" in drawn and "pipeline.depths" not in drawn and "depth" not in said(app)
    own = next(one for one in app.dataframe if "share" in one.value)
    written = pa.ipc.open_stream(own.proto.arrow_data.styler.display_values).read_pandas()
    assert (own.value["ms"] < 0.05).any() == (written["ms"] == "< 0.1").any()
    assert written["rose"].str.fullmatch(r"\d+|–").all()
    assert written["share"].str.fullmatch(r"(< )?\d+%").all()


def test_the_form_adds_a_pipeline_and_hands_its_run_to_the_worker(stocked):
    app = visit(**{"pipeline.view": "build"})
    app.multiselect(key="build.retrievers").set_value(["bm25", "tfidf"]).run()
    app.selectbox(key="build.reranker").set_value("judge").run()
    app.number_input(key="build.depth").set_value(7).run()
    app.button(key="build.start").click().run()
    assert not app.exception
    made = catalogue.find("bm25 + tfidf → judge 7")
    assert made.pipeline == Pipeline(("bm25", "tfidf"), "rrf", None, "judge", 7)
    (job,) = queue.active()
    assert dict(job.arguments) == {"model": made.name, "dataset": "small"}


def test_the_form_begins_with_the_best_of_both_kinds(stocked, tmp_path):
    catalogue.add(ModelEntry("dense", "sentence_transformer", str(checkpoints.bert(tmp_path / "dense"))))
    run = evaluate(catalogue.find("dense"), library.load("small"))
    assert run
    chosen = visit(**{"pipeline.view": "build"}).multiselect(key="build.retrievers").value
    assert len(chosen) == 2 and "dense" in chosen


def test_a_part_that_is_not_on_this_machine_is_told_at_once_and_nothing_is_queued(stocked):
    catalogue.add(ModelEntry("far", "cross_encoder", "nobody/far"))
    app = visit(**{"pipeline.view": "build"})
    app.selectbox(key="build.reranker").set_value("far").run()
    (told,) = [one.value.replace("\\", "") for one in app.warning]
    assert "nobody/far is not on this machine" in told and "hf download" in told
    assert app.button(key="build.start").disabled and not queue.active()


def test_a_run_that_failed_or_was_cancelled_says_so_where_it_was_asked_for(stocked):
    app = visit(**{"pipeline.view": "build"})
    app.multiselect(key="build.retrievers").set_value(["bm25", "tfidf"]).run()
    app.button(key="build.start").click().run()
    job = queue.claim("batch")
    app.run()
    assert app.button(key=f"build.cancel.{job.id}")
    queue.fail(job.id, Message("The reranker broke."))
    app.run()
    assert [one.value.replace("\\", "") for one in app.error] == ["bm25 + tfidf: The reranker broke."]
    app.button(key="build.retry").click().run()
    app.button(key=f"build.cancel.{job.id}").click().run()
    assert "Cancelled" in app.error[0].value and not app.exception


def test_after_a_pipeline_alone_every_way_on_is_shown(home: Path, tmp_path: Path):
    stock(tmp_path, ())
    catalogue.add(ModelEntry("dense", "sentence_transformer", str(checkpoints.bert(tmp_path / "dense"))))
    catalogue.add(ModelEntry("alone", "pipeline", pipeline=Pipeline(("dense",))))
    evaluate(catalogue.find("alone"), library.load("small"))
    app = visit(**{"pipeline.view": "fusion"})
    assert "needs 2 models" in said(app) and "Run models on it" in [one.proto.label for one in app.get("page_link")]
    app = app.switch_page("pages/compare/indexes.py").run()
    assert "Run dense by itself" in said(app) and "Lexical" not in said(app)
    app.button(key="vectors.run").click().run()
    assert dict(queue.active()[0].arguments)["model"] == "dense"


def test_a_pipeline_can_be_built_before_anything_has_been_run(home: Path):
    library.save(
        "fresh",
        "retrieval",
        {
            "corpus": pd.DataFrame({"id": ["a", "b"], "text": ["cat", "dog"]}),
            "queries": pd.DataFrame({"id": ["q"], "text": ["cat"]}),
            "qrels": pd.DataFrame({"query_id": ["q"], "corpus_id": ["a"], "score": 1}),
        },
    )
    app = visit(dataset="fresh")
    assert not app.exception
    assert app.button(key="build.start")


def test_the_form_proposes_a_free_name_and_shows_the_run_until_it_ends(stocked):
    made = Pipeline(("bm25",))
    catalogue.add(ModelEntry("bm25 + tfidf", "pipeline", pipeline=made))
    app = visit(**{"pipeline.view": "build"})
    app.multiselect(key="build.retrievers").set_value(["bm25", "tfidf"]).run()
    assert [one.value for one in app.text_input if one.label == "Name"] == ["bm25 + tfidf (2)"]
    app.button(key="build.start").click().run()
    app.run()
    assert not app.exception
    assert [one.proto.text.replace("\\", "") for one in app.get("progress")] == ["bm25 + tfidf (2): beginning"]
    assert catalogue.find("bm25 + tfidf (2)").pipeline == Pipeline(("bm25", "tfidf"), "rrf")


@pytest.mark.parametrize("page", ["compare/leaderboard", "compare/duel", "compare/cost", "explore/inspect"])
def test_the_other_pages_take_a_pipeline_as_a_model(stocked, page):
    run_pipeline()
    app = visit(a="two and a judge", b="bm25")
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    if page in ("compare/duel", "explore/inspect"):  # where the reranker moved the right answer, with both scores
        shown = "".join(str(one.proto) for one in app.main if getattr(one, "key", "") == "inspect.cards")
        assert re.search(r"\d+ reranked from \d+ \(0\.\d{4}\) to \d+ \(", shown)


def test_cost_shows_a_pipelines_latency_beside_the_models_and_why_another_figure_is_not_known(stocked):
    run_pipeline()
    app = visit(axis="texts_per_second").switch_page("pages/compare/cost.py").run()
    assert not app.exception
    assert "Not known for: two and a judge" in said(app)
    assert "two and a judge encodes nothing itself: its parts do." in said(app)
    assert app.button(key="cost.time").label == "Time the queries of 3 models"
    app = visit(axis="p50").switch_page("pages/compare/cost.py").run()
    assert "Queries are timed by the button below the table" in said(app)
    for row in frames.latest(Results().runs()).itertuples():
        arguments = {"model": row.model, "dataset": "small", "precision": row.precision}
        latency.work(arguments, lambda share, message: None)
    app = visit(axis="p50").switch_page("pages/compare/cost.py").run()
    assert not app.exception
    table = app.dataframe[0].value.set_index("label")
    assert table.loc[["two and a judge", "bm25", "tfidf"], ["p50", "p95"]].notna().all(axis=None)
    assert table.loc["two and a judge", "p50"] > table.loc["bm25", "p50"]
    assert "Not known for" not in said(app) and "Hollow" not in said(app)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_where_only_a_pipeline_ran_the_duel_leads_to_its_stages(home, tmp_path, language):
    stock(tmp_path, ())
    run_pipeline()
    app = visit(lang=language).switch_page("pages/compare/duel.py").run()
    assert not app.exception
    assert "two and a judge" in said(app) and "needs 2" not in said(app)
    assert any(link.proto.page == "pipeline" for link in app.get("page_link"))

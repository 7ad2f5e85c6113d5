"""The page on which a model is adapted: what it proposes, what it tries first, and what it says in the end."""

import json
import logging
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from engine import plugins
from engine.adaptation import kept, probe, proposal, work
from engine.adaptation.plans import Plan
from engine.adaptation.prepare import prepare
from engine.adaptation.training.curve import Curve
from engine.datasets import library
from engine.jobs import queue, workers
from engine.models import catalogue
from engine.types import Job, Message, ModelEntry
from pages.parts import cached, jobs_panel, language
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
    name = next(one for one in app.text_input if one.key.startswith("adapt.called"))
    name.set_value("mine of another recipe").run()  # another name is no other plan
    assert "min for" in said(app)
    app.button("adapt.start").click().run()
    started = next(job for job in queue.jobs("batch") if job.kind == "adapt")
    assert Plan.read(started.arguments).dataset == "duplicates_en"
    queue.cancel(started.id)


def test_the_verdict_stands_first_with_the_gaps_and_the_way_to_the_duel(stocked: Path, monkeypatch: pytest.MonkeyPatch):
    app = visit(stocked, monkeypatch)
    assert not app.exception
    assert "untouched items of Similarity of customers' sentences, English · test 0" in app.info[0].value.replace(
        "\\", ""
    )
    assert len(app.get("plotly_chart")) == 2 and len(app.dataframe[0].value) == 3
    zh = visit(stocked, monkeypatch, lang="zh").info[0].value
    assert zh.startswith("在") and "sts_en" not in zh
    app.button("adapt.duel").click().run()
    assert app.selectbox("dataset").value == "sts_en-test-0" and not app.exception
    assert (app.session_state["a"], app.session_state["b"]) == ("mine", "tiny")


def test_guards_of_own_texts_are_in_their_language_and_the_name_is_one_that_can_be_read(
    stocked: Path, monkeypatch: pytest.MonkeyPatch
):
    rows = [(f"一个人在弹第 {n} 首曲子。", f"有人演奏了 {n} 次。", n % 5) for n in range(30)]
    table = pd.DataFrame(rows, columns=["sentence1", "sentence2", "score"])
    saved = library.save("问题对", "sts", {"pairs": table}, title="问题对")
    app = visit(stocked, monkeypatch, dataset=saved.name)
    assert not app.exception
    guards = app.multiselect(f"adapt.guards.{saved.name}").value
    assert len(guards) == 2 and all(name.endswith("_zh") for name in guards)
    assert any(one.value.endswith("-cosent-问题对") for one in app.text_input)


def test_a_training_that_stopped_says_why_shows_its_curve_and_goes_on(stocked: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PARALLAX_HOME", str(stocked))
    plan = Plan("broken off", "tiny", "duplicates_en", "cosent")
    kept.begin(plan, kept.of(prepare(plan)))
    curve = Curve(plan.folder / "curve.jsonl")
    curve.begin(0)
    curve.look(0, 0.5, 0.4, 0.6)
    curve.add(1, 7.5, 64, 2.0)
    job = queue.submit("adapt", plan.arguments()).id
    assert queue.claim("batch") is not None
    queue.fail(job, Message("The loss is no number."))
    app = visit(stocked, monkeypatch, dataset="duplicates_en")
    assert not app.exception and "The loss is no number." in said(app) and len(app.get("plotly_chart")) == 1
    app.button("adapt.retry").click().run()
    assert queue.job(job).state == "queued"
    queue.cancel(job)


def test_a_training_that_nobody_goes_on_with_says_so_and_can_be_resumed_or_removed(
    stocked: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PARALLAX_HOME", str(stocked))
    plan = Plan("left alone", "tiny", "duplicates_zh", "cosent")
    kept.begin(plan, kept.of(prepare(plan)))
    app = visit(stocked, monkeypatch, dataset="duplicates_zh")
    assert not app.exception and "left alone stopped before its verdict" in said(app)
    app.button("adapt.retry").click().run()
    job = next(job for job in queue.jobs("batch") if job.arguments.get("name") == plan.name)
    assert job.state == "queued" and Plan.read(job.arguments) == plan
    queue.cancel(job.id)
    app.run()
    app.button("adapt.remove").click().run()
    assert not app.exception and kept.facts(plan.name) is None and "left alone" not in str(app.main)
    assert all(one.id != job.id for one in queue.jobs("batch"))


def test_switching_the_language_warns_of_no_choice(
    stocked: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr("streamlit.elements.lib.policies._shown_default_value_warning", False)
    logger = logging.getLogger("streamlit.elements.lib.policies")
    monkeypatch.setattr(logger, "propagate", True)
    logger.addHandler(caplog.handler)
    app = visit(stocked, monkeypatch, dataset="duplicates_en")
    app.segmented_control("lang").set_value("zh").run()
    logger.removeHandler(caplog.handler)
    assert not app.exception and app.multiselect("adapt.guards.duplicates_en").value
    assert "default value" not in caplog.text


@pytest.mark.parametrize("recipe", list(plugins.recipes()))
def test_the_settings_of_every_recipe_can_be_opened(recipe: str, stocked: Path, monkeypatch: pytest.MonkeyPatch):
    found = plugins.recipes()[recipe]
    monkeypatch.setenv("PARALLAX_HOME", str(stocked))
    script = AppTest.from_function(_fields, args=(recipe,))
    script.run()
    assert not script.exception
    widgets = [*script.number_input, *script.selectbox, *script.checkbox, *script.text_input]
    assert {one.key for one in widgets} == {f"adapt.{recipe}.{name}" for name in found.settings}


def _fields(recipe: str) -> None:
    from engine import plugins
    from pages.parts.adapt import settings

    for name, one in plugins.recipes()[recipe].settings.items():
        assert settings.field(recipe, name, one) == one.default


def test_recipes_that_need_no_examples_are_offered_behind_those_that_do(stocked: Path, monkeypatch: pytest.MonkeyPatch):
    app = visit(stocked, monkeypatch, dataset="summaries_en")
    assert not app.exception and app.selectbox("adapt.recipe").value == "retromae"
    app.selectbox("adapt.recipe").set_value("positions").run()
    assert not app.exception and "learns from no examples" in said(app)


def test_a_part_that_is_judged_is_offered_for_nothing_and_the_reason_is_of_what_is_learnt_from(
    stocked: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PARALLAX_HOME", str(stocked))
    whole = library.load("duplicates_en")
    library.save("half", whole.task, {name: one.head(150) for name, one in whole.tables.items()})
    app = visit(stocked, monkeypatch, dataset="duplicates_en")
    assert "sts_en-test-0" not in app.selectbox("dataset").options
    for one in (*app.selectbox, *app.multiselect):
        assert not any("· test 0" in str(option) for option in one.options), one.key
    mine, other = (proposal.propose(library.load(one))[0].reason for one in ("duplicates_en", "half"))
    assert mine != other and str(mine) in said(app)
    app.selectbox("adapt.learnt.duplicates_en").set_value("half").run()
    assert str(other) in said(app) and str(mine) not in said(app)
    assert cached.first_choice("en") != "sts_en-test-0"


def test_who_waits_is_told_for_what_and_about_how_long(stocked: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PARALLAX_HOME", str(stocked))
    first, second = (Job(name, "adapt", "batch", {"name": name, "dataset": "x"}, state) for name, state in
                     (("one", "running"), ("two", "queued")))  # fmt: skip
    assert jobs_panel.said(second, [first, second]) == "waiting for one × x"
    half = replace(first, progress=0.25, started=time.time() - 60)
    assert jobs_panel.said(second, [half, second]) == "waiting for one × x, about 3 minutes more"


def test_a_training_that_kept_nothing_promises_nothing_of_it_and_marks_whole_steps(
    stocked: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PARALLAX_HOME", str(stocked))
    plan = Plan("nothing yet", "tiny", "duplicates_zh", "cosent")
    kept.begin(plan, kept.of(prepare(plan)))
    curve = Curve(plan.folder / "curve.jsonl")
    curve.begin(0)
    curve.look(0, 0.5, float("nan"), float("nan"))
    curve.look(2, 0.6, float("nan"), float("nan"))
    app = visit(stocked, monkeypatch, dataset="duplicates_zh")
    assert "Nothing has been learnt yet" in said(app) and "kept" not in said(app)
    axis = json.loads(app.get("plotly_chart")[0].proto.spec)["layout"]["xaxis"]
    assert axis["dtick"] == 1
    assert "A dot without a line has no interval: below 8 items" in said(app)
    (plan.folder / "checkpoint.pt").touch()
    assert "What was kept last is still there." in said(visit(stocked, monkeypatch, dataset="duplicates_zh"))
    work.forget(plan.name)


def test_only_a_recipe_that_learns_from_a_batch_alone_says_that_the_others_are_wrong_answers(
    stocked: Path, monkeypatch: pytest.MonkeyPatch
):
    app = visit(stocked, monkeypatch, dataset="helpcentre_en")
    for recipe in ("contrastive", "hard_negatives", "reranker"):
        app.selectbox("adapt.recipe").set_value(recipe).run()
        assert ("of a batch" in said(app)) == (recipe == "contrastive"), recipe


def test_what_is_typed_stands_between_marks_on_a_page():
    with language.reading("en"):
        told = language.say(Message("No pipeline is called {name!r}, and none has been added yet: "
                                    "`python -m engine pipeline` adds one.", {"name": "`x`"}))  # fmt: skip
    assert told.startswith("No pipeline is called '`x`'") and "“python -m engine pipeline”" in told


def test_a_check_that_runs_is_listed_among_the_jobs(stocked: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PARALLAX_HOME", str(stocked / "busy"))
    job = queue.submit("adapt_probe", Plan("tried", "tiny", "sts_en", "cosent").arguments(), "interactive")
    app = visit(stocked / "busy", monkeypatch).switch_page("pages/work/runs.py").run()
    assert not app.exception and "No job yet" not in said(app)
    assert "check and estimate of an adaptation" in said(app)
    app.button(f"cancel.{job.id}").click().run()
    assert "No job yet" in said(app)


def test_a_chinese_title_has_no_blanks_around_it_and_the_judged_part_is_called_in_chinese(
    stocked: Path, monkeypatch: pytest.MonkeyPatch
):
    app = visit(stocked, monkeypatch, lang="zh")
    told = app.info[0].value.replace("\\", "")
    assert "· 测试部分 0" in told and "test 0" not in told
    assert not re.search(r"[\u4e00-\u9fff。，：] [\u4e00-\u9fff]|。 ", told), told

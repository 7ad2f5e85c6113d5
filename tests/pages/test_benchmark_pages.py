"""The pages of public datasets, suites, published scores and the exchange with mteb."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from engine.benchmarks import definitions, imported, published
from engine.datasets import library
from engine.jobs import queue, runner, workers
from engine.models import catalogue
from engine.results import mteb_export
from engine.results.store import Results
from engine.runs.evaluate import evaluate
from tests.benchmarks.test_mteb_tasks import CASES
from tests.hub import public_home, snapshot  # noqa: F401
from tests.mteb_tables import mteb_board
from tests.oracle import mteb
from tests.pages.test_pages import ended_well, visit

SUITE = "MTEB(cmn, v1)"

pytestmark = pytest.mark.usefixtures("fresh_caches")


@pytest.fixture
def quiet(public_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:  # noqa: F811
    """A home that knows mteb's registry; nobody but the test does its jobs."""
    yield public_home
    for lane in workers.LANES:
        workers.stop(lane)


def do_all(home: Path) -> None:
    """Does every job that waits, as the worker would."""
    with (home / "held").open("w") as held:
        while job := queue.claim("batch"):
            runner.Worker("batch", held, idle=0.0)._do(job)


def frame(at: AppTest, *columns: str) -> pd.DataFrame:
    """The table on the page that has these columns."""
    return next(one.value for one in at.dataframe if {*columns} <= {*one.value.columns, one.value.index.name})


def texts(at: AppTest) -> str:
    return "\n".join(one.value for one in at.text)


def run(name: str) -> str:
    return evaluate(catalogue.find("tfidf"), library.load(name))


def test_the_page_shows_the_leaderboard_that_mteb_makes_of_the_published_scores(quiet: Path):
    at = visit(board="suite", suite=SUITE)
    assert ended_well(at)
    shown, theirs = frame(at, "borda", "mean"), mteb_board(published.scores(SUITE))
    assert len(shown) == len(theirs) > 60
    theirs = theirs.loc[shown.index]
    assert shown["borda"].tolist() == theirs["Rank (Borda)"].tolist()
    for ours, name in {"mean": "Mean (Task)", "mean_by_task": "Mean (TaskType)", "task:STS": "STS"}.items():
        np.testing.assert_allclose(shown[ours], theirs[name].astype(float), atol=1e-12, equal_nan=True)
    assert set(shown["origin"]) == {"published"}
    assert shown.loc["Qwen/Qwen3-Embedding-8B", "trained"] == 5 and pd.isna(
        shown.loc["lier007/xiaobu-embedding-v2", "trained"]
    )


def test_own_runs_stand_among_the_published_ones_and_types_can_be_chosen(quiet: Path):
    snapshot(quiet, "LCQMC", CASES["mteb:LCQMC"])
    run("mteb:LCQMC")
    at = visit(board="suite", suite=SUITE, types="STS")
    shown = frame(at, "borda", "mean")
    assert shown.loc["tfidf", "origin"] == "own run" and pd.isna(shown.loc["tfidf", "mean"])
    assert [name for name in shown if name.startswith("task:")] == ["task:STS"]
    at.multiselect(key="from").set_value(["own"]).run()
    assert frame(at, "borda", "mean").index.tolist() == ["tfidf"]
    at.toggle(key="suite.tasks").set_value(True).run()
    assert frame(at, "LCQMC")["LCQMC"].tolist() == pytest.approx([Results().runs()["score"].iloc[0]])


def test_with_few_own_models_the_page_says_that_nothing_can_be_foretold(quiet: Path):
    run("sts_zh")
    at = visit(board="suite", suite=SUITE, dataset="sts_zh")
    assert "it takes at least 6 to say anything" in texts(at)


def test_with_enough_own_models_the_page_says_which_published_column_foretells_them(quiet: Path):
    own = Results().result(run("sts_zh"))
    public = published.scores(SUITE)
    lcqmc = public[public["task"] == "LCQMC"].set_index("model")["score"]
    names = [name for name, entry in catalogue.entries().items() if published.public_name(entry) in lcqmc.index]
    for name in names:
        score = float(lcqmc[published.public_name(catalogue.entries()[name])])
        Results().save(replace(own, model=name, metrics=dict(own.metrics) | {"cosine_spearman": score}))
    at = visit(board="suite", suite=SUITE, dataset="sts_zh")
    best = frame(at, "tau").iloc[0]
    assert len(names) >= 6 and best["models"] == len(names)
    assert frame(at, "tau").set_index("column").loc["LCQMC", "tau"] == pytest.approx(1.0)


def test_an_own_suite_is_made_run_and_removed_on_the_page(quiet: Path):
    at = visit("pages/work/suites.py", suites="own")
    at.text_input(key="assembling.name. +").set_value("Unsere [Suite]").run()
    at.multiselect(key="assembling.datasets. +").set_value(["sts_en"]).run()
    at.button(key="assembling.save").click().run()
    assert ended_well(at) and at.selectbox(key="suite").value == "Unsere [Suite]"
    assert definitions.own() == {"Unsere [Suite]": ("sts_en",)}
    definitions.keep("Unsere [Suite]", ["sts_en", "mteb:T2Retrieval"], "Unsere [Suite]")
    at = visit("pages/work/suites.py", suite="Unsere [Suite]")
    at.multiselect(key="suites.models").set_value(["tfidf"]).run()
    assert frame(at, "task", "tfidf")["tfidf"].tolist() == [0, 0]
    assert re.search(r"(Under a|About \d+) second.* MB in total\. 1 part comes on top", texts(at))
    at.button(key="suites.start").click().run()
    do_all(quiet)
    at.run()
    assert ended_well(at)
    title = library.entries()["sts_en"].title
    assert frame(at, "task", "tfidf").set_index("task")["tfidf"].to_dict() == {title: 1, "mteb:T2Retrieval": 0}
    assert "mteb:T2Retrieval · tfidf · 1 part\nThe data of T2Retrieval is not on this machine" in texts(at)
    at = visit("pages/work/suites.py", suites="own", mine="Unsere [Suite]")
    at.button(key="assembling.delete").click().run()
    assert ended_well(at) and definitions.own() == {}


def test_a_deleted_dataset_leaves_the_board_of_its_suite_at_once(quiet: Path):
    pairs = pd.DataFrame({"sentence1": ["a", "b", "c"], "sentence2": ["a", "c", "d"], "score": [1.0, 0.0, 0.5]})
    library.save("mine", "sts", {"pairs": pairs})
    definitions.keep("ours", ["mine", "sts_en"])
    run("mine"), run("sts_en")
    assert "1 model × 2 tasks" in texts(visit(board="suite", suite="ours"))
    board = frame(visit(board="suite", suite="ours"), "borda", "mean")
    assert board["mean"].notna().all()
    library.delete("mine")
    assert frame(visit(board="suite", suite="ours"), "borda", "mean")["mean"].isna().all()


def test_a_suite_of_what_is_not_there_is_refused_in_one_sentence(quiet: Path):
    at = visit("pages/work/suites.py", suites="own")
    at.text_input(key="assembling.name. +").set_value("MTEB(cmn, v1)").run()
    at.button(key="assembling.save").click().run()
    assert ended_well(at) and len(at.error) == 1 and "choose a name of its own" in texts(at)
    at.text_input(key="assembling.name. +").set_value("mine").run()
    at.button(key="assembling.save").click().run()
    assert ended_well(at) and "has no datasets" in texts(at) and definitions.own() == {}


def test_a_public_dataset_is_found_by_word_task_and_language(quiet: Path):
    at = visit("pages/work/datasets.py", datasets="public")
    assert len(frame(at, "name", "category")) > 1000
    at.text_input(key="public.find").set_value("t2 chinese retrieval").run()
    at.selectbox(key="public.task").set_value("retrieval").run()
    at.selectbox(key="public.language").set_value("cmn-Hans").run()
    assert "T2Retrieval" in frame(at, "name", "category")["name"].tolist()
    at.text_input(key="public.find").set_value("nothing is called so").run()
    assert ended_well(at) and frame(at, "name", "category").empty


def test_a_public_dataset_with_a_copy_is_read_on_the_page(quiet: Path):
    snapshot(quiet, "LCQMC", CASES["mteb:LCQMC"])
    at = visit("pages/work/datasets.py", datasets="public", public="LCQMC")
    assert "A copy of its files is on this machine." in texts(at)
    at.button(key="public.read").click().run()
    do_all(quiet)
    at.run()
    at.button(key="public.open").click().run()
    assert ended_well(at) and at.session_state["dataset"] == "mteb:LCQMC"


def test_a_public_dataset_without_a_copy_says_what_to_download_and_where_to_put_it(quiet: Path):
    at = visit("pages/work/datasets.py", datasets="public", public="STS22.v2")
    at.selectbox(key="public.subset.STS22.v2").set_value("zh").run()
    shown = [one.value for one in at.code]
    assert any(one.startswith("hf download --repo-type dataset mteb/sts22") for one in shown)
    assert str(quiet / "mteb" / "STS22.v2") in shown
    at.button(key="public.read").click().run()
    do_all(quiet)
    at.run()
    assert "The data of STS22.v2 is not on this machine" in texts(at)


def archive(name: str) -> bytes:
    return mteb_export.archive([run(name)])


def test_the_exported_archive_unpacked_is_loaded_by_mteb(quiet: Path, tmp_path: Path):
    packed = archive("sts_en")
    with zipfile.ZipFile(io.BytesIO(packed)) as one:
        one.extractall(tmp_path / "got")
    (result,) = mteb.ResultCache(tmp_path / "got").load_results().model_results
    assert result.task_results[0].get_score() == Results().runs()["score"].iloc[0]


def upload(content: bytes, name: str = "theirs.zip") -> AppTest:
    at = visit("pages/work/exchange.py")
    at.file_uploader(key="exchange.file").set_value([(name, content, "application/zip")]).run()
    return at.button(key="exchange.import").click().run()


def test_an_uploaded_results_folder_is_listed_marked_and_removed(quiet: Path):
    snapshot(quiet, "LCQMC", CASES["mteb:LCQMC"])
    at = upload(archive("mteb:LCQMC"))
    assert ended_well(at) and len(at.success) == 1
    assert frame(at, "task", "split")["task"].tolist() == ["LCQMC"]
    shown = frame(visit(board="suite", suite=SUITE), "borda", "mean")
    assert shown.loc["parallax/tfidf", "origin"] == "imported" and shown.loc["tfidf", "origin"] == "own run"
    at = visit("pages/work/exchange.py")
    at.button(key="exchange.forget.theirs").click().run()
    assert ended_well(at) and imported.imports() == []


def test_a_second_archive_of_the_same_name_does_not_take_the_place_of_the_first(quiet: Path):
    upload(archive("sts_en"))
    at = upload(archive("sts_zh"))
    assert ended_well(at) and {one.name for one in imported.imports()} == {"theirs", "theirs (2)"}
    assert set(imported.scores()["task"]) == {"sts_en", "sts_zh"}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"no zip"])
def test_a_broken_archive_gives_one_sentence(quiet: Path, content: bytes):
    at = upload(content)
    assert ended_well(at) and len(at.error) == 1 and imported.imports() == []
    assert "theirs.zip is" in texts(at) and not list(quiet.glob("uploaded-*"))


def test_an_archive_that_leads_out_is_refused(quiet: Path):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("../../outside.json", "{}")
    at = upload(target.getvalue())
    assert len(at.error) == 1 and "leads out of the archive" in texts(at)
    assert not (quiet.parent / "outside.json").exists()


def test_what_can_be_exported_follows_the_filters(quiet: Path):
    run("sts_en"), run("sts_zh")
    at = visit("pages/work/exchange.py", way="export")
    assert "2 runs" in texts(at)
    at.multiselect(key="exchange.datasets").set_value(["sts_zh"]).run()
    assert "1 run" in texts(at) and "2 runs" not in texts(at)


def test_the_settings_of_a_saved_dataset_are_changed_on_the_page_and_stand_in_its_runs(quiet: Path):
    tables = {"documents": pd.DataFrame({"text": ["a b", "a c", "d e", "d f"] * 5, "label": ["x", "x", "y", "y"] * 5})}
    library.save("mine", "clustering", tables)
    at = visit("pages/work/datasets.py", dataset="mine")
    at.number_input(key="datasets.setting.mine.clustering.n_clusters").set_value(2).run()
    at.selectbox(key="datasets.setting.mine.clustering.variant").set_value("fast").run()
    at.button(key="datasets.change").click().run()
    assert ended_well(at)
    assert library.load("mine").settings == {"n_clusters": 2, "variant": "fast"}
    told = Results().result(run("mine"))
    assert len(told.metrics["v_measures"]["Level 0"]) == 2 and told.settings["task"]["n_clusters"] == 2


def test_a_sample_keeps_its_settings_and_a_copy_gets_others(quiet: Path):
    at = visit("pages/work/datasets.py", dataset="intents_en")
    at.number_input(key="datasets.setting.intents_en.classification.samples_per_label").set_value(4).run()
    at.button(key="datasets.copy").click().run()
    assert ended_well(at) and at.session_state["dataset"] == "intents_en-2"
    assert library.load("intents_en-2").settings == {"samples_per_label": 4}
    assert library.load("intents_en").settings == {}
    at = visit("pages/work/datasets.py", dataset="intents_en")
    at.number_input(key="datasets.setting.intents_en.classification.n_experiments").set_value(3).run()
    at.button(key="datasets.copy").click().run()
    assert ended_well(at) and "There is a dataset 'intents_en-2' already" in texts(at)

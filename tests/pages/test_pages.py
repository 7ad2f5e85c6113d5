"""Does every page answer its question, on an empty store and on a full one, in both languages?"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from engine.datasets import library
from engine.datasets.reading.guess import Guess
from engine.jobs import queue, workers
from engine.models import catalogue
from engine.results import slices
from engine.results.store import Results
from engine.runs import evaluate, example, preflight
from engine.types import Message
from pages.locale import LANGUAGES
from pages.parts import lists
from pages.parts.datasets.reading import taken
from pages.parts.datasets.terms import called
from pages.parts.language import reading
from pages.parts.leaderboard import next_steps
from pages.parts.runs.queue import settled
from tests.hub import public_home  # noqa: F401

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in (ROOT / "pages").glob("*/*.py")
    if path.parent.name in ("compare", "explore", "work", "about")
)
HOSTILE = "<script>alert(1)</script> ![x](http://192.0.2.1/x.png) :red[no] $x^2$ **bold**"


pytestmark = pytest.mark.usefixtures("fresh_caches")


@pytest.fixture
def quiet(public_home: Path) -> Iterator[Path]:  # noqa: F811
    """An empty home, whose workers end with the test."""
    yield public_home
    for lane in workers.LANES:
        workers.stop(lane)


def hostile_pairs() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sentence1": [f"{HOSTILE} {number}" for number in range(12)],
            "sentence2": [f"{HOSTILE} {number % 5}" for number in range(12)],
            "score": [number % 6 for number in range(12)],
        }
    )


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home in which lexical models have been run on samples of several tasks, and on a hostile upload."""
    home = tmp_path_factory.mktemp("stocked")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARALLAX_HOME", str(home))
        library.save("hostile", "sts", hostile_pairs_tables(), title=HOSTILE)
        for name in ("helpcentre_zh", "sts_zh", "tickets_en", "hostile"):
            dataset = library.load(name)
            for model in ("tfidf", "bm25"):
                if model == "tfidf" or dataset.task == "retrieval":
                    evaluate.evaluate(catalogue.find(model), dataset)
        yield home
        for lane in workers.LANES:
            workers.stop(lane)


def hostile_pairs_tables() -> dict[str, pd.DataFrame]:
    return {"pairs": hostile_pairs()}


@pytest.fixture
def full(stocked: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PARALLAX_HOME", str(stocked))
    return stocked


def visit(page: str = "", **address: str) -> AppTest:
    """The dashboard at an address, by way of app.py as a browser would."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, value in address.items():
        at.query_params[name] = value
    at.run()
    return at.switch_page(page).run() if page else at


@pytest.mark.parametrize(("page", "named"), [("models", False), ("suites", False), ("exchange", False), ("runs", True)])
def test_a_page_that_is_the_same_for_every_dataset_offers_none(home, page, named):
    at = visit(f"pages/work/{page}.py", dataset="sts_en")
    assert (("dataset" in [one.key for one in at.selectbox]), at.session_state["dataset"]) == (named, "sts_en")


def test_models_that_cannot_do_the_task_are_not_chosen_beforehand(home):
    at = visit("pages/work/runs.py", dataset="sts_en")
    chosen = next(one for one in at.multiselect if one.key == "runs.models").value
    assert chosen and "bm25" not in chosen


def ended_well(at: AppTest) -> bool:
    return not at.exception and bool(at.title)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_draws_on_an_empty_store(quiet: Path, page: str):
    assert ended_well(visit(page))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("dataset", ["helpcentre_zh", "sts_zh", "tickets_en", "hostile"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_draws_on_a_full_store(full: Path, page: str, dataset: str, lang: str):
    at = visit(page, dataset=dataset, lang=lang)
    assert ended_well(at)
    chosen = [one.value for one in at.selectbox if one.key == "dataset"]
    assert chosen == ([] if page.rpartition("/")[2] in ("models.py", "suites.py", "exchange.py") else [dataset])


@pytest.mark.parametrize("page", ["chunking", "indexes", "pipeline"])
def test_a_page_that_does_not_fit_the_dataset_points_to_where_another_one_is_chosen(full: Path, page: str):
    for lang, where in (("en", "above."), ("zh", "请在上方")):
        assert any(where in one.value for one in visit(f"pages/compare/{page}.py", dataset="sts_zh", lang=lang).text)


def test_the_verdict_leads_to_adapting_the_best_model_that_can_be_trained_and_only_where_one_can(quiet: Path):
    runs = pd.DataFrame({"model": ["tfidf", "all-MiniLM-L6-v2"], "example": "", "warnings": "[]"})
    assert next_steps.trainable(runs) == "all-MiniLM-L6-v2"
    assert next_steps.trainable(runs.head(1)) is None
    assert next_steps.trainable(runs.assign(example="elsewhere")) is None
    read = preflight.Reading(texts=9, limit=None, cut=0.0, lost=0.0, unknown=0.4, per_character=0.5)
    blind = json.dumps([asdict(one) for one in preflight.about_reading(read)])
    assert next_steps.trainable(runs.assign(warnings=["[]", blind])) is None


def test_the_first_page_says_in_the_visitors_language_that_an_address_is_no_pages(quiet: Path):
    told = [one.value for one in visit("pages/compare/leaderboard.py", lang="zh", unknown="non*sense*").warning]
    assert len(told) == 1
    assert "这里没有" in told[0]
    assert "non*sense*" in told[0].replace("\\", "")


def test_a_job_whose_work_was_done_since_is_not_offered_to_be_tried_again(quiet: Path):
    for lane in workers.LANES:
        workers.stop(lane)
    first = queue.submit("evaluate", {"model": "tfidf", "dataset": "sts_en"})
    other = queue.submit("evaluate", {"model": "bm25", "dataset": "sts_en"})
    queue.cancel(first.id), queue.cancel(other.id)
    jobs = queue.jobs("batch")
    assert settled(jobs) == set()
    evaluate.evaluate(catalogue.find("tfidf"), library.load("sts_en"))
    assert settled(jobs) == {first.id}
    again = queue.submit("evaluate", {"model": "bm25", "dataset": "sts_en"})
    queue.cancel(again.id)
    assert settled(queue.jobs("batch")) == {first.id, other.id}


def test_the_columns_of_a_preview_stand_in_view_together():
    long = pd.DataFrame({"text": ["a long text " * 20], "answer": ["another " * 30], "label": ["x"]})
    pixels = [one["width"] for one in lists.fitting(long).values()]
    assert sum(pixels) <= lists.ROOM
    assert min(pixels[:2]) > 300


def test_the_box_for_files_speaks_the_visitors_language(quiet: Path):
    drawn = {code: visit("pages/work/datasets.py", lang=code, datasets="upload").get("html") for code in ("en", "zh")}
    told = {code: any("选择文件" in one.proto.body for one in found) for code, found in drawn.items()}
    assert told == {"en": False, "zh": True}


@pytest.mark.parametrize("page", PAGES)
def test_user_text_is_never_rendered_as_markdown(full: Path, page: str):
    at = visit(page, dataset="hostile")
    interpreted = [*at.markdown, *at.caption, *at.info, *at.success, *at.warning, *at.error, *at.header, *at.subheader]
    assert not [element.value for element in interpreted if "alert(1)" in element.value or "![x]" in element.value]


def test_the_first_start_offers_the_samples_and_one_press_queues_them(quiet: Path):
    at = visit()
    at.button(key="welcome.start").click().run()
    asked = {(job.arguments["model"], job.arguments["dataset"]) for job in queue.jobs()}
    assert ("all-MiniLM-L6-v2", "helpcentre_en") in asked and ("bm25", "helpcentre_zh") in asked
    assert ("bm25", "sts_en") not in asked
    assert any("under way" in one.value for one in at.text)
    assert "welcome.start" not in [one.key for one in at.button]


def test_the_first_start_leads_to_a_finished_example_that_says_so(quiet: Path):
    at = visit(lang="zh")
    inside = [button.key for column in at.columns for button in column.button]
    assert "welcome.example" in inside  # a container would leave the doors, pale, to what is drawn in its place
    at.button(key="welcome.example").click().run()
    assert ended_well(at) and at.selectbox(key="dataset").value == "helpcentre_zh"
    assert any("tfidf" in one.value for one in at.info)
    assert any("AMD EPYC" in one.proto.help for one in at.caption)
    cost = at.switch_page("pages/compare/cost.py").run()
    assert any("本机没有保存 all-MiniLM-L6-v2 的向量" in one.value for one in cost.text)
    cost.button(key="vectors.run").click().run()
    assert [(job.kind, job.arguments["model"]) for job in queue.jobs()] == [("evaluate", "all-MiniLM-L6-v2")]
    workers.stop("batch")
    at = visit(lang="zh")
    at.button(key="example.hide").click().run()
    assert not any("AMD EPYC" in one.proto.help for one in at.caption)


def test_two_visitors_who_press_start_share_the_jobs(quiet: Path):
    for visitor in [visit(), visit()]:
        visitor.button(key="welcome.start").click().run()
    arguments = [(job.arguments["model"], job.arguments["dataset"]) for job in queue.active()]
    assert len(arguments) == len(set(arguments))


def test_a_run_shows_on_the_leaderboard_with_its_interval(full: Path):
    at = visit(dataset="helpcentre_zh")
    table = next(one.value for one in at.dataframe if "group" in one.value)
    assert set(table["label"]) == {"tfidf", "bm25"}
    assert ((table["low"] <= table["score"]) & (table["score"] <= table["high"])).all()


def test_a_link_opens_the_metric_it_was_copied_from(full: Path):
    at = visit(dataset="helpcentre_zh", metric="recall_at_10")
    assert at.selectbox(key="metric").value == "recall_at_10"
    shown = next(one.value for one in at.dataframe if "group" in one.value).set_index("label")["score"]
    known = Results().metrics()
    wanted = known[(known["dataset"] == "helpcentre_zh") & (known["metric"] == "recall_at_10")].set_index("model")[
        "value"
    ]
    assert shown.to_dict() == pytest.approx(wanted.to_dict())
    assert "The verdict is about nDCG@10" in " ".join(one.value for one in at.caption)
    at.selectbox(key="metric").set_value("ndcg_at_10").run()
    assert "The verdict is about" not in " ".join(one.value for one in at.caption)


def test_the_dataset_in_view_survives_going_to_another_page(full: Path):
    at = visit(dataset="sts_zh").switch_page("pages/work/runs.py").run()
    assert at.selectbox(key="dataset").value == "sts_zh"


def test_a_cell_of_the_duel_keeps_its_items_only(full: Path):
    at = visit("pages/compare/duel.py", dataset="helpcentre_zh")
    label = at.button(key="duel.a").label
    at.button(key="duel.a").click().run()
    shown = next(one.value for one in at.dataframe if "difference" in one.value)
    assert len(shown) == int(label.split()[0].replace(",", ""))
    assert (shown["a"] >= 0.5).all() and (shown["b"] < 0.5).all()


def test_a_link_to_a_slice_of_the_duel_shows_its_items_only_until_it_is_closed(full: Path):
    at = visit("pages/compare/duel.py", dataset="helpcentre_zh", segment="script: Latin")
    assert ended_well(at)
    shown = next(one.value for one in at.dataframe if "difference" in one.value)
    assert len(shown) == 43 and "inverter fault S17 on wet mornings" in shown["text"].tolist()
    assert at.button(key="segment.close").label.replace("\\", "") == "Only items with script: Latin · show all"
    assert any("all 217 items" in one.value and "the 43 of the slice" in one.value for one in at.caption)
    cells = [int(at.button(key=f"duel.{name}").label.split()[0]) for name in ("both", "a", "b", "none")]
    assert sum(cells) == 43
    at.button(key="segment.close").click().run()
    assert len(next(one.value for one in at.dataframe if "difference" in one.value)) == 217


def test_a_duel_of_a_kept_slice_says_which_figures_are_about_it(full: Path):
    slices.save("few", library.load("helpcentre_zh"), {"queries": [0, 1, 2]})
    at = visit("pages/compare/duel.py", dataset="helpcentre_zh", slice="few")
    slices.delete("helpcentre_zh", "few")
    assert ended_well(at)
    assert any("all 217 items" in one.value and "the 3 of the slice" in one.value for one in at.caption)


@pytest.mark.parametrize("opened", ["slices", "words"])
def test_slices_and_words_of_a_duel_are_shown_with_their_corrected_p(full: Path, opened: str):
    at = visit("pages/compare/duel.py", **{"dataset": "helpcentre_zh", "duel.view": opened})
    assert ended_well(at)
    assert any("q" in one.value for one in at.dataframe)


@pytest.mark.parametrize("opened", ["heat", "radar", "ranks"])
def test_the_leaderboard_has_its_pictures_of_all_datasets_and_filters_them_by_the_address(full: Path, opened: str):
    at = visit(**{"board.view": opened, "board.languages": "zh"})
    assert ended_well(at)
    assert at.multiselect(key="board.languages").value == ["zh"]


def regrets(at: AppTest) -> list[str]:
    return [one.value.replace("\\", "") for one in at.warning]


def test_a_link_to_a_dataset_that_is_not_there_says_so_and_shows_no_other_until_one_is_chosen(full: Path):
    at = visit(dataset="gone")
    for now in (at, at.run()):
        assert regrets(now) == ["The link asks for the dataset gone, which is not here."]
        assert not now.dataframe and not now.info and now.query_params["dataset"] == "gone"
        assert "See the datasets" in [one.proto.label for one in now.main.get("page_link")]
    at.selectbox(key="dataset").set_value("sts_zh").run()
    assert regrets(at) == [] and at.dataframe and at.query_params["dataset"] == "sts_zh"


def test_a_link_to_a_model_or_a_slice_that_is_not_there_says_so_and_shows_nothing_in_its_place(full: Path):
    at = visit("pages/compare/duel.py", dataset="helpcentre_zh", a="**e5**", b="bm25")
    for now in (at, at.run()):
        assert ended_well(now) and len(regrets(now)) == 1 and not now.metric
        assert "asks for the model **e5**, which has not been run on this dataset" in regrets(now)[0]
    assert at.selectbox(key="a").value is None and at.selectbox(key="b").value == "bm25"
    at.selectbox(key="a").set_value("tfidf").run()
    assert regrets(at) == [] and at.metric
    at = visit("pages/compare/duel.py", dataset="helpcentre_zh", slice="lost")
    assert ended_well(at) and not at.metric
    assert regrets(at) == ["The link asks for the slice lost, which this dataset does not have."] and not at.info
    at.button(key="slice.all").click().run()
    assert regrets(at) == [] and at.metric


def test_a_link_to_an_item_that_is_not_there_says_so_and_opens_no_other(full: Path):
    at = visit("pages/explore/inspect.py", dataset="helpcentre_zh", a="tfidf", item="nosuch")
    for now in (at, at.run()):
        assert ended_well(now) and now.query_params["item"] in ("nosuch", ["nosuch"])
        assert regrets(now) == ["The link asks for the item nosuch, which is not among these items."]
        assert not [one for one in now.button if one.key == "item.right"]
    at.button(key="item.first").click().run()
    assert regrets(at) == [] and at.button(key="item.right")


DUEL, INSPECT, MAP = "pages/compare/duel.py", "pages/explore/inspect.py", "pages/explore/map.py"
ASKED = [
    ("", "helpcentre_zh", {"metric": "Metric", "board": "My datasets / Suites", "lang": "Language · 语言"}),
    ("", "helpcentre_zh", {"board.view": " / ", "board.models": "Models"}),
    (DUEL, "helpcentre_zh", {"duel.view": "Items / ", "side": "all / ", "cell": "both right / ", "right": "as right"}),
    (DUEL, "helpcentre_zh", {"spread": "by difference", "depth": "Cards"}),
    ("pages/compare/cost.py", "helpcentre_zh", {"axis": "Cost", "cost.model": "Model"}),
    ("pages/compare/pipeline.py", "helpcentre_zh", {"pipeline.view": "Stages / "}),
    (INSPECT, "helpcentre_zh", {"beside": "Compare with", "show": "Show", "kind": "Show queries"}),
    (INSPECT, "helpcentre_zh", {"sort": "Sort by", "order": "Order"}),
    (INSPECT, "helpcentre_zh", {"right_from": "as right", "depth": "Cards"}),
    (INSPECT, "sts_zh", {"axes": "values / ranks"}),
    (MAP, "helpcentre_zh", {"models": "Models", "fields": "Texts"}),
    (MAP, "helpcentre_zh", {"projection": "Projection", "points": "Points", "dimensions": "Space"}),
    ("pages/explore/judge.py", "helpcentre_zh", {"judges": "Models consulted"}),
    ("pages/explore/search.py", "helpcentre_zh", {"view": "Search a corpus", "k": "Results per model"}),
    ("pages/work/datasets.py", "helpcentre_zh", {"datasets": "Library / "}),
    ("pages/work/models.py", "helpcentre_zh", {"shelf": "Catalogue / "}),
    ("pages/work/runs.py", "helpcentre_zh", {"matters": "would matter"}),
    ("pages/work/suites.py", "helpcentre_zh", {"suites": "Run a suite", "suite": "Suite"}),
    ("pages/work/exchange.py", "helpcentre_zh", {"way": "Import / "}),
    ("pages/about/method.py", "helpcentre_zh", {"task": "Task"}),
]


@pytest.mark.parametrize(("page", "dataset", "choices"), ASKED)
def test_whatever_a_link_asks_for_in_vain_is_told_at_its_choice_and_once(
    full: Path,
    page: str,
    dataset: str,
    choices: dict[str, str],
):
    at = visit(page, dataset=dataset, **dict.fromkeys(choices, "**lost**"))
    assert ended_well(at) and len(regrets(at)) == 1
    told = regrets(at)[0].split("\n\n")
    assert len(told) == len(choices) and all("asks for **lost** at “" in one for one in told)
    assert all(any(label in one for one in told) for label in choices.values())
    assert "models" in choices or regrets(at.run()) == []  # the map waits for a choice, and goes on saying why


@pytest.mark.parametrize(
    ("page", "key", "asked"), [(DUEL, "right", "7"), (MAP, "points", "-5"), ("pages/explore/search.py", "k", "-5")]
)
def test_a_number_that_lies_outside_is_told(page: str, key: str, asked: str, full: Path):
    assert f"asks for {asked} at “" in regrets(visit(page, dataset="helpcentre_zh", **{key: asked}))[0]


def test_a_dataset_that_somebody_deletes_is_missed_by_its_name_and_no_other_takes_its_place(full: Path):
    library.save("mine", "sts", library.load("sts_zh").tables)
    try:
        at = visit("pages/compare/duel.py", dataset="mine")
    finally:
        library.delete("mine")
    for page in ("pages/compare/duel.py", "pages/explore/inspect.py", "pages/work/datasets.py"):
        at.switch_page(page).run()
        assert ended_well(at) and regrets(at) == ["The dataset mine was deleted."]
        assert list(at.query_params["dataset"]) in (["mine"], list("mine")) and not at.metric


def test_who_deletes_a_dataset_is_told_that_it_is_done(full: Path):
    library.save("mine", "sts", library.load("sts_zh").tables, title="My pairs")
    try:
        at = visit("pages/work/datasets.py", dataset="mine")
        at.checkbox(key="datasets.sure.mine").check().run()
        at.button(key="datasets.delete").click().run()
    finally:
        if "mine" in library.entries():
            library.delete("mine")
    assert ended_well(at) and regrets(at) == []
    assert [one.value for one in at.success] == ["The dataset My pairs was deleted\\."]


def test_a_long_text_stays_out_of_the_address_and_a_short_one_is_in_it(full: Path):
    at = visit("pages/compare/duel.py", dataset="helpcentre_zh", a="tfidf", b="bm25", **{"duel.find": "退款"})
    assert at.text_input(key="duel.find").value == "退款"
    at.text_input(key="duel.find").set_value("退" * 3_000).run()
    assert "duel.find" not in at.query_params


def test_a_metric_that_another_dataset_lacks_is_no_fault_of_a_link(full: Path):
    at = visit(dataset="helpcentre_zh", metric="recall_at_10")
    at.selectbox(key="dataset").set_value("sts_zh").run()
    assert ended_well(at) and regrets(at) == []
    assert "asks for nonsense at “Metric”" in regrets(visit(dataset="sts_zh", metric="nonsense"))[0]


def test_next_opens_the_next_item_and_the_address_says_which(full: Path):
    at = visit("pages/explore/inspect.py", dataset="helpcentre_zh")
    first = at.session_state["item"]
    at.button(key="item.right").click().run()
    assert at.session_state["item"] != first
    assert at.query_params["item"] == at.session_state["item"]


def test_a_filter_that_leaves_nothing_says_so(full: Path):
    at = visit("pages/explore/inspect.py", dataset="helpcentre_zh")
    at.text_input(key="find").set_value("no query holds these letters").run()
    assert ended_well(at)
    assert any("No item is left" in one.value for one in at.text)
    at = visit("pages/explore/inspect.py", dataset="helpcentre_zh", show="wrong", right_from="0.0")
    assert ended_well(at)  # a table without rows has columns of texts without a type
    assert any("No item is left" in one.value for one in at.text)


def test_what_has_been_run_is_marked_and_skipped_and_leads_to_its_verdict(full: Path):
    at = visit("pages/work/runs.py", dataset="helpcentre_zh")
    at.multiselect(key="runs.models").set_value(["tfidf", "bm25"]).run()
    at.multiselect(key="runs.datasets").set_value(["helpcentre_zh"]).run()
    assert "runs.start" not in {button.key for button in at.button}
    at.button(key="runs.verdict").click().run()
    assert at.title[0].value == "Leaderboard" and at.selectbox(key="dataset").value == "helpcentre_zh"


def test_a_job_that_waits_is_not_said_to_run(full: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(queue, "ensure_running", lambda lane: None)
    queue.submit("evaluate", {"model": "tfidf", "dataset": "topics_zh"})
    at = visit("pages/work/runs.py", dataset="topics_zh")
    (plan,) = [one.value for one in at.dataframe if "about seconds" in one.value or "state" in one.value]
    assert plan.set_index("model")["state"]["tfidf"] == "waiting"
    for job in queue.active():
        queue.cancel(job.id)


def test_a_plan_of_no_time_says_so_and_names_loading_only_where_a_model_must_be_loaded(full: Path):
    at = visit("pages/work/runs.py", dataset="sts_zh")
    at.multiselect(key="runs.datasets").set_value(["tickets_zh"]).run()
    for models, loading in ((["tfidf"], False), (["tfidf", "all-MiniLM-L6-v2"], True)):
        at.multiselect(key="runs.models").set_value(models).run()
        told = next(one.value for one in at.text if "in total." in one.value)
        assert "About 0" not in told and ("Loading" in told) == loading == told.startswith("At least ")
    at.multiselect(key="runs.models").set_value(["tfidf"]).run()
    assert any(one.value.startswith("Under a second and ") for one in at.text)


def test_a_map_of_the_example_waits_for_a_press_and_says_what_encoding_takes(quiet: Path):
    example.show()
    try:
        at = visit(MAP, dataset="helpcentre_en")
        assert ended_well(at) and not [job for job in queue.jobs() if job.kind == "map"]
        assert at.button(key="map.start")
        assert any("are encoded first" in one.value and "second" in one.value for one in at.text)
    finally:
        example.hide()


def test_what_is_yes_or_no_on_the_page_method_is_a_word_and_no_box(full: Path):
    at = visit("pages/about/method.py", task="retrieval")
    metrics = next(one.value for one in at.dataframe if "definition" in one.value)
    assert set(metrics["main"]) == {"yes", ""}
    assert set(next(one.value for one in at.dataframe if "required" in one.value)["required"]) == {"yes", ""}


def test_the_page_method_follows_the_dataset_in_view_and_keeps_the_task_of_a_link(full: Path):
    at = visit("pages/about/method.py", dataset="sts_zh")
    assert at.selectbox(key="task").value == "sts"
    at.selectbox(key="dataset").set_value("helpcentre_zh").run()
    assert at.selectbox(key="task").value == "retrieval"
    at.selectbox(key="task").set_value("clustering").run()
    assert at.selectbox(key="task").value == "clustering"
    assert visit("pages/about/method.py", dataset="sts_zh", task="retrieval").selectbox(key="task").value == "retrieval"


def test_a_model_that_does_not_fit_a_task_says_so_before_it_runs(full: Path):
    at = visit("pages/work/runs.py", dataset="sts_zh")
    at.multiselect(key="runs.models").set_value(["bm25"]).run()
    at.multiselect(key="runs.datasets").set_value(["sts_zh"]).run()
    plan = next(one.value for one in at.dataframe if "note" in one.value)
    assert plan["state"].tolist() == ["not possible"]
    assert "bm25: this kind of model cannot do the task" in [one.value for one in at.text]


def test_the_interface_speaks_chinese(full: Path):
    assert visit(lang="zh").title[0].value == "排行榜"


def upload(name: str, content: bytes) -> AppTest:
    at = visit("pages/work/datasets.py", datasets="upload")
    at.file_uploader(key="upload.files").set_value([(name, content, "application/octet-stream")]).run()
    return at


def test_an_upload_is_guessed_checked_and_saved(quiet: Path):
    at = upload("tickets.csv", hostile_pairs().to_csv(index=False).encode())
    assert ended_well(at)
    assert at.selectbox(key="upload.task").value == "sts"
    at.text_input(key="upload.name").set_value("客服 tickets").run()
    at.button(key="upload.save").click().run()
    saved = [entry for entry in library.entries().values() if not entry.builtin]
    assert [entry.title for entry in saved] == ["客服 tickets"]
    assert library.load(saved[0].name).tables["pairs"]["sentence1"].tolist() == hostile_pairs()["sentence1"].tolist()


def test_a_name_that_is_taken_or_missing_is_said_before_saving_and_a_free_one_is_proposed(quiet: Path):
    library.save("tickets", "sts", {"pairs": hostile_pairs()})
    at = upload("tickets.csv", hostile_pairs().to_csv(index=False).encode())
    assert at.text_input(key="upload.name").value == "tickets-2"
    for name, said in (
        ("Tickets ", "There is a dataset 'tickets' already; choose another name, or replace it."),
        (" ", "Give it a name."),
        ("helpcentre_zh", "'helpcentre_zh' is a sample, which stays as it is: choose another name."),
    ):
        at.text_input(key="upload.name").set_value(name).run()
        assert said in {one.value for one in at.text} and at.button(key="upload.save").disabled
    at.text_input(key="upload.name").set_value("../etc/passwd").run()
    assert "It is kept as etc-passwd." in {one.value for one in at.text}
    assert not at.button(key="upload.save").disabled


def test_who_ticks_replace_means_the_name_that_was_taken(quiet: Path):
    before = library.save("tickets", "sts", {"pairs": hostile_pairs()[:-1]})
    at = upload("tickets.csv", hostile_pairs().to_csv(index=False).encode())
    for ticked, name in ((True, "tickets"), (False, "tickets-2"), (True, "tickets")):
        at.checkbox(key="upload.replace").set_value(ticked).run()
        assert at.text_input(key="upload.name").value == name
    at.button(key="upload.save").click().run()
    saved = [entry for entry in library.entries().values() if not entry.builtin]
    assert [entry.name for entry in saved] == ["tickets"] and saved[0].fingerprint != before.fingerprint


def test_an_upload_shows_the_columns_of_use_first_and_names_no_dataset_that_is_there_already(quiet: Path):
    table = hostile_pairs()
    wide = pd.concat([pd.DataFrame({f"note {n}": range(len(table)) for n in range(12)}), table], axis=1)
    at = upload("tickets.csv", wide.to_csv(index=False).encode())
    shown = next(one for one in at.dataframe if "note 0" in one.value)
    assert {*shown.proto.column_order[:3]} == {*table.columns}
    assert "dataset" not in {one.key for one in at.selectbox}
    assert "dataset" in {one.key for one in visit("pages/work/datasets.py").selectbox}


def test_an_upload_that_is_not_clear_is_asked_about_with_examples_side_by_side(quiet: Path):
    rows = "".join(f"question {number} of many,the reply {number} to it\n" for number in range(9))
    at = upload("faq.csv", f"a,b\n{rows}".encode())
    assert ended_well(at) and len(at.warning) == 1
    assert "upload.save" not in {one.key for one in at.button}
    assert "The question “question 0 of many” should find “the reply 0 to it”." in {one.value for one in at.text}
    wanted = [one.value for one in at.text].index("column “b” as query · column “a” as document")
    number = sum(one.value.startswith("column “") for one in at.text[:wanted])
    at.button(key=f"upload.answer.{number}").click().run()
    assert ended_well(at) and not at.warning
    at.button(key="upload.save").click().run()
    (saved,) = [entry for entry in library.entries().values() if not entry.builtin]
    assert library.load(saved.name).tables["queries"]["text"].iloc[0] == "the reply 0 to it"


def test_a_distance_is_asked_about_as_it_would_be_read_and_never_saved_as_right_answers(quiet: Path):
    rows = "".join(f"question {n} of many,the reply {n} to it,{n % 3 / 4 + 0.1}\n" for n in range(9))
    at = upload("near.csv", f"query,document,distance\n{rows}".encode())
    told = [one.value for one in at.text]
    assert sum("are hardly alike: distance 0.6" in one for one in told) == 1
    assert not any("should find" in one for one in told)
    at.button(key="upload.answer.0").click().run()
    assert ended_well(at) and at.radio(key="upload.invert.sts.invert").value == "invert"
    at.button(key="upload.save").click().run()
    (saved,) = [entry for entry in library.entries().values() if not entry.builtin]
    assert library.load(saved.name).tables["pairs"]["score"].tolist()[:3] == pytest.approx([0.6, 0.35, 0.1])


def test_a_card_says_what_is_taken_for_what_in_the_readers_words_and_not_twice():
    columns = {"text": "文本", "label": "部门"}
    with reading("zh"):
        assert taken(Guess("classification", 1, {"labelled": ("单", columns)}, 1, Message(""))) == ["列“部门”作为标签"]
        pairs = [called("pairs", task) for task in ("retrieval", "reranking", "sts", "bitext_mining")]
    assert pairs == ["查询–文档对", "查询–文档对", "句对", "句对"]


def test_rows_of_another_width_are_told_together_and_left_out_by_a_tick(quiet: Path):
    rows = "".join(f"question {n} of many,the reply {n} to it\n" for n in range(20))
    at = upload("faq.csv", f"question,answer\n{rows}a,b,c\nalone\n".encode())
    assert any("2 rows are of another width" in one.value for one in at.text)
    at.checkbox(key="upload.ragged").check().run()
    assert ended_well(at) and any("were left out: 21, 22" in one.value for one in at.text)
    at.button(key="upload.save").click().run()
    (saved,) = [entry for entry in library.entries().values() if not entry.builtin]
    assert len(library.load(saved.name).tables["queries"]) == 20


def test_labels_of_one_text_each_are_told_in_the_words_of_the_table_that_was_uploaded(quiet: Path):
    at = upload("three.csv", b"text,label\nwhere is my parcel,parcel\nhow do I pay,payment\nI lost my key,account\n")
    for one in at.button:
        if one.label == "This is right":
            at = one.click().run()
            break
    told = " ".join(one.value for one in at.text)
    assert "Every label has only one text; at least two are needed" in told and "has no rows" not in told
    assert not any("Rows count from 1" in one.value for one in at.caption)


def test_labels_in_words_wait_for_an_answer_before_they_can_be_saved(quiet: Path):
    labels = ("entailment", "neutral", "contradiction")
    rows = "".join(f"the {n} is open,one can enter the {n},{labels[n % 3]}\n" for n in range(9))
    at = upload("nli.csv", f"premise,hypothesis,label\n{rows}".encode())
    assert ended_well(at) and "upload.save" not in {one.key for one in at.button}
    at.multiselect(key="upload.alike.pair_classification.like").set_value(["entailment"]).run()
    at.button(key="upload.save").click().run()
    (saved,) = [entry for entry in library.entries().values() if not entry.builtin]
    assert library.load(saved.name).tables["pairs"]["label"].tolist() == [1.0, 0.0, 0.0] * 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("header.csv", b"sentence1,sentence2,score\n"),
        ("binary.csv", bytes(range(256)) * 20),
        ("ragged.csv", b"sentence1,sentence2,score\na,b,1\na,b,1,2,3\n"),
        ("words.csv", b"sentence1,sentence2,score\n" + b"a,b,2\n" * 9 + b"a,b,high\n"),
        ("nan.csv", b"sentence1,sentence2,score\n" + b"a,b,NaN\nc,d,inf\ne,f,high\n"),
        ("odd.bin", b"\x80\x04\x95garbage"),
        ("not.xlsx", b"sentence1,sentence2\n"),
        ("not.zip", b"PK\x03\x04broken"),
    ],
)
def test_a_broken_file_gives_one_sentence_and_harms_nothing(quiet: Path, name: str, content: bytes):
    at = upload(name, content)
    assert ended_well(at)
    assert len(at.error) == 1
    assert not [entry for entry in library.entries().values() if not entry.builtin]

"""Does the inspector show every task, keep what was chosen in its pictures, and say all of it in the address?"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from engine.datasets import library
from engine.families import checkpoints
from engine.inspection import clusters, retrieval_errors, thresholds
from engine.models import catalogue
from engine.results import slices
from engine.results.store import Results
from engine.runs import evaluate
from pages.parts import paired_outcomes
from pages.parts.inspect import items as page_items

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ("helpcentre_zh", "rerank_zh", "sts_zh", "duplicates_zh", "intents_zh", "topics_zh", "tickets_zh",
           "bitext_en_zh", "summaries_zh")  # fmt: skip
OTHER = "all-MiniLM-L6-v2"

pytestmark = pytest.mark.usefixtures("fresh_caches")


@pytest.fixture(scope="module")
def inspected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with one run on a sample of every task, and the same items once more as another model's."""
    home = tmp_path_factory.mktemp("inspected")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARALLAX_HOME", str(home))
        for name in SAMPLES:
            run = evaluate.evaluate(catalogue.find("tfidf"), library.load(name))
            result = Results().result(run)
            Results().save(replace(result, model=OTHER, encoder_key="of vectors that are not there"))
        yield home


@pytest.fixture
def full(inspected: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PARALLAX_HOME", str(inspected))
    return inspected


def visit(dataset: str, **address: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, value in {"dataset": dataset, "lang": "en", "a": "tfidf", **address}.items():
        at.query_params[name] = value
    at.run()
    at.switch_page("pages/explore/inspect.py").run()
    assert not at.exception
    return at


def items_of(dataset: str) -> pd.DataFrame:
    runs = Results().runs()
    return Results().items(runs[(runs["dataset"] == dataset) & (runs["model"] == "tfidf")]["id"].iloc[0])


def listed(at: AppTest) -> pd.DataFrame:
    """The list of items."""
    return next(one.value for one in at.dataframe if "measure" in one.value)


def said(at: AppTest) -> str:
    return " ".join(str(one.value) for one in at.text)


@pytest.mark.parametrize("beside", [None, OTHER])
@pytest.mark.parametrize("dataset", SAMPLES)
def test_every_task_is_drawn_alone_and_beside_another_model(full: Path, dataset: str, beside: str | None):
    at = visit(dataset, **({"beside": beside} if beside else {}))
    table = listed(at)
    assert table["measure"].is_monotonic_increasing
    assert ("difference" in table) == (beside is not None)


def test_where_a_model_is_weakest_is_told_of_the_chosen_models_only(full: Path):
    alone, both = ([one.value for one in visit("helpcentre_zh", **more).text if "is weakest on" in one.value]
                   for more in ({}, {"beside": OTHER}))  # fmt: skip
    assert [one.split(" is weakest")[0] for one in alone] == ["tfidf"]
    assert [one.split(" is weakest")[0] for one in both] == ["tfidf", OTHER]


def test_a_kind_of_error_keeps_its_queries_only(full: Path):
    found = retrieval_errors.kinds(items_of("helpcentre_zh"), library.load("helpcentre_zh"))
    wanted = (found["kind"] == "near").sum()
    table = listed(visit("helpcentre_zh", kind="near"))
    assert 0 < len(table) == wanted
    assert table["first_right"].between(2, 10).all()


def test_a_moved_threshold_changes_what_counts_as_missed(full: Path):
    items = items_of("duplicates_zh")
    alike, scores = items["gold"].to_numpy() == 1, items["similarity"].to_numpy(float)
    at = visit("duplicates_zh", threshold="0.3", outcome="missed")
    assert at.slider(key="threshold").value == pytest.approx(0.3)
    assert len(listed(at)) == thresholds.at(alike, scores, 0.3).missed > 0


def test_the_threshold_begins_at_the_best_f1(full: Path):
    best = items_of("duplicates_zh")["threshold"].iloc[0]
    assert visit("duplicates_zh").slider(key="threshold").value == pytest.approx(best, abs=0.01)


def test_any_precision_can_be_asked_for_and_where_none_is_promised_the_page_says_why(full: Path):
    items = items_of("duplicates_zh")
    alike, scores = items["gold"].to_numpy() == 1, items["similarity"].to_numpy(float)
    for wanted in (0.5, 0.99):
        at = visit("duplicates_zh", precision=str(wanted))
        assert at.number_input(key="precision").value == wanted
        rules = next(one.value for one in at.dataframe if "rule" in one.value)["rule"].tolist()
        found = thresholds.promised(alike, scores, wanted)
        assert (f"precision at least {wanted}, 95% sure" in rules) == (found is not None)
        assert ("cannot be promised" in said(at)) == (found is None)
    assert found is None


def test_a_cell_of_the_confusions_keeps_its_texts_only(full: Path):
    items = items_of("intents_zh")
    wrong = next(row for row in items.itertuples() if any(one != row.gold for one in row.predictions))
    other = next(one for one in wrong.predictions if one != wrong.gold)
    table = listed(visit("intents_zh", gold=wrong.gold, predicted=other))
    wanted = [row for row in items.itertuples() if row.gold == wrong.gold and other in list(row.predictions)]
    assert len(table) == len(wanted) and (table["label"] == wrong.gold).all()


def test_texts_that_never_lay_right_are_found(full: Path):
    items = items_of("tickets_zh")
    table = listed(visit("tickets_zh", wrong="never"))
    assert 0 < len(table) == (items["measure"] == 0).sum()


def test_in_a_slice_a_cluster_is_still_that_of_the_whole_dataset(full: Path):
    dataset, items = library.load("tickets_zh"), items_of("tickets_zh")
    row = next(one for _at, one in items.iterrows() if len(clusters.companions(items, one, 0)))
    slices.save("one", dataset, slices.of_items(dataset, items[items["item"] == row["item"]]))
    at = visit("tickets_zh", slice="one")
    slices.delete("tickets_zh", "one")
    assert at.metric[0].value == f"{np.mean(clusters.purity(items)):.3f}"
    assert not any("Nobody else" in text.value for text in at.text)


def test_a_cell_of_the_clusters_keeps_its_texts_only(full: Path):
    items = items_of("tickets_zh")
    table = clusters.contingency(items, 1)
    label, cluster = table.stack().idxmax()
    shown = listed(visit("tickets_zh", draw="2", label=str(label), cluster=str(cluster)))
    assert len(shown) == table.loc[label, cluster] and (shown["cluster"] == cluster).all()


def test_the_summaries_of_one_text_are_kept(full: Path):
    items = items_of("summaries_zh")
    name = items["text_id"].iloc[-1]
    assert len(listed(visit("summaries_zh", text=name))) == (items["text_id"] == name).sum()


def test_vectors_that_are_gone_are_named_and_harm_nothing(full: Path):
    at = visit("intents_zh", beside=OTHER)
    assert f"vectors of {OTHER} are no longer stored" in said(at)
    assert "The nearest training texts:" in said(at)


def test_a_run_of_a_folder_that_the_catalogue_does_not_name_is_shown_with_its_items(home: Path, tmp_path: Path):
    copied = shutil.copytree(checkpoints.locate(catalogue.find(OTHER)), tmp_path / "copied")
    run = evaluate.evaluate(catalogue.find(str(copied)), library.load("helpcentre_zh"))
    at = visit("helpcentre_zh", a="copied")
    assert at.selectbox(key="a").value == "copied" and len(listed(at)) == len(Results().items(run))


def test_a_second_model_that_is_taken_away_stays_away(full: Path):
    at = visit("sts_zh", beside=OTHER)
    at.selectbox(key="beside").set_value(None).run()
    assert at.selectbox(key="beside").value is None and "difference" not in listed(at)
    assert not at.query_params.get("beside")


def test_items_stand_in_the_order_of_any_number(full: Path):
    at = visit("helpcentre_zh", sort="recall_at_100", order="down")
    assert listed(at)["recall_at_10"].iloc[0] > 0
    wanted = items_of("helpcentre_zh").sort_values("recall_at_100", ascending=False, kind="stable")["item"].iloc[0]
    assert at.session_state["item"] == wanted


def test_swapping_shows_the_other_model_first(full: Path):
    at = visit("sts_zh", beside=OTHER)
    at.button(key="inspect.swap").click().run()
    assert (at.selectbox(key="a").value, at.selectbox(key="beside").value) == (OTHER, "tfidf")


@pytest.mark.parametrize("dataset", ["intents_zh", "helpcentre_zh", "sts_zh"])
def test_the_text_of_an_item_stands_beside_its_score_where_a_phone_shows_it(full: Path, dataset: str):
    first, second, *others = listed(visit(dataset, beside=OTHER)).columns
    assert first == "measure" and second in ("text", "sentence1") and "difference" in others


def test_whole_numbers_of_the_data_have_no_decimals_and_others_three():
    table = pd.DataFrame({"measure": [1.0], "id": [2], "share": [0.5]})
    in_duel = paired_outcomes.columns(table, ["id", "share"])
    for shown in (page_items.columns(table, ["id", "share"], ()), in_duel):
        assert shown["id"] == "id"
        assert shown["share"]["type_config"]["format"] == "%.3f"


def test_a_search_is_summed_up_by_where_the_right_answers_stand(full: Path):
    items = items_of("helpcentre_zh")
    ranks = [min((rank for rank in ranks if rank), default=0) for ranks in items["relevant_ranks"]]
    first, near = sum(rank == 1 for rank in ranks), sum(2 <= rank <= 10 for rank in ranks)
    told = visit("helpcentre_zh").info[0].value.replace("\\", "")
    assert f"{first} of {len(items)} queries have a right answer first, {near} more within the first ten." in told
    assert "wrong" not in told
    other = visit("duplicates_zh").info[0].value.replace("\\", "")
    assert "are wrong (per-item score below 0.50)" in other

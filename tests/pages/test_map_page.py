"""Does the map page show how models see the data, from the press of a button to the text that is looked at?"""

import json
import shutil
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from engine.datasets import library
from engine.encoding import store
from engine.jobs import queue, workers
from engine.maps import build, selection
from engine.models import catalogue
from engine.results import slices
from engine.results.store import Results
from engine.runs import evaluate
from engine.search import neighbours
from engine.storage import documents
from engine.types import Cancelled, Result
from pages.parts.map import colours
from pages.parts.scatter import MISSING, Hint, Lines, Now, Picture, Shades, pack, pack_colours, pack_points
from tests.pages.test_pages import visit

pytestmark = pytest.mark.usefixtures("fresh_caches")

PAGE = "pages/explore/map.py"
WANTED = {
    "dataset": "tickets_en",
    "models": ["tfidf"],
    "fields": ["documents"],
    "projection": "pca",
    "limit": 20_000,
}
LINK = {"dataset": "tickets_en", "models": "tfidf", "projection": "pca"}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory):
    """A home in which one map has been drawn."""
    home = tmp_path_factory.mktemp("drawn")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARALLAX_HOME", str(home))
        build.build(WANTED, lambda share, message: None)
        yield home
        for lane in workers.LANES:
            workers.stop(lane)


@pytest.fixture
def view(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> build.MapView:
    monkeypatch.setenv("PARALLAX_HOME", str(drawn))
    return build.find(WANTED)


def key(view: build.MapView) -> str:
    return f"map.{view.folder.name[:8]}"


def asked() -> list[tuple[str, ...]]:
    """What the jobs in the queue draw."""
    found = sorted((job.arguments["projection"], *job.arguments["models"]) for job in queue.jobs() if job.kind == "map")
    for lane in workers.LANES:
        workers.stop(lane)
    return found


def test_one_press_asks_for_the_map_whose_sketch_comes_first(home):
    at = visit(PAGE, dataset="tickets_en", models="tfidf", projection="umap")
    at.button(key="map.start").click().run()
    assert asked() == [("umap", "tfidf")]


def test_a_press_while_other_work_goes_on_has_another_worker_draw_the_preview(home):
    queue.submit("evaluate", {"model": "tfidf", "dataset": "tickets_en"})
    at = visit(PAGE, dataset="tickets_en", models="tfidf", projection="umap")
    at.button(key="map.start").click().run()
    assert asked() == [("pca", "tfidf"), ("umap", "tfidf")]


def test_a_link_to_a_model_that_is_not_there_says_so_and_draws_no_other_until_one_is_chosen(view):
    at = visit(PAGE, dataset="tickets_en", projection="pca", models="nomodel")
    for now in (at, at.run()):
        assert not now.exception and "colour" not in [one.key for one in now.selectbox]
        assert ["nomodel" in one.value for one in now.warning] == [True]
        assert now.multiselect(key="models").value == []
    at.multiselect(key="models").set_value(["tfidf"]).run()
    assert not at.warning and at.selectbox(key="colour")


def test_where_the_texts_lie_is_shown_before_anything_is_measured(home, monkeypatch):
    monkeypatch.setattr(build.layout, "describe", stopped)
    with pytest.raises(Cancelled):
        build.build(WANTED | {"projection": "umap"}, lambda share, message: None)
    at = visit(PAGE, **LINK | {"projection": "umap", "colour": "cluster.0"}, select="search:the")
    assert not at.exception
    assert any("as a preview" in one.value for one in at.caption)
    assert any("texts selected" in one.value for one in at.text)
    assert at.query_params["colour"] in ("cluster.0", ["cluster.0"])  # the link's choice waits for the map
    assert not at.dataframe


def stopped(*_: object, **__: object) -> None:
    raise Cancelled


def test_where_the_models_have_been_run_the_map_needs_no_press(home):
    evaluate.evaluate(catalogue.find("tfidf"), library.load("tickets_en"))
    for _visit in range(2):
        visit(PAGE, dataset="tickets_en", models="tfidf", projection="umap")
    visit(PAGE, dataset="tickets_en", models=["tfidf", "bm25"], projection="umap")
    assert asked() == [("umap", "tfidf")]  # bm25 has not been run, so its texts would be encoded


def test_where_vectors_were_thrown_away_the_map_asks_before_it_encodes_and_says_what_that_takes(home):
    evaluate.evaluate(catalogue.find("tfidf"), library.load("tickets_en"))
    for shelf in store.shelves():
        store.clear(shelf.key)
    at = visit(PAGE, dataset="tickets_en", models="tfidf", projection="umap")
    assert asked() == [] and at.button(key="map.start")
    said = [one.value for one in at.text]
    assert any("The texts are encoded first. Under a second" in one for one in said), said


def test_a_damaged_map_is_said_and_drawn_again_by_a_press(drawn, home):
    shutil.copytree(drawn / "maps", home / "maps")
    place = build.address(WANTED) / "map.json"
    place.write_bytes(b"{" + place.read_bytes()[1:].replace(b"1", b"7"))
    at = visit(PAGE, **LINK)
    assert not at.error and not at.exception
    assert any("is damaged, and not shown" in one.value for one in at.text)
    at.button("map.start").click().run(timeout=60)
    assert [dict(job.arguments)["projection"] for job in queue.jobs() if job.kind == "map"] == ["pca"]
    build.build(WANTED, lambda share, message: None)
    assert build.find(WANTED) is not None


def test_a_map_shows_how_far_to_trust_it(view):
    at = visit(PAGE, **LINK)
    assert not at.exception
    assert any("10 nearest texts" in text.value for text in at.text)
    table = next(one.value for one in at.dataframe if "trustworthiness" in one.value)
    assert table["trustworthiness"].between(0, 1).all()


def test_a_map_says_which_share_of_the_neighbours_was_found_and_all_of_them_can_be_asked_for(home, drawn, monkeypatch):
    shutil.copytree(drawn, home, dirs_exist_ok=True)
    assert not any("found approximately" in text.value for text in visit(PAGE, **LINK).text)
    st.cache_resource.clear()
    path = build.address(WANTED) / "map.json"
    known = documents.read(path)
    known["sides"][0]["recall"] = 0.987
    documents.write(path, known)
    monkeypatch.setattr(neighbours, "MANY", 10)
    at = visit(PAGE, **LINK)
    assert not at.exception
    assert any("approximately: 98% of the true ones, on a sample of 1,000" in text.value for text in at.text)
    at = visit(PAGE, **LINK, neighbours="exact")
    assert any("not been drawn yet" in text.value for text in at.text)


def address(view: build.MapView, point: int) -> str:
    return selection.address_of(view, point)


def listed(at) -> pd.DataFrame:
    return next(one.value for one in at.dataframe if "text" in one.value)


def test_a_link_selects_the_texts_that_its_rules_hold_and_lists_them(view):
    at = visit(PAGE, **LINK, select=[f"text:{address(view, point)}" for point in (3, 5, 8)])
    assert not at.exception
    assert listed(at)["text"].tolist() == view.texts().iloc[[3, 5, 8]].tolist()
    assert any("3 texts selected" in text.value for text in at.text)


def test_letters_select_and_the_selection_stands_in_the_address(view):
    at = visit(PAGE, **LINK)
    at.text_input(key="map.search").set_value("card").run()
    texts = view.texts()
    assert listed(at)["text"].tolist() == texts[texts.str.contains("card", case=False)].tolist() != []
    assert at.query_params["select"] == "search:card"
    at.button(key="map.clear").click().run()
    assert "select" not in at.query_params or not at.query_params["select"]


def test_what_the_browser_selects_is_what_python_lists(view):
    at = visit(PAGE, **LINK)
    told = {"rule": f"text:{address(view, 4)}", "add": False, "sent": 7}
    at.session_state[key(view)] = {"chosen": told, "picked": None, "front": None}
    at.session_state["select"], at.session_state["map.list"] = [told["rule"]], "chosen"
    at.run()
    assert listed(at)["text"].tolist() == [view.texts().iloc[4]]


def test_a_selection_is_kept_as_a_slice_and_the_slice_selects_it_again(view):
    at = visit(PAGE, **LINK, select=[f"text:{address(view, point)}" for point in (3, 5)])
    at.text_input(key="map.keep.name").set_value("two").run()
    at.button(key="map.keep.keep").click().run()
    assert slices.named("tickets_en")["two"].size == 2
    again = visit(PAGE, **LINK)
    again.selectbox(key="map.slice").set_value("two").run()
    assert listed(again)["text"].tolist() == view.texts().iloc[[3, 5]].tolist()
    slices.delete("tickets_en", "two")


def test_the_text_that_is_looked_at_is_shown_with_its_neighbours(view):
    at = visit(PAGE, **LINK, point=address(view, 7))
    assert at.code[0].value == view.texts().iloc[7]
    near = next(one.value for one in at.dataframe if "rank_a" in one.value)
    assert near["text"].tolist() == view.texts().iloc[view.graph(0).indices[7, :10]].tolist()


def test_the_geometry_of_a_space_and_its_hubs_are_shown_once_opened(view):
    at = visit(PAGE, **LINK)
    at.session_state["map.space"] = True
    at.run()
    assert not at.exception
    table = next(one.value for one in at.dataframe if "effective_rank" in one.value)
    assert table["effective_rank"].iloc[0] == view.sides[0].geometry.effective_rank
    hubs = next(one.value for one in at.dataframe if "share" in one.value)
    assert hubs["text"].iloc[0] == view.texts().iloc[view.points["named_0"].idxmax()]


@pytest.mark.parametrize("choice", ["data.label", "cluster.0", "characters", "trustworthy", "named"])
def test_a_map_can_be_coloured_by_what_a_link_says(view, choice):
    at = visit(PAGE, **LINK, colour=choice)
    assert not at.exception
    assert at.selectbox(key="colour").value == choice


def score(view: build.MapView) -> None:
    """A run in which the items went better and better."""
    items = pd.DataFrame(
        {"item": view.points["row"].astype(str), "document": view.points["row"], "row": view.points["row"]}
    )
    items["measure"] = np.linspace(0, 1, len(items))
    fingerprint = library.entries()["tickets_en"].fingerprint
    Results().save(Result("tfidf", "tickets_en", "clustering", {"v_measure": 0.5}, items, fingerprint, "key"))


def test_charts_whose_code_is_slow_to_load_follow_once_the_browser_has_drawn_the_map(view):
    score(view)
    at = visit(PAGE, **LINK)
    assert "per-item score under tfidf (0 to 1)" in [one.value for one in at.text]
    assert not at.get("plotly_chart")
    at.session_state["map.drawn"] = True
    at.run()
    assert len(at.get("plotly_chart")) == 1 and not at.exception


def test_points_can_be_coloured_by_how_well_their_items_went(view):
    score(view)
    count = len(view.points)
    found = colours.shades(view, "measure")
    np.testing.assert_allclose(found.values[0], np.linspace(0, 1, count), atol=1e-6)
    right = colours.shades(view, "right")
    assert [right.groups[code] for code in right.values[0][[0, -1]]] == ["wrong", "right"]
    assert colours.column(view, "right.0").value_counts().to_dict() == {
        "wrong": count // 2,
        "right": count - count // 2,
    }
    assert visit(PAGE, **LINK, colour="measure").selectbox(key="colour").value == "measure"


def test_right_and_wrong_have_the_same_colours_whichever_is_more_frequent():
    for known in (["wrong", "wrong", "right"], ["right", "right", "wrong"], ["wrong"]):
        found = colours.groups("right", "Right or wrong", [pd.Series(known)], {}, named=False)
        assert found.groups == ("right", "wrong")
        assert [found.groups[code] for code in found.values[0]] == known


def test_groups_beyond_the_palette_share_one_colour_and_none_is_no_group():
    labels = pd.Series([f"group {place}" for place in range(30) for _copy in range(40 - place)] + [None])
    found = colours.groups("x", "Label", [labels], {"group 0": "the first"}, named=True)
    shown = len(colours.GROUPS)
    assert found.groups[:2] == ("the first", "group 1") and found.keys[:2] == ("group 0", "group 1")
    assert len(found.groups) == shown + 1 and str(30 - shown) in found.groups[-1]
    assert found.values[0][-1] == MISSING
    assert found.named == shown
    assert len(found.palette) == 256


def test_numbers_are_coloured_between_their_outermost_hundredths():
    values = np.append(np.arange(1000.0), [np.nan, 1e9])
    low, high = colours.numbers("x", "Length", [values]).ends
    assert (low, high) == pytest.approx((10, 991), abs=1)


def opened(sent: bytes) -> tuple[dict, bytes]:
    (length,) = struct.unpack("<I", sent[:4])
    assert length % 4 == 0
    return json.loads(sent[4 : 4 + length]), sent[4 + length :]


def array(arrays: bytes, where: list) -> list:
    kind, start, count = where
    return np.frombuffer(arrays, kind, count, start).tolist()


def test_the_browser_gets_heavy_arrays_once_and_a_light_head_with_every_click():
    places = np.array([[0, 0], [0.5, -0.5], [1, 1]], np.float32)
    values = np.array([0, 1, MISSING], np.uint8)
    hint = Hint("label", ("<b>", "二"), np.array([0, 1, 65535], np.uint16))
    look = {"groups": ("A", "B"), "keys": ("a", "b"), "rules": ("data.x",), "hints": (hint,)}
    shades = Shades("x", "Label", (values,), palette=("#000000",) * 256, **look)
    shown = Picture("p", ("model",), (places,), np.array([0, 0, 1], np.uint8))
    head, arrays = opened(pack_points(shown))
    assert (head["keep"], head["solid"]) == ("p", False)
    assert array(arrays, head["panels"][0]) == places.ravel().tolist() and array(arrays, head["marks"]) == [0, 0, 1]
    head, arrays = opened(pack_colours(shown, shades))
    assert [group["key"] for group in head["groups"]] == ["a", "b"]
    assert array(arrays, head["values"][0]) == values.tolist()
    assert (array(arrays, head["extra"][0]["codes"]), head["extra"][0]["names"]) == ([0, 1, 65535], ["<b>", "二"])
    now = Now(2, (Lines((0,), (1,)),), "text:x:1", np.array([True, False, True]), heard=3)
    head, arrays = opened(pack(shown, shades, now))
    assert (head["picked"], head["lines"], head["count"], head["heard"]) == (2, [{"found": [0], "gold": [1]}], 2, 3)
    assert array(arrays, head["bits"]) == [0b10100000]

"""Does the map page show how models see the data, from the press of a button to the text that is looked at?"""

import json
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine import datasets, jobs, lanes, maps
from engine.store import Results
from engine.types import Result
from pages.parts.maps import colours
from pages.parts.scatter import MISSING, Focus, Hint, Picture, Shades, pack
from tests.test_pages import visit

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
        maps.build(WANTED, lambda share, message: None)
        yield home
        for lane in lanes.LANES:
            lanes.stop(lane)


@pytest.fixture
def view(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> maps.MapView:
    monkeypatch.setenv("PARALLAX_HOME", str(drawn))
    return maps.find(WANTED)


def key(view: maps.MapView) -> str:
    return f"map.{view.folder.name[:8]}"


def test_one_press_asks_for_the_preview_and_then_for_the_map(home):
    at = visit(PAGE, dataset="tickets_en", models="tfidf", projection="umap")
    at.button(key="map.start").click().run()
    asked = [job.arguments["projection"] for job in jobs.jobs() if job.kind == "map"]
    for lane in lanes.LANES:
        lanes.stop(lane)
    assert sorted(asked) == ["pca", "umap"]


def test_a_map_shows_how_far_to_trust_it(view):
    at = visit(PAGE, **LINK)
    assert not at.exception
    assert any("15 nearest texts" in text.value for text in at.text)
    table = next(one.value for one in at.dataframe if "trustworthiness" in one.value)
    assert table["trustworthiness"].between(0, 1).all()


def test_selected_points_are_listed_with_their_texts(view):
    at = visit(PAGE, **LINK)
    at.session_state[key(view)] = {"chosen": [3, 5, 8], "picked": None}
    at.session_state["map.list"] = "chosen"
    at.run()
    listed = next(one.value for one in at.dataframe if "text" in one.value)
    assert listed["text"].tolist() == view.texts().iloc[[3, 5, 8]].tolist()


def test_the_text_that_is_looked_at_is_shown_with_its_neighbours(view):
    at = visit(PAGE, **LINK)
    at.session_state[f"{key(view)}.point"] = 7
    at.run()
    assert at.code[0].value == view.texts().iloc[7]
    near = next(one.value for one in at.dataframe if "rank_a" in one.value)
    assert near["text"].tolist() == view.texts().iloc[view.graph(0).indices[7, :10]].tolist()


@pytest.mark.parametrize("choice", ["data.label", "cluster.0", "script", "characters", "kept", "named"])
def test_a_map_can_be_coloured_by_what_a_link_says(view, choice):
    at = visit(PAGE, **LINK, colour=choice)
    assert not at.exception
    assert at.selectbox(key="colour").value == choice


def test_points_can_be_coloured_by_how_well_their_items_went(view):
    count = len(view.points)
    items = pd.DataFrame(
        {"item": view.points["row"].astype(str), "document": view.points["row"], "row": view.points["row"]}
    )
    items["measure"] = np.linspace(0, 1, count)
    fingerprint = datasets.library()["tickets_en"].fingerprint
    Results().save(Result("tfidf", "tickets_en", "clustering", {"v_measure": 0.5}, items, fingerprint, "key"))
    found = colours.shades(view, "measure")
    np.testing.assert_allclose(found.values[0], np.linspace(0, 1, count), atol=1e-6)
    assert visit(PAGE, **LINK, colour="measure").selectbox(key="colour").value == "measure"


def test_groups_beyond_the_palette_share_one_colour_and_none_is_no_group():
    labels = pd.Series([f"group {place}" for place in range(30) for _copy in range(40 - place)] + [None])
    found = colours.groups("x", "Label", labels, 1, named=True)
    shown = len(colours.GROUPS)
    assert found.groups[:2] == ("group 0", "group 1")
    assert len(found.groups) == shown + 1 and str(30 - shown) in found.groups[-1]
    assert found.values[0][-1] == MISSING
    assert found.named == shown
    assert len(found.palette) == 256


def test_numbers_are_coloured_between_their_outermost_hundredths():
    values = np.append(np.arange(1000.0), [np.nan, 1e9])
    low, high = colours.numbers("x", "Length", [values]).ends
    assert (low, high) == pytest.approx((10, 991), abs=1)


def test_the_browser_gets_a_head_and_the_arrays_behind_it():
    places = np.array([[0, 0], [0.5, -0.5], [1, 1]], np.float32)
    values = np.array([0, 1, MISSING], np.uint8)
    shades = Shades("x", "Label", (values,), palette=("#000000",) * 256, groups=("a", "b"))
    hint = Hint("label", ("<b>", "二"), np.array([0, 1, 65535], np.uint16))
    sent = pack(Picture("p", ("model",), (places,)), shades, [hint], focus=Focus(2, ((0, 1),)))
    (length,) = struct.unpack("<I", sent[:4])
    head, arrays = json.loads(sent[4 : 4 + length]), sent[4 + length :]
    assert length % 4 == 0
    assert (head["count"], head["picked"], head["lines"]) == (3, 2, [[0, 1]])
    assert [group["count"] for group in head["groups"]] == [1, 1]

    def array(where: list) -> np.ndarray:
        kind, start, count = where
        return np.frombuffer(arrays, kind, count, start)

    assert array(head["panels"][0]["places"]).tolist() == places.ravel().tolist()
    assert array(head["panels"][0]["values"]).tolist() == values.tolist()
    assert array(head["extra"][0]["codes"]).tolist() == [0, 1, 65535]
    assert head["extra"][0]["names"] == ["<b>", "二"]

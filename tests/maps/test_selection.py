"""Do rules select the points that they describe, on the map they were made on and on any other?"""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from engine.maps import layout, neighbour_changes, selection
from engine.maps.build import MapView
from engine.maps.layout import Sight
from engine.search import neighbours
from tests.maps.test_build import HELD, quiet


def seen(count: int = 200, **columns: object) -> MapView:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, count))
    table = pd.DataFrame({"field": "documents", "row": np.arange(count) * 2, "x_0": x, "y_0": y})
    return MapView(Path("abcdef01"), {"dataset": "d"}, (SimpleNamespace(model="m"),), table.assign(**columns), count)


def rows(view: MapView, *rules: str) -> list[int]:
    texts = pd.Series([f"text {at}" for at in range(len(view.points))])
    mask = selection.chosen(view, rules, column=lambda name: view.points[name], texts=texts, shown=2)
    return np.flatnonzero(mask).tolist()


def test_a_closed_line_holds_what_lies_inside_it():
    square = np.array([[0, 0], [2, 0], [2, 2], [0, 2]], float)
    places = np.array([[1, 1], [3, 1], [-1, 1], [1.9, 0.1], [1, 2.1]], np.float32)
    assert selection.inside(places, square).tolist() == [True, False, False, True, False]
    arrow = np.array([[0, 0], [2, 0], [2, 2], [1, 0.5]], float)
    assert selection.inside(np.array([[0.6, 0.5], [1.8, 1]], np.float32), arrow).tolist() == [False, True]


def test_a_lasso_selects_in_the_frame_that_the_browser_sees(monkeypatch):
    view = seen()
    monkeypatch.setattr(selection.build, "load", lambda folder: view)
    (places,) = selection.fitted(view.points, 1)
    inside = (np.abs(places) < 0.5).all(axis=1)
    found = rows(view, "lasso:abcdef01:0::-0.5 -0.5 0.5 -0.5 0.5 0.5 -0.5 0.5")
    assert found == np.flatnonzero(inside).tolist() != []


def test_several_rules_hold_what_any_holds_and_unknown_ones_hold_nothing():
    view = seen(10, label=["a", "a", "a", "b", "b", "c", "d", None, None, None], share=np.linspace(0, 1, 10))
    assert rows(view, "group:label:b") == [3, 4]
    assert rows(view, "group:label:…") == [5, 6]  # beyond the two that the legend shows
    assert rows(view, "range:share:0.5:1", "text:documents:4") == [2, 5, 6, 7, 8, 9]
    assert rows(view, "search:TEXT 7") == [7]
    gone = (
        "lasso:zz:0::1 2",
        "group:gone:x",
        "range:share:x:y",
        "slice:gone",
        "text:documents:x",
        "nothing",
        "search:",
        "",
    )
    assert rows(view, *gone) == []


def test_a_point_has_the_address_of_its_text():
    view = seen(10)
    assert selection.address_of(view, 3) == "documents:6"
    assert [selection.point_at(view, one) for one in ("documents:6", "documents:7", "x", "queries:6")] == [
        3,
        None,
        None,
        None,
    ]
    assert selection.rows_of(view, np.arange(10) < 2)["documents"].tolist() == [0, 2]


def test_a_turn_in_space_keeps_distances_from_the_axis_of_sight():
    places = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    np.testing.assert_allclose(selection.turned(places, 0, 0), places[:, :2])
    np.testing.assert_allclose(selection.turned(places, np.pi / 2, 0), [[0, 0], [0, 1], [1, 0]], atol=1e-6)
    np.testing.assert_allclose(selection.turned(places, 0, np.pi / 2), [[1, 0], [0, 0], [0, -1]], atol=1e-6)


def two_models(count: int = 1000, moved: int = 200) -> tuple[MapView, np.ndarray]:
    """Twenty groups under one model; under the other, some texts have wandered into other groups."""
    rng = np.random.default_rng(0)
    member = np.arange(count) % 20
    x = (4 * np.eye(32)[member] + rng.normal(size=(count, 32))).astype(np.float32)
    y, gone = x + rng.normal(size=x.shape).astype(np.float32) * 0.1, np.sort(rng.choice(count, moved, replace=False))
    y[gone] = 4 * np.eye(32)[(member[gone] + 7) % 20] + rng.normal(size=(moved, 32))
    sights = [Sight(name, one, neighbours.graph(one), name) for name, one in (("a", x), ("b", y))]
    places = layout.place("pca", sights, seed=1, step=quiet)
    parts = [layout.describe(at, sights, places, texts=[""] * count, held=HELD, seed=1) for at in (0, 1)]
    table = pd.DataFrame({"field": "documents", "row": range(count), "script": "Latin", "language": "en"})
    for at, (_side, columns) in enumerate(parts):
        table = table.join(columns.add_suffix(f"_{at}"))
    table["data.wandered"] = np.where(np.isin(np.arange(count), gone), "yes", "no")
    return MapView(Path("two"), {}, tuple(side for side, _columns in parts), table, count), gone


@pytest.fixture(scope="module")
def moved():
    return two_models()


def test_texts_whose_vectors_were_moved_are_those_seen_most_differently(moved):
    view, gone = moved
    most = view.points["overlap_1"].sort_values(kind="stable").index[: len(gone)]
    assert np.isin(gone, most).mean() > 0.95


def test_the_group_that_moved_is_the_one_seen_most_differently(moved):
    view, _ = moved
    table = neighbour_changes.groups(view, 1)
    assert table.iloc[0][["column", "group", "texts"]].tolist() == ["data.wandered", "yes", 200]
    assert (
        neighbour_changes.distribution(
            view.points["overlap_1"], (view.points["data.wandered"] == "yes").to_numpy()
        ).sum()
        == 200
    )


def test_the_overlap_of_two_models_is_that_of_a_plain_count():
    a, b = (neighbours.graph(one) for one in (np.random.default_rng(seed).normal(size=(50, 4)) for seed in (1, 2)))
    for row in range(50):
        one, two = set(a.indices[row, :10]), set(b.indices[row, :10])
        assert neighbours.jaccard(a, b)[row] == pytest.approx(len(one & two) / len(one | two))
        depths = [len({*a.indices[row, :k]} & {*b.indices[row, :k]}) / k for k in range(1, 11)]
        assert neighbours.ranked_overlap(a, b)[row] == pytest.approx(np.mean(depths), abs=1e-6)

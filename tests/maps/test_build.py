"""Do maps hold the right points, named groups, and pictures that lie on one another?"""

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from engine.datasets import library
from engine.maps import build, layout, neighbour_changes, points
from engine.maps.layout import Sight
from engine.maps.sights import Seen, with_neighbours
from engine.models import catalogue
from engine.runs import evaluate
from engine.search import neighbours
from engine.texts import keywords
from engine.types import Cancelled, Dataset, Message, UserError


def quiet(share: float, message: Message) -> None:
    assert 0 <= share <= 1


def topics() -> Dataset:
    table = pd.DataFrame(
        {
            "text": ["red apple", "green apple", "red apple", "fast train", "late train", "快速列车"],
            "label": ["fruit", "fruit", "fruit", "rail", "rail", "rail"],
            "source": ["web"] * 6,
            "year": [2001, 2002, 2003, 2004, 2005, 2006],
        }
    )
    return Dataset("topics", "clustering", {"documents": table})


def retrieval(documents: int) -> Dataset:
    corpus = pd.DataFrame(
        {"id": [f"d{n}" for n in range(documents)], "title": "", "text": [f"text {n}" for n in range(documents)]}
    )
    queries = pd.DataFrame({"id": ["q0", "q1"], "text": ["what is 0", "what is 1"]})
    qrels = pd.DataFrame({"query_id": ["q0", "q1"], "corpus_id": ["d0", "d1"], "score": [1, 1]})
    return Dataset("found", "retrieval", {"corpus": corpus, "queries": queries, "qrels": qrels})


def test_every_different_text_is_one_point_and_says_how_often_it_stands_there():
    table, total = points.choose(topics(), ["documents"], limit=None, seed=42)
    assert total == 5
    assert table["text"].tolist() == ["red apple", "green apple", "fast train", "late train", "快速列车"]
    assert table["copies"].tolist() == [2, 1, 1, 1, 1]
    assert table["row"].tolist() == [0, 1, 3, 4, 5]


def test_points_can_be_coloured_by_the_datasets_own_columns_that_tell_them_apart():
    table, _ = points.choose(topics(), ["documents"], limit=None, seed=42)
    assert table["data.label"].tolist() == ["fruit", "fruit", "rail", "rail", "rail"]
    assert table["data.year"].tolist() == [2001, 2002, 2004, 2005, 2006]
    assert "data.source" not in table  # the same everywhere


def test_labels_that_are_numbers_or_lists_are_names():
    dataset = topics()
    dataset.tables["documents"]["label"] = [1, 1, 1, 2, 2, 2]
    table, _ = points.choose(dataset, ["documents"], limit=None, seed=42)
    assert table["data.label"].tolist() == ["1", "1", "2", "2", "2"]
    dataset.tables["documents"]["label"] = pd.Series([["a", "b"]] * 3 + [["a"]] * 3)
    table, _ = points.choose(dataset, ["documents"], limit=None, seed=42)
    assert table["data.label"].tolist() == ["a / b", "a / b", "a", "a", "a"]


def test_points_know_their_length_and_their_writing():
    table, _ = points.choose(topics(), ["documents"], limit=None, seed=42)
    assert table["characters"].tolist() == [9, 11, 10, 10, 4]
    assert table["script"].tolist() == ["Latin"] * 4 + ["Han"]


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("東京は大きい", "Japanese"),
        ("안녕하세요", "Hangul"),
        ("Привет", "Cyrillic"),
        ("مرحبا", "Arabic"),
        ("123 😀", "other"),
    ],
)
def test_the_writing_of_a_text_is_told_by_its_letters(text, script):
    assert points.scripts(pd.Series([text])).tolist() == [script]


def test_a_large_field_gives_a_random_sample_and_never_crowds_out_a_small_one():
    table, total = points.choose(retrieval(500), ["corpus", "queries"], limit=100, seed=42)
    assert total == 502
    assert table["field"].value_counts().to_dict() == {"corpus": 98, "queries": 2}
    rows = table[table["field"] == "corpus"]["row"]
    assert rows.is_monotonic_increasing
    assert rows.max() > 400
    again, _ = points.choose(retrieval(500), ["corpus", "queries"], limit=100, seed=42)
    pd.testing.assert_frame_equal(table, again)
    other, _ = points.choose(retrieval(500), ["corpus", "queries"], limit=100, seed=7)
    assert other["row"].tolist() != table["row"].tolist()


def test_texts_that_a_dataset_does_not_have_are_answered_with_those_it_has():
    with pytest.raises(UserError, match="topics has no texts called corpus; it has documents"):
        points.choose(topics(), ["corpus"], limit=None, seed=42)


def test_how_well_items_went_is_the_mean_over_the_items_with_that_text():
    items = pd.DataFrame({"item": ["0", "1", "2"], "document": [0, 1, 2], "row": [0, 1, 2], "measure": [1.0, 0.5, 0.0]})
    found = points.measures(topics(), items, pd.Series(["red apple", "green apple", "fast train"]))
    np.testing.assert_allclose(found, [0.5, 0.5, np.nan])


def test_a_picture_that_is_only_turned_mirrored_scaled_and_moved_comes_to_lie_on_the_first():
    first = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    turn = np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    other = (first * [1, -1] @ turn * 7 + [3, -2]).astype(np.float32)
    found = layout.onto(first, other)
    np.testing.assert_allclose(found, first, atol=1e-4)
    assert layout.agreement(first, found) == pytest.approx(1)


def test_pictures_that_have_nothing_in_common_agree_by_almost_nothing():
    rng = np.random.default_rng(0)
    first, other = rng.normal(size=(2, 2000, 2)).astype(np.float32)
    assert layout.agreement(first, layout.onto(first, other)) == pytest.approx(0, abs=0.01)


def test_equal_places_lie_on_any_picture_without_harm():
    assert np.isfinite(layout.onto(np.ones((4, 2), np.float32), np.zeros((4, 2), np.float32))).all()


def test_a_picture_laid_onto_another_is_as_wide_however_little_they_agree():
    rng = np.random.default_rng(0)
    first, other = rng.normal(size=(2, 500, 2)).astype(np.float32)
    found = layout.onto(first, other * 9)
    assert (found - found.mean(axis=0)).std() == pytest.approx((first - first.mean(axis=0)).std(), rel=1e-4)


def test_groups_are_named_by_words_that_the_others_do_not_have():
    texts = [
        "app card stolen",
        "my app card got lost",
        "app lost card",
        "app rate",
        "what app rate today",
        "best app rate",
    ]
    assert [names[0] for names in keywords.keywords(texts, np.array([0, 0, 0, 1, 1, 1]))] == ["card", "rate"]


def test_words_that_say_nothing_about_the_subject_name_no_group():
    texts = ["about a wallet", "about the wallet", "about my wallet", "train", "late train", "fast train"]
    assert [names[0] for names in keywords.keywords(texts, np.array([0, 0, 0, 1, 1, 1]))] == ["wallet", "train"]


def test_chinese_groups_are_named_by_words_and_not_by_characters_or_stop_words():
    texts = ["我的基金跌了", "基金怎么买", "买基金的时候", "火箭赢了比赛", "这场比赛很精彩", "比赛的结果"]
    assert [names[0] for names in keywords.keywords(texts, np.array([0, 0, 0, 1, 1, 1]))] == ["基金", "比赛"]


def test_a_group_without_words_has_no_name():
    assert keywords.keywords(["1", "2", "word", "word"], np.array([0, 0, 1, 1])) == [[], ["word"]]


HELD = (np.array([[0, 3]]), np.array([[0, 1]]))


def sights(count: int = 90) -> list[Sight]:
    """Two models: one sees three groups, the other the same groups with its second half thrown about."""
    rng = np.random.default_rng(0)
    x = (6 * np.eye(12)[np.arange(count) % 3] + rng.normal(size=(count, 12))).astype(np.float32)
    y = x.copy()
    y[count // 2 :] = rng.normal(size=(count - count // 2, 12))
    return [Sight(name, one, neighbours.graph(one), name) for name, one in (("a", x), ("b", y))]


def test_the_columns_of_a_model_say_what_its_picture_keeps_and_what_it_sees_otherwise():
    two = sights()
    texts = [["apple pie", "train rail", "song note"][row % 3] for row in range(90)]
    places = layout.place("pca", two, seed=42, step=quiet)
    first, columns = layout.describe(0, two, places, texts=texts, held=HELD, seed=42)
    other, changed = layout.describe(1, two, places, texts=texts, held=HELD, seed=42)
    assert columns["overlap"].tolist() == [1] * 90
    assert changed["overlap"][:45].mean() > changed["overlap"][45:].mean() + 0.2
    assert first.agreement == pytest.approx(1)
    assert 0 < other.agreement < 1
    assert first.trust.trustworthiness > 0.8
    np.testing.assert_array_equal(places[0], columns[["x", "y"]])


def test_the_share_of_neighbours_in_common_is_counted_out_of_ten_and_not_by_those_of_either():
    assert neighbour_changes.in_common(np.array([5 / 15, 1.0, 0.0, np.nan])) == pytest.approx(0.5)


def test_approximate_neighbours_are_kept_apart_from_exact_ones_and_a_side_says_their_recall(tmp_path, monkeypatch):
    monkeypatch.setenv("PARALLAX_HOME", str(tmp_path))
    monkeypatch.setattr(neighbours, "MANY", 20)
    seen = Seen("a", "key", sights()[0].vectors)
    table = pd.DataFrame({"field": "documents", "text": [f"text {row}" for row in range(90)]})
    near, all_of_them = (with_neighbours(seen, table, exact=exact, step=quiet) for exact in (False, True))
    assert near.name != all_of_them.name
    assert all_of_them.graph.recall is None
    assert 0.9 < near.graph.recall <= 1
    places = layout.place("pca", [near], seed=42, step=quiet)
    side, _ = layout.describe(0, [near], places, texts=table["text"].tolist(), held=HELD, seed=42)
    assert side.recall == near.graph.recall
    assert with_neighbours(seen, table, step=quiet).graph.recall == near.graph.recall  # from the disk


def test_a_map_of_all_neighbours_has_an_address_of_its_own(home):
    wanted = {"dataset": "tickets_en", "models": ["tfidf"], "fields": ["documents"]}
    assert build.address(wanted) != build.address(wanted | {"exact": True})


def test_sparse_vectors_with_wide_places_have_groups_too():
    x = sparse.csr_array(np.repeat(np.eye(4, dtype=np.float32), 25, axis=0))
    x.indices, x.indptr = x.indices.astype(np.int64), x.indptr.astype(np.int64)
    assert np.bincount(layout.clusters(x, seed=1)).sum() == 100


def test_groups_are_found_in_full_dimension_and_numbered_by_size():
    x = np.repeat(np.eye(4, dtype=np.float32), [50, 30, 15, 5], axis=0)
    x += np.random.default_rng(0).normal(size=x.shape).astype(np.float32) * 0.01
    sizes = np.bincount(layout.clusters(x, seed=1))
    assert sizes.tolist() == sorted(sizes, reverse=True)
    assert len(sizes) == 2  # √(100 / 20)


WANTED = {"dataset": "tickets_en", "models": ["tfidf"], "fields": ["documents"], "projection": "pca", "limit": 120}


def test_a_map_of_a_model_that_was_run_takes_its_vectors_and_loads_no_model(home, monkeypatch):
    dataset = library.save("topics", "clustering", topics().tables)
    wanted = {"dataset": "topics", "models": ["tfidf"], "fields": ["documents"], "projection": "pca"}
    before = build.load(Path(build.build(wanted, quiet)))
    evaluate.evaluate(catalogue.find("tfidf"), dataset)
    shutil.rmtree(before.folder)
    monkeypatch.delattr(catalogue, "load")
    after = build.load(Path(build.build(wanted, quiet)))
    assert after.sides[0].graph == before.sides[0].graph
    np.testing.assert_allclose(after.points[["x_0", "y_0"]], before.points[["x_0", "y_0"]], atol=1e-5)


def test_a_map_is_made_once_and_found_again(home):
    assert build.find(WANTED) is None
    folder = build.build(WANTED, quiet)
    view = build.find(WANTED)
    assert str(view.folder) == folder
    assert len(view.points) == len(view.texts()) == 120 < view.total
    assert {
        "x_0",
        "y_0",
        "kept_0",
        "named_0",
        "cluster_0",
        "overlap_0",
        "jaccard_0",
        "trustworthy_0",
        "continuous_0",
        "data.label",
    } <= set(view.points)
    written = (view.folder / "points.parquet").stat().st_mtime_ns
    assert build.build(WANTED, quiet) == folder
    assert (view.folder / "points.parquet").stat().st_mtime_ns == written


def test_another_model_projection_or_dataset_has_a_map_of_its_own(home):
    others = [
        {"models": ["bm25"]},
        {"models": ["tfidf", "bm25"]},
        {"projection": "umap"},
        {"dataset": "tickets_zh"},
        {"limit": None},
        {"seed": 1},
    ]
    assert len({build.address(WANTED | other) for other in [{}, *others]}) == 1 + len(others)


def test_a_projection_draws_no_more_points_than_it_can_take(home):
    all_texts, most = WANTED | {"projection": "tsne", "limit": None}, WANTED | {"projection": "tsne", "limit": 5_000}
    assert build.address(all_texts) == build.address(most) != build.address(most | {"limit": 4_000})
    assert build.address(WANTED | {"limit": None}) != build.address(WANTED | {"limit": 200_000})


def test_a_map_is_made_anew_once_its_dataset_has_changed(home):
    table = topics().tables["documents"]
    library.save("mine", "clustering", {"documents": table})
    before = build.address(WANTED | {"dataset": "mine"})
    library.save("mine", "clustering", {"documents": table.assign(text=table["text"] + "!")}, replace=True)
    assert build.address(WANTED | {"dataset": "mine"}) != before


def test_work_that_is_stopped_leaves_no_map_behind(home):
    def stop(share: float, message: Message) -> None:
        if share >= 0.6:
            raise Cancelled

    with pytest.raises(Cancelled):
        build.build(WANTED, stop)
    assert build.find(WANTED) is None


def test_neighbours_are_told_apart_by_who_holds_them_near(home):
    a = neighbours.Graph(np.array([[1, 2, 3]], np.int32), np.array([[0.1, 0.2, 0.3]], np.float32))
    b = neighbours.Graph(np.array([[2, 4, 1]], np.int32), np.array([[0.1, 0.2, 0.3]], np.float32))
    neighbours.keep("a", a)
    neighbours.keep("b", b)
    sides = tuple(SimpleNamespace(graph=name) for name in "ab")
    view = build.MapView(home, {}, sides, pd.DataFrame(), 5)
    near = build.around(view, 0, 0, 1, k=2)
    assert near[["row", "side"]].to_numpy().tolist() == [[2, "both"], [1, "a"], [4, "b"]]
    assert near["rank_a"].tolist()[:2] == [2, 1]
    assert near["rank_b"].tolist() == [1, 3, 2]
    assert near["similarity_b"].tolist() == pytest.approx([0.9, 0.7, 0.8])


def test_neighbours_that_were_deleted_from_the_disk_are_none(home):
    view = build.MapView(home, {}, (SimpleNamespace(graph="gone"),), pd.DataFrame(), 5)
    assert build.around(view, 0, 0, 0).empty

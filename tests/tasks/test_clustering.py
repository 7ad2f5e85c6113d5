import json

import numpy as np
import pandas as pd
import pytest
from mteb.abstasks.clustering import AbsTaskClustering
from mteb.abstasks.clustering_legacy import AbsTaskClusteringLegacy
from scipy import sparse
from sklearn.metrics import v_measure_score

from engine.compute.parallel import one_core_each
from engine.metrics.clustering import coinciding, one_for_equals
from engine.tasks.clustering import TASK
from engine.types import BadDataset, Dataset
from tests.oracle_tasks import differences, ours, theirs

SMALL = {"max_documents_per_cluster": 600, "n_clusters": 3, "k_mean_batch_size": 128}


def blobs(n: int, kinds: int, seed: int = 0) -> tuple[list[int], dict]:
    """Labels of n documents and the vectors of their texts: overlapping clouds with thirty duplicates."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(kinds, size=n)
    points = (rng.normal(size=(kinds, 16))[labels] + rng.normal(size=(n, 16))).astype(np.float32)
    points[:30] = points[0]
    return labels.tolist(), {f"document {row}": point for row, point in enumerate(points)}


def documents(vectors: dict, labels: list, **more) -> Dataset:
    settings = more.pop("settings", SMALL)
    return Dataset(
        "documents",
        "clustering",
        {"documents": pd.DataFrame({"text": list(vectors), "label": labels, **more})},
        settings=settings,
    )


def mteb_fast(vectors: dict, labels: list, **settings) -> dict:
    columns = {"sentences": list(vectors), "labels": labels}
    settings = {"max_fraction_of_documents_to_embed": None, **settings}
    return theirs(
        AbsTaskClustering, {"test": columns}, vectors, task_type="Clustering", main_score="v_measure", **settings
    )


def levels(labels: list[int], kind: type) -> list[list]:
    """A second level under most labels, none under the others."""
    return [[kind(label), kind(10 * label + row % 3)][: 1 + (row % 5 > 0)] for row, label in enumerate(labels)]


@pytest.mark.parametrize(
    "limit",
    [{}, {"max_fraction_of_documents_to_embed": 0.3}, {"max_document_to_embed": 90}, {"max_document_to_embed": 9999}],
)
@pytest.mark.parametrize("write", [list, lambda labels: [f"kind {label}" for label in labels]])
def test_fast_scores_equal_those_of_mteb(write, limit):
    labels, vectors = blobs(400, 5)
    settings = SMALL | limit
    scores = TASK.metrics(ours(TASK, documents(vectors, write(labels), settings=settings), vectors))
    assert differences(scores, mteb_fast(vectors, write(labels), **settings)) == []


@pytest.mark.parametrize("kind", [int, str])
@pytest.mark.parametrize("depth", [None, 1, 9])
def test_hierarchical_scores_equal_those_of_mteb_level_by_level(kind, depth):
    labels, vectors = blobs(300, 3)
    settings = SMALL | {"max_depth": depth}
    deep = levels(labels, kind)
    items = ours(TASK, documents(vectors, deep, settings=settings), vectors)
    assert differences(TASK.metrics(items), mteb_fast(vectors, deep, **settings)) == []
    assert items["item"].is_unique


def test_levels_may_be_written_as_json():
    labels, vectors = blobs(200, 3)
    deep = levels(labels, str)
    items = [ours(TASK, documents(vectors, write), vectors) for write in (deep, [json.dumps(one) for one in deep])]
    pd.testing.assert_frame_equal(*items)


def test_whole_number_labels_of_minus_one_are_left_out_as_in_mteb():
    labels, vectors = blobs(200, 4)
    labels = [label - 1 for label in labels]
    items = ours(TASK, documents(vectors, labels), vectors)
    assert "-1" not in set(items["label"])
    assert differences(TASK.metrics(items), mteb_fast(vectors, labels, **SMALL)) == []


@pytest.mark.parametrize("labels", [["one"] * 40, [f"kind {row}" for row in range(40)]])
def test_one_label_for_all_and_a_label_for_each_score_as_in_mteb(labels):
    vectors = {f"document {row}": np.eye(40, dtype=np.float32)[row] for row in range(40)}  # no two centres coincide
    scores = TASK.metrics(ours(TASK, documents(vectors, labels), vectors))
    assert differences(scores, mteb_fast(vectors, labels, **SMALL)) == []


@pytest.mark.parametrize("write", [np.asarray, sparse.csr_array])
def test_equal_vectors_lie_in_one_cluster_where_there_are_more_clusters_than_vectors(write):
    _, vectors = blobs(40, 1)  # thirty of them are equal
    dataset = documents(vectors, [f"kind {row}" for row in range(40)])
    items = TASK.judge(dataset, {"documents": write(np.stack(list(vectors.values())))}, "cosine")
    assert all(np.unique(column).size == 1 for column in np.array(items["clusters"].tolist())[:30].T)


def test_centres_that_differ_by_rounding_only_are_one_and_others_are_not():
    rng, eps = np.random.default_rng(0), np.finfo(np.float32).eps
    centres = rng.normal(size=(9, 64)).astype(np.float32)
    centres[4], centres[7] = centres[1] * (1 + 2 * eps), np.nextafter(centres[1], np.float32(9))
    centres[8] = centres[5] * (1 + 1000 * eps)
    assert coinciding(centres).tolist() == [0, 1, 2, 3, 1, 5, 6, 1, 8]
    assert coinciding(np.zeros((3, 4))).tolist() == [0, 0, 0]


@pytest.mark.parametrize("write", [np.asarray, sparse.csr_array])
def test_where_equal_vectors_were_told_apart_the_first_one_decides(write):
    vectors = write(np.array([[0.0, 1], [2, 0], [-0.0, 1], [2, 0], [1, 1]]))
    assert one_for_equals(np.array([3, 1, 2, 3, 2]), vectors).tolist() == [3, 1, 3, 1, 2]


def test_legacy_scores_equal_those_of_mteb_and_a_set_with_one_label_is_not_embedded():
    labels, vectors = blobs(500, 4)
    sets = ["b"] * 200 + ["a"] * 40 + ["c"] * 260
    labels[200:240] = [2] * 40
    dataset = documents(vectors, labels, set=sets, settings={"variant": "legacy"})
    texts = list(vectors)
    assert TASK.texts(dataset)["documents"].items == texts[:200] + texts[240:]
    cut = [slice(0, 200), slice(200, 240), slice(240, 500)]
    columns = {"sentences": [texts[one] for one in cut], "labels": [labels[one] for one in cut]}
    expected = theirs(
        AbsTaskClusteringLegacy, {"test": columns}, vectors, task_type="Clustering", main_score="v_measure"
    )
    items = ours(TASK, dataset, vectors)
    assert len(items) == 500
    assert differences(TASK.metrics(items), expected) == []
    assert TASK.resampled(items, np.ones((1, 500), int))["v_measure"][0] == pytest.approx(expected["v_measure"])


def test_documents_that_name_their_sets_are_clustered_set_by_set_unless_told_otherwise():
    labels, vectors = blobs(60, 2)
    sets = ["a"] * 30 + ["b"] * 30
    assert len(TASK.metrics(ours(TASK, documents(vectors, labels, set=sets, settings={}), vectors))["v_measures"]) == 2
    fast = documents(vectors, labels, set=sets, settings=SMALL | {"variant": "fast"})
    assert differences(TASK.metrics(ours(TASK, fast, vectors)), mteb_fast(vectors, labels, **SMALL)) == []


def test_sparse_vectors_give_the_clusters_of_the_same_dense_ones():
    labels, vectors = blobs(200, 3)
    dataset = documents(vectors, labels)
    dense = np.stack(list(vectors.values())).astype(np.float64)
    one, two = (TASK.judge(dataset, {"documents": form}, "cosine") for form in (dense, sparse.csr_array(dense)))
    assert TASK.metrics(one)["v_measure"] == pytest.approx(TASK.metrics(two)["v_measure"], abs=1e-6)


def test_the_measure_is_the_share_of_runs_in_which_a_document_lies_among_its_own():
    vectors = {f"text {row}": np.float32([row < 3, row >= 3]) for row in range(6)}
    items = ours(TASK, documents(vectors, ["a", "a", "b", "b", "b", "b"]), vectors)
    assert (
        items["measure"].tolist()[:2] == [1, 1] or items["measure"].tolist()[2] == 1
    )  # a and b share the first cluster
    assert items["measure"].tolist()[3:] == [1, 1, 1]
    assert items["measure"].tolist()[0] + items["measure"].tolist()[2] == 1
    assert all(len(row) == 3 for row in items["clusters"]) and all(sum(row) > 0 for row in items["counts"])


def test_documents_that_are_never_drawn_are_not_judged_and_undrawn_runs_have_no_cluster():
    labels, vectors = blobs(300, 2)
    items = ours(TASK, documents(vectors, labels, settings={"max_documents_per_cluster": 60, "n_clusters": 2}), vectors)
    clusters, counts = (np.array(items[name].tolist()) for name in ("clusters", "counts"))
    assert 0 < len(items) <= 120
    assert ((clusters == -1) == (counts == 0)).all()
    assert counts.sum(axis=0).tolist() == [60, 60]


def test_resampled_v_measure_equals_that_of_the_documents_written_out():
    labels, vectors = blobs(150, 3)
    items = ours(TASK, documents(vectors, levels(labels, str)), vectors)
    counts = np.random.default_rng(1).multinomial(len(items), np.full(len(items), 1 / len(items)), size=4)
    found = TASK.resampled(items, np.vstack([np.ones((1, len(items)), int), counts]))["v_measure"]
    assert found[0] == pytest.approx(TASK.metrics(items)["v_measure"], abs=1e-12)
    for draw, value in zip(counts, found[1:], strict=True):
        expected = []
        for level in (0, 1):
            rows = (items["level"] == level).to_numpy()
            for run in range(3):
                weight = draw[rows] * np.array([row[run] for row in items.loc[rows, "counts"]])
                cluster = np.array([row[run] for row in items.loc[rows, "clusters"]])
                expected.append(
                    v_measure_score(np.repeat(items.loc[rows, "label"], weight), np.repeat(cluster, weight))
                )
        assert value == pytest.approx(np.mean(expected), abs=1e-12)


def test_settings_that_embed_nothing_or_contradict_each_other_are_told():
    labels, vectors = blobs(20, 2)
    with pytest.raises(BadDataset, match="None of the 20 documents"):
        TASK.texts(documents(vectors, labels, settings={"max_fraction_of_documents_to_embed": 0.04}))
    with pytest.raises(BadDataset, match="set one of them"):
        TASK.texts(
            documents(vectors, labels, settings={"max_fraction_of_documents_to_embed": 0.5, "max_document_to_embed": 5})
        )
    with pytest.raises(BadDataset, match="20 different labels but only 5"):
        ours(TASK, documents(vectors, list(range(20)), settings={"max_documents_per_cluster": 5}), vectors)
    with pytest.raises(BadDataset, match="legacy"):
        TASK.texts(documents(vectors, [["a", "b"]] * 20, settings={"variant": "legacy"}))


def test_work_on_one_core_each_keeps_its_order_and_gives_the_threads_back():
    from threadpoolctl import threadpool_info

    before = [pool["num_threads"] for pool in threadpool_info()]
    assert one_core_each(lambda job: job**2, range(20)) == [job**2 for job in range(20)]
    assert [pool["num_threads"] for pool in threadpool_info()] == before


def test_the_k_means_part_by_half_their_variance_more_and_as_often_as_there_are_levels():
    labels, vectors = blobs(40, 2)
    for deep in (1, 2):
        items = ours(TASK, documents(vectors, [[one] * deep for one in labels] if deep > 1 else labels), vectors)
        everything = np.ones((1, len(items)), int)
        runs = TASK.repeated(items, everything)["v_measure"][0]
        scores = TASK.metrics(items)["v_measures"]
        plain = np.mean([scores[f"Level {level}"] for level in range(deep)], axis=0)
        assert runs.mean() == pytest.approx(plain.mean())
        assert runs.std() == pytest.approx(plain.std() * np.sqrt(1.5 * deep))

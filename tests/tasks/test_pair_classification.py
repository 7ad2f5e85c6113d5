import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mteb.abstasks.pair_classification import AbsTaskPairClassification
from scipy import sparse
from sklearn.metrics import average_precision_score

from engine.metrics.classification import average_precision, resampled_average_precision, threshold_scores
from engine.tasks.pair_classification import TASK
from engine.types import BadDataset, Dataset
from tests.oracle_tasks import differences, ours, theirs


def pairs(labels) -> Dataset:
    rows = range(len(labels))
    columns = {"sentence1": [f"left {row}" for row in rows], "sentence2": [f"right {row}" for row in rows]}
    return Dataset("pairs", "pair_classification", {"pairs": pd.DataFrame({**columns, "label": list(labels)})})


def vectors_of(dataset: Dataset, left, right) -> dict:
    table = dataset.tables["pairs"]
    return dict(zip([*table["sentence1"], *table["sentence2"]], [*left, *right], strict=True))


def mteb_says(dataset: Dataset, vectors: dict, similarity: str = "cosine") -> dict:
    columns = {name: column.tolist() for name, column in dataset.tables["pairs"].items()}
    columns["labels"] = columns.pop("label")
    more = {"task_type": "PairClassification", "main_score": "max_ap", "similarity": similarity}
    return theirs(AbsTaskPairClassification, {"test": columns}, vectors, **more)


@pytest.mark.parametrize("similarity", ["cosine", "dot", "euclidean", "manhattan"])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_all_keys_equal_those_of_mteb_with_ties_duplicates_and_zero_vectors(similarity, kind):
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 2, 400)
    left = rng.normal(size=(400, 32)).astype(kind)
    right = (left + rng.normal(size=(400, 32)) * (1.6 - labels[:, None])).astype(kind)
    right[:60] = left[:60]
    left[100:140], right[100:140] = left[100], right[100]
    left[200:205], right[205:210] = 0, 0
    dataset = pairs(labels)
    vectors = vectors_of(dataset, left, right)
    items = ours(TASK, dataset, vectors, similarity)
    assert differences(TASK.metrics(items), mteb_says(dataset, vectors, similarity)) == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("labels", [[1] * 12, [0] * 12, [1, 0], [0, 1, 1]])
def test_one_class_and_a_handful_of_pairs_score_as_in_mteb(labels):
    dataset = pairs(labels)
    vectors = vectors_of(dataset, *np.random.default_rng(6).normal(size=(2, len(labels), 4)).astype(np.float32))
    assert differences(TASK.metrics(ours(TASK, dataset, vectors)), mteb_says(dataset, vectors)) == []


def test_constant_scores_have_no_threshold_and_predict_nothing():
    dataset = pairs([1, 0, 0, 1])
    vectors = vectors_of(dataset, np.ones((4, 2), np.float32), np.ones((4, 2), np.float32))
    items = ours(TASK, dataset, vectors)
    scores = TASK.metrics(items)
    assert differences(scores, mteb_says(dataset, vectors)) == []
    assert scores["cosine_accuracy"] == 0 and scores["max_ap"] == 0.5
    assert items["threshold"].isna().all() and items["predicted"].tolist() == [0, 0, 0, 0]
    assert items["ordered"].tolist() == [0.5] * 4


def test_one_pair_alone_has_no_threshold_either():
    dataset = pairs([1])
    scores = TASK.metrics(
        ours(TASK, dataset, vectors_of(dataset, np.ones((1, 2), np.float32), np.ones((1, 2), np.float32)))
    )
    assert scores["max_accuracy"] == 0 and scores["max_f1"] == 0 and scores["max_ap"] == 1


def test_the_items_say_on_which_side_of_the_threshold_each_pair_lies():
    dataset = pairs([1, 0, 1, 0])
    right = np.array([[1, 0.1], [1, 0.5], [1, 1], [1, 9]], np.float32)  # cosines falling from row to row
    items = ours(TASK, dataset, vectors_of(dataset, np.tile(np.float32([1, 0]), (4, 1)), right))
    assert items["gold"].tolist() == [1, 0, 1, 0]
    assert items["predicted"].tolist() == [1, 1, 1, 0] and items["correct"].tolist() == [True, False, True, True]
    assert items["measure"].tolist() == [1, 0, 1, 1]
    assert items["ordered"].tolist() == [1, 0.5, 0.5, 1]
    assert items["similarity"][3] < items["threshold"][0] < items["similarity"][2]


def test_a_label_other_than_0_and_1_is_told_with_its_row():
    dataset = pairs([1, 0, 2])
    with pytest.raises(BadDataset, match="Row 3: the label is 2"):
        ours(TASK, dataset, vectors_of(dataset, *np.ones((2, 3, 2), np.float32)))


def test_sparse_vectors_give_the_scores_of_the_same_dense_ones():
    rng = np.random.default_rng(7)
    sides = {side: rng.random((80, 40)) * (rng.random((80, 40)) < 0.7) for side in ("sentence1", "sentence2")}
    dataset = pairs(rng.integers(0, 2, 80))
    dense = TASK.metrics(TASK.judge(dataset, sides, "cosine"))
    thin = TASK.metrics(
        TASK.judge(dataset, {side: sparse.csr_array(values) for side, values in sides.items()}, "cosine")
    )
    assert differences(thin, dense) == []


@settings(max_examples=100)
@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_average_precision_and_its_resamples_equal_those_of_scikit_learn(rows, seed):
    positive, scores = (np.array(column) for column in zip(*rows, strict=True))
    if positive.any():
        assert average_precision(positive, scores) == pytest.approx(average_precision_score(positive, scores))
    counts = np.random.default_rng(seed).multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=4)
    for draw, value in zip(counts, resampled_average_precision(positive, scores.astype(float), counts), strict=True):
        again = np.repeat(positive, draw)
        expected = average_precision_score(again, np.repeat(scores, draw)) if again.any() else 0
        assert value == pytest.approx(expected, abs=1e-6)


def test_resampling_every_pair_once_gives_the_scores_themselves():
    rng = np.random.default_rng(8)
    dataset = pairs(rng.integers(0, 2, 90))
    items = ours(TASK, dataset, vectors_of(dataset, *rng.normal(size=(2, 90, 5)).astype(np.float32)))
    scores = TASK.metrics(items)
    for name, values in TASK.resampled(items, np.ones((1, 90), int)).items():
        assert values[0] == pytest.approx(scores[name], abs=1e-6)


def test_a_threshold_never_splits_equal_scores_and_the_first_best_counts():
    found = threshold_scores(np.array([True, True, False, False]), np.array([2.0, 1.0, 1.0, 0.0]))
    assert found["f1"] == pytest.approx(0.8) and found["precision"] == pytest.approx(2 / 3) and found["recall"] == 1
    assert found["accuracy"] == 0.75 and found["threshold"] == 0.5

import json

import numpy as np
import pandas as pd
import pytest
from mteb.abstasks._stratification import _iterative_train_test_split
from mteb.abstasks.classification import AbsTaskClassification
from mteb.abstasks.multilabel_classification import AbsTaskMultilabelClassification
from scipy import sparse
from sklearn.metrics import f1_score

from engine.metrics.sampling import few_of_each, overlap, stratified
from engine.tasks.classification import TASK
from engine.types import BadDataset, Dataset
from tests.oracle_tasks import differences, ours, theirs

SMALL = {"samples_per_label": 4, "n_experiments": 3}


def clouds(kinds: int, *, train: int = 120, test: int = 90, seed: int = 0) -> tuple[np.ndarray, np.ndarray, dict]:
    """Labels of the training and the test texts, and the vectors of all: overlapping clouds with twenty duplicates."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(kinds, size=train + test)
    points = (1.2 * rng.normal(size=(kinds, 12))[labels] + rng.normal(size=(train + test, 12))).astype(np.float32)
    points[:20] = points[0]
    names = [f"train {row}" for row in range(train)] + [f"test {row}" for row in range(test)]
    return labels[:train], labels[train:], dict(zip(names, points, strict=True))


def dataset_of(train, test, vectors: dict, settings=SMALL) -> Dataset:
    texts, names = list(vectors), ("train", "test")
    parts = zip(names, (texts[: len(train)], texts[len(train) :]), (list(train), list(test)), strict=True)
    tables = {name: pd.DataFrame({"text": text, "label": label}) for name, text, label in parts}
    return Dataset("texts", "classification", tables, settings=settings)


def mteb_says(kind: type, dataset: Dataset, vectors: dict) -> dict:
    splits = {name: {column: table[column].tolist() for column in table} for name, table in dataset.tables.items()}
    task_type = "Classification" if kind is AbsTaskClassification else "MultilabelClassification"
    return theirs(kind, splits, vectors, task_type=task_type, main_score="accuracy", **dataset.settings)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kinds", [2, 5])
@pytest.mark.parametrize("settings", [SMALL, {}, {"samples_per_label": 50, "n_experiments": 2}])
def test_all_keys_equal_those_of_mteb(kinds, settings):
    train, test, vectors = clouds(kinds)
    dataset = dataset_of(train.tolist(), test.tolist(), vectors, settings)
    scores = TASK.metrics(ours(TASK, dataset, vectors))
    assert differences(scores, mteb_says(AbsTaskClassification, dataset, vectors)) == []
    assert ("ap" in scores and np.isnan(scores["ap"])) == (kinds != 2)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("labels", [[-1, 1], [1, 2], [0, 1, 2]])
def test_average_precision_of_other_pairs_of_numbers_equals_that_of_mteb(labels):
    train, test, vectors = clouds(len(labels))
    train, test = (
        np.array(labels)[one] for one in (train, np.minimum(test, 1))
    )  # the third is in the training set only
    dataset = dataset_of(train.tolist(), test.tolist(), vectors)
    assert (
        differences(TASK.metrics(ours(TASK, dataset, vectors)), mteb_says(AbsTaskClassification, dataset, vectors))
        == []
    )


@pytest.mark.filterwarnings("ignore")
def test_string_labels_rare_labels_and_labels_without_examples_score_as_in_mteb():
    train, test, vectors = clouds(6)
    train[train == 5] = 4
    train[:2] = 5  # fewer rows than samples_per_label
    test[:5] = 7  # never trained on
    dataset = dataset_of([f"kind {one}" for one in train], [f"kind {one}" for one in test], vectors)
    assert (
        differences(TASK.metrics(ours(TASK, dataset, vectors)), mteb_says(AbsTaskClassification, dataset, vectors))
        == []
    )


def test_two_string_labels_get_the_average_precision_on_which_mteb_gives_up():
    train, test, vectors = clouds(2)
    scores = [
        TASK.metrics(ours(TASK, dataset_of(names[train].tolist(), names[test].tolist(), vectors), vectors))
        for names in (np.array([0, 1]), np.array(["no", "yes"]))
    ]
    assert differences(*scores) == []


@pytest.mark.filterwarnings("ignore")
def test_float64_and_zero_vectors_and_one_test_text_score_as_in_mteb():
    train, test, vectors = clouds(3, test=1)
    vectors = {text: vector.astype(np.float64) for text, vector in vectors.items()}
    vectors["test 0"] = np.zeros(12)
    dataset = dataset_of(train.tolist(), test.tolist(), vectors)
    assert (
        differences(TASK.metrics(ours(TASK, dataset, vectors)), mteb_says(AbsTaskClassification, dataset, vectors))
        == []
    )


def test_only_the_sampled_training_texts_are_embedded():
    train, test, vectors = clouds(3)
    texts = TASK.texts(dataset_of(train.tolist(), test.tolist(), vectors, {"samples_per_label": 2, "n_experiments": 2}))
    assert len(texts["train"].items) <= 12 < len(train)
    assert len(texts["test"].items) == 90


def test_samples_are_the_first_of_each_label_in_an_order_shuffled_again_and_again():
    labels, order = np.random.default_rng(3).integers(4, size=50), list(range(50))
    for rows in few_of_each(labels, 3, 4):
        np.random.RandomState(42).shuffle(order)
        expected = [row for at, row in enumerate(order) if labels[order[:at]].tolist().count(labels[row]) < 3]
        assert rows.tolist() == expected


def test_one_training_label_is_told():
    _, test, vectors = clouds(2)
    with pytest.raises(BadDataset, match="All 120 training rows have the label 1"):
        ours(TASK, dataset_of([1] * 120, test.tolist(), vectors), vectors)


def test_sparse_vectors_predict_what_the_same_dense_ones_do():
    train, test, vectors = clouds(3)
    jitter = np.random.default_rng(5).normal(size=(210, 12))  # equally near examples may be ordered either way
    vectors = {text: vector + noise for (text, vector), noise in zip(vectors.items(), jitter, strict=True)}
    several = [[int(one), 3] for one in train], [[int(one)] for one in test]
    for columns in ((train.tolist(), test.tolist()), several):
        dataset = dataset_of(*columns, vectors)
        dense = {
            name: np.float64([vectors[text] for text in texts.items]) for name, texts in TASK.texts(dataset).items()
        }
        items = [
            TASK.judge(dataset, form, "cosine") for form in (dense, {n: sparse.csr_array(v) for n, v in dense.items()})
        ]
        assert items[0]["measure"].tolist() == pytest.approx(items[1]["measure"].tolist())


def test_the_measure_is_the_share_of_experiments_that_are_right_and_its_mean_the_accuracy():
    train, test, vectors = clouds(4)
    items = ours(TASK, dataset_of(train.tolist(), test.tolist(), vectors), vectors)
    row = items.iloc[7]
    assert row["measure"] == pytest.approx(np.mean([one == row["gold"] for one in row["predictions"]]))
    assert items["measure"].mean() == pytest.approx(TASK.metrics(items)["accuracy"])


def test_resampled_accuracy_and_f1_equal_those_of_the_rows_written_out():
    train, test, vectors = clouds(4)
    items = ours(TASK, dataset_of(train.tolist(), test.tolist(), vectors), vectors)
    counts = np.random.default_rng(9).multinomial(90, np.full(90, 1 / 90), size=3)
    found = TASK.resampled(items, np.vstack([np.ones((1, 90), int), counts]))
    assert found["f1"][0] == pytest.approx(TASK.metrics(items)["f1"])
    for draw, accuracy, f1 in zip(counts, found["accuracy"][1:], found["f1"][1:], strict=True):
        again = items.iloc[np.repeat(np.arange(90), draw)]
        gold, predicted = again["gold"].tolist(), np.array(again["predictions"].tolist())
        assert accuracy == pytest.approx(np.mean(predicted == np.array(gold)[:, None]))
        assert f1 == pytest.approx(np.mean([f1_score(gold, one, average="macro") for one in predicted.T]))


def label_sets(rows: int, seed: int, names=str) -> list[list]:
    rng = np.random.default_rng(seed)
    return [[names(label) for label in range(5) if rng.random() < 0.35] for _ in range(rows)]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("names", [int, lambda label: f"kind {label}"])
def test_several_labels_per_text_score_as_in_mteb(names):
    _, _, vectors = clouds(3)
    train, test = label_sets(120, 1, names), label_sets(90, 2, names)
    train[0] = [*train[0], names(9)]  # a label that the test set lacks
    dataset = dataset_of(train, test, vectors)
    items = ours(TASK, dataset, vectors)
    assert differences(TASK.metrics(items), mteb_says(AbsTaskMultilabelClassification, dataset, vectors)) == []
    assert TASK.resampled(items, np.ones((1, 90), int))["accuracy"][0] == pytest.approx(TASK.metrics(items)["accuracy"])
    written = dataset_of([json.dumps(one) for one in train], [json.dumps(one) for one in test], vectors)
    pd.testing.assert_frame_equal(ours(TASK, written, vectors), items)


@pytest.mark.filterwarnings("ignore")
def test_a_large_test_set_with_several_labels_is_cut_as_mteb_cuts_it():
    _, _, vectors = clouds(3)
    dataset = dataset_of(label_sets(120, 3), label_sets(90, 4), vectors, SMALL | {"max_eval_samples": 40})
    items = ours(TASK, dataset, vectors)
    assert len(items) < 60
    assert differences(TASK.metrics(items), mteb_says(AbsTaskMultilabelClassification, dataset, vectors)) == []


@pytest.mark.parametrize("seed", range(12))
def test_stratified_rows_are_those_of_mteb(seed):
    rng = np.random.default_rng(seed)
    labels = rng.random((60 + 10 * seed, 1 + seed % 6)) < rng.random(1 + seed % 6)
    size = int(rng.integers(5, 55))
    rows = np.arange(len(labels)).reshape(-1, 1)
    _, expected = _iterative_train_test_split(rows, labels.astype(int), test_size=size / len(labels), random_state=42)
    assert stratified(labels, size).tolist() == expected.tolist()


def test_too_few_training_rows_for_the_nearest_neighbours_are_told():
    _, test, vectors = clouds(2, train=3)
    with pytest.raises(BadDataset, match="Only 3 training rows"):
        ours(TASK, dataset_of([["a"], ["b"], ["a", "b"]], [["a"] for _ in test], vectors), vectors)


def test_training_texts_that_experiments_share_let_their_mean_err_more_than_they_part():
    assert overlap([np.arange(4), np.arange(2, 6), np.arange(2, 6)]) == pytest.approx((2 / 4 + 2 / 4 + 1) / 3)
    assert overlap([np.arange(4)]) == 0
    items = pd.DataFrame({"gold": ["a"] * 4, "predictions": [["a", "a"], ["a", "b"], ["a", "b"], ["b", "b"]]})
    everything = np.ones((1, 4), int)
    assert TASK.repeated(items.assign(overlap=0.0), everything)["accuracy"][0].tolist() == [0.75, 0.25]
    wide = TASK.repeated(items.assign(overlap=0.5), everything)["accuracy"][0]
    # two experiments that share half of their texts part by half of the variance, and their mean keeps three quarters
    assert wide == pytest.approx(0.5 + np.array([0.25, -0.25]) * np.sqrt(0.75 / 0.5 / (1 / 2)))
    pd.testing.assert_frame_equal(
        pd.DataFrame(TASK.repeated(items, everything)["accuracy"]), pd.DataFrame([[0.75, 0.25]])
    )  # an item table of before

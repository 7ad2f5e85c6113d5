from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mteb.abstasks.sts import AbsTaskSTS
from scipy import sparse, stats

from engine.metrics.agreement import average_ranks, paired, resampled_pearson, resampled_spearman, spearman
from engine.tasks.sts import TASK
from engine.types import BadDataset, Dataset
from tests.oracle_tasks import differences, ours, theirs


def pairs(gold) -> Dataset:
    columns = {
        "sentence1": [f"left {row}" for row in range(len(gold))],
        "sentence2": [f"right {row}" for row in range(len(gold))],
    }
    return Dataset("pairs", "sts", {"pairs": pd.DataFrame({**columns, "score": np.asarray(gold, float)})})


def vectors_of(dataset: Dataset, left, right) -> dict:
    table = dataset.tables["pairs"]
    return dict(zip([*table["sentence1"], *table["sentence2"]], [*left, *right], strict=True))


def mteb_says(dataset: Dataset, vectors: dict, similarity: str, **settings) -> dict:
    columns = {name: column.tolist() for name, column in dataset.tables["pairs"].items()}
    settings |= {"task_type": "STS", "main_score": "cosine_spearman", "similarity": similarity}
    return theirs(AbsTaskSTS, {"test": columns}, vectors, **settings)


@pytest.mark.parametrize("similarity", ["cosine", "dot", "euclidean", "manhattan"])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_all_keys_equal_those_of_mteb_with_ties_duplicates_and_zero_vectors(similarity, kind):
    rng = np.random.default_rng(1)
    left = rng.normal(size=(400, 48)).astype(kind)
    right = (left + rng.normal(size=(400, 48)) * rng.random((400, 1))).astype(kind)
    right[:80] = left[:80]  # identical texts: cosines of 1 up to the last bit
    left[100:130], right[100:130] = left[100], right[100]
    left[200:205], right[205:210] = 0, 0
    left[205], right[205] = 0, 0
    dataset = pairs(rng.integers(0, 6, 400))
    vectors = vectors_of(dataset, left, right)
    items = ours(TASK, dataset, vectors, similarity)
    assert differences(TASK.metrics(items), mteb_says(dataset, vectors, similarity)) == []
    assert items["measure"].between(0, 1).all()


BESIDE = [np.nextafter(one, to) for one in range(1, 5) for to in (0, one, 9)]


@pytest.mark.parametrize("bounds", [{}, {"min_score": 1}, {"max_score": 4}, {"min_score": -1, "max_score": 1}])
def test_scores_that_differ_in_the_last_bit_tie_where_they_do_in_mteb(bounds):
    rng = np.random.default_rng(3)
    dataset = replace(pairs(rng.permutation([3.5, 3.4999999999999996, *BESIDE] * 4)), settings=bounds)
    vectors = vectors_of(dataset, *rng.normal(size=(2, 56, 8)))
    items = ours(TASK, dataset, vectors)
    assert differences(TASK.metrics(items), mteb_says(dataset, vectors, "cosine", **bounds)) == []
    once = TASK.resampled(items, np.ones((1, 56), int))["cosine_spearman"][0]
    assert once == pytest.approx(TASK.metrics(items)["cosine_spearman"])


def test_a_range_without_width_is_refused():
    dataset = replace(pairs([1, 2, 3]), settings={"min_score": 5})
    with pytest.raises(BadDataset, match="min_score and max_score are both 5"):
        ours(TASK, dataset, vectors_of(dataset, *np.ones((2, 3, 2))))


@pytest.mark.filterwarnings("ignore")
def test_constant_scores_give_nan_as_in_mteb():
    dataset = pairs([3, 3, 3])
    vectors = vectors_of(dataset, np.eye(3, dtype=np.float32), np.ones((3, 3), np.float32))
    scores = TASK.metrics(ours(TASK, dataset, vectors))
    assert differences(scores, mteb_says(dataset, vectors, "cosine")) == []
    assert all(np.isnan(value) for value in scores.values())


def test_one_pair_has_no_correlation():
    dataset = pairs([3])
    scores = TASK.metrics(
        ours(TASK, dataset, vectors_of(dataset, np.ones((1, 2), np.float32), np.ones((1, 2), np.float32)))
    )
    assert all(np.isnan(value) for value in scores.values())


def test_the_items_say_how_far_each_pair_lies_from_its_place():
    dataset = pairs([0, 5, 2])
    left, right = np.ones((3, 2), np.float32), np.array([[1, 0.9], [1, 0.5], [1, -1]], np.float32)
    items = ours(TASK, dataset, vectors_of(dataset, left, right))
    assert items["item"].tolist() == ["0", "1", "2"]
    assert items["gold_rank"].tolist() == [1, 3, 2] and items["rank"].tolist() == [3, 2, 1]
    assert items["residual"].tolist() == pytest.approx([2 / 3, -1 / 3, -1 / 3])
    assert items["measure"].tolist() == pytest.approx([1 / 3, 2 / 3, 2 / 3])


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_sparse_vectors_give_what_the_same_dense_ones_give(similarity):
    rng = np.random.default_rng(2)
    left, right = (rng.random((50, 30)) * (rng.random((50, 30)) < 0.2) for _ in range(2))
    dense = paired(left.astype(np.float32), right.astype(np.float32), similarity)
    thin = paired(sparse.csr_array(left.astype(np.float32)), sparse.csr_array(right.astype(np.float32)), similarity)
    assert all(np.allclose(dense[name], thin[name], atol=1e-6) for name in dense)
    apart = paired(sparse.csr_array(np.eye(3, 6)), sparse.csr_array(np.eye(3, 6, 3)), similarity)
    assert apart["cosine"].tolist() == apart["similarity"].tolist() == [0, 0, 0]
    one = paired(sparse.csr_array(left[:1]), sparse.csr_array(right[:1]), similarity)
    assert all(values.shape == (1,) for values in one.values())


def test_more_pairs_than_one_block_are_compared_row_by_row():
    rng = np.random.default_rng(3)
    left, right = rng.normal(size=(2, 5000, 3)).astype(np.float32)
    found = paired(left, right, "dot")
    assert np.allclose(found["dot"], (left * right).sum(axis=1), atol=1e-5)
    assert np.allclose(found["euclidean"], np.linalg.norm(left - right, axis=1), atol=1e-5)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(-768, 768).map(lambda value: value / 256)), min_size=3, max_size=25
    ),
    st.integers(0, 2**32 - 1),
)
def test_resampled_correlations_equal_those_of_the_rows_written_out(rows, seed):
    x, y = (np.array(column, float) for column in zip(*rows, strict=True))
    counts = np.random.default_rng(seed).multinomial(len(x), np.full(len(x), 1 / len(x)), size=5)
    for draw, rank, line in zip(counts, resampled_spearman(x, y, counts), resampled_pearson(x, y, counts), strict=True):
        one, two = np.repeat(x, draw), np.repeat(y, draw)
        if np.ptp(one) == 0 or np.ptp(two) == 0:
            assert np.isnan(rank) and np.isnan(line)
        else:
            assert rank == pytest.approx(stats.spearmanr(one, two).statistic, abs=1e-9)
            assert line == pytest.approx(stats.pearsonr(one, two).statistic, abs=1e-6)


def test_resampling_every_pair_once_gives_the_score_itself():
    rng = np.random.default_rng(4)
    dataset = pairs(rng.integers(0, 6, 60))
    items = ours(TASK, dataset, vectors_of(dataset, *rng.normal(size=(2, 60, 8)).astype(np.float32)))
    for name, values in TASK.resampled(items, np.ones((1, 60), int)).items():
        assert values[0] == pytest.approx(TASK.metrics(items)[name], abs=1e-12)


def test_ranks_are_averaged_over_ties_and_a_nan_gives_nan():
    assert average_ranks([3, 1, 3, 2]).tolist() == [3.5, 1, 3.5, 2]
    assert np.isnan(spearman([1, np.nan, 3], [1, 2, 3]))

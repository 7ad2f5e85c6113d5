"""The best documents of each query: exact, in every tie, at any size of blocks."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from engine.search import top_k
from engine.types import BadModel


def brute(queries, documents, k, order):
    """All scores, sorted as (score, place) falling."""
    scores = queries @ documents.T
    rows = np.stack([np.lexsort((order, line))[::-1][:k] for line in scores])
    return rows, np.take_along_axis(scores, rows, axis=1)


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 60), st.integers(1, 70), st.integers(1, 25))
def test_the_ranking_is_that_of_sorting_all_scores_however_the_work_is_cut(seed, queries, documents, k, size):
    random = np.random.default_rng(seed)
    asked, corpus = (random.integers(-2, 3, (number, 3)).astype(np.float32) for number in (queries, documents))
    order = random.permutation(documents)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(top_k, "CHUNK", size)
        patch.setattr(top_k, "TOGETHER", 1)
        patch.setattr(top_k, "BLOCK", 2)
        patch.setattr(top_k, "TILE", 16)
        patch.setattr(top_k, "SHARE", 1)
        rows, scores = top_k.top_k(asked, corpus, k, similarity="dot", order=order)
    expected_rows, expected_scores = brute(asked, corpus, k, order)
    found = min(k, documents)
    np.testing.assert_array_equal(rows[:, :found], expected_rows)
    np.testing.assert_array_equal(scores[:, :found], expected_scores)


def test_equal_scores_at_the_last_place_go_to_the_higher_place_in_the_order():
    order = np.random.default_rng(0).permutation(3000)
    rows, _ = top_k.top_k(np.ones((2, 4)), np.ones((3000, 4)), 1000, similarity="cosine", order=order)
    assert order[rows[0]].tolist() == list(range(2999, 1999, -1))


def test_without_an_order_equal_scores_go_to_the_earlier_row():
    rows, _ = top_k.top_k(np.ones((1, 2)), np.ones((5, 2)), 3, similarity="dot")
    assert rows.tolist() == [[0, 1, 2]]


def test_nought_and_minus_nought_are_equal_scores():
    asked, corpus = np.full((2, 1), 1e-30), np.array([[-1e-30], [0.0]])  # too small a product: -0.0
    rows, scores = top_k.top_k(asked, corpus, 2, similarity="dot", order=np.array([1, 0]))
    assert rows[0].tolist() == [0, 1]
    assert scores[0].tolist() == [0.0, 0.0]


def test_where_there_are_fewer_documents_than_places_the_rest_is_no_row_and_no_score():
    rows, scores = top_k.top_k(np.ones((1, 2)), np.ones((2, 2)), 4, similarity="cosine")
    assert rows.tolist() == [[0, 1, -1, -1]]
    assert np.isnan(scores[0, 2:]).all()


@pytest.mark.parametrize("dimension", [3, 64, 384, 1000])
@pytest.mark.parametrize("queries", [2, 17, 600])
def test_documents_with_equal_vectors_have_equal_scores(dimension, queries):
    random = np.random.default_rng(dimension)
    corpus = random.normal(size=(400, dimension)).astype(np.float32)
    corpus[200:] = corpus[:200]
    asked = random.normal(size=(queries, dimension)).astype(np.float32)
    rows, scores = top_k.top_k(asked, corpus, 400, similarity="cosine", order=np.arange(400))
    np.testing.assert_array_equal(scores[:, ::2], scores[:, 1::2])
    np.testing.assert_array_equal(rows[:, ::2], rows[:, 1::2] + 200)


def test_the_cosine_of_a_zero_vector_is_nought():
    _, scores = top_k.top_k(np.zeros((1, 3)), np.ones((2, 3)), 2, similarity="cosine")
    assert scores.tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
def test_sparse_vectors_rank_as_the_same_vectors_written_out(similarity, monkeypatch):
    monkeypatch.setattr(top_k, "CHUNK", 70)
    random = np.random.default_rng(1)
    asked, corpus = (random.random((rows, 30)) * (random.random((rows, 30)) < 0.2) for rows in (150, 200))
    order = random.permutation(200)
    dense = top_k.top_k(asked, corpus, 50, similarity=similarity, order=order)
    thin = top_k.top_k(sparse.csr_array(asked), sparse.csr_array(corpus), 50, similarity=similarity, order=order)
    np.testing.assert_allclose(thin[1], dense[1], atol=1e-6)
    assert (thin[0] == dense[0]).mean() > 0.99  # equal but for scores that differ in their last bit


def test_whole_numbers_rank_alike_sparse_and_dense():
    random = np.random.default_rng(2)
    asked, corpus = (random.integers(0, 3, (rows, 6)).astype(np.float32) for rows in (40, 300))
    dense = top_k.top_k(asked, corpus, 100, similarity="dot", order=np.arange(300))
    thin = top_k.top_k(sparse.csr_array(asked), sparse.csr_array(corpus), 100, similarity="dot", order=np.arange(300))
    np.testing.assert_array_equal(thin[0], dense[0])
    np.testing.assert_array_equal(thin[1], dense[1])


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array])
def test_candidates_are_ranked_among_themselves_only(make):
    asked, corpus = np.eye(3), np.array([[1.0, 3, 0], [2, 3, 0], [2, 0, 0], [0, 9, 9]])
    own = [np.array([0, 2, 1]), np.array([], dtype=int), np.array([3])]
    rows, scores = top_k.rank_candidates(make(asked), make(corpus), own, similarity="dot", order=np.array([3, 2, 1, 0]))
    assert rows.tolist() == [[1, 2, 0], [-1, -1, -1], [3, -1, -1]]
    np.testing.assert_array_equal(scores, [[2, 2, 1], [np.nan] * 3, [9, np.nan, np.nan]])


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array])
def test_a_vector_with_nan_is_refused(make):
    with pytest.raises(BadModel, match="not finite"):
        top_k.top_k(make(np.ones((1, 2))), make(np.array([[np.nan, 1.0]])), 1, similarity="dot")


@pytest.mark.parametrize("queries", [40, 520])
@pytest.mark.parametrize("dimension", [384, 2048])
def test_scores_are_those_of_the_whole_product_to_the_last_bit(queries, dimension):
    random = np.random.default_rng(0)
    asked, corpus = (random.normal(size=(rows, dimension)).astype(np.float32) for rows in (queries, 600))
    whole = (torch.from_numpy(asked) @ torch.from_numpy(corpus).T).numpy()
    rows, scores = top_k.top_k(asked, corpus, 30, similarity="dot")
    np.testing.assert_array_equal(scores, np.take_along_axis(whole, rows, axis=1))


def test_without_queries_there_is_no_ranking():
    rows, scores = top_k.top_k(np.ones((0, 2)), np.ones((3, 2)), 2, similarity="dot")
    assert rows.shape == scores.shape == (0, 2)

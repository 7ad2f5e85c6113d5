"""Are neighbours and their overlap between models counted right?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

from engine.search import neighbours
from engine.search.neighbours import Graph


def vectors(n: int, d: int = 16, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def graph_of(*rows: list[int]) -> Graph:
    return Graph(np.array(rows, np.int32), np.zeros((len(rows), len(rows[0])), np.float32))


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
def test_the_neighbours_are_those_of_an_exhaustive_search(kind):
    x = vectors(300)
    x[x < 0.3] = 0  # some zeros, so that the sparse matrix is one
    found = neighbours.graph(kind(x), 10)
    distances, indices = NearestNeighbors(metric="cosine", algorithm="brute").fit(x).kneighbors(n_neighbors=10)
    assert (found.indices == indices).mean() > 0.999
    np.testing.assert_allclose(found.distances, distances, atol=1e-5)


def test_equal_similarities_go_to_the_lower_row_and_a_row_is_never_its_own_neighbour():
    x = np.tile(vectors(1), (7, 1))
    assert neighbours.graph(x, 3).indices.tolist() == [[1, 2, 3], [0, 2, 3], [0, 1, 3], *[[0, 1, 2]] * 4]


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
def test_rows_of_zeros_have_neighbours_at_distance_one(kind):
    found = neighbours.graph(kind(np.zeros((5, 4), np.float32)), 2)
    assert found.distances.tolist() == [[1.0, 1.0]] * 5
    assert not (found.indices == np.arange(5)[:, None]).any()


@given(st.integers(1, 12), st.integers(1, 40))
@settings(max_examples=20)
def test_every_row_has_as_many_neighbours_as_there_are_or_were_asked_for(n, k):
    found = neighbours.graph(vectors(n), k)
    assert found.indices.shape == found.distances.shape == (n, min(k, n - 1))
    assert all(len(set(row)) == len(row) for row in found.indices.tolist())


def test_a_graph_comes_back_from_disk_as_it_was_put_there(tmp_path, monkeypatch):
    monkeypatch.setenv("PARALLAX_HOME", str(tmp_path))
    name = neighbours.digest("model", "texts", 4)
    assert neighbours.stored(name) is None
    found = neighbours.graph(vectors(20), 4)
    neighbours.keep(name, found)
    np.testing.assert_array_equal(neighbours.stored(name).indices, found.indices)
    np.testing.assert_array_equal(neighbours.stored(name).distances, found.distances)


def test_another_model_other_texts_or_another_k_has_a_graph_of_its_own():
    names = {
        neighbours.digest(*key) for key in [("a", "b", 1), ("a", "c", 1), ("c", "b", 1), ("a", "b", 2), ("ab", "", 1)]
    }
    assert len(names) == 5


def test_hubs_are_counted_by_those_who_name_them():
    star = graph_of([1], [0], [0], [0], [0])
    assert neighbours.occurrences(star).tolist() == [4, 1, 0, 0, 0]
    # mean 1, deviations 3 0 -1 -1 -1: third moment 24/5, variance 12/5
    assert neighbours.hubness(star) == pytest.approx(4.8 / 2.4**1.5)


def test_a_graph_in_which_all_are_named_equally_often_has_no_skewness():
    assert np.isnan(neighbours.hubness(graph_of([1], [2], [0])))


def test_jaccard_is_common_neighbours_by_all_neighbours():
    a, b = graph_of([1, 2, 3], [0, 2, 3]), graph_of([2, 1, 4], [4, 5, 6])
    assert neighbours.jaccard(a, b, 3).tolist() == pytest.approx([2 / 4, 0])
    assert neighbours.jaccard(a, b, 1).tolist() == [0, 0]


def test_ranked_overlap_is_the_mean_agreement_over_all_depths():
    a, b = graph_of([1, 2, 3]), graph_of([2, 1, 4])
    assert neighbours.ranked_overlap(a, b, 3).tolist() == pytest.approx([(0 / 1 + 2 / 2 + 2 / 3) / 3])
    assert neighbours.ranked_overlap(a, a, 3).tolist() == [1]


def test_a_change_at_the_top_of_the_list_weighs_more_than_one_at_its_end():
    a = graph_of([1, 2, 3, 4])
    top, end = graph_of([9, 2, 3, 4]), graph_of([1, 2, 3, 9])
    assert neighbours.jaccard(a, top, 4) == neighbours.jaccard(a, end, 4)
    assert neighbours.ranked_overlap(a, top, 4) < neighbours.ranked_overlap(a, end, 4)

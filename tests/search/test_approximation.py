"""Are nearly all neighbours found without comparing all with all, the same every time, and is it said how many?"""

from itertools import pairwise

import numpy as np
import pytest

from engine.search import approximation, cells, neighbours, rescoring


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """As for many rows, so that some thousands fall into cells of which each meets few."""
    monkeypatch.setattr(neighbours, "MANY", 300)
    monkeypatch.setattr(cells, "CELL", 40)
    monkeypatch.setattr(cells, "MET", 300)


def clustered(n: int = 4_000, d: int = 32) -> np.ndarray:
    rng = np.random.default_rng(0)
    return (rng.normal(size=(60, d))[rng.integers(60, size=n)] + rng.normal(size=(n, d)) * 0.5).astype(np.float32)


def uniform(n: int = 4_000, d: int = 10) -> np.ndarray:
    return np.random.default_rng(1).uniform(-1, 1, size=(n, d)).astype(np.float32)


def share(found: neighbours.Graph, true: neighbours.Graph, k: int = 15) -> float:
    """The share of the first k that are as near as the last true one."""
    return float((found.distances[:, :k] <= true.distances[:, k - 1 : k] + 1e-6).mean())


@pytest.mark.parametrize("made", [clustered, uniform])
def test_nearly_all_neighbours_are_found_and_the_sample_says_how_many(made):
    x = made()
    found, true = neighbours.graph(x), neighbours.graph(x, exact=True)
    assert true.recall is None
    assert found.recall >= approximation.AIM
    assert share(found, true) == pytest.approx(found.recall, abs=0.01)
    both = found.indices[:, :15] == true.indices[:, :15]
    np.testing.assert_allclose(found.distances[:, :15][both], true.distances[:, :15][both], atol=1e-6)


def test_a_recall_below_what_was_aimed_at_is_said_as_it_is(monkeypatch):
    monkeypatch.setattr(cells, "MET", 1)
    monkeypatch.setattr(approximation, "ROUNDS", 0)
    x = uniform()
    found = neighbours.graph(x)
    assert found.recall < 0.8
    assert share(found, neighbours.graph(x, exact=True)) == pytest.approx(found.recall, abs=0.03)


def test_one_thread_and_three_find_the_same_to_the_last_bit_and_another_seed_other_cells():
    x = neighbours.unit(clustered())
    one, three, other = (
        approximation.search(x, 20, lambda share: None, seed=seed, threads=threads)
        for seed, threads in [(42, 1), (42, 3), (43, 1)]
    )
    np.testing.assert_array_equal(one.keys, three.keys)
    assert one.recall == three.recall
    assert (one.keys != other.keys).any()


def test_few_rows_and_sparse_ones_are_compared_all_with_all():
    from scipy import sparse

    assert neighbours.graph(uniform(300)).recall is None
    assert neighbours.graph(sparse.csr_array(np.maximum(uniform(1_200), 0)), 3).recall is None


def test_among_equal_rows_the_nearest_are_equal_ones_and_never_the_row_itself():
    x = np.repeat(uniform(60), 50, axis=0)
    found = neighbours.graph(x, 15)
    assert found.distances.max() < 1e-6
    assert (found.indices // 50 == np.arange(3_000)[:, None] // 50).all()
    assert not (found.indices == np.arange(3_000)[:, None]).any()
    assert found.recall == 1


def test_a_mass_of_one_and_the_same_row_is_cut_into_cells_and_keeps_the_order_of_rows():
    x = np.repeat(uniform(1), 3_000, axis=0)
    found = neighbours.graph(x, 5)
    assert np.diff(cells.cut(neighbours.unit(x), 6, seed=0).bounds).max() <= cells.UNEVEN * 40
    assert (found.distances == 0).all() or found.distances.max() < 1e-6
    assert (np.diff(found.indices, axis=1) > 0).all()


def test_rows_of_zeros_have_neighbours_at_distance_one():
    x = clustered(2_000)
    x[::2] = 0
    found = neighbours.graph(x, 10)
    assert (found.distances[::2] == 1).all()
    assert not (found.indices == np.arange(2_000)[:, None]).any()
    assert (found.indices[1::2] % 2 == 1).mean() > 0.95  # what has a direction is nearer to its like


def test_as_many_neighbours_as_asked_for_even_where_that_is_more_than_cells_hold(monkeypatch):
    monkeypatch.setattr(cells, "CELL", 4)
    monkeypatch.setattr(cells, "MET", 8)
    found = neighbours.graph(clustered(1_500), 200)
    assert found.indices.shape == (1_500, 200)
    assert all(len(set(row)) == 200 for row in found.indices.tolist())
    assert (np.diff(found.distances, axis=1) >= -1e-6).all()


def test_every_row_lies_in_one_cell_meets_it_first_and_no_cell_twice():
    x = neighbours.unit(clustered())
    found = cells.cut(x, 30, seed=3)
    assert sorted(found.order.tolist()) == list(range(len(x)))
    for cell, (start, stop) in enumerate(pairwise(found.bounds)):
        assert (found.of[found.order[start:stop]] == cell).all()
    assert found.meets[:, 0].tolist() == found.of.tolist()
    assert all(len(set(row)) == len(row) for row in found.meets.tolist())
    assert np.diff(found.bounds)[found.meets].sum(axis=1).min() >= 30


def test_a_search_by_cells_that_meet_all_others_is_the_exhaustive_one(monkeypatch):
    monkeypatch.setattr(cells, "MET", 10_000)
    x = neighbours.unit(uniform(1_500))
    keys = cells.search(x, cells.cut(x, 16, seed=0), 16, lambda share: None)
    true = next(rescoring.nearest(x, x, 16))
    assert (np.sort(len(x) - 1 - (~keys & 0xFFFFFFFF)) == np.sort(true.rows)).mean() > 0.999


def test_an_approximate_graph_is_kept_apart_from_the_exact_one_and_with_its_recall(tmp_path, monkeypatch):
    monkeypatch.setenv("PARALLAX_HOME", str(tmp_path))
    x = clustered(1_500)
    names = [neighbours.digest("model", "texts", approximate=way) for way in (False, True)]
    assert names[0] != names[1]
    found = neighbours.graph(x)
    neighbours.keep(names[1], found)
    assert neighbours.stored(names[0]) is None
    back = neighbours.stored(names[1])
    assert back.recall == found.recall
    assert back.first(3).recall == found.recall
    np.testing.assert_array_equal(back.indices, found.indices)
    next((tmp_path / "neighbours").glob("*recall*")).unlink()
    assert neighbours.stored(names[1]) is None  # nothing approximate passes for exact

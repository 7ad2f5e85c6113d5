"""Is the trust in a picture counted right?"""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from engine.maps import trust
from engine.search import neighbours


def vectors(n: int, d: int = 16, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def test_neighbours_in_a_picture_leave_the_point_itself_out_even_among_equal_points():
    places = np.zeros((6, 2), np.float32)
    found = trust.drawn(places, 3)
    assert found.shape == (6, 3)
    assert not (found == np.arange(6)[:, None]).any()


def test_a_picture_that_is_the_truth_keeps_every_neighbour():
    angles = np.random.default_rng(1).uniform(0, 6, 60)
    circle = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    shares = trust.kept(neighbours.graph(circle, 5), circle, 5)
    found = trust.summary(trust.pointwise(circle, circle, k=5), shares, k=5)
    assert shares.tolist() == [1] * 60
    assert (found.trustworthiness, found.continuity) == (1, 1)
    assert found.by_chance == 5 / 59


def test_trustworthiness_and_continuity_are_those_of_scikit_learn():
    x, places = neighbours.unit(vectors(400)), vectors(400, 2, seed=3)
    found = trust.summary(trust.pointwise(x, places), np.zeros(400, np.float32))
    assert found.measured_on == 400
    assert found.trustworthiness == pytest.approx(trustworthiness(x, places, n_neighbors=10), abs=1e-8)
    assert found.continuity == pytest.approx(trustworthiness(places, x, n_neighbors=10), abs=1e-8)


def test_a_large_picture_is_judged_by_a_random_sample_and_says_so(monkeypatch):
    x = vectors(2000)
    places = x[:, :2] + vectors(2000, 2, seed=5) * 0.3
    whole = trust.summary(trust.pointwise(x, places), np.zeros(2000, np.float32))
    monkeypatch.setattr(trust, "EXACT", 1000)
    monkeypatch.setattr(trust, "SAMPLE", 400)
    part = trust.summary(trust.pointwise(x, places), np.zeros(2000, np.float32))
    assert (whole.measured_on, part.measured_on) == (2000, 400)
    assert part.trustworthiness == pytest.approx(whole.trustworthiness, abs=0.02)
    assert part == trust.summary(trust.pointwise(x, places), np.zeros(2000, np.float32))


@pytest.mark.parametrize("n", [1, 2])
def test_too_few_points_to_judge_a_picture_give_nan(n):
    places = vectors(n, 2)
    shares = trust.kept(neighbours.graph(vectors(n)), places)
    assert np.isnan(trust.summary(trust.pointwise(vectors(n), places), shares).trustworthiness)

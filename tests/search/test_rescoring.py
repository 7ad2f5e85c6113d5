"""Does a coarse first look find exactly the rows that an exhaustive search finds?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.compute.compiled import compiled
from engine.search import all_pairs, rescoring


def rows(count: int, width: int = 32, *, seed: int = 0, groups: int = 0) -> np.ndarray:
    """Vectors of length one; in `groups` tight clouds, so that many are nearly alike."""
    rng = np.random.default_rng(seed)
    made = rng.normal(size=(count, width))
    if groups:
        made = rng.normal(size=(groups, width))[rng.integers(groups, size=count)] + 0.05 * made
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def found(queries: np.ndarray, known: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Similarities and rows of all queries, the best first."""
    parts = list(rescoring.nearest(queries, known, k))
    similarities = np.concatenate([part.similarities for part in parts])
    order = np.argsort(-similarities, axis=1, kind="stable")
    places = np.concatenate([part.rows for part in parts])
    return np.take_along_axis(similarities, order, axis=1), np.take_along_axis(places, order, axis=1)


@pytest.fixture(params=[True, False], ids=["bfloat16 first", "float32"])
def coarse(request, monkeypatch):
    monkeypatch.setattr(rescoring, "coarse", lambda: request.param)


@pytest.mark.parametrize("groups", [0, 5])
@pytest.mark.parametrize("count", [1, 63, 1_000, 2_049])
def test_no_row_is_better_than_those_found(coarse, monkeypatch, count, groups):
    monkeypatch.setattr(rescoring, "PART", 30)
    known, asked = rows(count, groups=groups), rows(70, seed=1, groups=groups)
    for k in {1, min(10, count), min(40, count)}:
        similarities, places = found(asked, known, k)
        truth = asked.astype(np.float64) @ known.T.astype(np.float64)
        np.testing.assert_allclose(similarities, -np.sort(-truth, axis=1)[:, :k], atol=2e-6)
        np.testing.assert_allclose(np.take_along_axis(truth, places, axis=1), similarities, atol=2e-6)
        assert all(len(set(row)) == k for row in places.tolist())


def test_equal_rows_are_equally_similar_and_too_many_of_them_are_no_trap(coarse):
    known = np.concatenate([rows(300), np.repeat(rows(1, seed=3), 900, axis=0)])
    similarities, places = found(rows(1, seed=3), known, 20)
    assert (places >= 300).all() and len(set(similarities[0].tolist())) == 1


def test_rows_of_zeros_and_opposite_rows_are_not_lost(coarse):
    known = np.concatenate([-rows(1, seed=3), np.zeros((2, 32), np.float32)])
    similarities, places = found(rows(1, seed=3), known, 3)
    assert set(places[0, :2].tolist()) == {1, 2} and places[0, 2] == 0
    np.testing.assert_allclose(similarities[0], [0, 0, -1], atol=1e-6)


@given(st.integers(1, 400), st.integers(1, 60), st.integers(0, 10_000))
def test_the_coarse_look_never_hides_a_row(count, k, seed):
    known = rows(count, 8, seed=seed, groups=3)
    k = min(k, count)
    similarities, _ = found(known[:5], known, k)
    truth = known[:5].astype(np.float64) @ known.T.astype(np.float64)
    np.testing.assert_allclose(similarities, -np.sort(-truth, axis=1)[:, :k], atol=2e-6)


@pytest.mark.parametrize("block", [7, 64, 1_024])
@pytest.mark.parametrize(("count", "k"), [(1, 1), (2, 2), (130, 20), (1_500, 12)])
def test_rows_find_one_another_by_half_of_the_products(monkeypatch, block, count, k):
    monkeypatch.setattr(all_pairs, "BLOCK", block)
    monkeypatch.setattr(rescoring, "coarse", lambda: True)
    monkeypatch.setattr(rescoring, "PART", 400)
    known, told = rows(count, groups=4), []
    parts = list(rescoring.among(known, k, told.append))
    truth = known.astype(np.float64) @ known.T.astype(np.float64)
    similarities, places = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("similarities", "rows")
    )
    np.testing.assert_allclose(-np.sort(-similarities, axis=1), -np.sort(-truth, axis=1)[:, :k], atol=2e-6)
    np.testing.assert_allclose(np.take_along_axis(truth, places, axis=1), similarities, atol=2e-6)
    assert [part.start for part in parts] == list(range(0, count, 400))
    assert told == sorted(told) and told[-1] == 1


@pytest.mark.parametrize("number", [1, 2, 5, 8])
def test_every_two_blocks_meet_once_and_no_block_has_two_partners_in_a_round(number):
    rounds = all_pairs._rounds(number)
    met = [frozenset(pair) for pairs in rounds for pair in pairs]
    assert len(met) == len(set(met)) == number * (number + 1) // 2
    for pairs in rounds[1:]:
        players = [team for pair in pairs for team in pair]
        assert len(players) == len(set(players))


def test_code_that_cannot_be_kept_on_the_disk_is_compiled_all_the_same():
    names: dict = {}
    exec("def double(values):\n    for at in range(len(values)):\n        values[at] *= 2", names)  # in no file
    values = np.arange(4)
    compiled(names["double"])(values)
    assert values.tolist() == [0, 2, 4, 6]

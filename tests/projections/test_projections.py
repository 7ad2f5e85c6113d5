"""Does every projection give each text a place, the same one every time, and near texts near places?"""

import numpy as np
import pytest
from scipy import sparse

from engine import plugins
from engine.maps import trust
from engine.projections import aligned_umap, pca, tsne, umap
from engine.search import neighbours

SINGLE = [pca, umap, tsne]


def groups(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """60 vectors in three groups far from one another, and their groups."""
    rng = np.random.default_rng(seed)
    member = np.repeat(np.arange(3), 20)
    return (5 * np.eye(8)[member] + rng.normal(size=(60, 8)) * 0.3).astype(np.float32), member


def separated(places: np.ndarray, member: np.ndarray) -> float:
    """The share of points whose nearest other point in the picture is of the same group."""
    return float((member[trust.drawn(places, 1)[:, 0]] == member).mean())


@pytest.fixture(scope="module")
def aligned():
    sets = [groups(0)[0], groups(1)[0]]
    return aligned_umap.project(sets, neighbours=[neighbours.graph(x) for x in sets])


def test_every_projection_is_found_and_says_where_it_comes_from():
    records = plugins.projections()
    assert set(records) >= {"pca", "umap", "aligned_umap", "tsne"}
    assert all(record.title and record.source for record in records.values())


@pytest.mark.parametrize("module", SINGLE, ids=lambda module: module.PROJECTION.name)
@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
def test_groups_in_truth_are_groups_in_the_picture_every_time_alike(module, kind):
    x, member = groups()
    near = neighbours.graph(x)
    places = module.project(kind(x), neighbours=near, seed=42)
    assert (places.shape, places.dtype) == ((60, 2), np.float32)
    assert separated(places, member) > 0.95
    np.testing.assert_array_equal(places, module.project(kind(x), neighbours=near, seed=42))


@pytest.mark.parametrize("module", SINGLE, ids=lambda module: module.PROJECTION.name)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_the_smallest_sets_have_a_picture(module, n):
    x = groups()[0][:n]
    assert np.isfinite(module.project(x, neighbours=neighbours.graph(x))).all()


@pytest.mark.parametrize("module", SINGLE, ids=lambda module: module.PROJECTION.name)
def test_equal_vectors_and_vectors_of_zeros_have_a_place(module):
    x = np.zeros((40, 6), np.float32)
    x[20:30] = 1
    x[30:, 0] = 1
    assert np.isfinite(module.project(x, neighbours=neighbours.graph(x))).all()


def test_the_principal_components_are_those_of_the_singular_values():
    x = groups()[0]
    rows = neighbours.unit(x)
    left, size, _ = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs(pca.project(x)), np.abs(left[:, :2] * size[:2]), atol=1e-4)


def test_of_many_sparse_columns_the_heaviest_make_the_picture(monkeypatch):
    x, member = groups()
    wide = sparse.hstack([sparse.csr_array(np.eye(60, dtype=np.float32) * 0.01), sparse.csr_array(x)], "csr")
    monkeypatch.setattr(pca, "MOST_COLUMNS", 8)
    assert pca.reduced(wide, 42).shape == (60, 7)
    assert separated(pca.project(wide), member) > 0.95


def test_aligned_maps_put_the_same_text_in_the_same_place(aligned):
    member = groups()[1]
    assert all(separated(places, member) > 0.95 for places in aligned)
    apart = np.linalg.norm(aligned[0] - aligned[1], axis=1).mean()
    strangers = np.linalg.norm(aligned[0] - np.roll(aligned[1], 30, axis=0), axis=1).mean()
    assert apart < strangers / 3


def test_aligned_maps_are_the_same_every_time(aligned):
    sets = [groups(0)[0], groups(1)[0]]
    again = aligned_umap.project(sets, neighbours=[neighbours.graph(x) for x in sets])
    np.testing.assert_array_equal(aligned, again)

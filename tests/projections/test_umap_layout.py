"""Are the edges those of umap-learn, is the picture as true as its own, and the same on any number of cores?"""

import numpy as np
import pytest

from engine.maps import trust
from engine.projections import umap, umap_layout
from engine.search import neighbours


@pytest.fixture(scope="module")
def clusters():
    """1,500 vectors in 30 overlapping groups, with some of them equal, and their graph."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 24))[np.repeat(np.arange(30), 50)] + rng.normal(size=(1500, 24)) * 0.7
    x[1480:] = x[0]
    x = neighbours.unit(x)
    return x, neighbours.graph(x)


def edges(graph: neighbours.Graph):
    return umap_layout.edges(graph.indices[:, :14], graph.distances[:, :14])


def test_the_edges_are_those_of_umap_learn(clusters):
    from umap.umap_ import fuzzy_simplicial_set

    x, graph = clusters
    own = np.arange(len(x))[:, None]
    indices = np.hstack([own, graph.indices[:, :14]])
    distances = np.hstack([np.zeros(own.shape, np.float32), graph.distances[:, :14]])
    found, _, _ = fuzzy_simplicial_set(
        x, 15, np.random.RandomState(0), "cosine", knn_indices=indices, knn_dists=distances
    )
    np.testing.assert_allclose(edges(graph).toarray(), (found / found.max()).toarray(), atol=1e-4)


def test_one_thread_and_three_draw_the_same_picture_to_the_last_bit(clusters):
    start = np.random.default_rng(0).normal(size=(1500, 3)).astype(np.float32)
    one, three, other = (
        umap_layout.lay_out(edges(clusters[1]), start, epochs=40, seed=seed, threads=threads)
        for seed, threads in [(42, 1), (42, 3), (43, 1)]
    )
    np.testing.assert_array_equal(one, three)
    assert (one != other).any()


def test_the_picture_is_as_true_as_that_of_umap_learn_and_keeps_as_many_neighbours(clusters):
    from umap import UMAP

    x, graph = clusters
    ours, theirs = (
        umap.project(x, neighbours=graph),
        UMAP(n_neighbors=15, metric="cosine", random_state=42).fit_transform(x),
    )
    for truth in (lambda y: [np.mean(one) for one in trust.pointwise(x, y)], lambda y: kept(graph, y)):
        assert (np.array(truth(ours)) > np.array(truth(theirs)) - 0.01).all()


def kept(graph: neighbours.Graph, places: np.ndarray) -> float:
    """The share of the 15 nearest in truth that are among those of the picture."""
    return neighbours.shared(graph.indices[:, :15], trust.drawn(places, 15)).mean() / 15


def test_no_point_flies_far_from_the_others(clusters):
    for size in (2, 3):
        places = umap.project(clusters[0], neighbours=clusters[1], size=size)
        far = np.abs(places - np.median(places, axis=0)).max()
        assert far < 4 * np.abs(places - np.median(places, axis=0)).mean()
        assert places.shape == (1500, size)


def test_without_a_graph_the_neighbours_are_looked_for(clusters):
    x = clusters[0][:1400]
    assert kept(neighbours.graph(x), umap.project(x)) > 0.25


def test_the_power_is_right_to_a_part_in_five_thousand():
    squares = np.exp2(np.linspace(-39, 90, 3000)).astype(np.float32)
    found = np.array([umap_layout._power(one) for one in squares])
    np.testing.assert_allclose(found, squares.astype(float) ** umap_layout.B, rtol=2e-4)

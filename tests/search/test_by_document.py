"""A document scores as its best chunk, or as the mean of its best few; by hand on random vectors."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from engine.rankings import Request
from engine.search import by_document as room
from engine.search.by_document import by_document

RNG = np.random.default_rng(3)
SIZES = np.array([1, 4, 2, 7, 1, 3])
DOCUMENTS = np.repeat(np.arange(6), SIZES)
CHUNKS = RNG.normal(size=(SIZES.sum(), 8)).astype(np.float32)
QUERIES = RNG.normal(size=(5, 8)).astype(np.float32)
REQUEST = Request(["q"] * 5, ["d"] * 6, np.arange(5), np.arange(6), 4)


def by_hand(best: int) -> np.ndarray:
    unit, asked = (one / np.linalg.norm(one, axis=1, keepdims=True) for one in (CHUNKS, QUERIES))
    scores = asked @ unit.T
    return np.array(
        [[np.sort(line[document == DOCUMENTS])[::-1][:best].mean() for document in range(6)] for line in scores]
    )


@pytest.mark.parametrize("best", [1, 2, 3, 10])
@pytest.mark.parametrize("space", [8_000_000, 1])
def test_documents_stand_in_the_order_of_their_best_chunks(best: int, space: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "SCORES", space)
    rows, scores = by_document(REQUEST, QUERIES, CHUNKS, DOCUMENTS, similarity="cosine", best=best)
    wanted = by_hand(best)
    assert rows.tolist() == np.argsort(-wanted, axis=1)[:, :4].tolist()
    assert np.allclose(scores, -np.sort(-wanted, axis=1)[:, :4], atol=1e-6)


def test_sparse_chunks_rank_as_dense_ones():
    dense = by_document(REQUEST, QUERIES, CHUNKS, DOCUMENTS, similarity="dot")
    found = by_document(REQUEST, sparse.csr_array(QUERIES), sparse.csr_array(CHUNKS), DOCUMENTS, similarity="dot")
    assert (found.rows == dense.rows).all() and np.allclose(found.scores, dense.scores, atol=1e-5)


def test_equal_documents_stand_in_the_order_of_their_ids():
    """Of vectors whose product is exact: a processor may round equal rows apart, by where they lie in its blocks."""
    chunks = np.ones((6, 4), np.float32)
    order = np.array([3, 0, 5, 1, 4, 2])
    one = replace(REQUEST, order=order)
    rows, _ = by_document(one, chunks[:1], chunks, np.arange(6), similarity="cosine")
    assert rows[0].tolist() == np.argsort(-order)[:4].tolist()


def test_of_candidates_only_these_are_ranked():
    own = [np.array([1, 3])] * 5
    rows, _ = by_document(replace(REQUEST, candidates=own), QUERIES, CHUNKS, DOCUMENTS, similarity="cosine")
    wanted = by_hand(1)[:, [1, 3]]
    assert rows.tolist() == np.array([1, 3])[np.argsort(-wanted, axis=1)].tolist()

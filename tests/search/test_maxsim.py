"""MaxSim: the library's scores and order, sum and mean, in bounded memory, ties by mteb's rule."""

import numpy as np
import pytest
import torch
from sentence_transformers.util import similarity

from engine.search import maxsim
from engine.search.top_k import rank_candidates, top_k
from engine.types import BadModel, TokenVectors

THEIRS = {"maxsim": similarity.maxsim, "meanmaxsim": similarity.mean_maxsim}


def vectors(seed: int, counts, width: int = 8) -> TokenVectors:
    random = np.random.default_rng(seed)
    return TokenVectors.of([random.normal(size=(count, width)).astype(np.float32) for count in counts])


@pytest.mark.parametrize("name", THEIRS)
def test_scores_are_the_librarys_whatever_the_lengths_and_tiles(name, monkeypatch):
    queries, documents = vectors(0, [3, 1, 32, 7, 5]), vectors(1, [1, 40, 3, 0, 200, 17, 2] * 3)
    wanted = THEIRS[name](*([torch.from_numpy(one) for one in side.texts()] for side in (queries, documents))).numpy()
    whole = maxsim.every(queries, documents, name)
    np.testing.assert_allclose(whole, wanted, rtol=1e-5)
    assert (whole[:, 3] < -1e7).all()  # a document without a vector comes last
    monkeypatch.setattr(maxsim, "QUERY_TOKENS", 8)
    monkeypatch.setattr(maxsim, "TILE", 64)
    np.testing.assert_allclose(maxsim.every(queries, documents, name), whole, rtol=1e-5)


def test_the_best_documents_come_in_the_librarys_order_and_equal_ones_by_the_higher_place():
    queries, base = vectors(0, [4, 9]), vectors(1, [5, 3, 8, 30])
    documents = base[np.array([0, 1, 2, 3, 1, 0])]  # some stand twice
    order = np.array([5, 0, 1, 2, 3, 4])
    rows, scores = top_k(queries, documents, 9, similarity="maxsim", order=order)
    wanted = similarity.maxsim(
        *([torch.from_numpy(one) for one in side.texts()] for side in (queries, documents))
    ).numpy()
    for found, line, all_scores in zip(rows, scores, wanted, strict=True):
        best = np.lexsort((-order, -np.round(all_scores.astype(np.float64), 4)))
        assert found.tolist() == [*best, -1, -1, -1]
        np.testing.assert_allclose(line[:6], all_scores[best], rtol=1e-5)


def test_candidates_are_scored_as_the_whole_corpus_is():
    queries, documents = vectors(0, [4, 9, 2]), vectors(1, [5, 3, 8, 30, 1, 12])
    own = [np.array([4, 0, 2]), np.array([], dtype=np.int64), np.array([5, 1])]
    rows, scores = rank_candidates(queries, documents, own, similarity="meanmaxsim", order=np.arange(6))
    whole = maxsim.every(queries, documents, "meanmaxsim")
    assert sorted(rows[0].tolist()) == [0, 2, 4] and rows[1].tolist() == [-1, -1, -1]
    np.testing.assert_allclose(scores[0], np.sort(whole[0, own[0]])[::-1], rtol=1e-5)
    np.testing.assert_allclose(scores[2, :2], np.sort(whole[2, own[2]])[::-1], rtol=1e-5)


def test_a_query_and_the_document_beside_it_score_as_they_do_among_all():
    queries, documents = vectors(0, [4, 9, 2]), vectors(1, [5, 3, 8])
    for name in THEIRS:
        beside = maxsim.paired(queries, documents, name)
        np.testing.assert_allclose(beside, np.diag(maxsim.every(queries, documents, name)), rtol=1e-6)


def test_vectors_in_a_lower_precision_are_scored_by_the_numbers_that_they_stand_for():
    queries, documents = (vectors(seed, [4, 9, 2]).stored_as("int8") for seed in (0, 1))
    floats = [TokenVectors(one.floats(), one.ends) for one in (queries, documents)]
    assert (maxsim.every(queries, documents, "maxsim") == maxsim.every(*floats, "maxsim")).all()


def test_a_vector_that_is_no_number_is_refused():
    documents = vectors(1, [5, 3])
    documents.values[6, 2] = np.nan
    with pytest.raises(BadModel, match="not finite"):
        top_k(vectors(0, [4]), documents, 1, similarity="maxsim")


def test_runs_and_choices_of_texts_keep_their_own_vectors():
    whole = vectors(2, [2, 0, 3, 1])
    some, run = whole[np.array([2, 0, 1])], whole[1:3]
    assert (some.counts.tolist(), run.counts.tolist()) == ([3, 2, 0], [0, 3])
    assert np.shares_memory(run.values, whole.values)
    np.testing.assert_array_equal(some.floats(), np.concatenate([whole.texts()[row] for row in (2, 0)]))
    np.testing.assert_array_equal(run[np.array([False, True])].floats(), whole.texts()[2])

"""Is the geometry of a model's space counted as its definitions say?"""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from engine.maps import geometry, gold_pairs
from engine.search.neighbours import unit
from engine.types import Dataset

NONE = np.empty((0, 2), np.int64)


def vectors(count: int = 300, size: int = 8) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(count, size)).astype(np.float32)


def test_the_measures_are_those_of_their_definitions():
    x, alike, apart = vectors(), np.array([[0, 1], [2, 3], [4, 5]]), np.array([[0, 9], [1, 8]])
    found = geometry.measure(x, alike, apart, seed=1)
    rows = x / np.linalg.norm(x, axis=1, keepdims=True)
    every = (rows @ rows.T)[~np.eye(len(x), dtype=bool)]
    singular = np.linalg.svd(rows, compute_uv=False)
    shares = singular / singular.sum()
    near, far = ((rows[a] * rows[b]).sum(axis=1) for a, b in (alike.T, apart.T))
    assert found.mean_cosine == pytest.approx(every.mean(), abs=0.01)
    assert found.uniformity == pytest.approx(np.log(np.exp(-2 * (2 - 2 * every)).mean()), abs=0.02)
    assert found.effective_rank == pytest.approx(np.exp(-(shares * np.log(shares)).sum()), rel=1e-4)
    assert found.alignment == pytest.approx(
        (np.linalg.norm(rows[alike[:, 0]] - rows[alike[:, 1]], axis=1) ** 2).mean(), rel=1e-4
    )
    assert found.separation == pytest.approx((near[:, None] > far[None]).mean())
    assert (sum(found.positives), sum(found.negatives)) == (3, 2)


def test_sparse_vectors_have_the_geometry_of_the_same_dense_ones():
    x = vectors(60, 100)
    pairs = np.array([[0, 1], [2, 3]])
    dense, thin = (geometry.measure(one, pairs, pairs[::-1], seed=1) for one in (x, sparse.csr_array(x)))
    for name in ("mean_cosine", "effective_rank", "uniformity", "alignment", "separation"):
        assert getattr(dense, name) == pytest.approx(getattr(thin, name), rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("count", [1, 2])
def test_where_there_is_nothing_to_measure_the_measures_are_nan(count):
    found = geometry.measure(vectors(count), NONE, NONE, seed=1)
    assert np.isnan([found.alignment, found.separation]).all()
    assert np.isnan(found.mean_cosine) == (count == 1)
    assert np.isnan(geometry.measure(np.zeros((5, 3), np.float32), NONE, NONE, seed=1).effective_rank)


def test_equal_vectors_use_one_direction_and_lie_in_one_place():
    found = geometry.measure(np.ones((50, 4), np.float32), np.array([[0, 1]]), NONE, seed=1)
    assert found.effective_rank == pytest.approx(1, abs=1e-3)
    assert (found.mean_cosine, found.uniformity, found.alignment) == pytest.approx((1, 0, 0), abs=1e-5)
    assert unit(np.ones((1, 4)))[0, 0] == 0.5


def points(**fields: list[str]) -> pd.DataFrame:
    rows = [{"field": field, "text": text} for field, texts in fields.items() for text in texts]
    return pd.DataFrame(rows)


def named(found: np.ndarray, table: pd.DataFrame) -> set[tuple[str, str]]:
    return {(table["text"][a], table["text"][b]) for a, b in found}


def test_labels_say_what_is_alike():
    table = points(documents=["a", "b", "c", "d"]).assign(**{"data.label": ["x", "x", "y", None]})
    dataset = Dataset("d", "clustering", {"documents": pd.DataFrame({"text": list("abcd"), "label": list("xxyz")})})
    alike, apart = gold_pairs.pairs(dataset, table, seed=1)
    assert named(alike, table) == {("a", "b"), ("b", "a")}
    assert named(apart, table) == {(one, other) for one, other in [("a", "c"), ("b", "c"), ("c", "a"), ("c", "b")]}


def test_judgements_say_what_is_alike_and_what_is_not():
    corpus = pd.DataFrame({"id": ["d0", "d1"], "title": ["", "T"], "text": ["zero", "one"]})
    qrels = pd.DataFrame({"query_id": ["q0", "q0", "q0"], "corpus_id": ["d0", "d1", "gone"], "score": [1, 0, 1]})
    asked = pd.DataFrame({"id": ["q0"], "text": ["q"]})
    dataset = Dataset("d", "retrieval", {"corpus": corpus, "queries": asked, "qrels": qrels})
    table = points(queries=["q"], corpus=["zero", "T one"])
    alike, apart = gold_pairs.pairs(dataset, table, seed=1)
    assert (named(alike, table), named(apart, table)) == ({("q", "zero")}, {("q", "T one")})


def test_scored_pairs_are_alike_at_the_top_of_the_scale_and_not_at_its_bottom():
    rows = {"sentence1": list("abc"), "sentence2": list("xyz"), "score": [5, 2.5, 0]}
    table = points(sentence1=list("abc"), sentence2=list("xyz"))
    alike, apart = gold_pairs.pairs(Dataset("d", "sts", {"pairs": pd.DataFrame(rows)}), table, seed=1)
    assert (named(alike, table), named(apart, table)) == ({("a", "x")}, {("c", "z")})


def test_translations_are_alike_and_those_of_other_sentences_are_not():
    rows = pd.DataFrame({"sentence1": list("abc"), "sentence2": list("xyz")})
    table = points(sentence1=list("abc"), sentence2=list("xyz"))
    alike, apart = gold_pairs.pairs(Dataset("d", "bitext_mining", {"pairs": rows}), table, seed=1)
    assert named(alike, table) == {("a", "x"), ("b", "y"), ("c", "z")}
    assert named(apart, table) and not named(apart, table) & named(alike, table)


def test_a_machines_summary_is_like_those_by_people_of_the_same_text():
    rows = pd.DataFrame({"machine_summary": ["m0", "m1"], "human_summaries": [["h0", "h1"], ["h2"]]})
    table = points(human=["h0", "h1", "h2"], machine=["m0", "m1"])
    alike, _ = gold_pairs.pairs(Dataset("d", "summarization", {"summaries": rows}), table, seed=1)
    assert named(alike, table) == {("m0", "h0"), ("m0", "h1"), ("m1", "h2")}

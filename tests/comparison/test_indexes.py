"""Approximate indexes: what they find is what faiss finds, and what is said of them holds."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine import plugins
from engine.comparison import indexes
from engine.search.index_kinds import KINDS, lists, parts
from engine.search.indexes import Distinct, Index, prepared
from engine.statistics.family import Family
from engine.types import Dataset, Message, ModelEntry, UserError

RNG = np.random.default_rng(4)
N, D = 1_200, 32
CORPUS = RNG.normal(size=(N, D)).astype(np.float32)
GOLD = RNG.integers(0, N, 60)
QUERIES = (CORPUS[GOLD] + 0.8 * RNG.normal(size=(60, D))).astype(np.float32)
VECTORS = {"queries": QUERIES, "corpus": CORPUS}
SEARCH = Dataset(
    "search",
    "retrieval",
    {
        "corpus": pd.DataFrame({"id": [f"d{row:04d}" for row in range(N)], "text": "t"}),
        "queries": pd.DataFrame({"id": [f"q{row}" for row in range(60)], "text": "t"}),
        "qrels": pd.DataFrame(
            {"query_id": [f"q{row}" for row in range(60)], "corpus_id": [f"d{row:04d}" for row in GOLD], "score": 1}
        ),
    },
)


def quiet(_share: float, _message: object) -> None:
    return None


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return indexes.study(SEARCH, VECTORS, "cosine", quiet)


def row_of(table: pd.DataFrame, kind: str, effort: int = 0) -> pd.Series:
    return table[(table["kind"] == kind) & (table["effort"] == effort)].iloc[0]


@pytest.mark.parametrize(
    "kind, effort, factory",
    [
        ("hnsw", 16, "HNSW32,Flat"),
        ("ivf", 4, f"IVF{lists(N)},Flat"),
        ("ivf_pq", 8, f"IVF{lists(N)},PQ{parts(D)}np"),
        ("sq8", 0, "SQ8"),
        ("sq4", 0, "SQ4"),
    ],
)
def test_recall_is_that_of_a_direct_call_of_faiss(table: pd.DataFrame, kind: str, effort: int, factory: str):
    import faiss

    unit = CORPUS / np.linalg.norm(CORPUS, axis=1, keepdims=True)
    asked = QUERIES / np.linalg.norm(QUERIES, axis=1, keepdims=True)
    index = faiss.index_factory(D, factory, faiss.METRIC_L2)
    index.train(unit)
    index.add(unit)
    if kind == "hnsw":
        index.hnsw.efSearch = effort
    elif effort:
        index.nprobe = effort
    exact = faiss.IndexFlatIP(D)
    exact.add(unit)
    found, wanted = index.search(asked, 10)[1], exact.search(asked, 10)[1]
    recall = np.mean([len({*one} & {*other}) / 10 for one, other in zip(found, wanted, strict=True)])
    assert row_of(table, kind, effort)["recall"] == pytest.approx(recall, abs=1e-12)


def test_the_exact_search_comes_first_and_scores_as_a_run_does(table: pd.DataFrame):
    task = plugins.tasks()["retrieval"]
    wanted = task.metrics(task.judge(SEARCH, VECTORS, "cosine"))["ndcg_at_10"]
    first = table.iloc[0]
    assert (first["kind"], first["recall"], first["gap"]) == ("flat", 1.0, 0.0)
    assert first["score"] == pytest.approx(wanted, abs=6e-6)


def test_more_effort_finds_more_and_all_lists_find_all(table: pd.DataFrame):
    for kind in ("hnsw", "ivf", "binary_full"):
        recall = table[table["kind"] == kind].sort_values("effort")["recall"].to_numpy()
        assert (np.diff(recall) >= -0.02).all() and recall[-1] > recall[0]
    distinct = Distinct.of(CORPUS, "cosine")
    index = Index(KINDS["ivf"], distinct)
    rows, _ = index.search(prepared(QUERIES, "cosine"), 10, lists(N))
    exact, _ = Index(KINDS["flat"], distinct).search(prepared(QUERIES, "cosine"), 10)
    assert [{*one} for one in rows] == [{*one} for one in exact]


def test_signs_are_rescored_by_the_float_query(table: pd.DataFrame):
    unit = CORPUS / np.linalg.norm(CORPUS, axis=1, keepdims=True)
    asked = QUERIES / np.linalg.norm(QUERIES, axis=1, keepdims=True)
    exact, shares = asked @ unit.T, []
    for query in range(60):
        apart = ((asked[query] > 0) != (unit > 0)).sum(axis=1)
        near = np.argsort(apart, kind="stable")[:100]
        best = near[np.argsort(-exact[query, near], kind="stable")[:10]]
        shares.append(len({*best} & {*np.argsort(-exact[query])[:10]}) / 10)
    assert row_of(table, "binary_full", 100)["recall"] == pytest.approx(np.mean(shares), abs=0.01)
    assert row_of(table, "binary", 100)["recall"] < row_of(table, "binary_full", 100)["recall"]


def test_copies_are_indexed_once_and_all_of_them_are_found():
    corpus = np.concatenate([CORPUS, np.repeat(CORPUS[:1], 20, axis=0)])
    distinct = Distinct.of(corpus, "cosine")
    assert len(distinct.vectors) == N
    order = np.random.default_rng(0).permutation(len(corpus))
    found = Index(KINDS["flat"], distinct).search(prepared(CORPUS[:1], "cosine"), 12)
    rows, scores = distinct.documents(found, order, 12)
    copies = np.array([0, *range(N, N + 20)])
    assert rows[0].tolist() == copies[np.argsort(-order[copies])][:12].tolist()
    assert len(set(scores[0].tolist())) == 1


def test_memory_counts_what_is_kept_and_not_what_lies_elsewhere(table: pd.DataFrame):
    assert 4 * N * D < row_of(table, "flat")["bytes"] < 4 * N * D + 200
    assert N * D < row_of(table, "sq8")["bytes"] < N * D + 1_000
    assert row_of(table, "binary_full", 100)["bytes"] == row_of(table, "binary", 100)["bytes"] < N * D // 8 + 200


def test_the_cheapest_index_surely_loses_less_than_the_margin(table: pd.DataFrame):
    for margin in (0.02, 0.1, 0.3, 0.9):
        best = indexes.cheapest(table, "bytes", margin)
        assert best["kind"] == "flat" or best["least"] > -margin
        cheaper = table[table["bytes"] < best["bytes"]]
        assert (cheaper["least"] <= -margin).all()
    assert indexes.cheapest(table, "bytes", 0.9)["bytes"] == table["bytes"].min()


def test_an_index_that_finds_all_is_no_less_sure_than_one_that_misses_some():
    """None of 200 queries differs, so 3.7 might, but by as much as those do that another index changes: not by all."""
    rng = np.random.default_rng(0)
    exact = pd.DataFrame({"item": [f"q{row:03d}" for row in range(200)], "measure": rng.uniform(size=200)})
    misses = exact.assign(measure=exact["measure"] - np.where(rng.uniform(size=200) < 0.1, 0.02, 0.0))
    family = Family(plugins.tasks()["retrieval"], [exact, misses, exact.copy()], 0, forms=True)
    some, none = family.least(np.array([1, 2]), 0)
    assert -0.01 < some < -0.002 and -0.002 < none < 0


def test_the_sentence_names_the_index_or_says_to_search_exactly(table: pd.DataFrame):
    said = indexes.verdict(table, "bytes", 0.9, "ndcg_at_10")
    assert str(said).startswith("On 60 queries, the cheapest index that surely loses less than 0.9 nDCG@10 is signs")
    none = indexes.verdict(table, "bytes", 1e-9, "ndcg_at_10")
    assert "search exactly, or allow more" in str(none)
    alone = indexes.verdict(table.iloc[:1], "bytes", 0.1, "ndcg_at_10")
    assert "No index does better" in str(alone) and isinstance(said, Message)


@pytest.mark.parametrize(
    "vectors, similarity, word",
    [
        ({"queries": QUERIES, "corpus": CORPUS[:500]}, "cosine", "500 different vectors"),
        (VECTORS, "manhattan", "Manhattan"),
    ],
)
def test_what_no_index_serves_is_refused_in_a_sentence(vectors: dict, similarity: str, word: str):
    tables = {**SEARCH.tables, "corpus": SEARCH.tables["corpus"].iloc[: len(vectors["corpus"])]}
    with pytest.raises(UserError, match=word):
        indexes.study(replace(SEARCH, tables=tables), vectors, similarity, quiet)


def test_a_dataset_without_a_corpus_is_refused_in_a_sentence():
    with pytest.raises(UserError, match="Only a retrieval dataset"):
        indexes.study(replace(SEARCH, task="sts", tables={}), VECTORS, "cosine", quiet)


@pytest.mark.parametrize(
    ("family", "documents", "margin", "word"),
    [
        ("bm25", N, 0.01, "one dense vector a text; m is of the kind"),
        ("cross_encoder", N, 0.01, "one dense vector a text"),
        ("pipeline", N, 0.01, "one dense vector a text"),
        ("sentence_transformer", 999, 0.01, "999 different vectors"),
        ("sentence_transformer", N, -0.5, "A margin of −0.5"),
        ("sentence_transformer", N, float("nan"), "A margin of –"),
    ],
)
def test_what_no_index_serves_is_refused_before_anything_is_encoded(family, documents, margin, word):
    corpus = SEARCH.tables["corpus"].iloc[:documents].assign(text=[f"text {row}" for row in range(documents)])
    with pytest.raises(UserError, match=word):
        indexes.check(ModelEntry("m", family), replace(SEARCH, tables={**SEARCH.tables, "corpus": corpus}), margin)


def test_an_inner_product_is_searched_as_one():
    longer = CORPUS * RNG.uniform(0.5, 2, (N, 1)).astype(np.float32)
    found, scores = Index(KINDS["hnsw"], Distinct.of(longer, "dot")).search(QUERIES, 5, 512)
    wanted = np.argsort(-(QUERIES @ longer.T), axis=1)[:, :5]
    assert np.mean(found == wanted) > 0.9 and (np.diff(scores, axis=1) <= 0).all()

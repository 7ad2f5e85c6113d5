"""Shorter and rounder vectors: the figures are those of the compressed vectors themselves."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine import plugins
from engine.comparison import compression
from engine.comparison.compression import Judging
from engine.models import quantisation
from engine.models.quantisation import BINARY, FLOAT16, FLOAT32, INT8, RESCORED, Form, Source
from engine.types import Dataset, UserError

RNG = np.random.default_rng(4)
N, D = 300, 48
CORPUS = RNG.normal(size=(N, D)).astype(np.float32)
GOLD = RNG.integers(0, N, 60)
QUERIES = (CORPUS[GOLD] + 1.2 * RNG.normal(size=(60, D))).astype(np.float32)
VECTORS = {"queries": QUERIES, "corpus": CORPUS}
SEARCH = Dataset(
    "search",
    "retrieval",
    {
        "corpus": pd.DataFrame({"id": [f"d{row}" for row in range(N)], "text": "t"}),
        "queries": pd.DataFrame({"id": [f"q{row}" for row in range(60)], "text": "t"}),
        "qrels": pd.DataFrame(
            {"query_id": [f"q{row}" for row in range(60)], "corpus_id": [f"d{row}" for row in GOLD], "score": 1}
        ),
    },
)
PAIRS = Dataset(
    "pairs",
    "sts",
    {
        "pairs": pd.DataFrame(
            {
                "sentence1": [f"a {row}" for row in range(60)],
                "sentence2": [f"b {row}" for row in range(60)],
                "score": RNG.normal(size=60),
            }
        )
    },
)


def quiet(_share: float, _message: object) -> None:
    return None


def row_of(table: pd.DataFrame, method: str, dimension: int, precision: str) -> pd.Series:
    same = (table["method"] == method) & (table["dimension"] == dimension) & (table["precision"] == precision)
    return table[same].iloc[0]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return compression.curves(SEARCH, VECTORS, "cosine", quiet)


def direct(queries: np.ndarray, corpus: np.ndarray, similarity: str) -> float:
    task = plugins.tasks()["retrieval"]
    return task.metrics(task.judge(SEARCH, {"queries": queries, "corpus": corpus}, similarity))["ndcg_at_10"]


def test_the_full_vectors_come_first_and_score_as_they_do_in_a_run(table: pd.DataFrame):
    first = table.iloc[0]
    assert (first["method"], first["dimension"], first["precision"], first["bytes"]) == ("full", D, FLOAT32, 4 * D)
    assert first["score"] == direct(QUERIES, CORPUS, "cosine")
    assert (first["gap"], first["gap_low"], first["gap_high"]) == (0, 0, 0)


def test_truncated_vectors_score_as_their_first_numbers_do(table: pd.DataFrame):
    assert row_of(table, "truncation", 32, FLOAT32)["score"] == direct(QUERIES[:, :32], CORPUS[:, :32], "cosine")


def test_binary_vectors_score_as_hamming_distances_do_with_ties_to_the_higher_id(table: pd.DataFrame):
    unlike = ((QUERIES[:, None, :32] > 0) != (CORPUS[None, :, :32] > 0)).sum(axis=2)
    names = SEARCH.tables["corpus"]["id"].tolist()
    gains = []
    for query, gold in enumerate(GOLD):
        order = sorted(range(N), key=lambda row: (-unlike[query, row], names[row]), reverse=True)
        rank = order.index(gold) + 1
        gains.append(1 / np.log2(rank + 1) if rank <= 10 else 0.0)
    assert row_of(table, "truncation", 32, BINARY)["score"] == pytest.approx(np.mean(gains), abs=5e-6)


def test_rescoring_orders_the_forty_nearest_by_the_float_query(table: pd.DataFrame):
    bits = quantisation.signs(CORPUS)
    coarse, fine = quantisation.signs(QUERIES) @ bits.T, QUERIES.astype(np.float64) @ bits.T.astype(np.float64)
    names = np.array(SEARCH.tables["corpus"]["id"])
    gains = []
    for query, gold in enumerate(GOLD):
        near = sorted(range(N), key=lambda row: (coarse[query, row], names[row]), reverse=True)[:40]
        order = sorted(near, key=lambda row: -fine[query, row])
        rank = order.index(gold) + 1 if gold in order else 99
        gains.append(1 / np.log2(rank + 1) if rank <= 10 else 0.0)
    found = row_of(table, "full", D, RESCORED)["score"]
    assert found == pytest.approx(np.mean(gains), abs=5e-6)
    assert found > row_of(table, "full", D, BINARY)["score"]


def test_int8_is_the_nearest_of_256_steps_between_the_extremes_of_the_corpus(table: pd.DataFrame):
    corpus, queries = (one / np.linalg.norm(one, axis=1, keepdims=True) for one in (CORPUS, QUERIES))
    low, high = corpus.min(axis=0), corpus.max(axis=0)
    made = [low + np.clip(np.round((one - low) / (high - low) * 255), 0, 255) * (high - low) / 255
            for one in (queries, corpus)]  # fmt: skip
    got = Source(VECTORS, "cosine").vectors(Form("full", D, INT8))
    assert np.abs(got["corpus"] - made[1]).max() < 1e-6
    assert np.abs(got["corpus"] - corpus).max() <= (high - low).max() / 255 / 2 + 1e-6
    assert row_of(table, "full", D, INT8)["score"] == direct(*made, "cosine")


def test_principal_axes_are_those_of_scikit_learn(table: pd.DataFrame):
    from sklearn.decomposition import PCA

    fitted = PCA(32, svd_solver="full").fit(CORPUS)
    got = Source(VECTORS, "cosine").vectors(Form("pca", 32, FLOAT32))
    wanted = fitted.transform(QUERIES)
    turned = np.sign((got["queries"] * wanted).sum(axis=0))
    assert np.abs(got["queries"] - wanted * turned).max() < 1e-3
    assert row_of(table, "pca", 32, FLOAT32)["score"] == direct(wanted, fitted.transform(CORPUS), "cosine")


def test_a_dot_product_keeps_its_order_when_all_axes_are_kept():
    vectors = {"queries": QUERIES, "corpus": CORPUS * RNG.uniform(0.5, 2, (N, 1)).astype(np.float32)}
    turned = Source(vectors, "dot").vectors(Form("pca", D, FLOAT32))
    assert np.allclose(turned["queries"] @ turned["corpus"].T, QUERIES @ vectors["corpus"].T, atol=1e-3)


def test_there_is_a_form_for_every_size_below_the_full_one():
    forms = Source({"sentence1": CORPUS, "sentence2": CORPUS}, "cosine").forms(rescoring=False)
    assert {(one.method, one.dimension) for one in forms} == {("full", D), ("truncation", 32), ("pca", 32)}
    assert {one.precision for one in forms} == {FLOAT32, FLOAT16, INT8, BINARY}
    assert Form("full", 100, BINARY).bytes == 13


def test_intervals_are_about_those_of_resampled_items_wider_for_few_and_end_at_one(table: pd.DataFrame):
    from scipy.stats import bootstrap

    cut = {name: one[:, :32] for name, one in VECTORS.items()}
    items = plugins.tasks()["retrieval"].judge(SEARCH, cut, "cosine")["measure"].to_numpy()
    theirs = bootstrap((items,), np.mean, method="percentile", rng=np.random.default_rng(1))
    interval, found = theirs.confidence_interval, row_of(table, "truncation", 32, FLOAT32)
    width = (found["high"] - found["low"]) / (interval.high - interval.low)
    assert 0.95 < width < 1.3 and found["low"] < found["score"] < found["high"] <= 1
    assert table["high"].max() <= 1


@pytest.mark.parametrize("task", ["sts"])
def test_other_tasks_have_curves_too_and_the_same_vectors_the_same_score(task: str):
    vectors = {"sentence1": QUERIES, "sentence2": CORPUS[GOLD]}
    found = compression.curves(PAIRS, vectors, "cosine", quiet)
    record = plugins.tasks()[task]
    cut = {name: one[:, :32] for name, one in vectors.items()}
    wanted = record.metrics(record.judge(PAIRS, cut, "cosine"))["cosine_spearman"]
    assert row_of(found, "truncation", 32, FLOAT32)["score"] == wanted
    assert (found["low"] <= found["high"]).all() and RESCORED not in set(found["precision"])


def test_of_many_queries_a_sample_is_taken_and_its_size_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(compression, "SCORES", 0)
    big = pd.concat([SEARCH.tables["queries"].assign(id=[f"{n}q{row}" for row in range(60)]) for n in range(4)])
    qrels = pd.DataFrame({"query_id": big["id"], "corpus_id": [f"d{row}" for row in np.tile(GOLD, 4)], "score": 1})
    tables = {**SEARCH.tables, "queries": big.reset_index(drop=True), "qrels": qrels}
    found = compression.curves(
        replace(SEARCH, tables=tables), {"queries": np.tile(QUERIES, (4, 1)), "corpus": CORPUS}, "cosine", quiet
    )
    assert set(found["n"]) == {200}


def test_the_smallest_form_surely_loses_less_than_the_margin_and_without_one_the_full_vectors_stay():
    rows = [(400, 0.0), (100, -0.008), (50, -0.0099), (20, -0.0101)]
    table = pd.DataFrame(rows, columns=["bytes", "least"]).assign(score=0.5, gap=0.0)
    assert compression.smallest(table)["bytes"] == 50
    assert compression.smallest(table, margin=0.001)["bytes"] == 400


def test_few_queries_recommend_no_smaller_form(table: pd.DataFrame):
    assert (table["least"].iloc[1:] <= table["gap_low"].iloc[1:]).all()
    assert compression.smallest(table)["bytes"] >= 4 * 32


def test_sparse_vectors_are_refused_in_a_sentence():
    from scipy import sparse

    with pytest.raises(UserError, match="sparse"):
        compression.curves(SEARCH, {name: sparse.csr_array(one) for name, one in VECTORS.items()}, "dot", quiet)


def test_judging_keeps_the_settings_of_the_dataset():
    same = {**SEARCH.tables, "queries": SEARCH.tables["queries"].assign(id=[f"d{row}" for row in range(60)])}
    same["qrels"] = SEARCH.tables["qrels"].assign(query_id=[f"d{row}" for row in range(60)])
    dataset = replace(SEARCH, tables=same, settings={"ignore_identical_ids": True})
    task = plugins.tasks()["retrieval"]
    source = Source(VECTORS, "cosine")
    got = Judging(task, dataset, "cosine").items(source, Form("full", D, FLOAT32))["measure"]
    assert got.tolist() == task.judge(dataset, VECTORS, "cosine")["measure"].tolist()

"""Does a search over shards find what a search over all of it finds?"""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import __main__ as command_line
from engine.cluster import searching, sharding, text_files
from engine.encoding.encode import encode
from engine.models import catalogue
from engine.search import merging, top_k
from engine.search.merging import Hits
from engine.types import Texts, UserError
from tests.cluster.conftest import texts


def quiet(share, message):
    """Nobody listens."""


def by_parts(queries, documents, ids, edges, k):
    """What a search over parts of the documents gives, merged in another order than they lie."""
    parts = []
    for start, stop in pairwise(edges):
        order = merging.order_of(ids[start:stop])
        found = top_k.top_k(queries, documents[start:stop], k, similarity="dot", order=order)
        parts.append(merging.hits(found, ids[start:stop], start))
    return searching.search_all([*parts[::2], *parts[1::2]], k)


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.lists(st.integers(0, 60), max_size=5))
def test_the_best_of_all_parts_are_the_best_of_the_whole_whatever_ties(seed, k, cuts):
    generator = np.random.default_rng(seed)
    documents = generator.integers(-1, 2, (60, 3)).astype(np.float32)  # few different scores, exact in any order
    queries = generator.integers(-1, 2, (7, 3)).astype(np.float32)
    ids = np.array([str(one) for one in generator.permutation(200)[:60]], object)
    whole = top_k.top_k(queries, documents, k, similarity="dot", order=merging.order_of(ids))
    parts = by_parts(queries, documents, ids, [0, *sorted(cuts), 60], k)
    np.testing.assert_array_equal(parts.rows[:, :k], whole.rows)
    np.testing.assert_array_equal(parts.scores, whole.scores)
    assert (parts.ids == ids[parts.rows]).all()


def test_equal_scores_go_to_the_later_id_and_none_comes_last():
    one = Hits(np.array([[0, 1]]), np.array([[2.0, 1.0]], np.float32), np.array([["b", "a"]], object))
    nan = np.float32("nan")
    other = Hits(np.array([[7, -1]]), np.array([[1.0, nan]], np.float32), np.array([["c", None]], object))
    best = merging.merged(one, other, 4)
    assert best.ids.tolist() == [["b", "c", "a", None]] and best.rows.tolist() == [[0, 7, 1, -1]]


@pytest.mark.usefixtures("home")
def test_the_command_finds_what_one_search_finds(parquet, model, tmp_path, capsys):
    asked = pd.DataFrame({"id": ["q1", "q2", "q3"], "text": ["the cat sat", "reset my password", "怎 么"]})
    asked.to_parquet(tmp_path / "queries.parquet")
    out, hits = str(tmp_path / "out"), tmp_path / "hits.parquet"
    encode_them = ["encode", str(parquet), "--model", str(model), "--out", out]
    search = ["search", str(tmp_path / "queries.parquet"), "--model", str(model), "--in", out, "--out", str(hits)]
    assert command_line.main([*encode_them, "--shard", "2/5"]) == 0
    assert command_line.main(search) == 2
    assert "1 of 5 shards are in" in capsys.readouterr().err and not hits.exists()
    assert command_line.main([*encode_them, "--shards", "5"]) == 0
    assert command_line.main([*search, "-k", "7"]) == 0
    assert "5 shards for 3 queries" in capsys.readouterr().out
    encoder = catalogue.load(catalogue.find(str(model)))
    queries = encode(encoder, Texts(asked["text"].tolist(), "query")).vectors
    documents = encode(encoder, Texts(texts(300), "document")).vectors
    ids = np.array([f"d{row}" for row in range(300)], object)
    whole = top_k.top_k(queries, documents, 7, similarity="cosine", order=merging.order_of(ids))
    table = pd.read_parquet(hits)
    assert table["query_id"].tolist() == [name for name in asked["id"] for _ in range(7)]
    assert table["rank"].tolist() == [*range(1, 8)] * 3
    np.testing.assert_allclose(table["score"], whole.scores.ravel(), atol=1e-6)
    assert table["id"].tolist() == ids[whole.rows].ravel().tolist()


@pytest.mark.usefixtures("home")
def test_a_damaged_shard_is_no_answer(parquet, model, tmp_path):
    plan = sharding.plan(
        text_files.opened(parquet), catalogue.find(str(model)), tmp_path / "out", precision=None, count=2
    )
    encoder = sharding.load(plan)
    first, second = (sharding.encode_shard(plan, number, encoder, lambda share, said: None).path for number in (1, 2))
    content = bytearray(second.read_bytes())
    content[-1] ^= 1
    second.write_bytes(content)
    search = searching.Search((first,), searching.complete(plan.folder, encoder.key), "cosine", 3)
    assert searching.search_shard(search, first, quiet).rows.shape == (150, 3)
    with pytest.raises(UserError, match="is damaged"):
        searching.search_shard(search, second, quiet)
    Path(second).rename(second.with_name(second.name.replace("-of-00002", "-of-00003")))
    with pytest.raises(UserError, match="several sets"):
        searching.complete(plan.folder, encoder.key)

"""Fusing two rankings: against plain loops, and with the honesty of weights tuned on other queries."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import plugins
from engine.comparison import hybrid

RETRIEVAL = plugins.tasks()["retrieval"]


def items(rankings, relevant, measures=None) -> pd.DataFrame:
    """rankings: per query the found documents with their scores; relevant: per query document -> grade."""
    table = pd.DataFrame(
        {
            "item": [f"q{row:03d}" for row in range(len(rankings))],
            "top_ids": [np.array([name for name, _ in found], dtype=object) for found in rankings],
            "top_scores": [np.array([score for _, score in found], np.float32) for found in rankings],
            "relevant_ids": [np.array(list(one), dtype=object) for one in relevant],
            "relevant_grades": [np.array(list(one.values()), np.int64) for one in relevant],
        }
    )
    if measures is None:
        measures = [ndcg(found, grades) for found, grades in zip(rankings, relevant, strict=True)]
    return table.assign(measure=measures)


def ndcg(found, relevant) -> float:
    order = [name for name, _ in sorted(found, key=lambda pair: (pair[1], pair[0]), reverse=True)]
    gains = [relevant.get(name, 0) / np.log2(rank + 2) for rank, name in enumerate(order[:10])]
    best = [grade / np.log2(rank + 2) for rank, grade in enumerate(sorted(relevant.values(), reverse=True)[:10])]
    return sum(gains) / sum(best) if best else 0.0


def way(found: hybrid.Fusion, name: str) -> pd.Series:
    return found.ways.set_index("way").loc[name]


def some(seed: int, queries: int, noise: tuple[float, float] = (1.0, 1.0)):
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=(queries, 30))
    relevant = [{f"d{column:02d}": 1 for column in np.argsort(-row)[:2]} for row in truth]
    sides = []
    for spread in noise:
        scores = truth + spread * rng.normal(size=truth.shape)
        ranked = [sorted(((f"d{c:02d}", float(row[c])) for c in range(30)), key=lambda one: -one[1])[:20]
                  for row in scores]  # fmt: skip
        sides.append(items(ranked, relevant))
    return sides


def test_reciprocal_ranks_add_up_and_find_what_both_put_near_the_top():
    a = items([[("x", 0.9), ("y", 0.8), ("z", 0.1)]], [{"y": 1}])
    b = items([[("w", 9.0), ("y", 8.0)]], [{"y": 1}])
    found = hybrid.fuse(RETRIEVAL, a, b)
    assert way(found, "reciprocal rank")["score"] == pytest.approx(1.0)  # 2/62 beats 1/61
    assert way(found, "a")["score"] == pytest.approx(1 / np.log2(3))
    assert found.alike == pytest.approx(0.1)


@given(st.integers(0, 10_000))
@settings(max_examples=15)
def test_fused_scores_are_those_of_a_plain_loop(seed: int):
    a, b = some(seed, 6)
    found = hybrid.fuse(RETRIEVAL, a, b)
    plain = []
    for row in range(6):
        points: dict[str, float] = {}
        for side in (a, b):
            for rank, name in enumerate(side["top_ids"][row], 1):
                points[name] = points.get(name, 0) + 1 / (60 + rank)
        plain.append(ndcg(list(points.items()), dict.fromkeys(a["relevant_ids"][row], 1)))
    assert way(found, "reciprocal rank")["score"] == pytest.approx(np.mean(plain))


def test_a_weight_of_one_or_nought_gives_either_model_back():
    a, b = some(1, 40)
    curve = hybrid.fuse(RETRIEVAL, a, b).curve.set_index("weight")["score"]
    assert curve[1.0] == pytest.approx(a["measure"].mean())
    assert curve[0.0] == pytest.approx(b["measure"].mean())


def test_each_half_is_judged_under_the_weight_of_the_other():
    weighted = np.zeros((21, 10))
    half = np.zeros(10, bool)
    half[np.random.default_rng(0).permutation(10)[:5]] = True
    weighted[3, half], weighted[17, ~half] = 1, 1
    found, weights = hybrid._cross_tuned(weighted, np.arange(10), 0)
    assert weights == pytest.approx((0.15, 0.85))
    assert found.tolist() == [0.0] * 10  # what is best on one half is worst on the other: no gain may be claimed


def test_two_models_that_err_apart_gain_together_and_one_with_itself_does_not():
    a, b = some(2, 200)
    gained = way(hybrid.fuse(RETRIEVAL, a, b), "weighted sum")
    assert gained["low"] > 0 and gained["p"] < 0.05
    alone = hybrid.fuse(RETRIEVAL, a, a)
    assert alone.alike == 1
    assert way(alone, "reciprocal rank")["gap"] == pytest.approx(0)
    assert way(alone, "best of two")["gap"] == 0


def test_the_verdict_says_where_no_share_of_one_side_helps_and_never_of_a_model_and_itself():
    a = items([[("a", 1.0), ("m", 0.99), ("n", 0.1)]] * 9 + [[("n", 1.0), ("m", 0.5), ("a", 0.1)]], [{"a": 1}] * 10)
    b = items([[("m", 1.0), ("n", 0.5), ("a", 0.1)]] * 9 + [[("a", 1.0), ("m", 0.5), ("n", 0.1)]], [{"a": 1}] * 10)
    a, b = a.assign(group=a["item"]), b.assign(group=b["item"])
    said = str(hybrid.verdict(hybrid.fuse(RETRIEVAL, a, b), ("A", "B"), "nDCG@10"))
    assert "On 10 queries, A is best left alone: no share of B in the weighted sum finds more" in said
    itself = str(hybrid.verdict(hybrid.fuse(RETRIEVAL, a, a), ("A", "A'"), "nDCG@10"))
    assert "changes nothing" in itself and "nDCG@10 0.000 [−0.308, 0.308] against" in itself


def test_the_headroom_is_the_mean_of_the_better_side():
    a, b = some(3, 50, (0.5, 2.0))
    found = hybrid.fuse(RETRIEVAL, a, b)
    best = np.maximum(a["measure"], b["measure"]).mean()
    assert found.better == "a"
    assert way(found, "best of two")["score"] == pytest.approx(best)
    assert way(found, "best of two")["gap"] == pytest.approx(best - a["measure"].mean())


def test_documents_without_a_word_in_common_are_not_handed_over():
    a = items([[("x", 3.0), ("m", 0.0), ("n", 0.0)]], [{"m": 1}], [0.0])
    b = items([[("y", 0.9), ("z", 0.5)]], [{"m": 1}], [0.0])
    assert way(hybrid.fuse(RETRIEVAL, a, b), "reciprocal rank")["score"] == 0


def test_only_queries_that_both_were_judged_on_count_whatever_their_order():
    a, b = some(4, 12)
    whole = hybrid.fuse(RETRIEVAL, a.head(10), b.head(10))
    found = hybrid.fuse(RETRIEVAL, a.sample(frac=1, random_state=1), b.head(10))
    assert found.n == 10
    assert found.ways["score"].tolist() == whole.ways["score"].tolist()


def test_equal_sums_go_to_the_higher_document_id():
    a = items([[("a", 1.0), ("b", 0.5)]], [{"b": 1}])
    b = items([[("b", 1.0), ("a", 0.5)]], [{"b": 1}])
    assert way(hybrid.fuse(RETRIEVAL, a, b), "reciprocal rank")["score"] == pytest.approx(1.0)

"""What models cost, which are not beaten, and which is lean and good enough."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from engine import plugins
from engine.comparison import costs, latency, verdict
from engine.comparison.costs import AXES
from engine.encoding.store import Shelf
from engine.storage.database import Database
from engine.types import ModelEntry

TASK = plugins.tasks()["retrieval"]
ENTRIES = {
    "big": ModelEntry("big", "sentence_transformer", "org/big", parameters=500_000_000),
    "small": ModelEntry("small", "sentence_transformer", "org/small", parameters=20_000_000),
    "words": ModelEntry("words", "bm25"),
}


def runs() -> pd.DataFrame:
    table = pd.DataFrame({"model": ["big", "small", "words"], "score": [0.71, 0.7, 0.5]})
    table["id"], table["label"], table["encoder_key"] = ["r1", "r2", "r3"], table["model"], ["k1", "k2", "k3"]
    table = table.assign(dataset="d", precision="float32", texts_per_second=[10.0, np.nan, 5000.0])
    return table.assign(fingerprint=table["dataset"] + "-1", machine="CPU", bytes_a_document=np.nan, bytes=np.nan)


def compared(p: dict[tuple[str, str], float]) -> pd.DataFrame:
    rows = [{"a": a, "b": b, "p": value, "n": 50, "gap": 0.1, "low": 0.0, "high": 0.2} for (a, b), value in p.items()]
    return pd.DataFrame(rows)


P = compared({("r1", "r2"): 0.4, ("r1", "r3"): 0.001, ("r2", "r3"): 0.001})


def test_every_model_has_its_size_its_speed_and_its_vectors(home):
    keys = np.array([[1, 1], [2, 2]], dtype=np.uint64)
    Shelf("big", "k1").append(keys, np.ones((2, 768), np.float32))
    Shelf("words", "k3").append(keys, sparse.csr_array(np.array([[1, 0, 2], [0, 0, 3]], np.float32)))
    elsewhere = runs().iloc[[1]].assign(dataset="e", fingerprint="e-1", texts_per_second=120.0)
    costs.set_price("big", 0.13)
    found = costs.table(runs(), pd.concat([elsewhere, runs()]), ENTRIES).set_index("model")
    assert found["gigabytes"].to_dict() == pytest.approx(
        {"big": 3.072, "small": np.nan, "words": 1.5 * 8 / 1e3}, nan_ok=True
    )
    assert found["parameters"].tolist() == [500, 20, 0]
    assert found["texts_per_second"].tolist() == [10, 120, 5000]
    assert found.loc["big", "price"] == 0.13 and np.isnan(found.loc["small", "price"])
    assert found["p50"].isna().all()


def test_what_a_run_says_of_its_documents_vectors_counts_before_what_the_store_holds(home):
    Shelf("big", "k1").append(np.array([[1, 1]], dtype=np.uint64), np.ones((1, 768), np.float32))
    found = costs.table(runs().assign(bytes_a_document=[np.nan, 5120.5, np.nan]), runs(), ENTRIES)
    assert found["bytes_a_document"].tolist()[:2] == [3072, 5120.5]
    assert found["gigabytes"].tolist()[1] == 5.1205


def test_a_price_is_kept_changed_and_forgotten(home):
    costs.set_price("big", 0.1)
    costs.set_price("big", 0.2)
    assert costs.prices() == {"big": 0.2}
    costs.set_price("big", None)
    assert costs.prices() == {}


def test_a_row_is_on_the_frontier_unless_another_costs_less_and_scores_as_much():
    table = pd.DataFrame({"score": [0.9, 0.8, 0.8, 0.7, 0.95], "p50": [10.0, 5.0, 4.0, 4.0, np.nan]})
    assert costs.frontier(table, AXES["p50"]).tolist() == [True, False, True, False, False]
    speed = pd.DataFrame({"score": [0.9, 0.8, 0.7], "texts_per_second": [10.0, 100.0, 50.0]})
    assert costs.frontier(speed, AXES["texts_per_second"]).tolist() == [True, True, False]


def test_equal_models_are_both_on_the_frontier():
    same = pd.DataFrame({"score": [0.9, 0.9], "p50": [1.0, 1.0]})
    assert costs.frontier(same, AXES["p50"]).all()


def test_the_cheapest_model_is_the_one_that_no_test_tells_from_the_best():
    table = runs().assign(parameters=[500.0, 20.0, 0.0])
    name, said = costs.choice(TASK, table, P, AXES["parameters"], "tickets")
    assert name == "small"
    assert str(said) == (
        "On tickets, small is the cheapest model that may be as good as the best, big: 20 against 500 million "
        "parameters, nDCG@10 −0.010 [−0.200, 0.000] (p = 0.400, corrected for 3 comparisons). That it may be as good "
        "is no proof that it is."
    )


def test_the_best_stands_where_all_others_are_worse_or_cost_more():
    worse = compared({("r1", "r2"): 0.001, ("r1", "r3"): 0.001, ("r2", "r3"): 0.001})
    name, said = costs.choice(TASK, runs().assign(parameters=[500.0, 20.0, 0.0]), worse, AXES["parameters"], "tickets")
    assert name == "big" and "the nearest, small, by nDCG@10 0." in str(said) and "Unlikely to be luck." in str(said)
    name, _ = costs.choice(
        TASK, runs().assign(texts_per_second=[100.0, 50.0, 5000.0]), P, AXES["texts_per_second"], "tickets"
    )
    assert name == "big"


@pytest.mark.parametrize(("p", "luck"), [(0.00001, "Very unlikely to be luck."), (0.01, "Unlikely to be luck.")])
def test_the_only_other_model_is_named_and_the_gap_called_as_on_the_leaderboard(p: float, luck: str):
    two, found = runs().head(2).assign(parameters=[500.0, 20.0]), compared({("r1", "r2"): p})
    said = str(costs.choice(TASK, two, found, AXES["parameters"], "tickets")[1])
    assert "small is cheaper (million parameters) and scores lower, by nDCG@10 0." in said and said.endswith(luck)
    assert f". {luck[:-1]} (" in str(verdict.verdict(TASK, two, found, "tickets"))
    said = str(costs.choice(TASK, two.assign(parameters=[20.0, 500.0]), found, AXES["parameters"], "tickets")[1])
    assert said.endswith("and small is not known to be cheaper (million parameters).")


def test_speeds_are_told_without_powers_of_ten_and_a_best_model_that_nobody_beats_stands_alone():
    quick = runs().assign(texts_per_second=[10.0, 12345.6, 5000.0], score=[0.7001, 0.7, 0.5])
    _, said = costs.choice(TASK, quick, P, AXES["texts_per_second"], "tickets")
    assert "12,345.6 against 10.0 texts per second, nDCG@10 −0.00010 " in str(said)
    _, said = costs.choice(TASK, runs().assign(parameters=[20.0, 500.0, 30.0]), P, AXES["parameters"], "tickets")
    assert str(said) == (
        "On tickets, big scores highest (nDCG@10 0.710), and no other model is known to be cheaper (million "
        "parameters)."
    )


def test_a_model_that_was_never_compared_is_not_held_for_good_enough():
    found = costs.choice(TASK, runs().assign(parameters=[500.0, 20.0, 0.0]), P.tail(1), AXES["parameters"], "tickets")
    assert found[0] == "big"


def test_nothing_is_said_of_one_model_or_of_an_unknown_cost():
    assert costs.choice(TASK, runs().head(1).assign(p50=1.0), P, AXES["p50"], "tickets") is None
    assert costs.choice(TASK, runs().assign(p50=np.nan), P, AXES["p50"], "tickets") is None


def test_queries_are_timed_one_at_a_time_and_the_figures_kept(home):
    said = []
    arguments = {"model": "tfidf", "dataset": "helpcentre_en", "precision": ""}
    found = latency.work(arguments, lambda share, message: said.append(str(message)))
    kept = latency.latencies().iloc[-1]
    assert 0 < found["p50"] <= found["p95"]
    assert (kept["model"], kept["dataset"], kept["p50"]) == ("tfidf", "helpcentre_en", found["p50"])
    assert said[-1] == f"{kept['queries']} queries timed"
    one = replace(ENTRIES["words"], name="tfidf")
    table = costs.table(runs().tail(1).assign(model="tfidf", precision=""), runs(), {"tfidf": one})
    assert table["p95"].tolist() == [found["p95"]]


def test_a_variants_speed_is_its_parents_on_this_dataset_whatever_ran_last_elsewhere(home):
    parent = runs().iloc[[0]].assign(texts_per_second=111.0)
    variant = parent.assign(
        id="r4", model="big · 128d", label="big · 128d", encoder_key="k1~128~", texts_per_second=np.nan
    )
    last = parent.assign(dataset="e", fingerprint="e-1", texts_per_second=14.0)
    found = costs.table(variant, pd.concat([parent, variant, last]), ENTRIES).iloc[0]
    assert (found["texts_per_second"], found["speed_from"]) == (111.0, "")


def test_a_speed_from_another_dataset_or_an_earlier_state_of_this_one_says_so(home):
    small = runs().iloc[[1]]
    other = small.assign(dataset="e", fingerprint="e-1", texts_per_second=14.0, machine="NVIDIA H200")
    earlier = small.assign(fingerprint="d-0", texts_per_second=50.0)
    found = costs.table(small, pd.concat([earlier, small, other]), ENTRIES)
    assert found[["texts_per_second", "speed_from", "device"]].to_numpy().tolist() == [[14.0, "e", "NVIDIA H200"]]
    assert costs.borrowed(found, AXES["texts_per_second"]).tolist() == ["e"]
    assert costs.borrowed(found, AXES["parameters"]).tolist() == [""]
    found = costs.table(small, pd.concat([other, earlier, small]), ENTRIES)
    assert found[["texts_per_second", "speed_from"]].to_numpy().tolist() == [[50.0, "d"]]


def test_the_latency_is_of_this_model_on_this_dataset_or_says_where_it_is_from(home):
    for dataset in ("helpcentre_en", "rerank_en"):
        latency.work({"model": "tfidf", "dataset": dataset, "precision": ""}, lambda share, message: None)
    timed = latency.latencies().set_index("dataset")
    row = runs().tail(1).assign(model="tfidf", precision="")
    state = {name: timed.loc["helpcentre_en", name] for name in ("fingerprint", "encoder_key")}
    asked = [
        row.assign(dataset="helpcentre_en", **state),
        row.assign(dataset="helpcentre_en", **state | {"fingerprint": "x"}),
    ]
    table = costs.table(pd.concat([*asked, row.assign(dataset="elsewhere")]), runs(), {})
    assert table["p50"].tolist() == [timed.loc["helpcentre_en", "p50"], *[timed.loc["rerank_en", "p50"]] * 2]
    assert table["latency_from"].tolist() == ["", "rerank_en", "rerank_en"]


def test_latencies_of_an_earlier_version_stay_and_are_marked(home):
    with Database(home / "costs.sqlite", latency._MIGRATIONS[:1]).write() as connection:
        connection.execute("INSERT INTO latencies VALUES ('words', 'float32', 'd', 9, 1.5, 2.5, 'CPU', 0)")
    with Database(
        home / "costs.sqlite", latency._MIGRATIONS[:3], checked=("latencies", "prices")
    ).write() as connection:
        connection.execute(
            "INSERT INTO latencies VALUES ('small', 'float32', 'd', 9, 3.5, 4.5, 'CPU', 0, 'd-1', 'k2', NULL)"
        )
    found = costs.table(runs().tail(2), runs(), {})
    # whatever was timed before the search was timed too is not of this dataset as queries are timed now
    assert found[["p50", "p95", "latency_from"]].to_numpy().tolist() == [[3.5, 4.5, "d"], [1.5, 2.5, "d"]]


def test_models_whose_timings_differ_by_chance_cost_alike_and_the_better_is_taken(home):
    table = costs.table(runs().assign(texts_per_second=[26.9, 29.8, 5000.0]), runs(), ENTRIES)
    shaped = table.assign(gigabytes=[1.5, 1.5, 0.1], parameters=[20.0, 20.0, 0.0])
    speed = AXES["texts_per_second"]
    chosen, said = costs.choice(TASK, shaped, P, speed, "d")
    assert chosen == "big" and "small costs alike" in str(said) and "29.8 against 26.9" in str(said)
    other_shape = shaped.assign(gigabytes=[3.0, 1.5, 0.1])
    assert costs.choice(TASK, other_shape, P, speed, "d")[0] == "big"
    assert costs.choice(TASK, other_shape, P, AXES["gigabytes"], "d")[0] == "small"  # nothing that is timed
    faster = shaped.assign(texts_per_second=[20.0, 29.8, 5000.0])
    assert costs.choice(TASK, faster, P, speed, "d")[0] == "small"

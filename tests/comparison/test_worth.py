"""A stage of a pipeline: its gain over the pipeline without it, and one sentence that says whether it is worth it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine import plugins
from engine.comparison import worth
from engine.statistics import multiple, paired_tests, power
from engine.types import Result, UserError

TASK = plugins.tasks()["retrieval"]


def result(**columns: np.ndarray) -> Result:
    """A run of a pipeline: two retrievers, reciprocal rank, a reranker, and the tuned fusion that it has to beat."""
    n = len(columns["stage_3"])
    items = pd.DataFrame({"item": [f"q{row}" for row in range(n)], "measure": columns["stage_3"], **columns})
    items["depth_10"] = items["ceiling_10"] = columns["stage_3"]
    stages = [
        {"kind": "retriever", "model": "words", "column": "stage_0", "ms": 1.0},
        {"kind": "retriever", "model": "dense", "column": "stage_1", "ms": 9.0},
        {"kind": "fusion", "model": "rrf", "column": "stage_2", "ms": 0.0},
        {"kind": "reranker", "model": "judge", "column": "stage_3", "ms": 90.0},
    ]
    return Result("p", "d", "retrieval", {}, items, "f", "pipeline-k",
                  settings={"stages": stages, "depths": [10], "ceiling": 1.0})  # fmt: skip


def drawn(n: int, gain: float) -> dict[str, np.ndarray]:
    random = np.random.default_rng(4)
    base = random.uniform(0.2, 0.8, n)
    columns = {f"stage_{place}": base + random.normal(0, 0.05, n) for place in range(3)}
    return columns | {"tuned_fusion": base, "stage_3": base + gain + random.normal(0, 0.05, n)}


def test_every_stage_is_held_against_the_pipeline_without_it_and_the_reranker_against_the_best_of_the_others_too():
    columns = drawn(60, 0.1)
    given = result(**columns | {"tuned_fusion": columns["tuned_fusion"] + 0.05})
    found = worth.of(TASK, given)
    better = max(("stage_0", "stage_1"), key=lambda name: given.items[name].mean())
    over = list(zip(found.stages["column"], found.stages["over"], strict=True))
    assert over == [("stage_2", better), ("stage_3", "stage_2"), ("stage_3", worth.TUNED)]
    last = found.stages.iloc[-1]
    told = given.items[["item"]]
    alone = paired_tests.compare(
        TASK, told.assign(measure=given.items["stage_3"]), told.assign(measure=given.items[worth.TUNED])
    )
    assert (last["gap"], last["low"], last["high"]) == (alone.gap, alone.low, alone.high)
    assert last["share"] == pytest.approx(0.9)
    costs = found.costs.set_index("kind")
    assert found.costs["ms"].tolist() == [1.0, 9.0, 0.0, 90.0, 100.0]
    assert costs["share"].drop("whole").sum() == pytest.approx(1.0) and costs.loc["whole", "share"] == 1.0
    assert costs.loc["whole", "score"] == costs.loc["reranker", "score"]
    others = {"stage_0": 9.0, "stage_1": 1.0}  # what a fusion adds is the retriever that it needs beside the better one
    assert found.stages["ms"].tolist() == [others[better], 90.0, 90.0]
    raw = [paired_tests.compare(TASK, told.assign(measure=given.items[a]), told.assign(measure=given.items[b])).p
           for a, b in over]  # fmt: skip
    np.testing.assert_allclose(found.stages["p"], multiple.holm(raw))
    width = power.spread_of(alone)  # so many queries show the gap at the level of three rows
    assert last["needed"] == power.items_needed(width, abs(last["gap"]), 3) > power.items_needed(width, last["gap"])


@pytest.mark.parametrize(("best", "ms"), [("stage_0", 99.0), ("stage_1", 91.0), ("stage_2", 90.0)])
def test_the_verdict_on_a_reranker_is_against_whatever_scores_highest_without_it(best: str, ms: float):
    columns = drawn(60, 0.1)
    columns[best] = columns[best] + 0.05
    last = worth.of(TASK, result(**columns)).stages.iloc[-1]
    assert (last["over"], last["ms"]) == (best, ms)


def test_a_stage_that_was_not_timed_leaves_its_share_untold():
    given = result(**drawn(60, 0.1))
    stages = [{**one, "ms": float("nan")} if one["model"] == "words" else one for one in given.settings["stages"]]
    table = worth.of(TASK, replace(given, settings={**given.settings, "stages": stages})).stages
    assert table["share"].isna().all()
    assert table.set_index("over").loc["stage_2", "ms"] == 90.0  # the reranker itself was timed


@pytest.mark.parametrize(
    ("gain", "n", "said"),
    [
        (0.1, 60, "Worth it on these 60 queries: judge gains nDCG@10 +0.1"),
        (-0.1, 60, "Worse on these 60 queries: judge changes nDCG@10 by −0.0"),
        (0.012, 20, "Cannot be told with 20 queries"),
        (0.1, 5, "Cannot be told: below 8 queries"),
    ],
)
def test_one_sentence_says_whether_the_last_stage_is_worth_it(gain: float, n: int, said: str):
    sentence, fused = map(str, worth.sentences(worth.of(TASK, result(**drawn(n, gain)))))
    assert said in sentence, sentence
    assert ": reciprocal rank fusion " in fused or n == 5
    if said.startswith("Cannot be told with"):
        assert "it would take about" in sentence and sentence.endswith(
            "such a difference. It adds 90 ms a query, 90% of the whole pipeline's."
        )


def test_the_sentence_names_every_stage_that_adds_the_time_and_no_correction_of_one_comparison():
    columns = drawn(60, 0.1)
    columns["stage_0"] = columns["stage_0"] + 0.05
    last, fused = map(str, worth.sentences(worth.of(TASK, result(**columns)))[:2])
    assert last.endswith(" dense, the fusion and judge add 99 ms a query, 99% of the whole pipeline's.")
    assert fused.endswith(" dense and the fusion add 9.0 ms a query, 9.0% of the whole pipeline's.")
    assert ", corrected for 3 comparisons)" in last
    given = result(**columns)
    alone = replace(given, settings={"stages": given.settings["stages"][:3]})
    (only,) = map(str, worth.sentences(worth.of(TASK, alone)))
    assert "(p = " in only and "orrected" not in only and "Holm" not in only, only


def test_the_queries_that_fell_stand_with_the_deepest_fall_first():
    given = result(**drawn(40, 0.0))
    table = worth.fell(worth.of(TASK, given), "stage_3", "tuned_fusion")
    change = given.items["stage_3"] - given.items[worth.TUNED]
    assert len(table) == int((change < 0).sum()) and table["change"].is_monotonic_increasing


def test_a_fusion_tuned_here_says_that_it_has_no_weight_to_deploy():
    given = result(**drawn(60, 0.1))
    fused = given.settings["stages"][2]
    assert not any("no weight of its own" in str(one) for one in worth.sentences(worth.of(TASK, given)))
    fused |= {"model": "weighted", "tuned": True, "weights": [0.35, 0.4]}
    said = str(worth.sentences(worth.of(TASK, given))[-1])
    assert "that of words was tuned here, 0.35 on one half of the queries and 0.40 on the other" in said
    fused["tuned"] = False
    assert not any("no weight of its own" in str(one) for one in worth.sentences(worth.of(TASK, given)))


def test_a_run_of_no_pipeline_has_no_stages():
    items = pd.DataFrame({"item": ["q"], "measure": [1.0]})
    with pytest.raises(UserError, match="is no pipeline"):
        worth.of(TASK, Result("m", "d", "retrieval", {}, items, "f", "k"))

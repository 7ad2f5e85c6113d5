"""What hangs together counts once: which items do, and that no test or interval is surer for their number."""

import numpy as np
import pandas as pd
import pytest

from engine import plugins
from engine.metrics.groups import COLUMN, LINKS, NAMED, grouped, incidence
from engine.statistics import intervals
from engine.statistics.draws import Groups, design, groups_of
from engine.statistics.judged_items import Items, judged
from engine.statistics.paired_tests import compare
from engine.types import Dataset
from tests.statistics.test_paired_tests import MEAN, STS, measured, rated

TASKS = plugins.tasks()


def parts(found: dict[str, list]) -> list[set[int]]:
    groups = pd.Series(found[COLUMN])
    return [set(groups.index[groups == one]) for one in dict.fromkeys(groups)]


def test_items_that_share_a_document_are_a_group_and_others_stand_alone():
    found = grouped([("d1",), ("d2",), ("d1", "d3"), ("d3",), ()])
    assert parts(found) == [{0, 2, 3}, {1}, {4}] and LINKS not in found


def test_a_chain_of_sharing_does_not_swallow_the_set_but_is_a_web():
    found = grouped([(row, row + 1) for row in range(50)])
    assert len(parts(found)) == 50
    assert set(found[LINKS][3]) & set(found[LINKS][4]) and not set(found[LINKS][3]) & set(found[LINKS][6])
    table = pd.DataFrame({"item": range(50), **found})
    assert groups_of(table).linked == pytest.approx(50**2 / (50 + 2 * 49))


def test_groups_that_the_data_name_count_where_they_hold_what_is_shared():
    found = grouped([("d1",), ("d1",), ("d2",), ("d3",)], ["x", "x", "x", None], "topic")
    assert found == {COLUMN: ["x", "x", "x", "row 3"], NAMED: ["topic"] * 4}
    large = grouped([()] * 20_000, ["x", "y"] * 10_000)
    assert set(large[COLUMN]) == {"x", "y"} and LINKS not in large


def test_where_what_is_shared_holds_the_named_groups_it_counts_as_without_them():
    units = [("d1",), ("d1",), ("d1",), ("d2",), ("d2",)]
    assert grouped(units, ["x", "x", "y", "z", None], "author") == grouped(units)


def test_named_groups_and_what_crosses_them_are_one_web_in_which_both_widen_the_error():
    units = [(f"d{row % 40}",) for row in range(160)]
    topics = [f"t{row // 8}" for row in range(160)]
    found = grouped(units, topics, "topic")
    assert len(parts(found)) == 160 and found[NAMED] == ["topic"] * 160
    table = pd.DataFrame({"item": range(160), **found})
    assert groups_of(table).linked == pytest.approx(160 / (8 + 3))
    rng = np.random.default_rng(5)
    for lift in (np.repeat(rng.normal(size=20), 8), np.tile(rng.normal(size=40), 4)):
        values = lift + rng.normal(0, 0.3, 160)
        wide = compare(MEAN, table.assign(measure=values), table.assign(measure=0.0))
        alone = compare(MEAN, measured(values), measured(np.zeros(160)))
        assert wide.web and wide.high - wide.low > 1.4 * (alone.high - alone.low) and wide.p > alone.p


def test_the_degrees_of_freedom_of_a_web_of_groups_are_those_of_the_groups():
    codes = np.repeat(np.arange(12), 5)
    web = Groups(np.arange(60), 60, incidence([[one] for one in codes]))
    assert web.freedom == pytest.approx(Groups(codes, 12).freedom) == pytest.approx(11)


def test_few_named_groups_that_are_crossed_give_no_interval_and_a_dense_web_of_texts_a_wider_one():
    links = [[row // 20, 4 + row % 20] for row in range(80)]
    values = np.random.default_rng(6).normal(size=80)
    table = measured(values).assign(group=[str(row) for row in range(80)], links=links)
    web, alone = (compare(MEAN, one, one.assign(measure=0.0)) for one in (table, measured(values)))
    assert web.high - web.low > 1.2 * (alone.high - alone.low)
    named = table.assign(named_by="topic")
    found = compare(MEAN, named, named.assign(measure=0.0))
    assert np.isnan([found.low, found.high]).all() and found.groups == 3


def test_what_a_web_is_worth_is_what_its_interval_is_of_however_few_items_of_a_label_there_are():
    rng = np.random.default_rng(7)
    gold = (np.arange(200) < 30).astype(int)
    web = grouped([(row // 2, 1_000 + (row + 1) // 2 % 100) for row in range(200)])
    sides = []
    for _side in range(2):
        score = gold + rng.normal(0, 0.9, 200)
        told = {"similarity": score, "cosine": score, "dot": score, "manhattan": -score, "euclidean": -score}
        sides.append(measured(((score > 0.5) == gold).astype(float)).assign(gold=gold, **told))
    found = compare(TASKS["pair_classification"], *(one.assign(**web) for one in sides))
    assert LINKS in web and found.groups == round(200 / max(found.design, 1))
    alone = compare(TASKS["pair_classification"], *sides)
    assert (found.high - found.low) / (alone.high - alone.low) == pytest.approx(max(found.design, 1) ** 0.5, rel=0.03)


def test_the_sentence_says_what_the_groups_are():
    task = TASKS["retrieval"]
    row = {"n": 150, "groups": 5, "web": 0, "named_by": "topic"}
    assert str(judged(task, pd.Series(row))) == "150 items in 5 groups that the file names in topic"
    assert "ask for 5 different documents" in str(judged(task, pd.Series(row | {"named_by": ""})))
    web = str(judged(task, pd.Series(row | {"web": 1, "groups": 96})))
    assert "across the groups that the file names in topic, which widens the interval 1.25 times: worth about 96" in web


def test_sets_that_were_clustered_once_each_are_named_as_what_is_drawn():
    documents = pd.DataFrame({"text": [str(row) for row in range(80)], "label": list("ab") * 40,
                              "set": np.repeat(np.arange(8), 10).astype(str)})  # fmt: skip
    data = Dataset("c", "clustering", {"documents": documents}, settings={"variant": "legacy"})
    assert str(Items.of(data).said) == "80 items in 8 groups that the file names in set"


def test_tables_that_were_written_without_groups_tell_them_by_what_they_have():
    old = pd.DataFrame({"item": ["a", "b", "c"], "relevant_ids": [["d1"], ["d2"], ["d1"]]})
    assert groups_of(old).codes.tolist() == [0, 1, 0]
    assert groups_of(pd.DataFrame({"item": ["0/0", "0/1"], "row": [0, 0]})).number == 1
    assert groups_of(pd.DataFrame({"item": ["0", "1"], "text_id": ["t", "t"]})).number == 1


@pytest.mark.parametrize("times", [4, 10])
def test_a_query_asked_several_times_over_tells_no_more_than_once(times: int):
    rng = np.random.default_rng(1)
    values = rng.beta(1, 1, (2, 40))
    once = compare(MEAN, *(measured(one) for one in values))
    own = np.repeat([str(row) for row in range(40)], times)
    again = compare(MEAN, *(measured(np.repeat(one, times)).assign(group=own) for one in values))
    assert (again.n, again.groups) == (40 * times, 40)
    assert [again.p, again.gap, again.low, again.high] == pytest.approx([once.p, once.gap, once.low, once.high])
    assert again.design == pytest.approx(times, rel=0.1)


def test_pairs_rated_twice_have_the_correlation_and_the_interval_of_pairs_rated_once():
    once = [rated(seed, 40, noise) for seed, noise in ((1, 0.5), (2, 0.7))]
    own = [str(row) for row in range(40)] * 2
    twice = []
    for table in once:
        both = pd.concat([table, table], ignore_index=True)
        twice.append(both.assign(item=[f"{row:05d}" for row in range(80)], group=own))
    found, wanted = compare(STS, *twice), compare(STS, *once)
    assert (found.gap, found.p) == pytest.approx((wanted.gap, wanted.p), abs=0.02)
    assert found.high - found.low == pytest.approx(wanted.high - wanted.low, rel=0.15)


def test_the_levels_of_a_document_are_one_group_and_so_are_the_summaries_of_a_text():
    documents = pd.DataFrame({"text": list("abcdefgh"), "label": [["x", "y"]] * 4 + [["z", "w"]] * 4})
    data = Dataset("c", "clustering", {"documents": documents}, settings={"max_documents_per_cluster": 40})
    items = TASKS["clustering"].judge(data, {"documents": np.eye(8, dtype=np.float32)}, "cosine")
    assert len(items) == 16 and groups_of(items).number == 8


def test_where_what_is_shared_does_not_vary_together_the_design_effect_is_about_one():
    rng, codes = np.random.default_rng(2), np.repeat(np.arange(200), 5)
    groups = Groups(codes, 200)
    loose, tight = rng.normal(size=(1_000, 1)), np.repeat(rng.normal(size=200), 5)[:, None]
    assert design(groups, loose)[0] == pytest.approx(1, abs=0.25)
    assert design(groups, tight)[0] == pytest.approx(5, abs=0.1)


def test_below_eight_groups_there_is_no_interval_but_the_exact_test_remains():
    values = np.random.default_rng(3).beta(1, 1, (2, 70))
    own = np.repeat([str(row) for row in range(7)], 10)
    found = compare(MEAN, *(measured(one).assign(group=own) for one in values))
    assert np.isnan([found.low, found.high]).all() and found.method == "exact randomisation" and found.p > 0
    items = measured(values[0]).assign(group=own)
    assert np.isnan(intervals.intervals(MEAN, items, intervals.resamples(MEAN, items), {"score": 0.5})["score"]).all()


def test_equal_differences_of_few_items_are_not_given_an_interval_without_width():
    found = compare(MEAN, measured(np.full(9, 0.6)), measured(np.full(9, 0.5)))
    assert np.isnan(found.low) and found.p == pytest.approx(2 / 2**9)


def test_the_small_training_samples_that_all_test_texts_share_widen_the_interval():
    rng = np.random.default_rng(4)

    def judged(lift: np.ndarray) -> pd.DataFrame:
        """400 texts of two labels under ten training samples that lift the share of right ones."""
        right = rng.random((400, 10)) < 0.7 + lift
        predicted = np.where(right, 1, 0).tolist()
        return measured(right.mean(axis=1)).assign(gold=1, predictions=predicted)

    task, lifts = TASKS["classification"], rng.normal(0, 0.05, 10)
    calm = compare(task, judged(np.zeros(10)), judged(np.zeros(10)))
    moved = compare(task, judged(lifts), judged(np.zeros(10)))
    assert moved.method == "crossed bootstrap"
    error = lifts.std(ddof=1) / np.sqrt(10)
    assert moved.high - moved.low > max(2 * 1.96 * error, 1.3 * (calm.high - calm.low))

"""On which kinds of items two models part: slices against SciPy, what sets items apart, and what is found by chance."""

import numpy as np
import pandas as pd
import pytest

from engine.comparison import distinctive_words, item_features, segments, weak_spots
from engine.datasets import library
from engine.models import catalogue
from engine.models.truncation import cut_off
from engine.results.store import Results
from engine.runs.evaluate import evaluate
from engine.statistics import multiple


def planted(n: int = 400) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Items whose first model is worse on long Chinese texts, and on nothing else."""
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {"characters": rng.integers(1, 400, n), "script": rng.choice(["Han", "Latin"], n), "noise": rng.random(n)}
    )
    bad = (table["characters"] > 200) & (table["script"] == "Han")
    return table, np.clip(rng.normal(0.6 - 0.3 * bad, 0.2), 0, 1), np.clip(rng.normal(0.6, 0.2, n), 0, 1)


def test_the_planted_slice_is_found_and_stands_first():
    table, a, b = planted()
    found = segments.segments(table, a, b)
    first = found.apart().iloc[0]
    assert "Han" in first["key"] and "characters" in first["key"]
    assert first["gap"] == pytest.approx((a - b)[found.members(first["key"])].mean())
    assert first["n"] == found.members(first["key"]).sum()
    assert not found.apart()["key"].head(5).str.match("noise: [^&]*$").any()


def test_a_slice_has_scipys_interval_and_the_weaker_of_its_two_tests():
    from scipy import stats as scipy_stats

    table, a, b = planted()
    found = segments.segments(table, a, b)
    for row in found.table.sample(12, random_state=1).itertuples():
        inside, gaps = found.members(row.key), a - b
        level = 0.05 / 3 * (found.table["q"] < 0.05).sum() / len(found.table) if row.q < 0.05 else 0.05
        theirs = scipy_stats.ttest_1samp(gaps[inside], 0).confidence_interval(1 - level)
        assert (row.low, row.high) == pytest.approx((theirs.low, theirs.high))
        p = max(scipy_stats.ttest_ind(gaps[inside], gaps[~inside], equal_var=same).pvalue for same in (True, False))
        assert row.p == pytest.approx(p) and row.rest == pytest.approx(gaps[~inside].mean())


def test_a_model_is_weakest_where_it_was_made_worse_and_the_better_model_loses_there():
    table, a, b = planted()
    table["label"] = np.where((table["characters"] > 200) & (table["script"] == "Han"), "planted", "plain")
    bad = (table["label"] == "planted").to_numpy()
    weakest = weak_spots.weakest(table, a)
    assert weakest["key"] == "label: planted"
    assert (weakest["gap"], weakest["rest"]) == pytest.approx((a[bad].mean(), a[~bad].mean()))
    better = a + np.where(bad, 0.0, 0.4)
    found = segments.segments(table, better, b)
    assert weak_spots.against(found, float((better - b).mean()))["key"] == "label: planted"


def test_noise_has_no_weak_spot_and_a_model_that_wins_everywhere_none_against_it():
    table, _, b = planted()
    assert weak_spots.weakest(table[["noise"]], b) is None
    assert weak_spots.against(segments.segments(table, b + 0.5, b), 0.5) is None


def test_the_correction_is_scipys():
    from scipy.stats import false_discovery_control

    p = np.random.default_rng(2).random(50) ** 3
    assert multiple.benjamini_hochberg(p) == pytest.approx(false_discovery_control(p))
    assert np.isnan(multiple.benjamini_hochberg(np.array([0.01, np.nan]))[1])


def test_where_nothing_is_planted_hardly_ever_a_slice_stands_apart():
    rng, cried = np.random.default_rng(3), 0
    for _study in range(60):
        table = planted(150)[0]
        values = rng.integers(0, 2, (2, 150)).astype(float)
        cried += len(segments.segments(table.sample(frac=1, random_state=rng.integers(99)), *values).apart()) > 0
    assert cried <= 9  # 99.9 % of binomial(60, 0.05)


def test_items_without_a_value_count_on_neither_side():
    table, a, b = planted(100)
    a[:40] = np.nan
    found = segments.segments(table, a, b)
    alone = found.table[found.table["two"] == ""]
    assert alone[alone["key"].str.startswith("script")]["n"].sum() == 60


def test_lists_and_texts_that_are_all_different_make_no_slices():
    table = pd.DataFrame({"id": [f"t{row}" for row in range(60)], "many": [["a", "b"]] * 60})
    assert segments.segments(table, np.ones(60), np.zeros(60)).table.empty


def test_words_commoner_on_one_side_have_fishers_p_and_chinese_is_cut_into_words():
    from scipy.stats import fisher_exact

    texts = ["发票 怎么 开具 抬头"] * 9 + ["快递 到了 哪里"] * 2 + ["快递 到了 哪里"] * 8
    table = distinctive_words.wording(texts, np.array([1.0] * 11 + [-1.0] * 8)).set_index("words")
    assert table.loc["发票", ["a", "b", "n"]].tolist() == pytest.approx([9 / 11, 0, 9])
    assert "快递" in table.index and "哪里" not in table.index  # a stop word
    one_sided = fisher_exact([[9, 2], [0, 8]], alternative="greater").pvalue
    assert table.loc["发票", "p"] == pytest.approx(2 * one_sided)


def test_items_that_neither_does_better_say_nothing():
    assert distinctive_words.wording(["invoice number"] * 9, np.zeros(9)).empty


def test_pairs_of_words_are_not_made_across_stop_words():
    assert {"invoice number", "tax"} <= distinctive_words.phrases("invoice number of tax")
    assert "number tax" not in distinctive_words.phrases("invoice number of tax")


def test_only_texts_longer_than_the_model_reads_are_cut_off():
    entry = catalogue.find("all-MiniLM-L6-v2")
    texts = ["short", "word " * 250, "word " * 260, "字" * 300]
    assert cut_off(entry, texts).tolist() == [False, False, True, True]
    assert cut_off(catalogue.find("tfidf"), texts) is None


@pytest.mark.usefixtures("home")
def test_every_sample_has_traits_row_for_row_and_known_titles():
    for name in ("helpcentre_zh", "duplicates_zh", "topics_zh", "summaries_zh"):
        dataset = library.load(name)
        items = Results().items(evaluate(catalogue.find("tfidf"), dataset))
        found = item_features.traits(dataset, items, [catalogue.find("all-MiniLM-L6-v2"), None])
        assert len(found) == len(items)
        assert all(trait in item_features.TITLES or trait.startswith(item_features.COLUMN) for trait in found)
        if dataset.task == "retrieval":
            assert found["overlap"].between(0, 1).all() and set(found["cut_a"]) <= {"yes", "no"}
            again = item_features.traits(dataset, items, [catalogue.find("all-MiniLM-L6-v2"), None])
            pd.testing.assert_frame_equal(found, again)


def test_slices_that_stand_apart_have_intervals_that_count_the_search():
    table, a, b = planted()
    found = segments.segments(table, a, b)
    sure = found.table[found.table["q"] < 0.05]
    plain = (sure["high"] - sure["low"]) / 2
    assert 0 < len(sure) < len(found.table)
    for row, half in zip(sure.itertuples(), plain, strict=True):
        gaps = (a - b)[found.members(row.key)]
        assert half > 2.2 * gaps.std(ddof=1) / np.sqrt(len(gaps))

"""One model on one dataset: measured once, repeatable, compared with the others, and foretold."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from engine import plugins
from engine.families import checkpoints
from engine.models import catalogue
from engine.results import frames
from engine.results.store import Results
from engine.runs import evaluate
from engine.statistics import multiple, paired_tests
from engine.statistics.draws import SEED, groups_of
from engine.storage import digests
from engine.types import BadModel, Cancelled, Dataset, Message, ModelEntry, Texts

TFIDF = ModelEntry("tfidf", "tfidf")
BM25 = ModelEntry("bm25", "bm25")
WORDS = ["river", "stone", "cloud", "train", "apple", "ticket", "refund", "password", "login", "colour", "music"]


def sentences(count: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, 5)) for _ in range(count)]


def pairs(fingerprint: str = "f0", count: int = 30) -> Dataset:
    left, right = sentences(count, 1), sentences(count, 2)
    common = [len(set(a.split()) & set(b.split())) for a, b in zip(left, right, strict=True)]
    table = pd.DataFrame({"sentence1": left, "sentence2": right, "score": common})
    return Dataset("pairs", "sts", {"pairs": table}, fingerprint=fingerprint)


def shop() -> Dataset:
    pages = [f"{word} help page" for word in WORDS]
    corpus = pd.DataFrame({"id": [f"d{row}" for row in range(len(pages))], "text": pages})
    queries = pd.DataFrame({"id": ["q1", "q2"], "text": ["lost password", "refund please"]})
    qrels = pd.DataFrame({"query_id": ["q1", "q2"], "corpus_id": ["d7", "d6"], "score": [1, 1]})
    return Dataset("shop", "retrieval", {"corpus": corpus, "queries": queries, "qrels": qrels}, fingerprint="s0")


def test_the_result_is_what_the_task_says_of_the_vectors_of_the_fitted_model(home: Path):
    dataset = pairs()
    found = Results().result(evaluate.evaluate(TFIDF, dataset))
    table = dataset.tables["pairs"]
    encoder = catalogue.load(TFIDF).fit([*table["sentence1"], *table["sentence2"]])
    left, right = encoder.encode(table["sentence1"].tolist()), encoder.encode(table["sentence2"].tolist())
    cosines = np.asarray(left.multiply(right).sum(axis=1)).ravel()
    assert found.metrics["cosine_spearman"] == pytest.approx(spearmanr(table["score"], cosines).statistic)
    low, high = found.intervals["cosine_spearman"]
    assert low < found.metrics["cosine_spearman"] < high
    assert found.encoder_key == encoder.key and len(found.items) == 30


def test_a_lexical_model_learns_from_the_documents_and_not_from_the_queries(home: Path):
    found = Results().result(evaluate.evaluate(BM25, shop()))
    assert found.encoder_key == catalogue.load(BM25).fit(shop().tables["corpus"]["text"].tolist()).key
    assert found.metrics["ndcg_at_10"] == 1.0


def test_texts_without_a_role_all_count_as_documents():
    fields = {"sentence1": Texts(["a"]), "sentence2": Texts(["b", "c"])}
    assert evaluate.documents(fields) == ["a", "b", "c"]
    assert evaluate.documents({"queries": Texts(["q"], "query"), "corpus": Texts(["d"], "document")}) == ["d"]


def test_a_run_that_is_known_is_not_repeated_unless_it_is_forced(home: Path):
    first = evaluate.evaluate(TFIDF, pairs())
    assert evaluate.evaluate(TFIDF, pairs()) == first
    again = evaluate.evaluate(TFIDF, pairs(), force=True)
    assert again != first and Results().runs()["id"].tolist() == [again]


def test_a_run_whose_items_do_not_say_what_hangs_together_is_judged_anew_and_planned_so(home: Path):
    data = pairs()
    data.tables["pairs"].loc[10:19, "sentence1"] = data.tables["pairs"]["sentence1"][0]
    first = evaluate.evaluate(TFIDF, data)
    old = Results().result(first)
    Results().delete(first)
    older = Results().save(replace(old, items=old.items.drop(columns=["group", "links"], errors="ignore")))
    assert not evaluate.estimate(TFIDF, data).known
    again = evaluate.evaluate(TFIDF, data)
    assert again != older and groups_of(Results().items(again)).number == 20
    assert evaluate.estimate(TFIDF, data).known and evaluate.evaluate(TFIDF, data) == again


def test_a_classification_that_does_not_say_what_its_experiments_share_is_judged_anew_and_planned_so(home: Path):
    parts = {side: pd.DataFrame({"text": sentences(40, seed), "label": ["a", "b"] * 20}) for seed, side in
             enumerate(("train", "test"))}  # fmt: skip
    data = Dataset("tickets", "classification", parts, fingerprint="t0")
    first = evaluate.evaluate(TFIDF, data)
    assert 0 < Results().items(first)["overlap"].iloc[0] < 1
    old = Results().result(first)
    Results().delete(first)
    older = Results().save(replace(old, items=old.items.drop(columns="overlap")))
    assert not evaluate.estimate(TFIDF, data).known
    again = evaluate.evaluate(TFIDF, data)
    assert again != older and "overlap" in Results().items(again) and evaluate.estimate(TFIDF, data).known


@pytest.mark.parametrize(
    "entry, dataset",
    [
        (TFIDF, replace(pairs(), fingerprint="changed")),
        (TFIDF, replace(pairs(), name="a copy")),
        (replace(TFIDF, revision="2"), pairs()),
        (replace(TFIDF, revision="2"), pairs()),
    ],
    ids=["cells", "name", "options", "revision"],
)
def test_a_changed_dataset_or_model_is_measured_anew(home: Path, entry: ModelEntry, dataset: Dataset):
    first = evaluate.evaluate(TFIDF, pairs())
    assert evaluate.evaluate(entry, dataset) != first


def test_words_about_a_model_do_not_make_it_another(home: Path):
    first = evaluate.evaluate(TFIDF, pairs())
    assert evaluate.evaluate(replace(TFIDF, licence="MIT", recipe="counted"), pairs()) == first


def test_a_model_whose_files_have_changed_is_another(tmp_path: Path):
    entry = ModelEntry("own", "sentence_transformer", str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    before = evaluate.identity(entry)
    (tmp_path / "config.json").write_text('{"more": 1}')
    assert evaluate.identity(entry) != before


def test_a_model_that_was_copied_elsewhere_at_another_time_is_the_same(home: Path, tmp_path: Path):
    places = (tmp_path / "here", tmp_path / "elsewhere" / "deeper")
    for age, place in enumerate(places):
        place.mkdir(parents=True)
        (place / "config.json").write_text("{}")
        os.utime(place / "config.json", (age, age))
    here, there = (evaluate.identity(ModelEntry("own", "sentence_transformer", str(place))) for place in places)
    assert here == there


def test_large_files_are_read_for_no_name_and_named_by_their_bytes_once_they_were_loaded(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(checkpoints, "AT_ONCE", 1)
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text("{}")
    first, second = tmp_path / "a", tmp_path / "b"
    assert checkpoints.contents(first) != checkpoints.contents(second)
    assert checkpoints.digest(first) == checkpoints.digest(second) == checkpoints.contents(first)
    assert checkpoints.contents(first) == checkpoints.contents(second)
    for path in (home / digests.FOLDER).glob("*.json"):
        path.write_text("cut")
    assert checkpoints.contents(first) != checkpoints.contents(second)


def test_two_evaluations_agree_to_the_last_digit(home: Path):
    one, two = (Results().result(evaluate.evaluate(TFIDF, pairs(), force=True)) for _ in range(2))
    assert one.metrics == two.metrics and one.intervals == two.intervals
    pd.testing.assert_frame_equal(one.items, two.items)


def test_a_model_that_does_not_fit_the_task_is_refused_in_a_sentence(home: Path):
    for ask in (evaluate.evaluate, evaluate.estimate):
        with pytest.raises(
            BadModel, match="bm25 is of the kind Lexical, words, which fits the tasks retrieval, reranking"
        ):
            ask(BM25, pairs())


def test_saved_results_are_compared_with_the_others_on_the_dataset(home: Path):
    a, b = evaluate.evaluate(TFIDF, pairs()), evaluate.evaluate(replace(TFIDF, name="twin"), pairs())
    evaluate.evaluate(TFIDF, pairs("elsewhere"))
    (row,) = Results().comparisons("f0").to_dict("records")
    assert {row["a"], row["b"]} == {a, b}
    assert (row["n"], row["gap"], row["p"], row["tied"]) == (30, 0.0, 1.0, 30)
    runs = frames.latest(Results().runs())
    letters = multiple.groups(runs[runs["fingerprint"] == "f0"], Results().comparisons("f0"))
    assert letters == {"tfidf": "a", "twin": "a"}


def test_a_copy_of_a_dataset_under_another_name_changes_no_comparison_of_this_one(home: Path):
    twin = replace(TFIDF, name="twin")
    a, b = evaluate.evaluate(TFIDF, pairs()), evaluate.evaluate(twin, pairs())
    copies = [evaluate.evaluate(one, replace(pairs(), name="copy")) for one in (TFIDF, twin)]
    found = Results().comparisons("f0")
    assert found["family"].tolist() == [1, 1]
    assert {frozenset(pair) for pair in zip(found["a"], found["b"], strict=True)} == {
        frozenset((a, b)),
        frozenset(copies),
    }
    assert len(multiple.together([a, b], found)) == 1


def test_a_comparison_that_was_lost_is_made_when_the_run_is_asked_for_again(home: Path):
    results = Results()
    evaluate.evaluate(TFIDF, pairs())
    b = evaluate.evaluate(replace(TFIDF, name="twin"), pairs())
    found = results.result(b)
    results.delete(b)
    results.save(found)
    assert results.comparisons("f0").empty
    evaluate.evaluate(TFIDF, pairs())
    assert len(results.comparisons("f0")) == 1


def test_a_comparison_equals_the_one_of_the_two_item_tables(home: Path):
    runs = [evaluate.evaluate(TFIDF, shop()), evaluate.evaluate(BM25, shop())]
    (row,) = Results().comparisons("s0").to_dict("records")
    expected = paired_tests.compare(plugins.tasks()["retrieval"], *(Results().items(row[side]) for side in "ab"))
    assert {row["a"], row["b"]} == set(runs)
    figures = ("gap", "low", "high", "p", "groups")
    assert [row[name] for name in figures] == pytest.approx([getattr(expected, name) for name in figures], nan_ok=True)


def test_the_settings_hold_all_that_is_needed_to_repeat_the_run(home: Path):
    settings = Results().result(evaluate.evaluate(BM25, shop())).settings
    assert settings["task"]["ignore_identical_ids"] is False
    assert settings["seed"] == SEED and settings["draws"] == 9_999
    assert settings["versions"]["numpy"] == np.__version__
    assert settings["prompts"] == {"query": "", "document": "", "none": ""}
    assert settings["precision"] == "" and settings["device"] in ("cpu", "cuda", "mps")


def test_progress_rises_from_nothing_to_all(home: Path):
    shares = []
    evaluate.evaluate(TFIDF, pairs(), step=lambda share, message: shares.append(share))
    assert shares == sorted(shares) and (shares[0], shares[-1]) == (0.0, 1.0)


def test_work_that_is_cancelled_leaves_no_run(home: Path):
    def stop(share: float, message: Message) -> None:
        if share >= 0.8:
            raise Cancelled

    with pytest.raises(Cancelled):
        evaluate.evaluate(TFIDF, pairs(), step=stop)
    assert Results().runs().empty


def test_an_estimate_counts_the_distinct_texts_and_says_that_it_guesses(home: Path):
    found = evaluate.estimate(TFIDF, pairs())
    assert not found.known and found.texts == len({*sentences(30, 1), *sentences(30, 2)})
    assert found.bytes > 0 and "guess" in str(found.basis)


def test_an_estimate_of_a_known_run_is_nothing_to_do(home: Path):
    evaluate.evaluate(TFIDF, pairs())
    found = evaluate.estimate(TFIDF, pairs())
    assert found.known and (found.texts, found.seconds, found.bytes) == (0, 0.0, 0)


def test_an_estimate_counts_only_texts_that_are_not_stored_and_uses_the_measured_speed(home: Path):
    entry = catalogue.entries()["all-MiniLM-L6-v2"]
    assert evaluate.estimate(entry, pairs(count=20)).unloaded and not evaluate.estimate(TFIDF, pairs()).unloaded
    evaluate.evaluate(entry, pairs(count=20))
    found = evaluate.estimate(entry, pairs("more", count=30))
    assert not found.unloaded  # the seconds to load it are those of the last run
    fresh = {*sentences(30, 1), *sentences(30, 2)} - {*sentences(20, 1), *sentences(20, 2)}
    assert found.texts == len(fresh) > 0
    assert found.bytes == len(fresh) * (4 * 384 + 16)
    assert "from the last run on this machine" in str(found.basis)
    assert found.seconds > 0


def test_a_model_that_knows_no_word_of_the_queries_is_measured_and_every_table_of_results_still_opens(home: Path):
    tables = {
        "queries": pd.DataFrame({"id": list("abc"), "text": ["foreign", "words", "only"]}),
        "corpus": pd.DataFrame({"id": ["d", "e"], "text": ["home", "house"]}),
        "qrels": pd.DataFrame({"query_id": list("abc"), "corpus_id": list("ded"), "score": [1, 1, 1]}),
    }
    evaluate.evaluate(BM25, Dataset("strange", "retrieval", tables, fingerprint="f9"))
    assert len(Results().runs()) == 1

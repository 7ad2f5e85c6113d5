"""From a plan to a verdict on a tiny model: what is kept, what loads, what is refused in a sentence."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sentence_transformers import SentenceTransformer

from engine import plugins
from engine.adaptation import bases, command_line, kept, learning, mixes, probe, proposal, searched, verdict, work
from engine.adaptation.plans import Plan
from engine.adaptation.prepare import check_examples, prepare
from engine.datasets import library
from engine.models import catalogue
from engine.runs import learnt
from engine.training import Examples
from engine.types import BadModel, Dataset, ModelEntry, Pipeline, UserError
from tests import checkpoints
from tests.results.test_damaged_results import flip

QUIET = lambda share, message: None  # noqa: E731
PLAN = Plan("mine", "tiny", "sts_en", "cosent", guards=("intents_en",), settings={"epochs": 2, "learning_rate": 5e-3},
            shares=(0.3,))  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory):
    """A home with a tiny model of prompts."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PARALLAX_HOME", str(folder))
        place = checkpoints.bert(tmp_path_factory.mktemp("tiny"), prompts={"query": "query : ", "document": ""})
        catalogue.add(ModelEntry("tiny", "sentence_transformer", str(place), prompts={"query": "query : "}))
        yield folder


TOLD: list[tuple[float, str]] = []


@pytest.fixture(scope="module")
def adapted(home: Path) -> dict:
    return work.adapt(PLAN, lambda share, message: TOLD.append((share, str(message))))


def test_the_bar_never_goes_back_and_the_curve_has_its_share_of_it(adapted):
    shares = [share for share, _ in TOLD]
    assert shares == sorted(shares) and shares[-1] == 1
    curve = [share for share, said in TOLD if said.startswith("Learning from 30% of the examples: Step ")]
    trained = [share for share, said in TOLD if said.startswith("Step ")]
    assert max(trained) < 0.9 and curve[0] < 0.95 and curve[-1] > curve[0]
    facts = kept.facts("mine")
    assert facts["seconds"] > facts["training_seconds"]


def test_the_result_loads_as_a_plain_model_with_its_prompts_and_gives_the_vectors_of_the_catalogue(adapted, home: Path):
    plain = SentenceTransformer(str(PLAN.folder / "model"), device="cpu")
    texts = ["the cat sat on the mat", "a dog"]
    entry = catalogue.entries()["mine"]
    assert plain.prompts["query"] == "query : " and entry.prompts["query"] == "query : "
    mine = catalogue.load(entry).encode(texts, "query")
    assert np.allclose(mine, plain.encode(texts, prompt_name="query"), atol=1e-6)
    tiny = catalogue.load(catalogue.entries()["tiny"]).encode(texts, "query")
    assert not np.allclose(mine, tiny, atol=1e-4)


def test_the_verdict_holds_it_against_its_base_on_what_was_never_seen_and_is_kept(adapted):
    again = kept.verdict("mine")
    assert again is not None and again == json.loads(json.dumps(adapted))
    assert again["test"]["dataset"] == "sts_en-test-0" == kept.facts("mine")["test"]
    assert again["test"]["n"] == kept.facts("mine")["sizes"]["test"]
    assert [one["dataset"] for one in again["guards"]] == ["intents_en"]
    assert [one["model"] for one in again["lexical"]] == ["tfidf"]
    assert [one["share"] for one in again["shares"]] == [0.3, 1.0]
    card = (PLAN.folder / "model" / "README.md").read_text(encoding="utf-8")
    assert all(str(one) in card for one in verdict.sentences(again))
    made = json.loads((PLAN.folder / "model" / learnt.FACTS).read_text(encoding="utf-8"))
    assert made["data"]["intents_en"] == library.entries()["intents_en"].fingerprint
    assert made["data"]["sts_en-test-0"] == made["judged"] and set(made["data"]) >= {"sts_en-train", "sts_en-dev"}
    assert all(f"| `{name}` | `{state}` |" in card for name, state in made["data"].items())
    assert "recipe `cosent` on `sts_en`, seed 0" in card and "| `learning_rate` | `0.005` |" in card
    assert not (PLAN.folder / "checkpoint.pt").exists()


def test_a_model_is_warned_of_on_what_it_has_learnt_from_and_not_on_its_untouched_part(adapted):
    entry = catalogue.entries()["mine"]
    assert "sts_en" in str(learnt.warning(entry, library.load("sts_en")))
    assert learnt.warning(entry, library.load("sts_en-test-0")) is None
    assert learnt.warning(catalogue.entries()["tiny"], library.load("sts_en")) is None
    piped = ModelEntry("both", "pipeline", pipeline=Pipeline(("tfidf", "mine"), "rrf"))
    assert "mine was adapted to texts of sts_en" in str(learnt.warning(piped, library.load("sts_en")))
    assert learnt.warning(piped, library.load("sts_en-test-0")) is None
    copied = replace(library.load("sts_en"), name="a copy")
    assert "a copy" in str(learnt.warning(entry, copied)) and "a copy" in str(learnt.warning(piped, copied))


def test_what_was_made_from_an_adapted_model_has_learnt_what_that_has(adapted, tmp_path: Path):
    facts = json.loads((PLAN.folder / "model" / learnt.FACTS).read_text(encoding="utf-8"))
    own = facts | {"plan": facts["plan"] | {"dataset": "intents_en", "base": "mine"}, "judged": "another"}
    (tmp_path / learnt.FACTS).write_text(json.dumps(own), encoding="utf-8")
    again = ModelEntry("again", "sentence_transformer", str(tmp_path))
    assert learnt.warning(again, library.load("sts_en")) and learnt.warning(again, library.load("intents_en"))
    assert learnt.warning(again, library.load("sts_zh")) is None


def test_what_an_adapted_model_was_judged_on_is_nothing_to_learn_from(adapted):
    judged = replace(PLAN, name="other", dataset="sts_en-test-0")
    assert [one.values for one in proposal.spoilt(judged)] == [{"name": "mine", "dataset": "sts_en-test-0"}]
    assert proposal.spoilt(replace(PLAN, name="other", further=("sts_en-test-0",)))
    assert not proposal.spoilt(replace(PLAN, name="other")) and not proposal.spoilt(PLAN)


def test_mixes_go_from_the_base_to_the_new_model_and_never_touch_what_is_judged(adapted):
    mixes.work({"name": "mine"}, QUIET)
    table = pd.DataFrame(mixes.known("mine"))
    assert set(table["dataset"]) == {"sts_en-dev", "intents_en"}
    own = table[table["dataset"] == "intents_en"].set_index("share")["score"]
    assert (own[0.0], own[1.0]) == pytest.approx((adapted["guards"][0]["old"], adapted["guards"][0]["new"]), abs=0.05)


def test_a_plan_that_was_done_is_not_trained_again(adapted, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(learning, "make", None)
    assert work.adapt(replace(PLAN, shares=()), QUIET)["test"] == adapted["test"]


def test_a_model_whose_weights_were_damaged_is_refused_until_it_is_trained_again(
    adapted, monkeypatch: pytest.MonkeyPatch
):
    entry, weights = catalogue.entries()["mine"], PLAN.folder / "model" / "model.safetensors"
    flip(weights, weights.stat().st_size - 2)
    with pytest.raises(BadModel, match=r"adaptations/mine/model are not those that were made there\. Train it again"):
        catalogue.load(entry)
    assert not kept.made(PLAN)
    flip(weights, weights.stat().st_size - 2)
    assert kept.made(PLAN) and catalogue.load(entry)
    seal = PLAN.folder / "model.digest.json"
    said = seal.read_text()
    seal.unlink()  # as an earlier version left it
    flip(weights, weights.stat().st_size - 2)
    assert kept.made(PLAN) and catalogue.load(entry)
    flip(weights, weights.stat().st_size - 2)
    seal.write_text(said)


def test_a_plan_whose_model_was_damaged_is_begun_anew(adapted):
    weights, facts = PLAN.folder / "model" / "model.safetensors", kept.facts("mine")
    kept.begin(PLAN, {"sizes": {}})
    assert kept.facts("mine") == facts
    flip(weights, 100)
    files = [(PLAN.folder / name, (PLAN.folder / name).read_bytes()) for name in (kept.FACTS, kept.VERDICT)]
    kept.begin(PLAN, {"sizes": {}})
    assert "made" not in kept.facts("mine") and kept.verdict("mine") is None
    flip(weights, 100)
    for path, content in files:
        path.write_bytes(content)


def test_an_estimate_on_a_busy_machine_says_how_long_it_takes_on_a_free_one():
    found = {"seconds": 600.0, "share": 0.3}
    assert str(probe.busy(found)) == (
        "Other work on this machine had most of the processor while this was tried: once that is done, about 3 min."
    )
    assert [probe.busy(found | {"share": share}) for share in (None, 0.9)] == [None, None]
    assert probe.busy({"seconds": None}) is None


def test_a_trial_tells_what_it_takes_and_keeps_nothing(home: Path):
    found = probe.probe(Plan("other", "tiny", "sts_en", "cosent"), QUIET)
    assert found["steps"] == 40 and found["seconds"] > 0 and found["sizes"]["train"] > 200
    assert kept.facts("other") is None and "min for 40 steps" in str(probe.told(found))
    assert 0 < found["share"] < 1.5
    assert -1 <= found["dev"] <= 1


def test_the_memory_of_a_trial_is_not_that_of_what_its_worker_did_before(home: Path):
    held = np.ones(2_000_000_000 // 8)
    found = probe.work(Plan("other", "tiny", "sts_en", "cosent").arguments(), QUIET)
    assert found["memory"] < held.nbytes


def test_what_speaks_against_it_is_told_with_its_reason_before_it_begins(home: Path, monkeypatch: pytest.MonkeyPatch):
    rows = pd.DataFrame(
        [(f"{checkpoints.WORDS[n]} {n}", f"猫坐在垫子上 {checkpoints.WORDS[-n]} {n}", n % 5) for n in range(27)],
        columns=["sentence1", "sentence2", "score"],
    )
    library.save("small", "sts", {"pairs": rows})
    monkeypatch.setattr(verdict, "OTHER_CEILING", -1.0)
    told = [str(one) for one in command_line.told(Plan("few", "tiny", "small", "cosent"))]
    assert any(one.startswith("Better not: ") and "examples are few" in one for one in told)
    assert any("unknown to its vocabulary" in one for one in told)
    estimated = [str(one) for one in command_line.estimated(Plan("few", "tiny", "small", "cosent"), QUIET)]
    assert "most adaptations gain nothing" in estimated[0] and "min for" in estimated[1]


def test_the_guards_to_begin_with_are_of_other_tasks_and_in_the_language_of_the_texts(home: Path):
    known = library.entries()
    mine = [("一个人在弹吉他。", "一个男人在演奏乐器。", 4.0), ("小猫坐在垫子上。", "狗在跑步。", 1.0)]
    table = pd.DataFrame(mine, columns=["sentence1", "sentence2", "score"])
    spoken = proposal.spoken(Dataset("mine", "sts", {"pairs": table}))
    assert spoken == {"zh"} and proposal.spoken(library.load("bitext_en_zh")) == {"en", "zh"}
    chosen = [known[name] for name in proposal.guards("sts", spoken, known)]
    assert len({one.task for one in chosen} - {"sts"}) == 2 and all("zh" in one.languages for one in chosen)
    assert len(proposal.guards("sts", frozenset({"sw"}), known)) == 2  # others are better than none


def test_a_recipe_that_needs_another_model_asks_for_it_before_anything_is_done(home: Path):
    with pytest.raises(UserError, match=r"name it under .*other=MODEL"):
        prepare(Plan("mixture", "tiny", "sts_en", "merge"))
    with pytest.raises(BadModel, match="counts words"):
        prepare(Plan("mixture", "tiny", "sts_en", "merge", settings={"other": "bm25"}))


def test_a_training_that_no_dev_part_watched_says_so():
    facts = {"steps": 40, "best_step": 40, "training_seconds": 90.0, "seconds": 660.0}
    assert "11.0 min in all, 1.5 of them in 40 steps" in str(kept.took(facts))
    assert "best on the dev part" in str(kept.took(facts | {"watched": True}))
    assert "no dev part was scored" in str(kept.took(facts | {"watched": False}))


def test_a_base_without_safetensors_is_refused_in_a_sentence(home: Path, tmp_path: Path):
    place = checkpoints.bert(tmp_path)
    (place / "model.safetensors").rename(place / "pytorch_model.bin")
    catalogue.add(ModelEntry("pickled", "sentence_transformer", str(place)))
    with pytest.raises(BadModel, match="safetensors"):
        prepare(Plan("new", "pickled", "sts_en", "cosent"))


@pytest.mark.parametrize("name, why", [("tfidf", "counts words"), ("bm25", "counts words")])
def test_a_base_without_weights_is_refused_in_a_sentence(home: Path, name: str, why: str):
    with pytest.raises(BadModel, match=why):
        bases.check(catalogue.entries()[name])


def test_a_base_behind_an_endpoint_or_of_another_kind_is_refused_in_a_sentence(home: Path):
    for family, why in (("openai_compatible", "endpoint"), ("sparse_encoder", "sparse"), ("pipeline", "pipeline")):
        with pytest.raises(BadModel, match=why):
            bases.check(ModelEntry("x", family))


def test_one_pair_equal_scores_a_taken_name_and_a_wrong_setting_are_refused_in_a_sentence(home: Path):
    rows = pd.DataFrame({"sentence1": ["a cat", "a dog"], "sentence2": ["the mat", "the market"], "score": [1.0, 4.0]})
    library.save("two", "sts", {"pairs": rows})
    with pytest.raises(UserError, match="too few to learn from"):
        prepare(Plan("new", "tiny", "two", "cosent"))
    library.save("one", "bitext_mining", {"pairs": rows[["sentence1", "sentence2"]].head(1)})
    with pytest.raises(UserError, match="too few to learn from"):
        prepare(Plan("new", "tiny", "one", "contrastive"))
    equal = Examples("scored pairs", rows.assign(score=0.5))
    with pytest.raises(UserError, match="no order that could be learnt"):
        check_examples(plugins.recipes()["cosent"], [equal])
    with pytest.raises(UserError, match="taken"):
        prepare(Plan("bm25", "tiny", "sts_en", "cosent"))
    with pytest.raises(UserError, match="epochs must be a number"):
        work.adapt(Plan("new", "tiny", "sts_en", "cosent", settings={"epochs": "many"}), QUIET)
    with pytest.raises(UserError, match="did you mean 'epochs'"):
        prepare(Plan("new", "tiny", "sts_en", "cosent", settings={"epoch": 1}))


def test_what_was_gained_and_lost_decides_what_is_advised():
    row = {
        "dataset": "d",
        "task": "retrieval",
        "metric": "ndcg_at_10",
        "n": 100,
        "new": 0.6,
        "old": 0.5,
        "low": 0.01,
        "high": 0.2,
    }
    better, worse = row | {"gap": 0.1, "p": 0.001}, row | {"gap": -0.1, "p": 0.001, "low": -0.2, "high": -0.01}
    luck = row | {"gap": 0.1, "p": 0.2}

    def every(test: dict, guards: list[dict], lexical: dict = better, best_step: int = 7) -> list[str]:
        found = {"name": "new", "base": "old", "test": test, "guards": guards, "lexical": [lexical | {"model": "bm25"}]}
        found |= {"best_step": best_step}
        return [str(one) for one in verdict.sentences(found, {"d": "My data"})]

    def said(test: dict, guards: list[dict], lexical: dict = better, best_step: int = 7) -> str:
        return every(test, guards, lexical, best_step)[-1]

    assert said(better, [luck]) == "Use it for data like these."
    assert said(better, [worse]).startswith("Use it for data like these only")
    assert said(luck, [luck]).startswith("Do not use it yet")
    assert said(luck, [worse]).startswith("Do not use it: nothing was gained")
    assert said(worse, [better]).startswith("Do not use it: the base is better")
    assert said(luck | {"gap": 0.0}, [luck], best_step=0).startswith(
        "Do not use it: no step of the training was better"
    )
    assert said(better, [luck], worse).startswith("Do not use it: counting words")
    assert "items of My data" in every(luck, [])[0]
    assert "scores nDCG@10 0.850 already" in every(luck | {"old": 0.85}, [luck])[1]
    assert not any("already" in one for one in every(better | {"old": 0.85}, [luck]))


def test_the_advice_is_about_as_many_tokens_as_the_training_reads(home: Path):
    plan = Plan("short", "tiny", "sts_en", "cosent", settings={"max_length": 6})
    said = [str(one) for one in proposal.advice(prepare(plan))]
    assert any("have more than 6 tokens" in one for one in said)


def ranking(number: int = 150) -> None:
    words = [f"{checkpoints.WORDS[n % len(checkpoints.WORDS)]} {n}" for n in range(number)]
    corpus = pd.DataFrame({"id": [f"d{n}" for n in range(number)], "text": [f"the {word}" for word in words]})
    queries = pd.DataFrame({"id": [f"q{n}" for n in range(40)], "text": words[:40]})
    qrels = pd.DataFrame({"query_id": queries["id"], "corpus_id": corpus["id"][:40], "score": 1})
    library.save("asked", "retrieval", {"corpus": corpus, "queries": queries, "qrels": qrels}, replace=True)


def test_a_reranker_is_told_of_pairs_that_are_too_long_by_its_own_length_and_not_by_the_bases(home: Path, tmp_path):
    place = checkpoints.bert(tmp_path)
    (place / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 3}))
    catalogue.add(ModelEntry("shortened", "sentence_transformer", str(place)))
    ranking()

    def said(**settings) -> str:
        plan = Plan("reranked", "shortened", "asked", "reranker", settings=settings)
        return " ".join(map(str, proposal.advice(prepare(plan))))

    assert "3 tokens" not in said() and "tokens, which the two share" not in said()
    assert "100% of the pairs of a query and a document have more than 4 tokens" in said(max_length=4)


def test_a_guard_that_a_reranker_cannot_be_judged_on_is_named_and_never_scored(home: Path):
    ranking()
    plan = Plan("unjudged", "tiny", "asked", "reranker", guards=("sts_en",))
    ready = prepare(plan)
    assert not ready.guards and "sts_en is not watched" in str(proposal.advice(ready)[0]) + str(
        proposal.advice(ready)[1]
    )
    row = {"dataset": "asked", "task": "retrieval", "metric": "ndcg_at_10", "n": 9, "new": 0.6, "old": 0.5, "low": 0.01,
           "high": 0.2, "gap": 0.1, "p": 0.001}  # fmt: skip
    found = {"name": "unjudged", "base": "tiny", "test": row, "guards": [], "lexical": [], "unjudged": ["sts_en"]}
    assert any("On STS it cannot be judged" in str(one) for one in verdict.sentences(found, {"sts_en": "STS"}))


def test_a_plan_is_told_on_standard_output_whatever_standard_error_is(home: Path):
    ranking()
    command = [sys.executable, "-m", "engine", "adapt", "--model", "tiny", "--dataset", "asked", "--recipe", "reranker"]
    found = subprocess.run([*command, "--plan"], capture_output=True, text=True, check=True, timeout=300)
    assert "reranker on tiny: " in found.stdout and "GB of memory" in found.stdout
    assert "LOAD REPORT" not in found.stderr and "it/s" not in found.stderr


def test_a_score_says_among_how_many_documents_it_was_told(home: Path):
    ranking()
    told: list[str] = []
    plan = Plan("ranker", "tiny", "asked", "reranker", guards=("sts_en",))
    found = work.adapt(plan, lambda share, message: told.append(str(message)))
    assert any("dev nDCG@10 of the base's first 20 of 150 documents " in one for one in told)
    assert kept.facts("ranker")["searched"] == {"documents": 150, "candidates": 0, "depth": 20}
    assert "nDCG@10 among 150 documents" in str(verdict.sentences(found)[0])
    assert any("nDCG@10 among 150 documents" in str(one) for one in command_line.said(found, as_json=False))
    assert "nDCG@10 among 150 documents" in (plan.folder / "model" / "README.md").read_text(encoding="utf-8")


def test_candidates_that_a_dataset_gives_are_what_a_score_is_told_among():
    given = pd.DataFrame({"query_id": ["1", "1", "1", "2"], "corpus_id": ["a", "b", "c", "a"]})
    tables = {"corpus": pd.DataFrame({"id": list("abcd"), "text": list("abcd")}), "candidates": given}
    among = searched.searched(Dataset("x", "reranking", tables), depth=100)
    assert str(searched.measured("map_at_1000", among)) == "MAP@1000 among at most 3 candidates a query"
    assert str(searched.measured("cosine_spearman", searched.searched(library.load("sts_en")))) == "Cosine Spearman"


def test_the_estimate_holds_the_trainings_of_the_learning_curve(home: Path):
    plan = Plan("other", "tiny", "sts_en", "cosent", shares=(0.1, 0.3))
    alone, found = probe.probe(replace(plan, shares=()), QUIET), probe.probe(plan, QUIET)
    whole = found["step"] * found["steps"] + found["look"] * found["looks"]
    shares = found["step"] * (4 + 12) + found["look"] * (5 + 7)  # of 40 steps: before, and after each, or every other
    judged = found["sizes"]["test"] / found["sizes"]["dev"]
    assert found["seconds"] - whole == pytest.approx(shares + found["look"] * 2 * judged, rel=0.05)
    assert "learning curve" in str(probe.told(found)) and "learning curve" not in str(probe.told(alone))

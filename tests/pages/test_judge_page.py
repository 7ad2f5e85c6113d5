"""Does the page on mistakes in the data mark, correct, vote and keep what a person says?"""

import json
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pytest

from engine.comparison import what_if
from engine.datasets import corrections, library, marks
from engine.inspection.label_noise import finder
from engine.inspection.label_noise.likely import likely
from engine.jobs import queue, workers
from engine.models import catalogue
from engine.results.store import Results
from engine.runs import evaluate
from engine.runs.preflight import STRANGE
from engine.types import ModelEntry, Pipeline, UserError
from pages.parts import cached
from tests.pages.test_pages import HOSTILE, visit

pytestmark = pytest.mark.usefixtures("fresh_caches")
PAGE = "pages/explore/judge.py"
TOPICS = ("refund money back", "password login account", "courier parcel delivery", "battery charge power")


def shop() -> dict[str, pd.DataFrame]:
    """Three documents a topic, of which one is judged; a query that both models answer otherwise than judged."""
    texts = [f"{topic} {word}" for topic in TOPICS for word in ("how", "when", f"{HOSTILE}")]
    texts += ["parcel", "parcel refund and a number of other words beside them"]  # long or short: here the two part
    queries = [f"{topic} {word}" for topic in TOPICS for word in ("when", "how", "quickly")]
    queries += ["parcel refund soon", "parcel refund today"]
    judged = [(f"q{number}", f"d{min(number // 3 * 3, 9)}", 1.0) for number in range(len(queries))]
    return {
        "corpus": pd.DataFrame({"id": [f"d{at}" for at in range(len(texts))], "text": texts}),
        "queries": pd.DataFrame({"id": [f"q{at}" for at in range(len(queries))], "text": queries}),
        "qrels": pd.DataFrame(judged, columns=["query_id", "corpus_id", "score"]),
    }


@pytest.fixture
def runs(home: Path):
    """A small shop under two lexical models."""
    dataset = library.save("shop", "retrieval", shop(), title="Shop")
    yield sorted(evaluate.evaluate(catalogue.find(name), dataset) for name in ("tfidf", "bm25"))
    for lane in workers.LANES:
        workers.stop(lane)


@pytest.fixture
def suspected(runs: list[str]) -> list[str]:
    """The runs, after the search for mistakes."""
    finder.work({"runs": runs}, lambda share, message: None)
    return runs


def state() -> str:
    return library.entries()["shop"].fingerprint


def words(at) -> str:
    return "\n".join(text.value for text in at.text)


def test_a_model_that_cannot_read_the_texts_is_not_consulted_unless_it_is_chosen(runs, monkeypatch):
    known = cached.runs_on("shop")
    told = json.dumps([{"template": STRANGE.template, "values": {"unknown": 0.4}}])
    blind = known["warnings"].where(known["label"] != "bm25", told)
    monkeypatch.setattr(cached, "runs_on", lambda name: known.assign(warnings=blind))
    at = visit("pages/explore/judge.py", dataset="shop")
    assert at.multiselect(key="judges").value == ["tfidf"]
    assert any("Left out" in one.value for one in at.caption)
    at.multiselect(key="judges").set_value(["tfidf", "bm25"]).run()
    assert not any("Left out" in one.value for one in at.caption)


def test_a_pipeline_among_the_models_is_consulted_by_its_ranking_and_left_out_of_what_judges_anew(runs):
    catalogue.add(ModelEntry("both", "pipeline", pipeline=Pipeline(("bm25", "tfidf"), "rrf")))
    runs = sorted([*runs, evaluate.evaluate(catalogue.find("both"), library.load("shop"))])
    assert finder.work({"runs": runs}, lambda share, message: None)["suspects"] > 3
    at = visit(PAGE, dataset="shop")
    why = next(one.value for one in at.dataframe if "says" in one.value)
    assert set(why["model"]) == {"tfidf", "bm25", "both"} and not at.exception
    at = visit(PAGE, dataset="shop", judge="versions", which="top")
    assert any("Left out" in one.value and "both" in one.value for one in at.caption)
    at.button(key="judge.what_if").click().run()
    (job,) = [job for job in queue.jobs() if job.kind == "what_if"]
    assert what_if.work(job.arguments, lambda share, message: None)["rows"]
    with pytest.raises(UserError, match="both"):
        what_if.work({**job.arguments, "runs": runs}, lambda share, message: None)
    (asked,) = [one for one in visit("pages/explore/map.py", dataset="shop").multiselect if one.key == "models"]
    assert {"tfidf", "bm25"} <= set(asked.options) and "both" not in asked.options


def test_one_press_looks_for_mistakes(runs):
    at = visit(PAGE, dataset="shop")
    at.button(key="judge.find").click().run()
    asked = [job for job in queue.jobs() if job.kind == "label_noise"]
    assert [sorted(job.arguments["runs"]) for job in asked] == [runs]


def test_suspects_are_listed_worst_first_with_a_definition_and_what_each_model_says(suspected):
    at = visit(PAGE, dataset="shop")
    assert not at.exception
    table = next(one.value for one in at.dataframe if "proposed" in one.value)
    assert len(table) > 3 and table["score"].is_monotonic_decreasing and table["score"].between(0, 1).all()
    assert any("log2(1 + rank)" in caption.value for caption in at.caption)
    why = next(one.value for one in at.dataframe if "says" in one.value)
    assert set(why["model"]) == {"tfidf", "bm25"}


@pytest.mark.parametrize(("key", "action"), [("1", "replace"), ("2", "keep")])
def test_a_mark_is_kept_and_the_next_suspect_comes(suspected, key, action):
    at = visit(PAGE, dataset="shop")
    first, second = finder.known(suspected)["place"].iloc[:2]
    assert at.session_state["suspect"] == first
    at.button(key=f"judge.{key}").click().run()
    assert [(one.place, one.action) for one in marks.of(state())] == [(first, action)]
    assert at.session_state["suspect"] == second
    at.session_state["suspect"] = first
    at.run().button(key="judge.0").click().run()
    assert marks.of(state()) == []


def test_a_link_opens_the_suspect_it_was_copied_from(suspected):
    third = finder.known(suspected)["place"].iloc[2]
    assert visit(PAGE, dataset="shop", suspect=third).session_state["suspect"] == third


def test_user_text_is_never_interpreted(suspected):
    for view in ("suspects", "votes"):
        at = visit(PAGE, dataset="shop", judge=view)
        interpreted = [*at.markdown, *at.caption, *at.subheader, *at.info]
        assert not [one.value for one in interpreted if "alert(1)" in one.value]


def test_marks_change_the_ranking_that_is_shown_and_become_a_version_that_is_scored(suspected):
    found = finder.known(suspected)
    dataset = library.load("shop")
    lacking = found[found["kind"] == "unjudged"].iloc[0]
    marks.put(state(), [marks.Mark(lacking["place"], "replace", None, 1.0)])
    at = visit(PAGE, dataset="shop", judge="versions")
    assert "1 judgement is marked as a mistake" in words(at)
    order = at.multiselect(key="judges").value
    arguments = {
        "runs": suspected,
        "dataset": "shop",
        "models": order,
        "marks": [asdict(one) for one in corrections.changing(marks.of(state()))],
    }
    queue.submit("what_if", arguments)
    job = queue.claim("batch")
    queue.finish(job.id, what_if.work(job.arguments, lambda share, message: None))
    at.run()
    table = next(one.value for one in at.dataframe if "score_after" in one.value)
    assert (table["score_after"] != table["score_before"]).any()
    at.button(key="judge.keep").click().run()
    assert library.entries()["shop-v2"].title == "Shop · v2"
    asked = {(job.arguments["model"], job.arguments["dataset"]) for job in queue.jobs() if job.kind == "evaluate"}
    assert asked == {("tfidf", "shop-v2"), ("bm25", "shop-v2")}
    assert len(library.load("shop-v2").tables["qrels"]) == len(dataset.tables["qrels"]) + 1


def test_the_rankings_before_are_those_of_the_stored_runs_and_those_after_those_of_the_new_version(suspected):
    dataset, opinions = finder.gather(suspected)
    found = finder.known(suspected)
    wanted = [marks.Mark(place, "replace", None, 1.0) for place in found[found["kind"] == "unjudged"]["place"].head(3)]
    answer = what_if.rankings(dataset, opinions, wanted, step=lambda share, message: None)
    rows = pd.DataFrame(answer["rows"]).set_index("label")
    stored = Results().runs().set_index("model")
    assert rows["score_before"].to_dict() == pytest.approx(stored["score"].to_dict())
    assert rows["low_before"].to_dict() == pytest.approx(stored["low"].to_dict(), nan_ok=True)  # of too few, none
    made = corrections.keep(dataset, wanted)
    fresh = {name: Results().result(evaluate.evaluate(catalogue.find(name), made)) for name in ("tfidf", "bm25")}
    assert rows["score_after"].to_dict() == pytest.approx({n: one.metrics["ndcg_at_10"] for n, one in fresh.items()})


def test_a_vote_becomes_a_judgement_and_can_be_taken_back(suspected):
    at = visit(PAGE, dataset="shop", judge="votes", part="all")
    assert not at.exception
    at.button(key="vote.both").click().run()
    (vote,) = marks.votes(state())
    assert vote.choice == "both"
    assert all(one.origin == "vote" and one.value == 1.0 for one in marks.of(state()))
    at.button(key="vote.undo").click().run()
    assert marks.votes(state()) == [] and marks.of(state()) == []


def test_other_tasks_say_why_nothing_is_compared_blind(home):
    pairs = pd.DataFrame({"sentence1": list("abcd"), "sentence2": list("abxy"), "score": [5.0, 4.0, 1.0, 0.0]})
    evaluate.evaluate(catalogue.find("tfidf"), library.save("pairs", "sts", {"pairs": pairs}))
    at = visit(PAGE, dataset="pairs", judge="votes")
    assert "compared blind where they are documents" in words(at)


def test_what_was_never_judged_is_not_said_to_contradict_a_judgement(suspected):
    found, dataset = finder.known(suspected), library.load("shop")
    open_ = (found["kind"] == "unjudged").sum()
    told = visit(PAGE, dataset="shop").info[0].value
    wrong = len(found) - open_
    assert f"contradict {wrong or 'none'} of {len(dataset.tables['qrels'])} judgements" in told and open_ > wrong
    assert (
        f"Most models find {open_} documents that nobody judged; {likely(found[found['kind'] == 'unjudged']).sum()} of"
        in told
    )

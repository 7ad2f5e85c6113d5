"""One query at a time is ranked as in the run, by every stage anew, and what it takes is kept beside the run."""

import time

import numpy as np
import pytest

from engine import plugins
from engine.comparison import costs, latency
from engine.datasets import library
from engine.models import catalogue
from engine.pipelines.one_query import answering
from engine.results import frames
from engine.results.store import Results
from engine.runs.evaluate import evaluate
from engine.runs.instructions import told
from engine.types import Endpoint, ModelEntry, UserError
from tests import checkpoints
from tests.pipelines.conftest import pipeline

STAGES = {
    "one": {"retrievers": ("dense",)},
    "fused": {"retrievers": ("bm25", "dense"), "fusion": "rrf"},
    "weighted": {"retrievers": ("bm25", "dense"), "fusion": "weighted", "weight": 0.5},
    "judged": {"retrievers": ("bm25", "tfidf", "dense"), "fusion": "rrf", "reranker": "judge", "depth": 7},
    "cut": {"retrievers": ("dense",), "splitter": "tokens", "size": 8, "reranker": "judge", "depth": 5},
}
ENTRIES = {name: pipeline(name, **stages) for name, stages in STAGES.items()}


def quiet(share, message):
    pass


def ranked_alone(entry, dataset):
    """The key, and for each query the ids of the documents in the order in which it finds them by itself."""
    request = plugins.tasks()[dataset.task].ranked.request(dataset)
    ready = answering(
        entry, request, dataset.fingerprint, precision="float32", tell=lambda one: told(one, dataset), step=quiet
    )
    ids = dataset.tables["corpus"]["id"].to_numpy()
    found = [ready.alone(place).rows[0] for place in range(len(request.queries))]
    return ready.key, [ids[rows[rows >= 0]].tolist() for rows in found]


@pytest.mark.parametrize("name", [*STAGES, "bm25", "dense"])
def test_a_query_by_itself_finds_what_it_found_among_all(made, name):
    entry = ENTRIES.get(name) or catalogue.find(name)
    result = Results().result(evaluate(entry, made, precision="float32"))
    key, alone = ranked_alone(entry, made)
    assert key == result.encoder_key
    assert [own[:5] for own in alone] == [list(one)[:5] for one in result.items["top_ids"]]


def test_a_late_interaction_reranker_reads_the_documents_that_were_found(made, tmp_path):
    catalogue.add(ModelEntry("late", "multi_vector", str(checkpoints.colbert(tmp_path / "late"))))
    entry = pipeline("p", retrievers=("bm25",), reranker="late", depth=6)
    result = Results().result(evaluate(entry, made, precision="float32"))
    key, alone = ranked_alone(entry, made)
    assert key == result.encoder_key
    assert [own[:6] for own in alone] == [list(one)[:6] for one in result.items["top_ids"]]


@pytest.mark.parametrize("name", ["bm25", "dense", "judge"])
def test_candidates_are_ranked_by_themselves_as_together(made, name):
    given = [(f"q{query}", f"d{(query + step) % 60}") for query in range(20) for step in range(4)]
    table = made.tables["qrels"].iloc[:0][["query_id", "corpus_id"]].copy()
    table[["query_id", "corpus_id"]] = given
    library.save("candidates", "reranking", {**made.tables, "candidates": table})
    dataset, entry = library.load("candidates"), catalogue.find(name)
    result = Results().result(evaluate(entry, dataset, precision="float32"))
    key, alone = ranked_alone(entry, dataset)
    assert key == result.encoder_key
    assert alone == [list(one) for one in result.items["top_ids"]]


def test_the_time_of_a_pipelines_query_stands_beside_its_score(made):
    catalogue.add(ENTRIES["judged"])
    evaluate(catalogue.find("judged"), made)
    runs = frames.latest(Results().runs())
    row = runs[runs["model"] == "judged"]
    assert np.isnan(costs.table(row, runs, catalogue.entries())["p50"].iloc[0])
    said = []
    found = latency.work(
        {"model": "judged", "dataset": "small", "precision": row["precision"].iloc[0]},
        lambda share, message: said.append((share, str(message))),
    )
    table = costs.table(row, runs, catalogue.entries()).iloc[0]
    assert (table["p50"], table["p95"], table["latency_from"]) == (found["p50"], found["p95"], "")
    assert 0 < found["p50"] <= found["p95"]
    assert said[-1][1] == "20 queries timed" and all(0 <= share <= 1 for share, _ in said)


def test_what_is_done_here_is_timed_by_the_processors_clock_and_what_is_done_elsewhere_by_the_walls(made, monkeypatch):
    catalogue.add(ModelEntry("far", "openai_compatible", "m", endpoint=Endpoint("FAR")))
    clocks = [latency._clock(entry) for entry in (ENTRIES["judged"], catalogue.find("bm25"), catalogue.find("far"))]
    assert clocks == [time.process_time, time.process_time, time.perf_counter]
    assert latency._clock(pipeline("p", retrievers=("bm25", "far"), fusion="rrf")) is time.perf_counter
    monkeypatch.setattr(latency.config, "machine", lambda: latency.config.Machine("cuda", 2, "card", ("cuda:0",)))
    assert latency._clock(catalogue.find("bm25")) is time.perf_counter


def test_a_query_that_takes_long_ends_the_timing_early(made, monkeypatch):
    monkeypatch.setattr(latency, "FEWEST", 4)
    monkeypatch.setattr(latency, "PATIENCE", 0.0)
    latency.work({"model": "bm25", "dataset": "small", "precision": ""}, quiet)
    assert latency.latencies()["queries"].tolist() == [4]


def test_a_reranker_that_charges_is_not_timed_and_the_page_can_say_why(made):
    catalogue.add(ModelEntry("dear", "rerank_endpoint", "m", endpoint=Endpoint("DEAR")))
    catalogue.add(pipeline("costly", retrievers=("bm25",), reranker="dear"))
    sentence = "costly is not timed: dear charges for every pair that it scores."
    assert str(costs.unknown(catalogue.find("costly"), costs.AXES["p95"])) == sentence
    assert costs.unknown(catalogue.find("bm25"), costs.AXES["p95"]) is None
    with pytest.raises(UserError, match=sentence):
        latency.work({"model": "costly", "dataset": "small", "precision": "float32"}, quiet)


def test_a_pipeline_has_the_parameters_of_its_parts_each_once(made):
    catalogue.remove("judge")
    catalogue.add(ModelEntry("judge", "cross_encoder", "org/judge", parameters=20_000_000))
    evaluate(catalogue.find("bm25"), made)
    row = frames.latest(Results().runs()).assign(model="p")
    known = catalogue.entries() | {"p": pipeline("p", retrievers=("bm25",), reranker="judge")}
    assert costs.table(row, row, known)["parameters"].tolist() == [20.0]
    known |= {"p": pipeline("p", retrievers=("bm25", "dense"), fusion="rrf", reranker="judge")}
    assert np.isnan(costs.table(row, row, known)["parameters"]).all()

"""Pipelines: each stage is what its parts say, cached by what went in, and an ordinary run."""

import numpy as np
import pytest
from sentence_transformers import CrossEncoder

from engine.comparison import costs
from engine.datasets import library
from engine.encoding.store import clear, shelves
from engine.metrics.ranking import measures
from engine.models import catalogue
from engine.pipelines import retrieval
from engine.results import frames
from engine.results.store import Results
from engine.runs import preflight
from engine.runs.evaluate import evaluate, with_parts
from engine.types import BadModel, ModelEntry
from tests.pipelines.conftest import pipeline


def test_a_pipeline_of_one_retriever_is_that_retriever(made):
    results = Results()
    alone = results.result(evaluate(catalogue.find("bm25"), made))
    piped = results.result(evaluate(pipeline("p", retrievers=("bm25",)), made))
    assert piped.metrics == pytest.approx(alone.metrics, nan_ok=True)


def test_a_pipelines_retrievers_stand_beside_it_without_encoding_anything_for_them(made, monkeypatch):
    parts, told = ("bm25", "dense"), []
    with_parts(pipeline("p", retrievers=parts, fusion="rrf"), made, step=lambda share, said: told.append(share))
    runs = frames.latest(Results().runs()).set_index("model")
    assert set(runs.index) == {"p", "bm25", "dense"} and told == sorted(told) and told[-1] == 1.0
    assert np.isnan(runs.loc["dense", "texts_per_second"])  # its vectors were there
    for name in parts:  # each is its own run, not another one
        assert evaluate(catalogue.find(name), made) == runs.loc[name, "id"]
    assert len(Results().comparisons(made.fingerprint)) == 3


def test_no_vectors_are_made_for_a_retriever_that_searched_chunks_or_whose_vectors_were_thrown_away(made, home):
    def quiet(share, said):
        pass

    with_parts(pipeline("cut", retrievers=("dense",), splitter="tokens", size=8), made, step=quiet)
    assert set(Results().runs()["model"]) == {"cut"}
    whole = pipeline("whole", retrievers=("dense",))
    evaluate(whole, made)
    for shelf in shelves():
        clear(shelf.key)
    with_parts(whole, made, step=quiet)
    assert set(Results().runs()["model"]) == {"cut", "whole"}


def test_a_reranker_orders_the_first_documents_as_the_library_scores_them(made):
    entry = pipeline("p", retrievers=("bm25", "dense"), fusion="rrf", reranker="judge", depth=15)
    result = Results().result(evaluate(entry, made))
    corpus = made.tables["corpus"].set_index("id")["text"]
    theirs = CrossEncoder(catalogue.find("judge").source, device="cpu")
    for item in result.items.itertuples():
        query = made.tables["queries"].set_index("id")["text"][item.item]
        scores = theirs.predict([(query, corpus[one]) for one in item.top_ids[:15]])
        np.testing.assert_allclose(item.top_scores[:15], scores, atol=1e-5)
        assert (np.diff(item.top_scores) <= 0).all()
    kinds = [(stage["kind"], stage["model"]) for stage in result.settings["stages"]]
    assert kinds == [("retriever", "bm25"), ("retriever", "dense"), ("fusion", "rrf"), ("reranker", "judge")]
    np.testing.assert_array_equal(result.items["stage_3"], result.items["measure"])
    np.testing.assert_array_equal(result.items["depth_15"], result.items["measure"])


def test_what_a_reranker_does_not_read_stays_behind_what_it_reads_as_it_stood(made):
    first = Results().result(evaluate(pipeline("f", retrievers=("dense",)), made))
    piped = Results().result(evaluate(pipeline("p", retrievers=("dense",), reranker="judge", depth=3), made))
    for before, after in zip(first.items["top_ids"], piped.items["top_ids"], strict=True):
        assert set(after[:3]) == set(before[:3])
        assert list(after[3:]) == list(before[3:])
    for scores in piped.items["top_scores"]:
        assert (np.diff(scores[2:]) < 0).all()
    assert piped.metrics["recall_at_10"] == first.metrics["recall_at_10"] > piped.metrics["recall_at_3"]


def test_the_ceiling_is_the_best_that_any_order_of_the_candidates_reaches(made):
    result = Results().result(evaluate(pipeline("p", retrievers=("dense",), reranker="judge", depth=10), made))
    found = [np.flatnonzero(np.asarray(one) > 0) for one in result.items["before_ranks"]]
    for ranks, after in zip(result.items["before_ranks"], result.items["after_scores"], strict=True):
        assert np.isnan(np.asarray(after)[np.asarray(ranks) > 10]).all()
    listed = [int(((np.asarray(ranks)[own] <= 10) & (np.asarray(ranks)[own] > 0)).any())
              for ranks, own in zip(result.items["before_ranks"], found, strict=True)]  # fmt: skip
    # one relevant document a query: it stands first, or it is not among the candidates
    best = measures(np.arange(20), np.array(listed), np.ones(20, int), number=20)["ndcg_at_10"]
    np.testing.assert_allclose(result.items["ceiling_10"], best)
    assert (result.items["ceiling_10"] >= result.items["measure"]).all()
    assert result.settings["ceiling"] == pytest.approx(best.mean())


def test_changing_the_reranker_searches_nothing_and_a_deeper_one_scores_only_what_is_new(made, monkeypatch):
    evaluate(pipeline("one", retrievers=("dense",), reranker="judge", depth=5), made)
    monkeypatch.setattr(retrieval, "search", lambda *_, **__: pytest.fail("searched again"))
    result = Results().result(evaluate(pipeline("two", retrievers=("dense",), reranker="judge", depth=9), made))
    stage = result.settings["stages"][-1]
    assert (stage["pairs"], stage["scored"]) == (180, 80)


def test_tuned_weights_never_see_the_queries_that_they_are_used_on(made):
    entry = pipeline("p", retrievers=("bm25", "dense"), fusion="weighted")
    first = Results().result(evaluate(entry, made)).settings["stages"][-1]
    assert first["tuned"]
    assert len(set(first["weights"])) <= 2
    fixed = pipeline("f", retrievers=("bm25", "dense"), fusion="weighted", weight=1.0)
    result = Results().result(evaluate(fixed, made))
    near = result.items["stage_0"] > 0  # what bm25 did not hand over is ranked behind
    assert (result.items["measure"][near] == result.items["stage_0"][near]).all()


def test_a_changed_part_is_another_pipeline(made, tmp_path):
    entry = pipeline("p", retrievers=("dense",), reranker="judge", depth=5)
    run = evaluate(entry, made)
    assert evaluate(entry, made) == run
    folder = catalogue.find("judge").source
    catalogue.remove("judge")
    catalogue.add(ModelEntry("judge", "cross_encoder", folder, max_length=12))
    assert evaluate(entry, made) != run


def test_a_reranker_by_itself_needs_candidates(made):
    with pytest.raises(BadModel, match="put it behind a retriever"):
        evaluate(catalogue.find("judge"), made)


def test_a_depth_beyond_the_corpus_is_told_before_the_run(made):
    (said,) = preflight.warnings(pipeline("p", retrievers=("bm25",), reranker="judge", depth=61), made, None)
    assert "judge is to read 61 documents of a query; there are 60" in str(said)


def test_candidates_without_a_relevant_document_can_gain_nothing_and_say_so_by_their_ceiling(made):
    tables = {**made.tables, "qrels": made.tables["qrels"].assign(corpus_id="d59")}
    library.save("hopeless", "retrieval", tables)
    entry = pipeline("p", retrievers=("bm25",), reranker="judge", depth=1)
    result = Results().result(evaluate(entry, library.load("hopeless")))
    assert result.settings["ceiling"] == pytest.approx(result.items["stage_0"].mean())
    assert (result.items["measure"] <= result.items["ceiling_1"]).all()


def test_what_a_cancelled_rerank_has_scored_is_not_scored_again(made):
    class Enough(Exception):
        pass

    def step(share, message):
        if "texts/s" in message.template and share > 0.4:
            raise Enough

    entry = pipeline("p", retrievers=("dense",), reranker="judge", depth=20)
    with pytest.raises(Enough):
        evaluate(entry, made, step=step)
    stage = Results().result(evaluate(entry, made)).settings["stages"][-1]
    assert stage["scored"] < stage["pairs"]


def test_a_splitter_searches_chunks_and_another_size_searches_anew(made):
    from engine.pipelines.chunked import ChunkRanker
    from engine.pipelines.chunks import Cut
    from engine.tasks.retrieval import RANKED

    asked = {"retrievers": ("bm25",), "splitter": "tokens"}
    found = Results().result(evaluate(pipeline("p", **asked, size=8, overlap=5), made))
    wanted = RANKED.judge(made, ChunkRanker(catalogue.find("bm25"), Cut("tokens", 8, 5)).rank(RANKED.request(made)))
    assert found.items["measure"].tolist() == wanted["measure"].tolist()
    assert [one.tolist() for one in found.items["top_ids"]] == [one.tolist() for one in wanted["top_ids"]]
    for other in ({"size": 9}, {"size": 8, "best": 2}, {"size": 8, "title": True}):
        again = Results().result(evaluate(pipeline("p", **asked, **other, overlap=5), made))
        assert again.encoder_key != found.encoder_key


def test_a_pipeline_takes_the_bytes_of_its_parts_together_and_has_no_speed_of_encoding(made):
    results = Results()
    for name in ("bm25", "dense"):
        evaluate(catalogue.find(name), made)
    evaluate(pipeline("p", retrievers=("bm25", "dense"), fusion="rrf", reranker="judge", depth=3), made)
    evaluate(pipeline("cut", retrievers=("dense",), splitter="tokens", size=8, overlap=7), made)
    runs = results.runs().set_index("model")
    for name in ("bytes", "bytes_a_document"):
        assert runs.loc["p", name] == pytest.approx(runs.loc[["bm25", "dense"], name].sum())
        assert runs.loc["cut", name] >= runs.loc["dense", name]
    table = costs.table(results.runs(), results.runs(), catalogue.entries()).set_index("model")
    assert table["texts_per_second"].isna().tolist() == [False, False, True, True]


def test_queries_that_fill_what_a_reranker_reads_are_told_before_the_run_and_stand_beside_its_score(made):
    queries = made.tables["queries"].copy()
    queries.loc[3, "text"] = "the cat sat on the mat " * 9
    library.save("long", "retrieval", {**made.tables, "queries": queries})
    entry, dataset = pipeline("p", retrievers=("bm25",), reranker="judge", depth=3), library.load("long")
    (said,) = preflight.warnings(entry, dataset, preflight.reading(entry, dataset))
    assert "1 of 20 queries have 24 tokens or more, as many as judge reads" in str(said)
    result = Results().result(evaluate(entry, dataset))
    assert [one["template"] for one in result.settings["warnings"]] == [said.template]
    assert not preflight.warnings(entry, made, None)

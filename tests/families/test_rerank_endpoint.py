"""Rerankers behind an endpoint: the right score for each pair in every dialect, in halves, with bounded retries."""

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from engine.encoding.encode import encode
from engine.endpoints import client
from engine.families import rerank_endpoint
from engine.models import catalogue
from engine.texts.pairs import joined
from engine.types import BadModel, ModelEntry, Texts
from engine.types import Endpoint as Place
from tests.endpoint import KEY, MODEL, Endpoint, Ways

DIALECTS: dict[str, dict[str, Any]] = {
    "cohere": {"path": "/v2/rerank", "most": 50},
    "jina": {"path": "/v1/rerank", "always": {"return_documents": False}},
    "siliconflow": {"path": "/v1/rerank", "always": {"return_documents": False}},
    "voyage": {"path": "/v1/rerank", "always": {"truncation": False}, "results": "data"},
    "tei": {"path": "/rerank", "documents": "texts", "most": 32, "always": {"raw_scores": False}, "bare": True},
    "vllm": {"path": "/v1/rerank"},
    "infinity": {"path": "/v1/rerank", "always": {"return_documents": False}},
}
PAIRS = [(f"query {query}", f"document {query} {one}" * (1 + one % 3)) for query in range(4) for one in range(40)]


def score(query: str, document: str) -> float:
    return round(np.sin(len(query) + 7 * sum(map(ord, document))).item(), 6)


class Reranking(Endpoint):
    """Speaks one of the dialects; refuses too many documents or characters as it refuses texts."""

    def __init__(self, dialect: str, **faults: Any) -> None:
        said = DIALECTS[dialect]
        self.dialect, self.asked = said, []
        ways = Ways(said.get("most", 1000), path=said["path"], input=said.get("documents", "documents"), characters=400)
        super().__init__(ways, **faults)
        self.guard = threading.Lock()

    def _refused(self, path: str, body: dict) -> tuple[int, Any, dict] | None:
        documents = body.get(self.ways.input)
        allowed = {"model", "query", self.ways.input, *self.dialect.get("always", ()), "truncate", "truncation"}
        if path != self.ways.path or not documents or not body.get("query") or set(body) - allowed:
            return 400, {"error": {"message": f"invalid request {path} {sorted(body)}"}}, {}
        if len(documents) > self.ways.texts:
            return *self.ways.many(len(documents), self.ways.texts), {}
        longest = max(map(len, documents))
        if longest > self.ways.characters:
            return *self.ways.long(longest, self.ways.characters), {}
        return None

    def _given(self, body: dict) -> tuple[int, Any, dict]:
        documents = body[self.ways.input]
        with self.guard:
            self.asked.append((body["query"], len(documents)))
        name = "score" if self.dialect.get("bare") else "relevance_score"
        rows = [{"index": place, name: score(body["query"], one)} for place, one in enumerate(documents)]
        rows = sorted(rows, key=lambda one: -one[name])
        if self.dialect.get("bare"):
            return 200, rows, {}
        return 200, {self.dialect.get("results", "results"): rows, "usage": {"total_tokens": len(documents)}}, {}


@pytest.fixture
def serve(home, monkeypatch) -> Iterator:
    started = []

    def start(dialect: str, **faults) -> Reranking:
        one = Reranking(dialect, **faults)
        started.append(one)
        monkeypatch.setenv("LOCAL_BASE_URL", one.url if dialect != "tei" else f"http://{one.host}/v1")
        monkeypatch.setenv("LOCAL_API_KEY", KEY)
        monkeypatch.setattr(client, "CLOCK", one.clock)
        return one

    yield start
    for one in started:
        one.close()


def entry(dialect: str, **more) -> ModelEntry:
    return ModelEntry("judge", "rerank_endpoint", endpoint=Place("LOCAL", MODEL, dialect, **more))


def scores(given: ModelEntry, pairs=PAIRS) -> np.ndarray:
    return encode(catalogue.load(given), Texts([joined(*pair) for pair in pairs])).vectors[:, 0]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_scores_are_right_in_every_dialect_though_answers_are_sorted_and_requests_fail(serve, dialect):
    endpoint = serve(dialect, limits=5, fails=7)
    np.testing.assert_allclose(scores(entry(dialect)), [score(*pair) for pair in PAIRS], atol=1e-6)
    assert sum(count for _, count in endpoint.asked) == len(PAIRS), "nothing is paid twice"
    assert max(count for _, count in endpoint.asked) <= endpoint.ways.texts


def test_a_request_that_is_too_large_is_sent_again_in_halves(serve):
    endpoint = serve("jina")
    endpoint.ways = Ways(9, path=endpoint.ways.path, input="documents", characters=400)
    np.testing.assert_allclose(scores(entry("jina")), [score(*pair) for pair in PAIRS], atol=1e-6)


def test_a_document_that_is_too_long_stops_the_run_with_a_sentence_or_is_cut(serve):
    serve("jina")
    long = [("query", "word " * 200), ("query", "short")]
    with pytest.raises(BadModel, match="a query of 5 characters with a document of 1,000 is too long for it"):
        scores(entry("jina"), long)
    found = scores(entry("jina", truncate=True), long)
    assert found[1] == pytest.approx(score(*long[1]))


def test_neither_the_key_nor_another_kind_of_answer_gets_through(serve):
    serve("cohere", says=(401, {}, {"message": f"no such key {KEY}"}))
    with pytest.raises(BadModel, match="does not accept the key") as refused:
        scores(entry("cohere"))
    assert KEY not in str(refused.value)
    serve("cohere", says=(200, {}, {"results": [{"index": 0}]}))
    with pytest.raises(BadModel, match="not a score for each of"):
        scores(entry("cohere"))


@pytest.mark.parametrize("wrong", [[True], [False], [None], [np.nan], [np.inf], ["0.5"], [1e39], [0.5, 0.4], []])
def test_scores_that_are_no_numbers_or_too_many_are_refused(serve, wrong):
    rows = [{"index": place, "relevance_score": one} for place, one in enumerate(wrong)]
    serve("cohere", says=(200, {}, {"results": rows}))
    with pytest.raises(BadModel, match="not a score for each of 1 documents") as refused:
        scores(entry("cohere"), [("query", "document")])
    assert "float16" not in str(refused.value)


def test_an_endpoint_without_an_address_says_which_variable_to_set(home):
    missing = rerank_endpoint.FAMILY.missing(entry("jina"))
    assert missing and "LOCAL_BASE_URL" in str(missing)

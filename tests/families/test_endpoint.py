"""Models behind an endpoint: right vectors whatever the endpoint does, bounded retries, nothing paid twice."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from engine.comparison import costs
from engine.encoding.encode import encode
from engine.families import openai_compatible
from engine.models import catalogue
from engine.results.store import Results
from engine.runs import evaluate
from engine.types import BadModel, Dataset, Message, ModelEntry, Texts
from tests.endpoint import KEY, Endpoint, vector

TEXTS = [f"text number {number}" for number in range(300)] + ["", "text number 3"]
ENTRY = ModelEntry("remote", "openai_compatible", options={"endpoint": "LOCAL", "model": "tiny-embed", "price": 2.0})


@pytest.fixture
def serve(home, monkeypatch) -> Iterator:
    """Starts an endpoint that the environment names."""
    started = []

    def start(**faults) -> Endpoint:
        one = Endpoint(**faults)
        started.append(one)
        monkeypatch.setenv("LOCAL_BASE_URL", one.url)
        monkeypatch.setenv("LOCAL_API_KEY", KEY)
        monkeypatch.setattr(openai_compatible, "FIRST_PAUSE", 0.01)
        return one

    yield start
    for one in started:
        one.close()


def wanted(texts, prompt=""):
    return np.array([vector(prompt + text or " ") for text in texts], dtype=np.float32)


def test_vectors_are_right_though_rows_are_out_of_order_and_requests_are_limited_and_fail(serve):
    endpoint = serve(limits=3, fails=4)
    found = encode(catalogue.load(ENTRY), Texts(TEXTS))
    np.testing.assert_array_equal(found.vectors, wanted(TEXTS))
    assert max(endpoint.paid.values()) == 1 and max(endpoint.sizes) <= openai_compatible.TEXTS
    assert found.tokens == sum(len(text.split()) for text in set(TEXTS))
    assert endpoint.requests > len(endpoint.sizes)  # some were refused


def test_what_was_paid_is_kept_when_the_endpoint_goes_down_and_is_not_asked_for_again(serve):
    endpoint = serve(down_after=3)
    with pytest.raises(BadModel, match=r"failed 6 times, last with: 503 overloaded.*kept"):
        encode(catalogue.load(ENTRY), Texts(TEXTS))
    assert len(endpoint.sizes) == 3 and endpoint.requests <= 3 + openai_compatible.AT_ONCE * openai_compatible.TRIES
    endpoint.down_after = 0
    np.testing.assert_array_equal(encode(catalogue.load(ENTRY), Texts(TEXTS)).vectors, wanted(TEXTS))
    assert max(endpoint.paid.values()) == 1


def test_a_prompt_is_put_before_the_text(serve):
    serve()
    told = catalogue.load(ModelEntry(**vars(ENTRY) | {"prompts": {"query": "find: "}}))
    np.testing.assert_array_equal(encode(told, Texts(["a", "b"], "query")).vectors, wanted(["a", "b"], "find: "))
    np.testing.assert_array_equal(told.encode(["a", "b"], "document"), wanted(["a", "b"]))


def test_a_wrong_key_is_said_at_once_and_never_shown(serve, monkeypatch):
    endpoint = serve()
    monkeypatch.setenv("LOCAL_API_KEY", "not-the-key")
    with pytest.raises(BadModel, match=r"does not accept the key .*Incorrect API key") as error:
        encode(catalogue.load(ENTRY), Texts(["a"]))
    assert endpoint.requests == 1 and "not-the-key" not in str(error.value)


def test_a_refused_request_is_not_repeated(serve):
    endpoint = serve()
    other = ModelEntry(**vars(ENTRY) | {"options": {"endpoint": "LOCAL", "model": "no-such-model"}})
    with pytest.raises(BadModel, match="refuses the request: 400 invalid request"):
        encode(catalogue.load(other), Texts(["a"]))
    assert endpoint.requests == 1


def test_without_an_address_in_the_environment_the_sentence_says_what_to_set(home, monkeypatch):
    monkeypatch.delenv("LOCAL_BASE_URL", raising=False)
    absent = catalogue.available(ENTRY)
    assert isinstance(absent, Message) and "LOCAL_BASE_URL" in str(absent) and "LOCAL_API_KEY" in str(absent)
    with pytest.raises(BadModel, match="LOCAL_BASE_URL"):
        catalogue.load(ENTRY)
    monkeypatch.setenv("LOCAL_BASE_URL", "ftp://somewhere")
    with pytest.raises(BadModel, match="not an address of the form"):
        catalogue.load(ENTRY)


def test_another_address_or_model_has_another_key(serve, monkeypatch):
    serve()
    one = catalogue.load(ENTRY).key
    other = catalogue.load(ModelEntry(**vars(ENTRY) | {"options": {"endpoint": "LOCAL", "model": "x"}})).key
    monkeypatch.setenv("LOCAL_BASE_URL", "http://127.0.0.1:9/v1")
    assert len({one, other, catalogue.load(ENTRY).key}) == 3


def test_requests_keep_to_a_limit_a_minute(monkeypatch):
    slept: list[float] = []
    monkeypatch.setattr(openai_compatible.time, "sleep", slept.append)
    monkeypatch.setattr(openai_compatible.time, "monotonic", lambda: 100.0)
    endpoint = openai_compatible.Endpoint("a", "http://nowhere", "m", "", per_minute=30)
    for _ in range(3):
        endpoint._wait()
    assert slept == [0.0, 2.0, 4.0]


def test_the_tokens_of_a_run_are_counted_and_priced(serve, home):
    serve()
    table = pd.DataFrame({"sentence1": TEXTS[:20], "sentence2": TEXTS[20:40], "score": range(20)})
    run = evaluate.evaluate(ENTRY, Dataset("pairs", "sts", {"pairs": table}, fingerprint="f0"))
    result = Results().result(run)
    assert result.timings["tokens"] == 120
    runs = Results().runs()
    found = costs.table(runs, runs, {"remote": ENTRY}).iloc[0]
    assert found["price"] == 2.0 and np.isnan(found["parameters"])
    assert result.timings["price"] == pytest.approx(120 * 2.0 / 1e6)

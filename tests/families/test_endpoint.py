"""Models behind an endpoint: right vectors whatever the endpoint does, bounded retries, nothing paid twice."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.comparison import costs
from engine.encoding.encode import encode
from engine.endpoints import client, refusals, services
from engine.families import openai_compatible
from engine.models import catalogue
from engine.results.store import Results
from engine.runs import evaluate
from engine.runs.instructions import told
from engine.types import BadModel, Dataset, Message, ModelEntry, Texts
from engine.types import Endpoint as Place
from tests.endpoint import HTML, KEY, MODEL, SERVICES, Clock, Endpoint, vector

TEXTS = [f"text number {number}" for number in range(300)] + ["", "text number 3"]
ENTRY = ModelEntry("remote", "openai_compatible", endpoint=Place("LOCAL", MODEL, price=2.0))
OWN = {"cohere": "cohere"}
"""Services whose ways cannot be found out by asking as OpenAI is asked."""


@pytest.fixture
def serve(home, monkeypatch) -> Iterator:
    """Starts an endpoint that the environment names; pauses pass at once."""
    started = []

    def start(ways=None, **faults) -> Endpoint:
        one = Endpoint(SERVICES[ways] if isinstance(ways, str) else ways, **faults)
        started.append(one)
        monkeypatch.setenv("LOCAL_BASE_URL", one.url)
        monkeypatch.setenv("LOCAL_API_KEY", KEY)
        monkeypatch.setattr(client, "CLOCK", one.clock)
        return one

    yield start
    for one in started:
        one.close()


def asked(**options) -> ModelEntry:
    return replace(ENTRY, endpoint=replace(ENTRY.endpoint, **options))


def wanted(texts, prompt="", dimension=12):
    return np.array([vector(prompt + text or " ", dimension) for text in texts], dtype=np.float32)


def test_vectors_are_right_though_rows_are_out_of_order_and_requests_are_limited_and_fail(serve):
    endpoint = serve(limits=3, fails=4)
    found = encode(catalogue.load(ENTRY), Texts(TEXTS))
    np.testing.assert_array_equal(found.vectors, wanted(TEXTS))
    assert max(endpoint.paid.values()) == 1 and max(endpoint.sizes) <= client.TEXTS
    assert found.tokens == sum(len(text.split()) for text in set(TEXTS))
    assert endpoint.requests > len(endpoint.sizes)  # some were refused


def test_what_was_paid_is_kept_when_the_endpoint_goes_down_and_is_not_asked_for_again(serve):
    endpoint = serve(down_after=3)
    with pytest.raises(BadModel, match=r"failed 12 times, last with: 503 overloaded.*kept"):
        encode(catalogue.load(ENTRY), Texts(TEXTS))
    assert len(endpoint.sizes) == 3 and endpoint.requests <= 3 + client.AT_ONCE * client.TRIES
    endpoint.down_after = 0
    np.testing.assert_array_equal(encode(catalogue.load(ENTRY), Texts(TEXTS)).vectors, wanted(TEXTS))
    assert max(endpoint.paid.values()) == 1


@pytest.mark.parametrize("service", SERVICES)
def test_whatever_a_service_takes_in_a_request_all_texts_are_encoded_and_paid_once(serve, service):
    endpoint = serve(service)
    texts = [f"{number} " + "word " * (number % 7) for number in range(130)]
    entry = asked(batch_size=1000, service=OWN.get(service, ""))  # more than most take: it says so
    found = encode(catalogue.load(entry), Texts(texts))
    np.testing.assert_array_equal(found.vectors, wanted(texts))
    assert max(endpoint.paid.values()) == 1 and max(endpoint.sizes) <= endpoint.ways.texts
    refused = endpoint.requests - len(endpoint.sizes)
    encode(catalogue.load(entry), Texts([f"more {text}" for text in texts]))
    assert endpoint.requests - len(endpoint.sizes) <= refused  # it is not asked for as much again


@pytest.mark.parametrize("service", [name for name in SERVICES if name in services.services()])
def test_a_service_that_is_named_is_asked_in_its_own_way_and_refuses_nothing(serve, service):
    endpoint = serve(replace(SERVICES[service], total=None))
    entry = asked(service=service, dimensions=8)
    if not services.services()[service].url.startswith("http://localhost:8080"):
        sts = Dataset("pairs", "sts", {"pairs": pd.DataFrame({"sentence1": ["a"], "sentence2": ["b"], "score": [1.0]})})
        found = encode(catalogue.load(told(entry, sts)), Texts(TEXTS))
        np.testing.assert_array_equal(found.vectors, wanted(TEXTS, dimension=8))
        assert endpoint.requests == len(endpoint.sizes) and found.tokens > 0


def test_what_texts_are_is_said_by_their_side_and_task(serve):
    endpoint = serve("cohere")
    entry, corpus = asked(service="cohere"), pd.DataFrame({"id": ["1"], "text": ["a"]})
    qrels = pd.DataFrame({"query_id": ["1"], "corpus_id": ["1"], "score": [1]})
    asks = Dataset("x", "retrieval", {"corpus": corpus, "queries": corpus, "qrels": qrels})
    groups = Dataset("y", "clustering", {"documents": pd.DataFrame({"text": ["a"], "label": ["l"]})})
    for dataset, role in ((asks, "query"), (asks, "document"), (groups, None)):
        encode(catalogue.load(told(entry, dataset)), Texts(["a"], role))
    assert [one["input_type"] for one in endpoint.seen] == ["search_query", "search_document", "clustering"]


def test_a_field_that_is_refused_is_left_out_from_then_on(serve):
    endpoint = serve("voyage")
    encode(catalogue.load(ENTRY), Texts(["a"]))
    encode(catalogue.load(ENTRY), Texts(["b"]))
    assert endpoint.requests == 3 and all("encoding_format" not in one for one in endpoint.seen)


@pytest.mark.parametrize("service", ["openai", "dashscope", "siliconflow", "tei", "vllm", "ollama", "voyage", "cohere"])
def test_a_text_that_is_too_long_is_named_and_what_was_paid_is_kept_and_with_an_option_it_is_cut(serve, service):
    endpoint = serve(replace(SERVICES[service], total=None))
    long = "the longest " * 1000
    texts = [*TEXTS[:100], long]
    with pytest.raises(BadModel, match=r"a text of 12,000 characters is too long for it .*'the longest .*truncate"):
        encode(catalogue.load(asked(service=OWN.get(service, ""))), Texts(texts))
    before = sum(endpoint.paid.values())
    assert before > 30
    said: list[Message] = []
    known = service if service in ("vllm", "voyage", "cohere") else ""
    entry = asked(truncate=True, service=OWN.get(service, ""))
    found = encode(catalogue.load(entry), Texts(texts), lambda share, message: said.append(message))
    np.testing.assert_array_equal(found.vectors[:100], wanted(texts[:100]))
    assert max(endpoint.paid.values()) == 1
    most = endpoint.ways.characters
    cut = [text for text in endpoint.paid if text.startswith("the longest")]
    assert len(cut) == 1
    if service not in OWN:
        assert 0.7 * most < len(cut[0]) <= most
        assert "1 texts were too long for remote and were cut" in map(str, said)
    if known:  # its own option does it
        own = encode(catalogue.load(asked(service=known, truncate=True)), Texts([long + "x"]))
        assert own.vectors.shape == (1, 12) and long + "x" in endpoint.paid


def test_a_limit_a_minute_that_says_no_time_is_waited_out(serve):
    endpoint = serve(per_minute=3)
    found = encode(catalogue.load(ENTRY), Texts(TEXTS))
    np.testing.assert_array_equal(found.vectors, wanted(TEXTS))
    assert max(endpoint.paid.values()) == 1 and endpoint.clock.now > 1060


def test_pauses_grow_to_a_minute_and_a_date_is_waited_for(monkeypatch):
    clock = Clock()
    one = client.Client("a", services.Address("http://nowhere", {}, ()), services.Service(), Place(), "m", clock)
    for number, low, high in ((0, 0.3, 0.5), (3, 3, 4), (7, 45, 60), (11, 45, 60)):
        before = clock.now
        one._hold(number, None, "")
        one._wait()
        assert low <= clock.now - before <= high
    for header in ("30", format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)):
        before = clock.now
        one._hold(0, header, "")
        one._wait()
        assert clock.now - before == pytest.approx(30, abs=1.5)
    with pytest.raises(BadModel, match="asked again in 60 minutes only"):
        one._hold(0, "3600", "")


def test_requests_keep_to_a_limit_a_minute():
    clock = Clock()
    address = services.Address("http://nowhere", {}, ())
    one = client.Client("a", address, services.Service(), Place(requests_per_minute=30), "m", clock)
    for _ in range(3):
        one._wait()
    assert clock.slept == [0.0, 2.0, 2.0]


@given(st.text(max_size=40))
def test_no_pause_header_breaks_anything(header):
    pause = refusals.pause(header)
    assert pause is None or pause >= 0


def test_a_connection_is_kept_for_many_requests(serve):
    endpoint = serve()
    encode(catalogue.load(ENTRY), Texts(TEXTS * 4))
    encode(catalogue.load(ENTRY), Texts([f"x {text}" for text in TEXTS]))
    assert len(endpoint.sizes) > 8 and len(endpoint.connections) <= client.AT_ONCE


def test_a_prompt_is_put_before_the_text(serve):
    serve()
    with_prompt = catalogue.load(replace(ENTRY, prompts={"query": "find: "}))
    np.testing.assert_array_equal(encode(with_prompt, Texts(["a", "b"], "query")).vectors, wanted(["a", "b"], "find: "))
    np.testing.assert_array_equal(with_prompt.encode(["a", "b"], "document"), wanted(["a", "b"]))


def test_a_wrong_key_is_said_at_once_and_never_shown(serve, monkeypatch):
    endpoint = serve()
    monkeypatch.setenv("LOCAL_API_KEY", "not-the-key")
    with pytest.raises(BadModel, match=r"does not accept the key .*Incorrect API key") as error:
        encode(catalogue.load(ENTRY), Texts(["a"]))
    assert endpoint.requests == 1 and "not-the-key" not in str(error.value)


SECRETS = ("sk-CANARY-0123456789", "hunter2-password", "a-person", "query-key-77")


@pytest.mark.parametrize("code", [200, 400, 401, 413, 422, 500, 302, 404])
@pytest.mark.parametrize("place", ["{s}", "{s} in " + "words " * 30, "x" * 190 + "{s}", '"quoted {s}"'])
def test_neither_key_nor_password_comes_back_in_any_sentence(serve, monkeypatch, code, place):
    echo = place.format(s=" ".join(f"Bearer {one}" for one in SECRETS))
    headers = {"Location": f"http://{SECRETS[2]}:{SECRETS[1]}@127.0.0.1:9/{SECRETS[0]}"} if code == 302 else {}
    endpoint = serve(says=(code, headers, json.dumps({"error": {"message": echo}})))
    monkeypatch.setenv("LOCAL_API_KEY", SECRETS[0])
    url = f"http://{SECRETS[2]}:{SECRETS[1]}@{endpoint.host}/v1?api-key={SECRETS[3]}"
    monkeypatch.setenv("LOCAL_BASE_URL", url)
    with pytest.raises(BadModel) as error:
        encode(catalogue.load(ENTRY), Texts(["a"]))
    chain, one = [], error.value
    while one is not None:
        chain += [str(one), repr(one), repr(getattr(one, "values", ""))]
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    for secret in SECRETS:
        assert not any(secret[:12] in text for text in chain)
    assert endpoint.keys[0] == f"Bearer {SECRETS[0]}"


def test_a_name_and_password_in_the_address_open_an_endpoint_without_a_key(serve, monkeypatch):
    endpoint = serve(says=(404, {}, "nothing"))
    monkeypatch.delenv("LOCAL_API_KEY")
    monkeypatch.setenv("LOCAL_BASE_URL", f"http://user:pass%40word@{endpoint.host}/v1")
    with pytest.raises(BadModel, match="404 nothing") as error:
        encode(catalogue.load(ENTRY), Texts(["a"]))
    assert endpoint.keys == ["Basic dXNlcjpwYXNzQHdvcmQ="] and "pass" not in str(error.value)


def test_a_redirect_is_not_followed_and_said(serve):
    other = serve()
    endpoint = serve(says=(307, {"Location": f"{other.url}/embeddings"}, ""))
    with pytest.raises(BadModel, match=r"sends the request on to http://127.0.0.1:\d+, which is not followed"):
        encode(catalogue.load(ENTRY), Texts(["a"]))
    assert other.requests == 0 and endpoint.requests == 1


@pytest.mark.parametrize(
    "content",
    [HTML.format(title="Sign in"), "", "[]", "{}", '{"data": [{"embedding": "AAAA"}]}', '{"data": 3}', "[" * 100_000,
     '{"data": [{"index": 7, "embedding": [1]}]}', '{"data": [{"index": 0, "embedding": [1, "x"]}]}'],
)  # fmt: skip
def test_an_answer_that_holds_no_vectors_is_a_sentence(serve, content):
    serve(says=(200, {"Content-Type": "text/html"}, content))
    with pytest.raises(BadModel, match=r"not 1 vectors of one length.*base address") as error:
        encode(catalogue.load(ENTRY), Texts(["a"]))
    assert "<html>" not in str(error.value) and len(str(error.value)) < 400


def test_html_in_a_refusal_is_said_without_its_tags(serve):
    serve(says=(404, {}, HTML.format(title="404 Not Found")))
    with pytest.raises(BadModel, match=r"refuses the request: 404 404 Not Found 404 Not Found$"):
        encode(catalogue.load(ENTRY), Texts(["a"]))


def test_a_refused_request_is_not_repeated(serve):
    endpoint = serve()
    with pytest.raises(BadModel, match="refuses the request: 400 invalid request"):
        encode(catalogue.load(asked(model="no-such-model")), Texts(["a"]))
    assert endpoint.requests == 1


def test_an_empty_account_is_not_waited_for(serve):
    endpoint = serve(says=(429, {}, '{"error": {"message": "You exceeded your current quota", "code": "quota"}}'))
    with pytest.raises(BadModel, match="429 You exceeded your current quota"):
        encode(catalogue.load(ENTRY), Texts(["a"]))
    assert endpoint.requests == 1


def test_dimensions_that_an_endpoint_does_not_know_are_said(serve):
    answer = {"data": [{"index": 0, "embedding": vector("a")}]}
    serve(says=(200, {}, json.dumps(answer)))
    with pytest.raises(BadModel, match=r"8 dimensions were asked for, and .* answers 12"):
        encode(catalogue.load(asked(dimensions=8)), Texts(["a"]))


def test_without_an_address_in_the_environment_the_sentence_says_what_to_set(home, monkeypatch):
    monkeypatch.delenv("LOCAL_BASE_URL", raising=False)
    absent = catalogue.available(ENTRY)
    assert isinstance(absent, Message) and "LOCAL_BASE_URL" in str(absent) and "LOCAL_API_KEY" in str(absent)
    with pytest.raises(BadModel, match="LOCAL_BASE_URL"):
        catalogue.load(ENTRY)
    for wrong in ("ftp://somewhere", "nowhere", "http://user:secret-word@:80", "http://[::1", "http://host:port/v1"):
        monkeypatch.setenv("LOCAL_BASE_URL", wrong)
        with pytest.raises(BadModel, match="not an address of the form") as error:
            catalogue.load(ENTRY)
        assert "secret-word" not in str(error.value)


def test_a_key_alone_is_enough_where_the_service_is_known(home, monkeypatch):
    entry = ModelEntry("text-embedding-v4", "openai_compatible", endpoint=Place("DASHSCOPE"))
    assert isinstance(catalogue.available(entry), Message)
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    assert catalogue.available(entry) is True and "DASHSCOPE" in services.words()
    assert services.address(entry.endpoint).url == "https://dashscope.aliyuncs.com/compatible-mode/v1"
    monkeypatch.setenv("MINE_BASE_URL", "https://api.siliconflow.cn/v1/")
    assert services.service(Place("MINE")).name == "siliconflow"
    assert "OLLAMA" not in services.words()  # nobody said that it runs


def test_every_service_says_where_its_ways_are_written_down():
    for one in services.services().values():
        assert one.reference and all(link.startswith("https://") for link in one.reference), one.name
        assert one.texts and one.title and one.words and one.url.startswith("http")
    assert len(services.services()) == 11


def test_another_address_model_or_option_has_another_key(serve, monkeypatch):
    serve()
    keys = [catalogue.load(one).key for one in (ENTRY, asked(model="x"), asked(dimensions=8), asked(service="voyage"))]
    monkeypatch.setenv("LOCAL_BASE_URL", "http://127.0.0.1:9/v1")
    assert len({*keys, catalogue.load(ENTRY).key}) == 5
    assert catalogue.load(asked(truncate=True, batch_size=3)).key == catalogue.load(ENTRY).key


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


FORMS = {
    "without its first letters": lambda key: key[4:],
    "its middle": lambda key: key[6:16],
    "percent-encoded where it must be": lambda key: quote(key, safe=""),
    "percent-encoded": lambda key: "".join(f"%{byte:02x}" for byte in key.encode()),
    "base64": lambda key: b64encode(key.encode()).decode(),
    "base64 behind a word": lambda key: b64encode(b"u:" + key.encode()).decode(),
    "base64 of a part, for addresses": lambda key: urlsafe_b64encode(key[1:].encode()).decode().rstrip("="),
    "in capitals": str.upper,
    "percent-encoded twice": lambda key: quote(quote(key, safe=""), safe=""),
    "behind JSON's backslashes": lambda key: key.replace("/", "\\/"),
    "in hexadecimal digits": lambda key: key.encode().hex(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("code", [200, 400, 401, 302])
def test_a_key_comes_back_in_no_other_form_and_in_no_piece(serve, monkeypatch, form, code):
    key = "sk-CANARY/4f8a+91c~77de?0b"
    said = FORMS[form](key)
    location = {"Location": f"http://127.0.0.1:9{'/' + said if code == 302 else ''}"}
    serve(says=(code, location, json.dumps({"error": {"message": f"key {said} is wrong"}})))
    monkeypatch.setenv("LOCAL_API_KEY", key)
    with pytest.raises(BadModel) as error:
        encode(catalogue.load(ENTRY), Texts(["a"]))
    text = str(error.value)
    assert not any(said[start : start + 8] in text for start in range(len(said) - 7))
    assert code == 302 or "is wrong" in text


def test_signs_that_steer_a_page_or_terminal_come_back_as_their_escapes(serve):
    serve(says=(400, {}, json.dumps({"error": {"message": "\x1b[31mred\u202egnorw"}})))
    with pytest.raises(BadModel, match=r"400 \\x1b\[31mred\\u202egnorw"):
        encode(catalogue.load(ENTRY), Texts(["a"]))


def answer(count: int, dimension: int, number: float = 1.0) -> str:
    return json.dumps({"data": [{"index": place, "embedding": [number] * dimension} for place in range(count)]})


def test_an_endpoint_that_answers_zeros_alone_is_refused_and_nothing_is_stored(serve):
    endpoint = serve(says=(200, {}, answer(3, 12, 0.0)))
    with pytest.raises(BadModel, match=r"remote: http://127.0.0.1:\d+/v1 answers zeros alone .* 'a' \(3 of 3 texts"):
        encode(catalogue.load(ENTRY), Texts(["a", "b", "c"]))
    endpoint.says = None
    np.testing.assert_array_equal(encode(catalogue.load(ENTRY), Texts(["a"])).vectors, wanted(["a"]))


def rows(*embeddings) -> tuple:
    data = [{"index": place, "embedding": one} for place, one in enumerate(embeddings)]
    return 200, {}, json.dumps({"data": data})


@pytest.mark.parametrize(
    "wrong, said",
    [
        ((vector("a"), [0.0] * 12), r"zeros alone in place of the vector of the text 'bbb+…' \(1 of 2 texts"),
        ((vector("a"), [-0.0] * 12), r"zeros alone in place of the vector of the text 'bbb+…' \(1 of 2 texts"),
        ((vector("a"), [True, *vector("b")[1:]]), r"answered true, which is no finite number .* the text 'bbb+…'"),
        ((vector("a"), [False] * 12), "answered false, which is no finite number .* the text 'bbb+…'"),
        ((vector("a"), [None, *vector("b")[1:]]), "answered null, which is no finite number .* the text 'bbb+…'"),
        ((vector("a"), [np.nan, *vector("b")[1:]]), "answered NaN, which is no finite number .* the text 'bbb+…'"),
        ((vector("a"), [-np.inf, *vector("b")[1:]]), "answered -Infinity, which is no finite number .* 'bbb+…'"),
        ((vector("a"), [1e39, *vector("b")[1:]]), r"answered 1e\+39, which is no finite number .* 'bbb+…'"),
        ((vector("a"), vector("b"), vector("c")), "answered 3 vectors for 2 texts"),
        ((vector("a"),), "answered 1 vector for 2 texts"),
        ((), "answered 0 vectors for 2 texts"),
        ((["1"] * 12, ["2"] * 12), "not 2 vectors of one length"),
        (([10**400] * 12, [1] * 12), "not 2 vectors of one length"),
        (([], []), "not 2 vectors of one length"),
    ],
)
def test_an_answer_of_which_one_vector_is_wrong_is_refused_whole_and_what_was_paid_before_is_kept(serve, wrong, said):
    texts = ["a", "b" * 80]
    endpoint = serve()
    encode(catalogue.load(ENTRY), Texts(["before"]))
    endpoint.says = rows(*wrong)
    with pytest.raises(BadModel, match=rf"remote: http://127.0.0.1:\d+/v1 .*{said}") as error:
        encode(catalogue.load(ENTRY), Texts(["before", *texts]))
    assert "float16" not in str(error.value)
    endpoint.says = None
    np.testing.assert_array_equal(encode(catalogue.load(ENTRY), Texts(["before", *texts])).vectors[1:], wanted(texts))
    assert endpoint.paid == {"before": 1, "a": 1, texts[1]: 1}


def test_requests_beside_one_that_is_refused_for_its_numbers_are_kept(serve):
    endpoint = serve()
    right = endpoint.answer
    zeros = json.loads(rows([0.0] * 12)[2])
    endpoint.answer = lambda path, key, body: (200, zeros, {}) if body["input"] == ["c"] else right(path, key, body)
    with pytest.raises(BadModel, match="zeros alone in place of the vector of the text 'c'"):
        encode(catalogue.load(asked(batch_size=1)), Texts(["a", "b", "c", "d"]))
    endpoint.answer = right
    assert encode(catalogue.load(asked(batch_size=1)), Texts(["a", "b", "c", "d"])).tokens
    assert max(endpoint.paid.values()) == 1


@pytest.mark.parametrize("blank", ["", " \n"])
def test_a_text_that_is_blank_may_have_zeros_alone(serve, blank):
    serve(says=rows([0.0, 0.0], [0.5, 2.0]))
    assert encode(catalogue.load(ENTRY), Texts([blank, "b"])).vectors.tolist() == [[0, 0], [0.5, 2]]


@pytest.mark.parametrize("count", [1, 63, 65, 128])
def test_rows_without_an_index_are_counted_too(serve, count):
    serve(says=(200, {}, json.dumps({"embeddings": {"float": [vector("a")] * count}})))
    with pytest.raises(BadModel, match=rf"answered {count} vectors? for 64 texts"):
        encode(catalogue.load(asked(service="cohere")), Texts(TEXTS[:64]))


def test_vectors_of_another_length_than_before_are_a_sentence_between_requests_and_beside_stored_ones(serve):
    endpoint = serve()
    encode(catalogue.load(ENTRY), Texts(["a"]))
    endpoint.says = (200, {}, answer(1, 5))
    with pytest.raises(BadModel, match=r"remote gives vectors of 5 numbers, and gave some of 12 before.*page Models"):
        encode(catalogue.load(ENTRY), Texts(["b"]))
    endpoint.says = None
    changing = catalogue.load(asked(model="changing", batch_size=1))
    given = iter((answer(1, 5), answer(1, 6)))
    endpoint.answer = lambda *_: (200, next(given), {})
    with pytest.raises(BadModel, match=r"gives vectors of [56] numbers, and gave some of [56] before"):
        encode(changing, Texts(["a", "b"]))


def test_who_waits_for_an_endpoint_is_told_that_and_why(serve, monkeypatch):
    monkeypatch.setattr(openai_compatible, "LOOK_SECONDS", 0.0)
    serve(says=(502, {}, HTML.format(title="502 Bad Gateway")))
    told: list[str] = []
    with pytest.raises(BadModel, match="failed 12 times"):
        encode(catalogue.load(ENTRY), Texts(["a"]), lambda share, message: told.append(str(message)))
    assert any("remote has not answered (502 502 Bad Gateway" in one and "it is asked again" in one for one in told)

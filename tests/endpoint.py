"""Endpoints that speak the embeddings protocol of OpenAI or one near to it, as strict and as bad as real ones are."""

import json
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import xxhash

KEY = "sk-secret-of-the-tests"
DIMENSION = 12
MODEL = "tiny-embed"
HTML = "<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>"


def vector(text: str, dimension: int = DIMENSION) -> list[float]:
    """What the endpoint's model gives for a text."""
    random = np.random.default_rng(xxhash.xxh3_64_intdigest(text.encode()))
    return random.normal(size=DIMENSION).astype(np.float32)[:dimension].tolist()


class Clock:
    """Time that passes only where somebody waits for it, in whatever thread."""

    def __init__(self) -> None:
        self.now, self.slept, self.lock = 1000.0, [], threading.Lock()

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.now += seconds
            self.slept.append(seconds)


@dataclass(frozen=True)
class Ways:
    """What a service takes, and how it says no; a character is a token here."""

    texts: int = 2048
    characters: int = 8192
    many: Callable[[int, int], tuple[int, Any]] = lambda n, most: (
        400,
        {"error": {"message": f"Invalid 'input': array too long. Expected an array with maximum length {most}, but got "
                              f"an array with length {n} instead.", "code": "array_above_max_length"}},
    )  # fmt: skip
    long: Callable[[int, int], tuple[int, Any]] = lambda n, most: (
        400,
        {"error": {"message": f"This model's maximum context length is {most} tokens, however you requested {n} tokens "
                              f"({n} in your prompt; 0 for the completion). Please reduce your prompt."}},
    )  # fmt: skip
    path: str = "/v1/embeddings"
    input: str = "input"
    fields: Mapping[str, tuple[Any, ...] | None] = field(
        default_factory=lambda: {"encoding_format": ("float", "base64"), "dimensions": None}
    )
    """What a request may hold beside model and texts, and the values that are taken; None: any."""
    refuses: Callable[[str, Any], tuple[int, Any]] = lambda name, value: (
        400, {"error": {"message": f"Unrecognized request argument supplied: {name}"}})  # fmt: skip
    cuts: tuple[str, Any] | None = None
    """The field and value with which texts that are too long are cut."""
    total: int | None = None
    """The most characters in a request."""


FLOAT = {"encoding_format": ("float",), "dimensions": None}
SERVICES = {
    "openai": Ways(),
    "dashscope": Ways(10, fields=FLOAT, many=lambda n, most: (400, {"error": {
        "message": "<400> InternalError.Algo.InvalidParameter: Value error, batch size is invalid, it should not be "
                   f"larger than {most}.: input.contents", "type": "InvalidParameter", "param": None,
        "code": "InvalidParameter"}}),
        long=lambda n, most: (400, {"error": {"message": "<400> InternalError.Algo.InvalidParameter: Range of input "
                                              f"length should be [1, {most}]", "code": "InvalidParameter"}})),
    "zhipu": Ways(64, 3072, fields={"dimensions": None}, path="/v4/embeddings", many=lambda n, most: (
        400, {"error": {"code": "1214", "message": f"input数组最大不得超过{most}条"}})),
    "siliconflow": Ways(32, 512, fields=FLOAT, many=lambda n, most: (413, {
        "code": 20042, "message": f"input batch size {n} > maximum allowed batch size {most}", "data": None}),
        long=lambda n, most: (413, {"code": 20015, "message": f"input must have less than {most} tokens"})),
    "voyage": Ways(1000, total=2000, cuts=("truncation", True),
        fields={"input_type": ("query", "document"), "truncation": None, "output_dimension": None,
                "encoding_format": ("base64",)},
        refuses=lambda name, value: (400, {"detail": f"Value '{value}' supplied for argument '{name}' is not valid -- "
                                                     "accepted values are 'base64' and null."}),
        many=lambda n, most: (400, {"detail": f"The batch size limit is {most}. Your batch size is {n}."}),
        long=lambda n, most: (400, {"detail": "Request to model 'voyage-3' failed. The example at index 0 in your "
                                    f"batch has too many tokens and does not fit into the model's context window of "
                                    f"{most} tokens. Please lower the number of tokens in the listed example(s) or use "
                                    "truncation."})),
    "jina": Ways(512, cuts=("truncate", True), fields={"task": None, "embedding_type": ("float",), "dimensions": None,
                                                       "truncate": None},
        refuses=lambda name, value: (422, {"detail": [{"type": "extra_forbidden", "loc": ["body", name],
                                                       "msg": "Extra inputs are not permitted"}]})),
    "cohere": Ways(96, 512, path="/v2/embed", input="texts", cuts=("truncate", "END"),
        fields={"input_type": ("search_query", "search_document", "classification", "clustering"),
                "embedding_types": (["float"],), "truncate": ("NONE", "END"), "output_dimension": None},
        many=lambda n, most: (400, {"message": f"invalid request: total number of texts must be at most {most} - "
                                               f"received {n}"}),
        long=lambda n, most: (400, {"message": f"too long: the text has {n} tokens, max tokens {most}"})),
    "tei": Ways(32, 512, many=lambda n, most: (422, {"message": f"batch size {n} > maximum allowed batch size {most}",
                                                     "code": 422, "type": "Validation"}),
        long=lambda n, most: (413, {"error": f"Input validation error: `inputs` must have less than {most} tokens. "
                                             f"Given: {n}", "error_type": "Validation"})),
    "vllm": Ways(4096, 512, fields={"encoding_format": None, "dimensions": None, "truncate_prompt_tokens": None},
        cuts=("truncate_prompt_tokens", -1), long=lambda n, most: (400, {"error": {
            "message": f"This model's maximum context length is {most} tokens. However, you requested {n} tokens in "
                       "the input for embedding generation. Please reduce the length of the input.",
            "type": "BadRequestError", "param": None, "code": 400}})),
    "ollama": Ways(4096, 512, long=lambda n, most: (400, {"error": {
        "message": "the input length exceeds the context length", "type": "api_error", "param": None, "code": None}})),
    "infinity": Ways(2048, path="/embeddings", many=lambda n, most: (422, {"detail": [{
        "type": "too_long", "loc": ["body", "input"],
        "msg": f"List should have at most {most} items after validation, not {n}"}]})),
    "proxy": Ways(total=1000, many=lambda n, most: (413, HTML.format(title="413 Request Entity Too Large"))),
}  # fmt: skip
"""As their documentation and their error messages in public issues have it."""


class Endpoint:
    """Out of order; refuses every `limits`-th request and fails every `fails`-th; counts what it is paid for.

    `says`: what it answers instead, as (status, headers, content); `per_minute`: requests in a minute of the clock.
    """

    def __init__(self, ways: Ways | None = None, *, limits: int = 0, fails: int = 0, down_after: int = 0,
                 per_minute: int = 0, clock: Clock | None = None, says: Any = None) -> None:  # fmt: skip
        self.ways, self.limits, self.fails, self.down_after = ways or Ways(), limits, fails, down_after
        self.per_minute, self.clock, self.says = per_minute, clock or Clock(), says
        self.requests, self.paid, self.lock = 0, Counter[str](), threading.Lock()
        self.sizes: list[int] = []
        self.seen: list[dict] = []
        self.keys: list[str | None] = []
        self.connections: set[Any] = set()
        self.times: deque[float] = deque()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.ways.path.rpartition('/')[0]}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, path: str, key: str | None, body: dict) -> tuple[int, Any, dict]:
        with self.lock:
            self.requests += 1
            self.keys.append(key)
            number = self.requests
        if self.says:
            return self.says[0], self.says[2], self.says[1]
        if key != f"Bearer {KEY}":
            return 401, {"error": {"message": "Incorrect API key provided"}}, {}
        return self._limited(number) or self._refused(path, body) or self._given(body)

    def _limited(self, number: int) -> tuple[int, Any, dict] | None:
        with self.lock:
            now = self.clock.monotonic()
            while self.times and self.times[0] <= now - 60:
                self.times.popleft()
            if self.per_minute and len(self.times) >= self.per_minute:
                return 429, {"message": "Requests rate limit exceeded, please try again later."}, {}
            self.times.append(now)
        if self.down_after and number > self.down_after:
            return 503, {"error": "overloaded"}, {}
        if self.limits and number % self.limits == 0:
            return 429, {"error": {"message": "Rate limit reached"}}, {"Retry-After": "0.05"}
        if self.fails and number % self.fails == 0:
            return 500, {"error": {"message": "The server had an error"}}, {}
        return None

    def _refused(self, path: str, body: dict) -> tuple[int, Any, dict] | None:
        ways, texts = self.ways, body.get(self.ways.input)
        if path != ways.path or body["model"] != MODEL or not texts or any(not text for text in texts):
            return 400, {"error": {"message": f"invalid request {path}"}}, {}
        for name, value in body.items():
            taken = ways.fields.get(name, ())
            if name not in ("model", ways.input) and not (taken is None or value in taken):
                return *ways.refuses(name, value), {}
        if len(texts) > ways.texts:
            return *ways.many(len(texts), ways.texts), {}
        if ways.total and len(texts) > 1 and sum(map(len, texts)) > ways.total:
            n = sum(map(len, texts))
            if ways is SERVICES["proxy"]:
                return *ways.many(n, ways.total), {}
            said = f"The max allowed tokens per submitted batch is {ways.total}. Your batch has {n} tokens."
            return 400, {"detail": f"{said} Please lower the number of tokens in the batch."}, {}
        longest = max(map(len, texts))
        if longest > ways.characters and not (ways.cuts and body.get(ways.cuts[0]) == ways.cuts[1]):
            return *ways.long(longest, ways.characters), {}
        return None

    def _given(self, body: dict) -> tuple[int, Any, dict]:
        texts = [text[: self.ways.characters] for text in body[self.ways.input]]
        size = body.get("dimensions") or body.get("output_dimension") or DIMENSION
        with self.lock:
            self.paid.update(body[self.ways.input])
            self.sizes.append(len(texts))
            self.seen.append({name: one for name, one in body.items() if name != self.ways.input})
        tokens = sum(len(text.split()) for text in texts)
        if self.ways.input == "texts":
            found = {"float": [vector(text, size) for text in texts]}
            return 200, {"id": "x", "embeddings": found, "meta": {"billed_units": {"input_tokens": tokens}}}, {}
        rows = [{"object": "embedding", "index": place, "embedding": vector(text, size)}
                for place, text in enumerate(texts)]  # fmt: skip
        return 200, {"object": "list", "data": rows[::-1], "usage": {"total_tokens": tokens}}, {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                endpoint.connections.add(self.client_address)
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                code, said, headers = endpoint.answer(self.path, self.headers.get("Authorization"), body)
                content = said.encode() if isinstance(said, str) else json.dumps(said).encode()
                self.send_response(code)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                return None

        return Handler

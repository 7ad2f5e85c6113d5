"""An endpoint that speaks the embeddings protocol of OpenAI, as badly as real ones do now and then."""

import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import xxhash

KEY = "secret"
DIMENSION = 12


def vector(text: str) -> list[float]:
    """What the endpoint's model gives for a text."""
    return (
        np.random.default_rng(xxhash.xxh3_64_intdigest(text.encode()))
        .normal(size=DIMENSION)
        .astype(np.float32)
        .tolist()
    )


class Endpoint:
    """Slow, out of order; refuses every `limits`-th request and fails every `fails`-th; counts what it is paid for."""

    def __init__(self, *, limits: int = 0, fails: int = 0, down_after: int = 0, slow: float = 0.01) -> None:
        self.limits, self.fails, self.down_after, self.slow = limits, fails, down_after, slow
        self.requests, self.paid = 0, Counter[str]()
        self.sizes: list[int] = []
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, path: str, key: str | None, body: dict) -> tuple[int, dict, dict]:
        with self.lock:
            self.requests += 1
            number = self.requests
        if key != f"Bearer {KEY}":
            return 401, {"error": {"message": "Incorrect API key provided"}}, {}
        if self.down_after and number > self.down_after:
            return 503, {"error": "overloaded"}, {}
        if self.limits and number % self.limits == 0:
            return 429, {"error": {"message": "Rate limit reached"}}, {"Retry-After": "0.05"}
        if self.fails and number % self.fails == 0:
            return 500, {"error": {"message": "The server had an error"}}, {}
        texts = body["input"]
        if path != "/v1/embeddings" or body["model"] != "tiny-embed" or any(not text for text in texts):
            return 400, {"error": {"message": f"invalid request {path}"}}, {}
        time.sleep(self.slow)  # a slow model, not a wait of the test
        rows = [{"object": "embedding", "index": place, "embedding": vector(text)} for place, text in enumerate(texts)]
        with self.lock:
            self.paid.update(texts)
            self.sizes.append(len(texts))
        tokens = sum(len(text.split()) for text in texts)
        return 200, {"object": "list", "data": rows[::-1], "usage": {"total_tokens": tokens}}, {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                code, said, headers = endpoint.answer(self.path, self.headers.get("Authorization"), body)
                content = json.dumps(said).encode()
                self.send_response(code)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                return None

        return Handler

"""Who may come in? One check before every route, for pages, files, uploads and sockets alike."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.server_util import is_allowed_origin
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

CLOSED = ("_stcore/metrics",)
"""Routes that nobody needs: the metrics name every cache and count the visitors."""
SENT = {
    "X-Frame-Options": "SAMEORIGIN",  # for browsers that do not know frame-ancestors
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # an address names the dataset that is looked at
}
POLICY_VIOLATION = 1008


class Doors:
    """Refuses other hosts and other origins before anything is asked or looked up, and forbids foreign frames.

    Hosts are those of `server.allowedHosts`. An origin is the one that the request itself goes to, port and all, or
    one of `server.corsAllowedOrigins`; Streamlit's own check would let every port of localhost in, and ask the
    internet for this machine's address where none fits. Programs that send no origin are let in.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request in, or answers 403 (404 where nothing is to be found)."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif status := refusal(scope["path"], Headers(scope=scope)):
            await _refuse(status, scope, receive, send)
        else:
            await self.app(scope, receive, _guarded(send))


def refusal(path: str, headers: Headers) -> int:
    """The status that turns a request away; 0 lets it in."""
    host, origin = headers.get("host"), headers.get("origin")
    if not is_host_allowed(host):
        return 403
    if origin is not None and not is_allowed_origin(origin) and urlsplit(origin).netloc.lower() != str(host).lower():
        return 403
    return 404 if path.rstrip("/").endswith(CLOSED) else 0


async def _refuse(status: int, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": ""})
    else:
        await PlainTextResponse({403: "Forbidden", 404: "Not Found"}[status], status)(scope, receive, _guarded(send))


def _guarded(send: Send) -> Send:
    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.append("Content-Security-Policy", "frame-ancestors 'self'")
            for name, value in SENT.items():
                headers.setdefault(name, value)
        await send(message)

    return guarded

"""What does a browser run before Streamlit's own script? That which keeps its history: a component would come too late."""

from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SCRIPT = b"<head><script>" + Path(__file__).with_name("history.js").read_bytes() + b"</script>"
AS_IT_WAS = ("accept-encoding", "if-none-match", "if-modified-since", "range")
"""What a browser may ask for that could not be given of a page with something added."""


class Opening:
    """Puts the script into the head of the page that every address opens."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets everything pass that is no page: an address of a page has no ending."""
        if scope["type"] != "http" or scope["method"] != "GET" or "." in scope["path"].rpartition("/")[2]:
            await self.app(scope, receive, send)
            return
        asked = [(name, value) for name, value in scope["headers"] if name.decode("latin-1") not in AS_IT_WAS]
        await self.app({**scope, "headers": asked}, receive, _added(send))


def _added(send: Send) -> Send:
    held: list[Message] = []

    async def added(message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            held.append(message)
        elif held:
            held.append(message)
            if not message.get("more_body"):
                body = b"".join(one["body"] for one in held[1:]).replace(b"<head>", SCRIPT, 1)
                headers = MutableHeaders(scope=held[0])
                headers["content-length"] = str(len(body))
                for name in ("etag", "last-modified"):
                    del headers[name]
                await send(held[0])
                await send({"type": "http.response.body", "body": body})
        else:
            await send(message)

    return added


def _is_page(start: Message) -> bool:
    return start["status"] == 200 and Headers(raw=start["headers"]).get("content-type", "").startswith("text/html")

"""What does somebody see at an address that no page has? The first page, which says so in the visitor's language."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, unquote

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.parts.frame import UNKNOWN

SECTIONS = Path(__file__).parents[1]
FIRST = "leaderboard"
"""The first page, whose address has no name: by that of its file nobody is answered."""
LONGEST = 80
"""Letters of an address that are told of it."""
OTHERS = ("_stcore", "component", "media", "static", "auth", "oauth2callback")
"""What else than pages Streamlit answers below the dashboard's address."""


class Unknown:
    """Leads a browser that asks for a page which is not there to the first one, with what it asked for.

    Streamlit itself would show a box in English, whatever language somebody reads.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.known = pages()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets everything pass that is a page, a file, or asked for by a program."""
        if scope["type"] == "http" and scope["method"] == "GET" and wants_page(Headers(scope=scope)):
            base = f"/{st.get_option('server.baseUrlPath').strip('/')}".rstrip("/")
            if where := first_page(scope["path"].removeprefix(base), scope["query_string"].decode(), self.known):
                await RedirectResponse(where)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def wants_page(headers: Headers) -> bool:
    """Whether a browser asks for something to show: scripts, pictures and sockets ask for other things."""
    return "text/html" in headers.get("accept", "")


def pages() -> frozenset[str]:
    """The names by which pages are asked for: those of their files."""
    return frozenset(
        path.stem for path in SECTIONS.glob("*/*.py") if path.parent.name not in ("parts", "start", "locale")
    )


def first_page(path: str, query: str, known: Iterable[str]) -> str:
    """Where the first page is as seen from a path below the dashboard's own; empty where the path is that of a page.

    It is told from there and not from the root: a proxy may have put the dashboard anywhere.
    """
    name = path.strip("/")
    if not name or (name in known and name != FIRST) or name.split("/")[0] in OTHERS or "." in name.rpartition("/")[2]:
        return ""
    asked = "" if name == FIRST else f"{UNKNOWN}={quote(unquote(name)[:LONGEST])}"
    return ("../" * (path.count("/") - 1) or "./") + "?" + "&".join(one for one in (query, asked) if one)

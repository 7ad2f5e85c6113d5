"""What does the server do beside drawing pages? It guards its doors, watches the jobs and says what went wrong."""

import asyncio
import importlib
import pkgutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from streamlit.starlette import App

from engine.types import UserError
from pages import parts
from pages.parts import apart
from pages.parts.language import say
from pages.parts.markdown import escape
from pages.start import JOBS, memory
from pages.start.doors import Doors
from pages.start.jobs import Watch
from pages.start.opening import Opening
from pages.start.unknown import Unknown

APP = Path(__file__).resolve().parents[2] / "app.py"
SWITCH_SECONDS = 0.001
"""After which a page that computes lets others go on. A page hands its parts to the server one by one and asks for the
interpreter anew after each: with Python's own 0.005 a light page waits half a second for every heavy one beside it."""


def dashboard() -> App:
    """The pages, with everything around them."""
    watch = Watch()

    @asynccontextmanager
    async def open_for_work(_app: App) -> AsyncIterator[None]:
        sys.setswitchinterval(SWITCH_SECONDS)
        collecting = asyncio.create_task(memory.collect())
        with apart.beside():
            load()
            async with watch.watching():
                yield
        collecting.cancel()

    return App(
        APP,
        lifespan=open_for_work,
        routes=[WebSocketRoute(f"/{{base:path}}{JOBS}", watch.follow)],
        middleware=[Middleware(Doors), Middleware(Unknown), Middleware(Opening)],
        on_script_error=tell,
    )


def load() -> None:
    """Imports the pieces of all pages, so that nobody's first visit has to, with all others waiting for it."""
    for module in pkgutil.walk_packages(parts.__path__, f"{parts.__name__}."):
        importlib.import_module(module.name)


def tell(error: Exception) -> bool:
    """Show the sentence of an error that a person can mend, wherever on a page it came up; others keep Streamlit's box."""
    if not isinstance(error, UserError):
        return False
    st.error(escape(say(error)), icon=":material/error:")
    return True

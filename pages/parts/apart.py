"""How does a page compute what takes long, without keeping everybody else waiting? In a second process that stays warm.

All pages are drawn by threads of one process, of which one at a time computes. What is marked `apart` is computed beside
them wherever a server has opened the second process, and right here where none has, in a test for instance.
"""

import importlib
import inspect
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import streamlit as st

from engine import config
from engine.benchmarks import registry
from engine.types import UserError
from pages.parts.language import _

P = ParamSpec("P")
R = TypeVar("R")
NICENESS = 2
"""Before the workers, behind the server: who waits for a page that is drawn already waits for less."""


class Beside:
    """The second process: begun with the server, begun anew if it is killed, gone when the server is."""

    def __init__(self) -> None:
        self._pool = self._begun()

    def call(self, module: str, name: str, *given: Any) -> Any:
        """What the function of that name gives, or raises, over there."""
        for _attempt in range(2):
            pool = self._pool
            try:
                return pool.submit(_answer, module, name, *given).result()
            except BrokenProcessPool:
                with _renewing:
                    if self._pool is pool:
                        self._pool = self._begun()
        raise UserError(
            "The process that computes for the pages was killed twice, perhaps because the machine ran out of memory: "
            "choose a smaller dataset, or close other programs."
        )

    def end(self) -> None:
        """Ends the process, whatever it is at."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _begun(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=_begin)
        pool.submit(_warm)
        return pool


_renewing = threading.Lock()
_beside: list[Beside] = []


@contextmanager
def beside() -> Iterator[None]:
    """Meanwhile what is marked `apart` is computed in a second process."""
    _beside.append(Beside())
    try:
        yield
    finally:
        _beside.pop().end()


def apart(function: Callable[P, R]) -> Callable[P, R]:
    """Marks a function of a module: what it is given and what it gives is sent to and fro, so let both be small.

    Put Streamlit's cache around it: then it is computed once for all who ask, also for those who ask meanwhile.
    """

    @wraps(function)
    def ask(*given: P.args, **named: P.kwargs) -> R:
        assert not named, "they are sent in their order"
        if not _beside:
            return function(*given)
        with st.spinner(_("This is computed for the first time; it will be there at once for everybody after that.")):
            found: R = _beside[-1].call(function.__module__, function.__name__, *given)
            return found

    return ask


def _begin() -> None:
    """In the second process: it leaves signals to the server, goes after other work, and ends with the server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    logging.getLogger("streamlit").setLevel(logging.ERROR)  # there is no page here, as it would say at every turn
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=lambda: (parent.join(), os._exit(0)), daemon=True).start()


def _warm() -> None:
    """Loads beforehand what the first visitor would wait for; mteb's tasks in a home in which models were run."""
    if (config.home() / "results.sqlite").exists():
        threading.Thread(target=registry.listing, daemon=True).start()
    for module in ("sklearn.cluster", "sklearn.feature_extraction.text", "scipy.stats", "pages.parts.duel.segments"):
        importlib.import_module(module)


def _answer(module: str, name: str, *given: Any) -> Any:
    return inspect.unwrap(getattr(importlib.import_module(module), name))(*given)

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
from contextlib import contextmanager
from functools import wraps
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar

import streamlit as st
from streamlit.logger import set_log_level

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
        self._turn = threading.Lock()
        self._begin()

    def call(self, module: str, name: str, given: tuple[object, ...]) -> Any:
        """What the function of that name gives, or raises, over there; one call after another."""
        with self._turn:
            for _attempt in range(2):
                try:
                    self._line.send((module, name, given))
                    error, found = self._line.recv()
                    break
                except (EOFError, OSError):
                    self._begin()
            else:
                raise UserError(
                    "The process that computes for the pages was killed twice, perhaps because the machine ran out of "
                    "memory: choose a smaller dataset, or close other programs."
                )
        if error is not None:
            raise error
        return found

    def end(self) -> None:
        """Ends the process, whatever it is at."""
        self._process.kill()
        self._process.join()

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there,), daemon=True)
        self._process.start()
        there.close()  # so that either side notices when the other one is gone


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
            found: R = _beside[-1].call(function.__module__, function.__name__, given)
            return found

    return ask


def _serve(line: Connection) -> None:
    """In the second process: answers until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server says when it is over
    os.nice(NICENESS)
    set_log_level(logging.ERROR)  # there is no page here, as Streamlit would say at every turn
    _warm()
    while True:
        try:
            module, name, given = line.recv()
        except EOFError:
            return
        answer: tuple[Exception | None, Any]
        try:
            answer = None, inspect.unwrap(getattr(importlib.import_module(module), name))(*given)
        except Exception as error:
            logging.getLogger(__name__).exception("%s.%s", module, name)
            answer = error, None
        line.send(answer)


def _warm() -> None:
    """Loads beforehand what the first visitor would wait for; mteb's tasks in a home in which models were run."""
    if (config.home() / "results.sqlite").exists():
        threading.Thread(target=registry.listing, daemon=True).start()
    for module in ("sklearn.cluster", "sklearn.feature_extraction.text", "scipy.stats", "pages.parts.duel.segments"):
        importlib.import_module(module)

"""The second process: it is handed questions, computes several at once, and answers each when it is done."""

import importlib
import inspect
import logging
import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from streamlit.logger import set_log_level

from engine import config
from engine.benchmarks import registry
from engine.types import UserError

NICENESS = 2
"""Before the workers, behind the server: who waits for a page that is drawn already waits for less."""
AT_ONCE = 8
"""Questions that are computed side by side: what takes a moment does not wait for what takes long."""
LOOK_SECONDS = 0.2
LEFT_SECONDS = 120.0
"""How long an answer is kept that nobody has waited for: who turned away comes back, or somebody else asks."""


class _Gone(Exception):
    """The process was killed before it answered."""


@dataclass
class _Asked:
    """A question under way, or answered and not fetched yet."""

    line: Connection
    since: float
    answer: Future[Any] = field(default_factory=Future)


class Beside:
    """The second process: begun with the server, begun anew if it is killed, gone when the server is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[bytes, _Asked] = {}
        self._ended = False
        self._begin()

    def call(self, module: str, name: str, given: tuple[object, ...], meanwhile: Callable[[], None]) -> Any:
        """What the function of that name gives, or raises, over there; computed once for all who ask at a time.

        meanwhile: called again and again while the answer is awaited; what it raises ends the waiting, not the work.
        """
        question = pickle.dumps((module, name, given))
        for _attempt in range(2):
            asked = self._ask(question)
            while not wait([asked.answer], LOOK_SECONDS).done:
                meanwhile()
            with self._lock:
                if self._asked.get(question) is asked:
                    del self._asked[question]
            with suppress(_Gone):
                return asked.answer.result()
        raise UserError(
            "The process that computes for the pages was killed twice, perhaps because the machine ran out of "
            "memory: choose a smaller dataset, or close other programs."
        )

    def end(self) -> None:
        """Ends the process, whatever it is at."""
        self._ended = True
        self._process.kill()
        self._process.join()

    def _ask(self, question: bytes) -> _Asked:
        with self._lock:
            now = time.monotonic()
            for old, one in list(self._asked.items()):
                if one.answer.done() and now - one.since > LEFT_SECONDS:
                    del self._asked[old]
            if question not in self._asked:
                try:
                    self._line.send_bytes(question)
                except OSError:
                    self._begin()
                    self._line.send_bytes(question)
                self._asked[question] = _Asked(self._line, now)
            return self._asked[question]

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, there = context.Pipe()
        self._process = context.Process(target=serve, args=(there,), daemon=True)
        self._process.start()
        there.close()  # so that either side notices when the other one is gone
        threading.Thread(target=self._listen, args=(self._line,), daemon=True).start()

    def _listen(self, line: Connection) -> None:
        """Hands every answer to those who wait for it; when the process is gone, tells them so."""
        with suppress(EOFError, OSError):
            while True:
                question, error, found = line.recv()
                with self._lock:
                    asked = self._asked[question]
                asked.answer.set_result(found) if error is None else asked.answer.set_exception(error)
        with self._lock:
            lost = [question for question, one in self._asked.items() if one.line is line and not one.answer.done()]
            answers = [self._asked.pop(question).answer for question in lost]
            if line is self._line and not self._ended:
                self._begin()
        for answer in answers:
            answer.set_exception(_Gone())


def serve(line: Connection) -> None:
    """In the second process: answers until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server says when it is over
    os.nice(NICENESS)
    set_log_level(logging.ERROR)  # there is no page here, as Streamlit would say at every turn
    workers, sending = ThreadPoolExecutor(AT_ONCE), threading.Lock()
    warm = workers.submit(_warm)

    def answer(question: bytes) -> None:
        warm.result()
        said = _answer(question)
        with sending:
            line.send_bytes(said)

    with suppress(EOFError):
        while True:
            workers.submit(answer, line.recv_bytes())
    os._exit(0)  # whatever is being computed: nobody waits for it any more


def _answer(question: bytes) -> bytes:
    """The question with the error that came of it, or none, and with what was found, ready to be sent."""
    module, name, given = pickle.loads(question)
    try:
        return pickle.dumps((question, None, inspect.unwrap(getattr(importlib.import_module(module), name))(*given)))
    except Exception as error:
        logging.getLogger(__name__).exception("%s.%s", module, name)
        return pickle.dumps((question, _portable(error), None))


def _portable(error: Exception) -> Exception:
    """The error itself, if it can be read over there, or else what it says."""
    try:
        pickle.loads(pickle.dumps(error))
    except (TypeError, ValueError, AttributeError, pickle.PickleError):
        return RuntimeError(repr(error))
    return error


def _warm() -> None:
    """Loads beforehand what the first visitor would wait for; mteb's tasks in a home in which models were run."""
    if (config.home() / "results.sqlite").exists():
        threading.Thread(target=registry.listing, daemon=True).start()
    for module in ("sklearn.cluster", "sklearn.feature_extraction.text", "scipy.stats", "pages.parts.duel.segments"):
        importlib.import_module(module)

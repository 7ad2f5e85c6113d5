"""The server's end: hands every question to the second process, and each answer to those who wait for it."""

import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from engine import config
from engine.types import UserError

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
        self._process.wait()

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
        # never a process of multiprocessing: that would run app.py, which Streamlit calls __main__, once more
        self._line, there = multiprocessing.Pipe()
        environment = os.environ | {"PARALLAX_HOME": str(config.home().resolve())}
        command = [sys.executable, "-m", "pages.parts.apart.second", str(there.fileno())]
        self._process = subprocess.Popen(
            command, cwd=config.ROOT, env=environment, stdin=subprocess.DEVNULL, pass_fds=[there.fileno()]
        )
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

"""The second process: it is handed questions, computes several at once, and answers each when it is done."""

import importlib
import inspect
import logging
import os
import pickle
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection

from streamlit.logger import set_log_level

from engine import config
from engine.benchmarks import registry

NICENESS = 2
"""Before the workers, behind the server: who waits for a page that is drawn already waits for less."""
AT_ONCE = 8
"""Questions that are computed side by side: what takes a moment does not wait for what takes long."""


def serve(line: Connection) -> None:
    """Answers until the server is gone."""
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


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))

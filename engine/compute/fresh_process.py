"""How is something measured that what this process did before would distort? In a process of its own."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from engine.types import Message, Step

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

One = TypeVar("One")
Found = TypeVar("Found")


def run(work: Callable[[One, Step], Found], argument: One, step: Step) -> Found:
    """What the work gives in a fresh process, which tells its steps here and ends with this one's.

    work: a function of a module, by whose name the other process finds it.

    Raises:
        Cancelled, or whatever else `step` raises: the process is ended.
        RuntimeError: it was killed.
        Whatever the work raises.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    child = context.Process(target=_child, args=(there, work, argument), daemon=True)
    with _no_script():
        child.start()
    there.close()
    try:
        while True:
            kind, *said = here.recv()
            if kind == "step":
                step(*said)
            elif kind == "found":
                found: Found = said[0]
                return found
            else:
                raise said[0]
    except EOFError:
        child.join()
        raise RuntimeError(f"The process that was to measure it ended by itself ({child.exitcode}).") from None
    finally:
        here.close()
        child.kill()
        child.join()


@contextmanager
def _no_script() -> Iterator[None]:
    """The program of this process is none that the other one should run again: it would, a page of Streamlit too."""
    program = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program


def _child(there: Connection, work: Callable[[Any, Step], Any], argument: Any) -> None:
    def step(share: float, message: Message) -> None:
        there.send(("step", share, message))

    try:
        there.send(("found", work(argument, step)))
    except BrokenPipeError:  # nobody listens any more
        return
    except Exception as error:  # noqa: BLE001 it is raised where the work was asked for
        there.send(("error", error))

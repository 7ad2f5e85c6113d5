"""How does a page compute what takes long, without keeping everybody else waiting? In a second process that stays warm.

All pages are drawn by threads of one process, of which one at a time computes. What is marked `apart` is computed beside
them wherever a server has opened the second process, and right here where none has, in a test for instance.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st

from pages.parts.apart.process import Beside
from pages.parts.language import _

P = ParamSpec("P")
R = TypeVar("R")

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
        with ExitStack() as place:
            found: R = _beside[-1].call(function.__module__, function.__name__, given, _patience(place))
            return found

    return ask


def _patience(place: ExitStack) -> Callable[[], None]:
    """What says, while an answer is awaited, that there is something to wait for, and lets go whoever turns away."""
    said = False

    def wait() -> None:
        nonlocal said
        if not said:  # what is there within a moment says nothing: the cache would say it again with every hit
            said = True
            place.enter_context(
                st.spinner(_("This is computed for the first time; it will be there at once for everybody after that."))
            )
        _pressed = "dataset" in st.session_state  # where Streamlit looks whether somebody has pressed meanwhile

    return wait

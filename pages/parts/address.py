"""The choices that stand in the address: a link opens the view that it was copied from.

Streamlit's own binding writes what a widget shows, so that a link from a Chinese page would not open an English one;
these write what was chosen. The browser's Back and Forward lead from one written address to another.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

GATHERED = "address.gathered"
KEYS = "address.keys"
SENT = "address.sent"
MISSED = "address.missed"
"""What the link asks for in vain, by the choice that it asks for it at."""
TELL = "address.tell"
"""How that is said, on the page that is drawn."""
KEPT = ("lang", "dataset")
"""Choices that stand in the address of every page."""
LONGEST = 2_000
"""Letters of a text that stands in the address: servers refuse addresses that are much longer."""


def settle(
    key: str, options: Sequence[str], default: str | None, *, called: str = "", strict: bool = False
) -> str | None:
    """Give a choice its value before its widget is drawn: what was chosen, else what the address says, else the default.

    What a link has asked for in vain is said once, at the name that the choice is `called` by on the page. It is given
    too: then a strict choice has no value, the address stays, and saying it is left to the caller.
    """
    asked, linked = st.query_params.get(key), key not in st.session_state
    if strict and asked is not None and asked not in options and st.session_state.get(key) is None:
        st.session_state[key] = None
        write(key, [asked])
        return asked
    free = default is None and key in st.session_state and st.session_state[key] is None  # somebody emptied it
    if not free and st.session_state.get(key) not in options:
        st.session_state[key] = asked if asked in options else default
    write(key, [st.session_state[key]] if st.session_state[key] is not None else [])
    lost = asked if linked and asked not in options else None
    if lost:
        miss(called or key, lost)
    return lost


def number(key: str, called: str, low: float, high: float) -> None:
    """Say what a link asks for in vain at a number whose widget binds itself to the address: it begins as if unasked."""
    asked = st.query_params.get(key)
    if asked is None or key in st.session_state:
        return
    try:
        fits = low <= float(asked) <= high
    except ValueError:
        fits = False
    if not fits:
        miss(called, asked)


def miss(called: str, asked: str) -> None:
    """Say that a link asks for this in vain: together with what else it asks for, or at once where a part runs alone."""
    missed = st.session_state.setdefault(MISSED, {})
    missed[called] = [*missed.get(called, []), asked]
    if GATHERED not in st.session_state:
        _tell()


def told_by(tell: Callable[[Mapping[str, Sequence[str]]], None]) -> None:
    """How this page says what a link asks for in vain: what it asks for, by what the choices are called."""
    st.session_state[TELL] = tell


def _tell() -> None:
    """Say what was missed, once."""
    missed: dict[str, list[str]] = st.session_state.pop(MISSED, {})
    tell: Callable[[Mapping[str, Sequence[str]]], None] | None = st.session_state.get(TELL)
    if missed and tell:
        tell(missed)


def view(key: str, titles: Mapping[str, str]) -> str:
    """Which of a page's views is open: a row of buttons, the first one to begin with."""
    return one_of(key, " / ".join(titles.values()), titles, hidden=True)


def one_of(key: str, label: str, titles: Mapping[str, str], *, help: str = "", hidden: bool = False) -> str:
    """A row of buttons, one of which is always chosen; the first to begin with, unless another was settled before."""
    names = list(titles)
    settle(key, names, names[0], called=label)
    settled = str(st.session_state[key])
    chosen = st.segmented_control(
        label,
        names,
        key=key,
        persist_state="session",
        required=True,
        format_func=titles.get,
        help=help or None,
        label_visibility="collapsed" if hidden else "visible",
    )
    return chosen if chosen in titles else settled  # a browser may not know yet that there is a choice


def settle_many(
    key: str, options: Sequence[str], default: Sequence[str], *, called: str, strict: bool = False
) -> list[str]:
    """As `settle`, for a choice of several; one that nothing is left of begins with the default again.

    Gives what a link has asked for in vain, which is said; then a strict choice is empty until somebody chooses.
    """
    lost = [one for one in st.query_params.get_all(key) if one not in options]
    if strict and lost and not st.session_state.get(key):
        asked = st.query_params.get_all(key)
        st.session_state[key] = []
        write(key, asked)
        for one in lost:
            miss(called, one)
        return lost
    asked = [] if key in st.session_state else st.query_params.get_all(key)
    chosen = [one for one in st.session_state.get(key, asked) if one in options]
    st.session_state[key] = chosen or list(default)
    write(key, st.session_state[key])
    lost = [one for one in asked if one not in options]
    for one in lost:
        miss(called, one)
    return lost


def write(key: str, values: Sequence[str]) -> None:
    """Put values into the address, unless they are there."""
    _keys().add(key)
    gathered = st.session_state.get(GATHERED)
    if gathered is not None:
        gathered[key] = list(values)
    elif st.query_params.get_all(key) != list(values):
        _restore()
        st.query_params[key] = list(values)


def text_input(label: str, key: str, **more: Any) -> str:
    """A line of text that stands in the address, unless it is longer than an address may be."""
    if key not in st.session_state:
        st.session_state[key] = st.query_params.get(key, "")
    typed = str(st.text_input(label, key=key, persist_state="session", **more))
    write(key, [typed] if typed and len(typed) <= LONGEST else [])
    return typed


def lead(page: str, label: str, wanted: Mapping[str, Any], key: str, *, dataset: str = "", **style: Any) -> None:
    """A button that leads to a page with these choices made there, whatever was chosen on it before.

    dataset: another one than is looked at; chosen only on the way, for with it this page would have no such button.
    """
    if st.button(label, key=key, on_click=st.session_state.update, args=(wanted,), **style):
        if dataset:
            st.session_state["fresh"] = dataset
        # Without them the address stands bare until the page is drawn, and may stay so where the browser is slow.
        known = {
            one: dataset if dataset and one == "dataset" else st.query_params[one]
            for one in KEPT
            if one in st.query_params
        }
        st.switch_page(page, query_params=known)


@contextmanager
def at_once() -> Iterator[None]:
    """What is written meanwhile goes into the address together: each change of it is a step of the browser's Back."""
    if GATHERED in st.session_state:
        yield
        return
    st.session_state[GATHERED] = {}
    st.session_state.pop(MISSED, None)
    try:
        yield
    except Exception:
        _send()
        raise
    except BaseException:  # Streamlit begins anew, perhaps with another page: these choices are none of that one's
        st.session_state.pop(GATHERED, None)
        raise
    _send()


def stop() -> NoReturn:
    """End the page here, with its choices in the address: Streamlit sends nothing any more once it was told to stop."""
    _send()
    st.stop()


def _send() -> None:
    """Put what was gathered into the address, in one step, and say what a link asked for in vain."""
    _tell()
    gathered: dict[str, list[str]] = st.session_state.pop(GATHERED, {})
    changed = {key: values for key, values in gathered.items() if st.query_params.get_all(key) != values}
    if changed:
        st.query_params.update(changed)
    st.session_state.setdefault(SENT, {})[page()] = {name: st.query_params.get_all(name) for name in st.query_params}


def _restore() -> None:
    """Give the address what this page has put into it: a part that runs alone may know an older one from the browser."""
    for name, values in st.session_state.get(SENT, {}).get(page(), {}).items():
        if name not in st.query_params:
            st.query_params[name] = values


def follow_history() -> None:
    """After Back or Forward, forget what this page's choices were: its address says what to show.

    An address without choices is that of a page just called, and says nothing; calling a page is one step, and so is
    opening a link (pages/start/history.js).
    """
    run = get_script_run_ctx()
    if run and run.is_history_navigation and "dataset" in st.query_params:
        for key in _keys():
            st.session_state.pop(key, None)


def _keys() -> set[str]:
    """The choices that this page has written into the address."""
    return st.session_state.setdefault(KEYS, {}).setdefault(page(), set())


def page() -> str:
    """Which page is being drawn."""
    run = get_script_run_ctx()
    return run.page_script_hash if run else ""

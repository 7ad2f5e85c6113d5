"""The choices that stand in the address: a link opens the view that it was copied from.

Streamlit's own binding writes what a widget shows, so that a link from a Chinese page would not open an English one;
these write what was chosen.
"""

from collections.abc import Mapping, Sequence

import streamlit as st


def settle(key: str, options: Sequence[str], default: str | None) -> str | None:
    """Give a choice its value before its widget is drawn: what was chosen, else what the address says, else the default.

    Gives what a link has just asked for in vain, if anything.
    """
    asked, linked = st.query_params.get(key), key not in st.session_state
    free = default is None and key in st.session_state and st.session_state[key] is None  # somebody emptied it
    if not free and st.session_state.get(key) not in options:
        st.session_state[key] = asked if asked in options else default
    write(key, [st.session_state[key]] if st.session_state[key] is not None else [])
    return asked if linked and asked not in options else None


def view(key: str, titles: Mapping[str, str]) -> str:
    """Which of a page's views is open: a row of buttons, the first one to begin with."""
    names = list(titles)
    settle(key, names, names[0])
    return st.segmented_control(
        " / ".join(titles.values()),
        names,
        key=key,
        persist_state="session",
        required=True,
        format_func=titles.get,
        label_visibility="collapsed",
    )


def settle_many(key: str, options: Sequence[str], default: Sequence[str]) -> list[str]:
    """As `settle`, for a choice of several; one that nothing is left of begins with the default again."""
    asked = [] if key in st.session_state else st.query_params.get_all(key)
    chosen = [one for one in st.session_state.get(key, asked) if one in options]
    st.session_state[key] = chosen or list(default)
    write(key, st.session_state[key])
    return [one for one in asked if one not in options]


def write(key: str, values: Sequence[str]) -> None:
    """Put values into the address, unless they are there."""
    if st.query_params.get_all(key) != list(values):
        st.query_params[key] = list(values)

"""The choices that stand in the address: a link opens the view that it was copied from."""

from collections.abc import Sequence

import streamlit as st


def settle(key: str, options: Sequence[str], default: str | None) -> None:
    """Give a choice its value before its widget is drawn: what was chosen, else what the address says, else the default."""
    if st.session_state.get(key) not in options:
        asked = st.query_params.get(key)
        st.session_state[key] = asked if asked in options else default

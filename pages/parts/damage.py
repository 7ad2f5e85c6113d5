"""What is left out of every list because its file is damaged: said once, beside every page."""

import streamlit as st

from engine.integrity import left_out
from engine.results import soundness
from engine.types import Message
from pages.parts import cached
from pages.parts.apart import apart
from pages.parts.language import ngettext, say

LOOK_SECONDS = 20


def show() -> None:
    """One line with the sentences under it; nothing where nothing is damaged."""
    if found := _found() + _runs(cached.results().version()):
        title = ngettext("{n} stored thing is damaged", "{n} stored things are damaged", len(found))
        with st.expander(title, icon=":material/warning:"):
            for message in found:
                st.text(say(message))


@st.cache_data(ttl=LOOK_SECONDS, show_spinner=False)
def _found() -> list[Message]:
    return left_out.messages()


@st.cache_data(max_entries=2, show_spinner=False)
@apart
def _runs(version: str) -> list[Message]:
    return soundness.damaged(cached.results()) + soundness.items_damaged(cached.results())

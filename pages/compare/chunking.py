"""How should documents be cut for a model, and is it worth it?"""

import streamlit as st

from engine.comparison.chunking import kept
from pages.parts import cached
from pages.parts.chunking import choice, pictures
from pages.parts.empty import empty
from pages.parts.language import _

card = cached.card_of(st.session_state["dataset"])
if card.task != "retrieval":
    empty(
        _("Only a retrieval dataset has documents that could be cut: choose another one above."),
        "pages/compare/leaderboard.py",
        _("Compare models on this dataset instead"),
    )
found = kept.known(card.fingerprint)
if found is None:
    st.text(
        _(
            "Are whole documents best, or chunks, and of which size? Every model is measured over every way to cut, and a text that several cuts share is encoded once."
        )
    )
    choice.ask(card.name)
else:
    by = pictures.show_verdict(found)
    pictures.show_maps(found, by)
    if not found.curve.empty:
        pictures.show_readers(found)
    pictures.show_costs(found, by)
    with st.expander(_("Another study")):
        choice.ask(card.name)

"""Can a model become better on my data, and what does it forget?"""

import streamlit as st

from pages.parts import cached
from pages.parts.adapt import form, known, verdict
from pages.parts.language import _

card = cached.card_of(st.session_state["dataset"])
name = known.pick(card.name)
if name is None:
    st.text(
        _(
            "A model is adapted to this dataset: one part is learnt from, one stops the training in time, and one that was never seen tells whether it helped. “Do not use it” is a possible answer."
        )
    )
    form.ask(card)
else:
    state = known.state(name)
    if state.verdict is None or (state.job is not None and state.job.state != "done"):
        known.follow(state)
    if state.verdict is not None:
        verdict.show(state)
    known.show_course(state)
    with st.expander(_("Another adaptation")):
        form.ask(card)

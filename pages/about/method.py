"""What does this number mean?"""

import streamlit as st

from engine import plugins
from pages.parts import cached, drawn
from pages.parts.address import settle
from pages.parts.language import _
from pages.parts.method import definitions

tasks = plugins.tasks()
chosen = st.session_state["dataset"]
if chosen is not None:
    seen = st.session_state.get("method.dataset")
    if seen not in (None, chosen):  # another dataset is looked at: its task is the one in question
        st.session_state["task"] = cached.card_of(chosen).task
    st.session_state["method.dataset"] = chosen
settle("task", list(tasks), cached.card_of(chosen).task if chosen else "retrieval", called=_("Task"))
name = st.selectbox(
    _("Task"),
    list(tasks),
    format_func={one: _(its.title) for one, its in tasks.items()}.get,
    key="task",
    persist_state="session",
    width=360,
)
st.text(_(tasks[name].question))
definitions.show(drawn.here(name), tasks[name])
st.header(_("The exact settings of each run"))
definitions.show_runs(tasks[name], chosen)

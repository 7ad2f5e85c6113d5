"""What does this number mean?"""

import streamlit as st

from engine import plugins
from pages.parts import cached, drawn
from pages.parts.address import settle
from pages.parts.language import _
from pages.parts.method import definitions

tasks = plugins.tasks()
settle("task", list(tasks), cached.runs()["task"].iloc[-1] if len(cached.runs()) else "retrieval", called=_("Task"))
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
definitions.show_runs(tasks[name])

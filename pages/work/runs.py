"""What is running, what is left, what did it cost?"""

import streamlit as st

from pages.parts import cautions, planning, queue, resolving
from pages.parts.language import _, ngettext

st.title(_("Runs"))
models, datasets = planning.pick()
planning.vary(models)
precision = planning.pick_precision()
if models and datasets:
    plan = planning.plan(tuple(models), tuple(datasets), precision)
    planning.show(plan)
    cautions.show(plan)
    resolving.show(datasets)
    left = plan[plan["state"] == "to do"]
    st.button(
        ngettext("Start {n} run", "Start {n} runs", len(left)),
        key="runs.start",
        type="primary",
        disabled=left.empty,
        on_click=planning.start,
        args=(left, precision),
    )
else:
    st.text(_("Choose models and datasets: what is already there is marked and skipped."))

st.subheader(_("Jobs"))
queue.show()

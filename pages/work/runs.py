"""What is running, what is left, what did it cost?"""

import streamlit as st

from pages.parts.jobs_panel import while_working
from pages.parts.language import _, ngettext
from pages.parts.runs import cluster, power, preflight, queue
from pages.parts.runs import plan as page_plan

models, datasets = page_plan.pick()
page_plan.vary(models)
precision = page_plan.pick_precision()
if models and datasets:
    plan = page_plan.plan(tuple(models), tuple(datasets), precision)
    page_plan.lead_on(plan)
    left = plan[plan["state"] == "to do"]
    if len(left):
        st.button(
            ngettext("Start {n} run", "Start {n} runs", len(left)),
            key="runs.start",
            type="primary",
            on_click=page_plan.start,
            args=(left, precision),
            icon=":material/play_circle:",
        )

    def draw() -> None:
        """What waits, runs or is done changes while the page stands."""
        page_plan.show(page_plan.plan(tuple(models), tuple(datasets), precision))

    while_working(draw, 2.0)()
    preflight.show(plan)
    power.show(datasets)
else:
    st.text(_("Choose models and datasets: what is already there is marked and skipped."))

st.header(_("Jobs"))
queue.show()
cluster.show()

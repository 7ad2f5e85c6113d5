"""A plan is tried before it is started: split and leak check, what speaks against it, how long it will take."""

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from engine.adaptation import prepare, probe
from engine.adaptation.plans import Plan
from engine.jobs import queue
from engine.jobs.schema import whole
from engine.types import Job, UserError
from pages.parts import lists
from pages.parts.adapt.known import show_split
from pages.parts.judge.job import follow
from pages.parts.language import _, say
from pages.parts.markdown import escape


def agreed(plan: Plan) -> bool:
    """Whether the plan was tried as it is now, and nothing refuses it; offers the trial where it was not."""
    job = tried(plan)
    if job is not None and job.state in ("queued", "running"):
        follow(job.id)
        return False
    if job is None or job.state != "done":
        if job is not None and job.error is not None:
            st.error(escape(say(job.error)), icon=":material/block:")
        st.button(_("Check the data and estimate"), key="adapt.try", type="primary", icon=":material/fact_check:",
                  on_click=queue.submit, args=("adapt_probe", plan.arguments(), "interactive"))  # fmt: skip
        return False
    show(queue.result(job.id))
    try:
        prepare.check_name(plan)
    except UserError as error:
        st.error(escape(say(error)), icon=":material/block:")
        return False
    return True


def tried(plan: Plan) -> Job | None:
    """The newest trial of the plan; what one under another name has found holds for it too."""
    for job in queue.jobs("interactive"):
        if job.kind == "adapt_probe":
            other = Plan.read(job.arguments)
            if other == plan or (job.state != "failed" and replace(other, name=plan.name) == plan):
                return job
    return None


def show(found: dict[str, Any]) -> None:
    """What the trial found: advice first, then the split, the doubtful negatives, and what it takes."""
    for one in found["advice"]:
        st.warning(escape(say(whole(**one))), icon=":material/front_hand:")
    show_split(found)
    if found["negatives"]:
        with st.expander(_("Negatives that would be learnt from, the most doubtful first")):
            st.text(_("Whoever sees right answers here should raise the margin or mark them as answers first."))
            texts = {"query": _("query"), "document": _("document"), "negative": _("negative")}
            numbers = {"similarity": lists.number(_("similarity")), "right": lists.number(_("of the document"))}
            columns = {name: st.column_config.TextColumn(said, width="medium") for name, said in texts.items()}
            columns |= {"finder": _("found by"), **numbers}
            st.dataframe(
                pd.DataFrame(found["negatives"]), hide_index=True, placeholder="–", key="adapt.negatives", column_config=columns,
                column_order=list(columns),
            )  # fmt: skip
    st.text(say(probe.told(found)))
    if waits := probe.busy(found):
        st.text(say(waits))

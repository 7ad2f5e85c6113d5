"""What does this number mean?"""

import pandas as pd
import streamlit as st

from engine import plugins
from pages.parts import library
from pages.parts.address import settle
from pages.parts.language import _

st.title(_("Method"))
tasks = plugins.tasks()
settle("task", list(tasks), library.runs()["task"].iloc[-1] if len(library.runs()) else "retrieval")
name = st.selectbox(
    _("Task"),
    list(tasks),
    format_func={one: _(its.title) for one, its in tasks.items()}.get,
    key="task",
    persist_state="session",
    width=360,
)
task = tasks[name]
st.text(_(task.question))

st.subheader(_("Metrics"))
rows = [
    {"metric": key, "main": key == task.main_metric or task.main_metric.startswith(f"{key}_at_"), "definition": _(text)}
    for key, text in task.definitions.items()
]
headers = {"metric": _("metric"), "main": _("main metric"), "definition": _("definition and range")}
st.dataframe(
    pd.DataFrame(rows),
    key="method.metrics",
    hide_index=True,
    row_height=70,
    column_config={
        "metric": st.column_config.TextColumn(headers["metric"], width="medium"),
        "main": st.column_config.CheckboxColumn(headers["main"], width="small"),
        "definition": st.column_config.TextColumn(headers["definition"], width="large"),
    },
)
st.text(_("Main metric: {metric}. Source: {source}", metric=task.main_metric, source=task.source))

st.subheader(_("How sure a score is"))
st.text(
    _(
        "An interval beside a score is the 95 % percentile bootstrap interval over whole items: the judged items are drawn again, with replacement, and the score is computed anew for each draw."
    )
)
st.text(
    _(
        "Two models are compared on the same items. Where the score is a mean over items, a paired randomisation test swaps the two models' values item by item; otherwise a paired bootstrap of the difference is used. p is (hits + 1) / (draws + 1)."
    )
)
st.text(
    _(
        "With several models the p-values are corrected after Holm. Models that share a letter cannot be told apart at 5 %."
    )
)

st.subheader(_("The data it needs"))
columns = [
    {
        "table": table,
        "column": column.name,
        "kind": column.kind,
        "required": column.required,
        "also": ", ".join(column.aliases),
    }
    for table, its in task.tables.items()
    for column in its
]
labels = {
    "table": _("table"),
    "column": _("column"),
    "kind": _("kind"),
    "required": _("required"),
    "also": _("also called"),
}
st.dataframe(pd.DataFrame(columns).rename(columns=labels), key="method.tables", hide_index=True)
if task.settings:
    st.text(_("Settings of the task, with their defaults"))
    st.json(dict(task.settings))

st.subheader(_("The exact settings of each run"))
runs = library.runs()
mine = runs[runs["task"] == name]
if mine.empty:
    st.text(_("No run of this task yet."))
    st.page_link("pages/work/runs.py", label=_("Run models"), icon=":material/play_circle:")
else:
    titles = {row.id: f"{row.label} × {row.dataset}" for row in mine.itertuples()}
    run = st.selectbox(_("Run"), list(titles), format_func=titles.get, key="method.run")
    result = library.results().result(run)
    st.json(
        {
            "settings": dict(result.settings),
            "timings": dict(result.timings),
            "fingerprint": result.fingerprint,
            "encoder": result.encoder_key,
        }
    )

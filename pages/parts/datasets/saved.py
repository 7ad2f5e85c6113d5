"""The pieces of the library: what there is, what one dataset is like, and how to be rid of it."""

import pandas as pd
import streamlit as st

from engine.comparison.report.grounds import SAMPLE
from engine.datasets import checks
from engine.datasets import library as dataset_library
from engine.types import UserError
from pages.parts import address, cached, drawn, frame, lists
from pages.parts.apart import apart
from pages.parts.datasets import profile as text_profile
from pages.parts.datasets import task_settings
from pages.parts.datasets.upload import show_problems
from pages.parts.language import _, language, listed, name_of, say


def table() -> None:
    """Every dataset, one a row; a click on one looks at it."""
    entries = sorted(cached.datasets().values(), key=lambda one: one.builtin)  # one's own first
    rows = [
        {
            "title": cached.dataset_title(entry, language()),
            "name": entry.name,
            "task": _(cached.task(entry.task).title),
            "rows": entry.rows,
            "languages": listed(map(name_of, entry.languages)) or None,
            "licence": entry.licence or None,
            "source": (_("Parallax sample, written for it") if entry.source == SAMPLE else entry.source) or None,
            "own": not entry.builtin,
        }
        for entry in entries
    ]
    st.dataframe(
        pd.DataFrame(rows),
        key="datasets.table",
        hide_index=True,
        placeholder="–",
        height=320,
        column_config={
            "title": st.column_config.TextColumn(_("title"), width="medium"),
            "name": _("name"),
            "task": _("task"),
            "rows": st.column_config.NumberColumn(_("rows in all tables"), format="localized"),
            "languages": _("languages"),
            "licence": _("licence"),
            "source": st.column_config.TextColumn(_("source")),
            "own": st.column_config.CheckboxColumn(_("uploaded")),
        },
    )


def profile(name: str) -> None:
    """What the dataset in view is like, what the checks say of it, and its first rows."""
    entry = cached.card_of(name)
    st.header(_("The dataset in view"))
    called = dict.fromkeys([cached.dataset_title(entry, language()), entry.name, _(cached.task(entry.task).title)])
    st.text(" · ".join(called))
    try:
        dataset = cached.dataset(name)
    except UserError as error:
        st.error(_("This dataset cannot be read."))
        st.text(say(error))
        return
    lead_on(name)
    task_settings.edit(entry)
    text_profile.show(name, entry.fingerprint)
    show_problems(problems(name, entry.fingerprint))
    for table_name, rows in dataset.tables.items():
        with st.expander(_("First rows of {table}", table=table_name)):
            _draw_rows(drawn.here(name, entry.fingerprint), table_name, rows)
    if not entry.builtin:
        delete(name)


def lead_on(name: str) -> None:
    """The next step: the verdict where models have been run on the dataset, or else the runs."""
    run = not cached.runs_on(name).empty
    page, label, icon = (
        ("pages/compare/leaderboard.py", _("See the verdict"), "balance")
        if run
        else ("pages/work/runs.py", _("Run models on it"), "play_circle")
    )
    wanted = {} if run else {"runs.datasets": [name]}
    address.lead(page, label, wanted, "datasets.next", type="primary", icon=f":material/{icon}:")


@drawn.once(max_entries=32)
def _draw_rows(state: str, table_name: str, _rows: pd.DataFrame) -> None:
    shown = _rows.head(20)
    key, widths = f"datasets.rows.{table_name}", lists.fitting(shown)
    st.dataframe(shown, key=key, hide_index=True, placeholder="–", column_config=widths)


@st.cache_data(max_entries=16, show_spinner=False)
@apart
def problems(name: str, fingerprint: str) -> list:
    """What the checks find in a dataset as it is now."""
    dataset = cached.dataset(name)
    return checks.check(dataset.task, dataset.tables)


def delete(name: str) -> None:
    """Remove an uploaded dataset, after a second look; its results stay on the shelf of runs."""
    sure = st.checkbox(_("I want to delete this dataset"), key=f"datasets.sure.{name}")
    if st.button(_("Delete"), key="datasets.delete", disabled=not sure):
        st.session_state[frame.CALLED] = frame.title_of(name)
        dataset_library.delete(name)
        st.session_state[frame.DELETED_HERE] = name
        st.rerun()

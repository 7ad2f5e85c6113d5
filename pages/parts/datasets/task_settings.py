"""The settings of a task on one dataset: asked for, shown, changed, and kept with it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.datasets import library as dataset_library
from engine.metrics import ranking
from engine.metrics.agreement import RANGE
from engine.types import UserError
from pages.parts import cached
from pages.parts.language import _, say

CHOICES = {"variant": ("fast", "legacy")}


def ask(task: str, given: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The task's settings that differ from its defaults, by mteb's names; `given` are those to begin with."""
    defaults = cached.task(task).settings
    if not defaults:
        return {}
    with st.expander(_("Settings of the task")):
        chosen = {name: setting(name, given.get(name, one), f"{key}.{task}.{name}") for name, one in defaults.items()}
        st.caption(_("They are mteb's, by its names; every run writes down those that it was made with."))
    empty = {name for name, value in chosen.items() if value is None and not may_be_empty(name, defaults[name])}
    return {name: value for name, value in chosen.items() if value != defaults[name] and name not in empty}


def may_be_empty(name: str, default: Any) -> bool:
    """Whether no number means something: no limit."""
    return default is None or (name.startswith("max_") and name not in RANGE)


def setting(name: str, value: Any, key: str) -> Any:
    """One setting as what it is: yes or no, one of some words, numbers, or one number that may be left empty."""
    if isinstance(value, bool):
        return st.checkbox(name, value, key=key)
    if name in CHOICES:
        index = CHOICES[name].index(value) if value in CHOICES[name] else None
        return st.selectbox(name, CHOICES[name], index, key=key, width=360, placeholder=_("as the columns say"))
    if isinstance(value, list):
        further = [k for k in range(1, ranking.DEPTH) if k not in ranking.CUTOFFS]
        return sorted(st.multiselect(name, further, value, key=key, width=360, placeholder=_("none")))
    if isinstance(value, int | float | None):
        step = 0.01 if "fraction" in name else 1
        least = None if name in RANGE else 0 * step
        return st.number_input(name, value=value, step=step, min_value=least, key=key, width=360, placeholder=_("none"))
    return value


def edit(entry: dataset_library.DatasetEntry) -> None:
    """The settings of a dataset of the library; changed ones make its runs start afresh."""
    fixed = {name: value for name, value in entry.settings.items() if name not in cached.task(entry.task).settings}
    chosen = ask(entry.task, entry.settings, f"datasets.setting.{entry.name}")
    now = {name: value for name, value in entry.settings.items() if name not in fixed}
    if chosen == now:
        return
    if entry.builtin or entry.name.startswith("mteb:"):
        st.text(_("Samples and public datasets keep their settings, so that scores stay comparable: keep a copy."))
        name = st.text_input(_("Name of the copy"), f"{entry.name}-2", key="datasets.copy.name", width=360)
        st.button(_("Keep a copy"), key="datasets.copy", on_click=copy, args=(entry.name, name, fixed | chosen))
    else:
        st.text(_("With other settings its runs start afresh."))
        st.button(_("Change the settings"), key="datasets.change", on_click=change, args=(entry.name, fixed | chosen))
    if error := st.session_state.pop("datasets.failed", None):
        st.text(say(error))


def change(name: str, settings: Mapping[str, Any]) -> None:
    """Give a saved dataset other settings."""
    dataset_library.change_settings(name, settings)


def copy(name: str, other: str, settings: Mapping[str, Any]) -> None:
    """Keep the same tables with other settings under another name, and look at them."""
    dataset = cached.dataset(name)
    about = {key: getattr(dataset, key) for key in ("source", "licence", "languages")}
    try:
        saved = dataset_library.save(other, dataset.task, dataset.tables, settings=dict(settings), **about)
    except UserError as error:
        st.session_state["datasets.failed"] = error
        return
    st.session_state["fresh"] = saved.name

"""The choices that several pages share; they stand in the address and follow the visitor from page to page."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from pages.parts import address, cached, score_tables
from pages.parts.address import settle, stop
from pages.parts.empty import empty, welcome
from pages.parts.language import _


def runs_here(at_least: int = 1) -> pd.DataFrame:
    """The runs on the dataset in view; ends the page with what to do where there are too few."""
    if cached.runs().empty:
        welcome()
    runs = cached.runs_on(st.session_state["dataset"])
    if len(runs) < at_least:
        _lead_to_stages(runs)
        text = (
            _("No model has been run on this dataset as it is now.")
            if at_least == 1
            else _(
                "This page needs {n} models run on this dataset; so far there are {seen}.",
                n=at_least,
                seen=len(runs),
            )
        )
        empty(text, "pages/work/runs.py", _("Run models on it"))
    return runs.sort_values("score", ascending=False, ignore_index=True)


def _lead_to_stages(runs: pd.DataFrame) -> None:
    """Where only a pipeline has been run, its stages are what can be compared; ends the page there."""
    entry = cached.models().get(runs["model"].iloc[0]) if len(runs) == 1 else None
    if entry and entry.pipeline and len(entry.pipeline.parts) > 1:
        text = _(
            "Only the pipeline {name} has been run on this dataset. What each of its stages gives, and on which queries, stands on the page Pipeline.",
            name=runs["label"].iloc[0],
        )
        empty(text, "pages/compare/pipeline.py", _("Compare its stages"))


def pick_model(title: str, runs: pd.DataFrame, key: str, *, otherwise: int = 0) -> pd.Series:
    """One of the runs by its model; `otherwise` is the place of the one to begin with."""
    chosen = _asked(title, runs, key, otherwise)
    if chosen is None:
        stop()
    return chosen


def pick_two(runs: pd.DataFrame, *, second: int = 1) -> tuple[pd.Series, pd.Series]:
    """Two different runs, A and B, which begins with the run at the place `second`.

    Where a link asks for one that is not there, the other stays and both can be chosen.
    """
    left, right = st.columns(2)
    with left:
        a = _asked("A", runs, "a", 0)
    with right:
        b = _asked("B", runs, "b", second)
    if a is None or b is None:
        stop()
    if a["id"] == b["id"]:
        st.text(_("Choose two different models."))
        stop()
    return a, b


def _asked(title: str, runs: pd.DataFrame, key: str, otherwise: int) -> pd.Series | None:
    """The choice of one of the runs; None, with a sentence, where a link asks for a model that is not there."""
    labels = runs["label"].tolist()
    lost = settle(key, labels, labels[min(otherwise, len(labels) - 1)], strict=True)
    chosen = st.selectbox(
        title, labels, key=key, persist_state="session", index=None if lost else 0, placeholder=_("Choose a model")
    )
    if lost:
        score_tables.regret(
            _("The link asks for the model {asked}, which has not been run on this dataset as it is now.", asked=lost)
        )
        return None
    return runs[runs["label"] == chosen].iloc[0]


def walk(order: list[str], key: str) -> str | None:
    """Previous and next through items, also by the keys ← and →; the item stands in the address.

    None where there is no item, or where a link asks for one that is not among them, which is then said.
    """
    if not order:
        return None
    page = address.page()
    if st.session_state.get(f"{key}.page", page) != page:  # each page begins with its own first item
        st.session_state.pop(key, None)
    st.session_state[f"{key}.page"] = page
    if lost := settle(key, order, order[0], strict=True):
        score_tables.regret(_("The link asks for the item {asked}, which is not among these items.", asked=lost))
        st.button(_("Show the first item"), key=f"{key}.first", on_click=setter(key, order[0]))
        return None
    at = order.index(st.session_state[key])
    with st.container(horizontal=True, vertical_alignment="center"):
        step(_("Previous"), "left", key, order[max(at - 1, 0)])
        step(_("Next"), "right", key, order[min(at + 1, len(order) - 1)])
        st.text(_("{at} of {n}", at=at + 1, n=f"{len(order):,}"))
    return str(st.session_state[key])


def step(label: str, arrow: str, key: str, target: str) -> None:
    """One button of the walk."""
    st.button(label, key=f"{key}.{arrow}", shortcut=arrow, on_click=setter(key, target))


def setter(key: str, value: object) -> Callable[[], None]:
    """What puts a value into the state when it is called."""

    def put() -> None:
        st.session_state[key] = value

    return put

"""One suspect with all that is said of it, and the buttons by which a person has the last word."""

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.datasets import corrections, marks
from engine.datasets.marks import Mark
from engine.inspection.label_noise import finder
from engine.metrics.cells import values_in
from engine.types import Dataset
from pages.parts.judge import words
from pages.parts.language import _
from pages.parts.markdown import escape

SNIPPET = 700
WHOLE = ("retrieval", "reranking", "pair_classification")
"""Tasks whose judgements are whole numbers."""


def detail(dataset: Dataset, suspect: pd.Series, mark: Mark | None, *, following: str) -> None:
    """The texts, what the data and each model say, and the buttons."""
    task = dataset.task
    texts = finder.read(dataset, suspect.to_frame().T.assign(place=suspect.name)).iloc[0]
    shown = [name for name in texts.index if name != "document_id"]
    for column, name in zip(st.columns(len(shown)), shown, strict=True):
        with column.container(border=True):
            text = str(texts[name])
            st.text(text if len(text) <= SNIPPET else f"{text[:SNIPPET]}…")
    left, right = st.columns([2, 3])
    with left:
        st.text(_("in the data: {value}", value=words.judgement(task, suspect["given"])))
        st.text(_("the models say: {value}", value=words.judgement(task, suspect["proposed"])))
        said = words.marked(task, mark)
        st.text(_("your verdict: {value}", value=said) if said else _("not looked at yet"))
    with right:
        rows = [
            {_("model"): label, _("says"): words.says(task, value)}
            for label, value in json.loads(suspect["why"]).items()
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, placeholder="–", key="judge.why")
    buttons(dataset, suspect, mark, following=following)
    inspect(str(suspect["item"]))


def buttons(dataset: Dataset, suspect: pd.Series, mark: Mark | None, *, following: str) -> None:
    """Mistake, right, drop, take back; also by the keys 1, 2, 3 and 0."""
    place, given = str(suspect.name), json.loads(suspect["given"])
    proposed = json.loads(suspect["proposed"])

    def press(label: str, key: str, icon: str, *, made: Mark | None) -> None:
        st.button(
            label,
            key=f"judge.{key}",
            shortcut=key,
            icon=icon,
            on_click=put,
            args=(dataset.fingerprint, place, made),
            kwargs={"following": following},
        )

    with st.container(horizontal=True, vertical_alignment="bottom"):
        if proposed is not None:
            value = words.judgement(dataset.task, suspect["proposed"])
            label = _("A mistake: {value}", value=value if len(value) < 40 else f"{value[:40]}…")
            press(escape(label), "1", ":material/edit:", made=Mark(place, "replace", given, proposed))
        press(_("Right as it is"), "2", ":material/check:", made=Mark(place, "keep", given))
        if given is not None:
            press(_("Drop it"), "3", ":material/delete:", made=Mark(place, "drop", given))
        if mark is not None:
            press(_("Take back"), "0", ":material/undo:", made=None)
    other(dataset, suspect, following)


def other(dataset: Dataset, suspect: pd.Series, following: str) -> None:
    """Another judgement than the proposed one."""
    place, given = str(suspect.name), json.loads(suspect["given"])
    with st.expander(_("Another judgement"), key="judge.other"):
        value = field(dataset, place, given)
        if value is not None:
            made = Mark(place, "replace", given, value)
            st.button(
                _("Set it"),
                key="judge.set",
                on_click=put,
                args=(dataset.fingerprint, place, made),
                kwargs={"following": following},
            )


def field(dataset: Dataset, place: str, given: Any) -> Any:
    """Where another judgement is typed or chosen; None while there is none."""
    key = f"judge.value.{place}"
    if dataset.task in ("classification", "clustering"):
        name, column = corrections.COLUMNS[dataset.task]
        labels = _labels(dataset, name, column)
        if isinstance(given, list):
            return st.multiselect(_("Label"), labels, default=given, key=key, placeholder=_("choose")) or None
        return st.selectbox(
            _("Label"),
            labels,
            index=None,
            key=key,
            placeholder=_("choose or type"),
            accept_new_options=of_text(labels),
        )
    if dataset.task == "bitext_mining":
        return st.text_area(_("Translation"), value=str(given), key=key) or None
    step = 1.0 if dataset.task in ("retrieval", "reranking", "pair_classification") else 0.1
    most = 1.0 if dataset.task == "pair_classification" else None
    value = st.number_input(
        _("Score"), value=float(given or 0), step=step, min_value=0.0 if most else None, max_value=most, key=key
    )
    return round(value) if step == 1.0 else value


def of_text(labels: Sequence[Any]) -> bool:
    """Whether labels are texts, so that a new one may be typed."""
    return all(isinstance(label, str) for label in labels)


def _labels(dataset: Dataset, name: str, column: str) -> list[Any]:
    """All labels of a dataset, each once."""

    return sorted({one for cell in dataset.tables[name][column] for one in values_in(cell)}, key=str)


def put(fingerprint: str, place: str, mark: Mark | None, *, following: str) -> None:
    """Keep a mark, or take it back, and go to the next suspect."""
    if mark is None:
        marks.remove(fingerprint, [place])
        return
    marks.put(fingerprint, [mark])
    st.session_state["suspect"] = following


def inspect(item: str) -> None:
    """The way to the item on the page that shows everything about it."""
    if st.button(_("Look at it closely"), key="judge.inspect", icon=":material/troubleshoot:"):
        st.session_state["item"] = item
        st.session_state.pop("item.page", None)
        st.switch_page("pages/explore/inspect.py")

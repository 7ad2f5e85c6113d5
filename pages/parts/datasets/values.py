"""What of the values of a file can only its owner say: which labels mean alike, what is tested on, which way is up?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.datasets.reading.choices import NOTHING, Choices
from engine.datasets.reading.guess import Guess
from engine.datasets.reading.question import INVERT, LEAVE, NONE, Question
from engine.datasets.reading.questions import SHARE, questions, unsettled
from engine.datasets.reading.values.fill_down import ABOVE, MISSING
from engine.datasets.reading.values.raters import MEAN, MEDIAN
from engine.types import Tables
from pages.parts.language import _, say


def answers(tables: Tables, guess: Guess) -> Choices | None:
    """What a person says about the values; None where something is still to be said."""
    said = NOTHING
    for comes_first in DECIDING:
        said = _said([one for one in questions(tables, guess, said) if comes_first(one)], said, guess)
    asked = questions(tables, guess, said)
    said = _said([one for one in asked if not any(comes_first(one) for comes_first in DECIDING)], said, guess)
    return None if [one for one in unsettled(asked, said) if one.kind != "unjudged"] else said


DECIDING: Sequence[Callable[[Question], bool]] = (
    lambda one: one.kind == "blanks",
    lambda one: one.kind == "unjudged" and bool(one.answers),
)
"""What decides which other questions there are: what an empty cell means, and which words are no judgement."""


def _said(asked: Sequence[Question], said: Choices, guess: Guess) -> Choices:
    """What was said already, and the answers to these questions."""
    for question in asked:
        with st.container(border=True):
            st.text(say(question.message))
            more = CONTROLS[question.kind](question, f"upload.{question.kind}.{guess.task}")
            said = replace(said, **more | {"grades": {**said.grades, **more.get("grades", {})}})
    return said


def alike(question: Question, key: str) -> dict[str, tuple[str, ...]]:
    """The labels of pairs that are alike, and of those that are not; rows with others are left out."""
    left, right = st.columns(2)
    begin = () if question.open else question.proposed
    like = left.multiselect(_("alike (1)"), question.answers, begin, key=f"{key}.like", placeholder=_("choose"))
    rest = [one for one in question.answers if one not in like]
    unlike = right.multiselect(
        _("not alike (0)"), rest, rest if like else (), key=f"{key}.unlike.{','.join(like)}", placeholder=_("choose")
    )
    st.caption(_("Rows with other labels are left out."))
    return {"alike": tuple(like), "unlike": tuple(unlike) if like else ()}


def grades(question: Question, key: str) -> dict[str, object]:
    """How much each word counts, the proposal to begin with; or which of them mean that a document is right."""
    titles = {"each": _("each counts as much as I say"), "right": _("some are right, all others wrong")}
    ways = list(titles) if "--alike" in question.option else ["each"]
    way = st.radio(
        _("Judgements"),
        ways,
        index=None,
        format_func=titles.get,
        key=key,
        horizontal=True,
        label_visibility="collapsed",
    )
    if way == "right":
        return dict(alike(replace(question, proposed=(), open=True), key))
    proposed = question.proposed or (None,) * len(question.answers)
    cells = [cell for start in range(0, len(proposed), 6) for cell in st.columns(min(6, len(proposed) - start))]
    said = {
        word: count(cell, word, number, f"{key}.{word}", disabled=not way)
        for word, number, cell in zip(question.answers, proposed, cells, strict=True)
    }
    if question.proposed:
        st.caption(_("The numbers are a proposal, by the order in which these words usually stand."))
    return {"grades": said} if way and None not in said.values() else {}


def count(cell: DeltaGenerator, word: str, number: str | None, key: str, *, disabled: bool) -> float | None:
    """How much one word of the file counts, asked below it; the word is shown as it is."""
    cell.text(word)
    begin = None if number is None else float(number)
    return cell.number_input(
        _("score"), value=begin, format="%g", key=key, disabled=disabled, label_visibility="collapsed"
    )


def separator(question: Question, key: str) -> dict[str, str]:
    """Whether a cell holds several labels."""
    titles = {question.answers[0]: _("several labels in a cell"), NONE: _("one label")}
    chosen = st.radio(
        _("Labels"),
        question.answers,
        index=None,
        format_func=titles.get,
        key=key,
        horizontal=True,
        label_visibility="collapsed",
    )
    return {"separator": chosen or ""}


def share(question: Question, key: str) -> dict[str, float]:
    """How much of a labelled table is set apart for the test."""
    percent = st.slider(_("Test part, percent"), 5, 95, round(100 * SHARE), 5, key=key, width=360)
    return {"test_share": percent / 100}


def unjudged(question: Question, key: str) -> dict[str, object]:
    """Whether rows that nobody has judged are left out; where words stand there, these may count as well."""
    out, count = _("Leave them out"), _("They count 0")
    if not question.answers or "" in question.answers:
        return {"leave_out_unjudged": st.checkbox(out, key=key)}
    chosen = st.radio(_("Judgements"), (out, count), index=None, key=key, horizontal=True, label_visibility="collapsed")
    return {
        "leave_out_unjudged": chosen == out,
        "grades": dict.fromkeys(question.answers, 0.0) if chosen == count else {},
    }


def invert(question: Question, key: str) -> dict[str, bool | None]:
    """Whether numbers that fall the more alike two texts are, such as a distance, are turned round."""
    titles = {INVERT: _("turn them round"), LEAVE: _("leave them as they are")}
    chosen = one_of(_("Numbers"), question, titles, key, label_visibility="collapsed")
    return {"invert": None if chosen is None else chosen == INVERT}


def threshold(question: Question, key: str) -> dict[str, float | bool | None]:
    """From which number on (or up to which) two texts belong together."""
    low, middle, high = map(float, question.answers)
    said = st.number_input(
        _("Threshold"),
        value=None,
        step=(high - low) / 100,
        format="%g",
        key=key,
        width=360,
        placeholder=_("such as {middle}", middle=f"{middle:g}"),
    )
    if "--keep-grades" not in question.option:
        return {"threshold": said}
    keeps = st.checkbox(_("The right documents keep their grades; otherwise each counts 1"), key=f"{key}.keep")
    return {"threshold": said, "keep_grades": keeps and said is not None}


def raters(question: Question, key: str) -> dict[str, str]:
    """What several judgements of one pair are together."""
    titles = {MEDIAN: _("the median, of two in the middle the lower one"), MEAN: _("the mean, rounded to whole grades")}
    chosen = st.radio(
        _("Judgements"),
        question.answers,
        format_func=titles.get,
        key=key,
        horizontal=True,
        label_visibility="collapsed",
    )
    return {"raters": chosen}


def blanks(question: Question, key: str) -> dict[str, bool | None]:
    """Whether an empty cell means the value above it."""
    titles = {ABOVE: _("the value above it"), MISSING: _("that there is none")}
    chosen = one_of(_("An empty cell means"), question, titles, key)
    return {"fill_down": None if chosen is None else chosen == ABOVE}


def one_of(label: str, question: Question, titles: Mapping[str, str], key: str, **shown: Any) -> str | None:
    """Which of two answers is right; none is chosen beforehand but the one that the question proposes."""
    return st.radio(
        label,
        question.answers,
        index=question.answers.index(*question.proposed) if question.proposed else None,
        format_func=titles.get,
        key=".".join([key, *question.proposed]),
        horizontal=True,
        **shown,
    )


CONTROLS = {
    "alike": alike,
    "grades": grades,
    "separator": separator,
    "test_share": share,
    "unjudged": unjudged,
    "invert": invert,
    "threshold": threshold,
    "raters": raters,
    "blanks": blanks,
}

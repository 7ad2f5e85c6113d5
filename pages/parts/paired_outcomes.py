"""The pieces of the duel: the gap and its doubt, the 2 × 2 of right and wrong, the columns of the list."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from engine.comparison.verdict import duel, outlook, sure
from engine.notation import fixed, shown, span
from engine.results import frames
from engine.types import Comparison, Task
from pages.parts import address, cached, charts, export, lists
from pages.parts.language import _, language, metric_title, ngettext, say, together
from pages.parts.markdown import escape

# From which value of `measure` on an item counts as right, until the visitor moves it.
THRESHOLDS = {"sts": 0.9, "summarization": 0.75}


def verdict(a: pd.Series, b: pd.Series, task: Task) -> str:
    """Which of the two is better, by how much, and is it luck? One sentence."""
    dataset = cached.dataset_title(cached.card_of(a["dataset"]), language())
    return escape(say(duel(task, (a["label"], b["label"]), cached.comparison(a, b, task), dataset)))


def show_gap(a: pd.Series, b: pd.Series, task: Task) -> None:
    """Score against score, the interval of the gap, p, and won / tied / lost."""
    found, metric = cached.comparison(a, b, task), metric_title(task.main_metric)
    p = found.p if np.isnan(found.corrected) else found.corrected
    with st.container(horizontal=True, key="duel.gap"):
        for side, run in (("A", a), ("B", b)):
            number(f"{side} · {run['label']}", fixed(run["score"]), f"{metric} {span(run['low'], run['high'])}")
        number(
            _("A − B · {metric}", metric=metric),
            fixed(found.gap, shown(found.gap), sign=True),
            span(found.low, found.high, shown(found.gap)) or no_interval(found),
            together(
                _("The difference of the main scores and its 95% paired bootstrap interval."),
                "" if np.isnan(p) else _("{p}: {test}.", p=sure(p), test=explained(found)),
            ),
        )
        number(
            _("A won / tied / lost"),
            f"{found.won:,} / {found.tied:,} / {found.lost:,}",
            ngettext("{n} item", "{n} items", found.n),
            _("Items on which A is better, equal, worse."),
        )
    said = outlook(found)
    if said:
        st.text(say(said))


def no_interval(found: Comparison) -> str:
    """Why a difference has none: nothing ever parted the two, or too little was judged."""
    return _("alike on every item: no interval") if found.tied == found.n else _("too few for an interval")


def explained(found: Comparison) -> str:
    """The test, and p of this pair by itself where it is corrected."""
    if found.family < 2 or np.isnan(found.corrected):
        return method_of(found.method)
    return _(
        "{test}, corrected for {pairs} pairs; this pair alone: {p}",
        test=method_of(found.method),
        pairs=found.family,
        p=sure(found.p),
    )


def number(name: str, value: str, under: str, help: str | None = None) -> None:
    """One figure in its box, as wide as it needs, so that a narrow window breaks the row and not the figure."""
    st.metric(
        escape(name),
        value,
        escape(under),
        delta_color="off",
        delta_arrow="off",
        border=True,
        help=help,
        width="content",
        height="stretch",
    )


def say_part(kept: int, whole: int) -> None:
    """Where only a slice is looked at: which figures are about it."""
    if kept < whole:
        st.caption(
            _(
                "The figures above are about all {whole} items; all that follows is about the {kept} of the slice.",
                whole=f"{whole:,}",
                kept=f"{kept:,}",
            )
        )


def method_of(name: str) -> str:
    """The test behind a p-value, in words."""
    words = {
        "randomisation": _("paired randomisation test"),
        "exact randomisation": _("paired randomisation test, every swap counted"),
        "paired bootstrap": _("paired bootstrap of the difference"),
        "crossed bootstrap": _("paired bootstrap over items and repetitions (training samples, k-means runs)"),
        "none": _("too few independent items for a test"),
    }
    return words.get(name, name)


CELLS = {"both": (True, True), "a": (True, False), "b": (False, True), "none": (False, False)}


def show_distribution(pairs: pd.DataFrame, a: str, b: str, state: str) -> None:
    """How the items went: by how much they part, or both models over each other."""
    kinds = {"apart": _("by difference"), "both": _("both models")}
    if address.view("spread", kinds) == "apart":
        key, alt = "duel.differences", _("How far apart the models are, item by item")
        make = partial(charts.differences, pairs["difference"], a, b)
    else:
        key, alt = "duel.histogram", _("Per-item scores under both models")
        make = partial(charts.histogram, {a: pairs["a"], b: pairs["b"]}, _("per-item score (0 to 1)"))
    export.figure_download(charts.kept(state, key, alt, 280, make), key)


def pick_quadrant(pairs: pd.DataFrame, task: Task) -> pd.DataFrame:
    """Both right, only A, only B, both wrong: pressing one keeps its items only."""
    cells = st.container(gap="small")
    label = _("Count an item as right from a score of")
    address.number("right", label, 0, 1)
    threshold = st.slider(
        label,
        0.0,
        1.0,
        THRESHOLDS.get(task.name, 0.5),
        0.05,
        key="right",
        bind="query-params",
    )
    table = frames.quadrants(pairs, threshold)
    titles = {"both": _("both right"), "a": _("only A right"), "b": _("only B right"), "none": _("both wrong")}
    address.settle("cell", list(CELLS), None, called=" / ".join(titles.values()))
    for row in (("both", "a"), ("b", "none")):
        line = cells.container(horizontal=True)
        for name in row:
            line.button(
                f"{table.loc[CELLS[name]]:,} {titles[name]}",
                key=f"duel.{name}",
                width="stretch",
                type="primary" if st.session_state["cell"] == name else "secondary",
                on_click=toggle,
                args=(name,),
            )
    name = st.session_state["cell"]
    if name is None:
        return pairs
    right_a, right_b = CELLS[name]
    return pairs[((pairs["a"] >= threshold) == right_a) & ((pairs["b"] >= threshold) == right_b)]


def toggle(name: str) -> None:
    """A second press on a cell shows all items again."""
    st.session_state["cell"] = None if st.session_state.get("cell") == name else name
    address.write("cell", [st.session_state["cell"]] if st.session_state["cell"] else [])


def pick_side(pairs: pd.DataFrame) -> pd.DataFrame:
    """All items, or those on which one model is better."""
    titles = {"all": _("all"), "a": _("A better"), "b": _("B better"), "same": _("equal")}
    side = address.view("side", titles)
    masks = {"a": pairs["difference"] > 0, "b": pairs["difference"] < 0, "same": pairs["difference"] == 0}
    return pairs[masks[side]] if side in masks else pairs


def columns(table: pd.DataFrame, texts: list[str]) -> dict[str, object]:
    """What the list of items shows: the difference, both values, then the texts and the dataset's own columns."""
    fixed = {"difference": lists.number(_("A − B")), "a": lists.number("A"), "b": lists.number("B")}
    return fixed | {name: lists.own_column(table[name], lists.called(str(name))) for name in texts if name not in fixed}

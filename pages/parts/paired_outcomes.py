"""The pieces of the duel: the gap and its doubt, the 2 × 2 of right and wrong, the columns of the list."""

import pandas as pd
import streamlit as st

from engine.comparison.verdict import outlook
from engine.results import frames
from engine.types import Task
from pages.parts import address, cached, charts, lists
from pages.parts.language import _, ngettext, say

# From which value of `measure` on an item counts as right, until the visitor moves it.
THRESHOLDS = {"sts": 0.9, "summarization": 0.75}


def show_gap(a: pd.Series, b: pd.Series, task: Task) -> None:
    """Score against score, the interval of the gap, p, and won / tied / lost."""
    found = cached.comparison(a, b, task)
    verdict = _("may be luck") if found.p >= 0.05 else _("not luck at 5 %")
    verdict = _("no difference") if found.low == found.high == 0 else verdict
    with st.container(horizontal=True, key="duel.gap"):
        number("A", f"{a['score']:.4f}")
        number("B", f"{b['score']:.4f}")
        number(
            _("A − B"),
            f"{found.gap:+.4f}",
            f"{found.low:+.4f} … {found.high:+.4f}",
            _("The difference of the main scores and its 95 % paired bootstrap interval."),
        )
        number("p", f"{found.p:.4f}", verdict, method_of(found.method))
        number(
            _("won / tied / lost"),
            f"{found.won:,} / {found.tied:,} / {found.lost:,}",
            ngettext("{n} item", "{n} items", found.n),
            _("Items on which A is better, equal, worse."),
        )
    said = outlook(found)
    if said:
        st.text(say(said))


def number(title: str, value: str, under: str | None = None, help: str | None = None) -> None:
    """One figure in its box, as wide as it needs, so that a narrow window breaks the row and not the figure."""
    st.metric(
        title,
        value,
        under,
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
    }
    return words.get(name, name)


CELLS = {"both": (True, True), "a": (True, False), "b": (False, True), "none": (False, False)}


def show_distribution(pairs: pd.DataFrame, a: str, b: str) -> None:
    """How the items went: by how much they part, or both models over each other."""
    kinds = {"apart": _("by difference"), "both": _("both models")}
    if address.view("spread", kinds) == "apart":
        figure = charts.differences(pairs["difference"], a, b)
        charts.show(figure, "duel.differences", _("How many items part the models by how much"), height=280)
    else:
        figure = charts.histogram({a: pairs["a"], b: pairs["b"]}, _("how well an item went (0 to 1)"))
        charts.show(figure, "duel.histogram", _("How well the items went under both models"), height=280)


def pick_quadrant(pairs: pd.DataFrame, task: Task) -> pd.DataFrame:
    """Both right, only A, only B, both wrong: pressing one keeps its items only."""
    threshold = st.slider(
        _("An item counts as right from"),
        0.0,
        1.0,
        THRESHOLDS.get(task.name, 0.5),
        0.05,
        key="right",
        bind="query-params",
    )
    table = frames.quadrants(pairs, threshold)
    titles = {"both": _("both right"), "a": _("only A right"), "b": _("only B right"), "none": _("both wrong")}
    address.settle("cell", list(CELLS), None)
    for row in (("both", "a"), ("b", "none")):
        line = st.container(horizontal=True)
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


def columns(texts: list[str]) -> dict[str, object]:
    """What the list of items shows: the difference, both values, then the texts and the dataset's own columns."""
    fixed = {"difference": lists.number(_("A − B")), "a": lists.number("A"), "b": lists.number("B")}
    return fixed | {name: lists.text(str(name)) for name in texts if name not in fixed}

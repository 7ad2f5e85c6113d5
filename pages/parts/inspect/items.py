"""The pieces of the inspector: one or two models, the filters, the order, the list, and what can be taken away."""

from functools import partial
from typing import Literal

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.notation import interval
from engine.results import frames
from engine.types import Task
from pages.parts import address, cached, chart_choices, charts, drawn, lists, paired_outcomes, pickers, slice_form
from pages.parts import export as page_export
from pages.parts.address import settle, write
from pages.parts.frame import titles
from pages.parts.language import _, metric_title, ngettext, together
from pages.parts.markdown import escape
from pages.parts.views import Look, Overview, classification, retrieval, view

MANY_VALUES = 40
LABEL = 150
"""Pixels of a label in the list, however long the longest is: what was predicted stays in view beside it."""
TEXTS = {name for _table, names in frames.ITEM_TEXTS.values() for name in names}
NAMES = ("row", "level", "nearest", "found", "back_found")  # numbers that order nothing: they name something


def pick(runs: pd.DataFrame) -> Look:
    """The model to look at, and a second one beside it if wanted."""
    left, right, swap = st.columns([5, 5, 1], vertical_alignment="bottom")
    with left:
        a = pickers.pick_model(_("Model"), runs, "a")
    others = runs[runs["label"] != a["label"]]
    with right:
        label = chart_choices.one_of("beside", _("Compare with"), others["label"].tolist(), _("no second model"))
    chosen = [a] if label is None else [a, others[others["label"] == label].iloc[0]]
    swap.button(
        "⇄", key="inspect.swap", help=_("Swap the two models"), disabled=label is None,
        on_click=swapped, args=(a["label"], label),
    )  # fmt: skip
    dataset = cached.dataset(a["dataset"])
    items = slice_form.filtered({run["label"]: cached.items(run["id"]) for run in chosen}, dataset)
    return Look({run["label"]: run for run in chosen}, items, dataset)


def swapped(a: str, beside: str) -> None:
    """Each takes the other's place."""
    st.session_state["a"], st.session_state["beside"] = beside, a


def table_of(look: Look, seen: Overview) -> pd.DataFrame:
    """The items with their texts, what the picture adds, and the second model's measure."""
    table = lists.with_texts(look.mine, look.dataset).assign(**{name: list(own) for name, own in seen.columns.items()})
    if look.beside:
        other = look.items[look.beside].set_index("item")["measure"]
        table.insert(2, "other", table["item"].map(other).to_numpy())
        table.insert(3, "difference", table["measure"] - table["other"])
    return table[seen.kept].reset_index(drop=True)


def distribution(look: Look) -> None:
    """How well the items went under each model."""
    series = {label: items["measure"] for label, items in look.items.items()}
    state = drawn.here(cached.results().version(), *map(look.key, look.items))
    key, make = "inspect.histogram", partial(charts.histogram, series, _("per-item score (0 to 1)"))
    page_export.figure_download(charts.kept(state, key, _("Per-item scores of the items"), 260, make), key)


def least(task: str) -> float:
    """From which per-item score an item counts as right: the one definition of wrong on the page."""
    chosen = st.session_state.get("right_from", st.query_params.get("right_from"))
    return float(paired_outcomes.THRESHOLDS.get(task, 0.5) if chosen is None else chosen)


def answer(look: Look, task: Task, place: DeltaGenerator) -> None:
    """How the model stands on the dataset, how its items went, and how it stands against the second model, if there is one."""
    run = look.runs[look.label]
    sentence = escape(
        _(
            "On {dataset}, {model} scores {metric} {score}; {outcome}.",
            dataset=titles()[run["dataset"]],
            model=look.label,
            score=interval(run["score"], run["low"], run["high"]),
            metric=metric_title(task.main_metric),
            outcome=retrieval.outcome(look.mine) if "relevant_ranks" in look.mine else wrong(look.mine, task.name),
        )
    )
    if look.beside:
        sentence = together(sentence, paired_outcomes.verdict(run, look.runs[look.beside], task))
    place.info(sentence, icon=":material/troubleshoot:")


def wrong(mine: pd.DataFrame, task: str) -> str:
    """How many items went wrong, by the definition on the page."""
    return _(
        "{wrong} of {items} are wrong (per-item score below {least})",
        wrong=int((mine["measure"] < least(task)).sum()),
        items=ngettext("{n} item", "{n} items", len(mine)),
        least=f"{least(task):.2f}",
    )


def has_many_labels(look: Look) -> bool:
    """Whether a picture of labels against predictions is taller than a screen beside what stands above it."""
    return "predictions" in look.mine and look.mine["gold"].explode().nunique() > classification.MOST_LABELS


def pair(look: Look, runs: pd.DataFrame) -> pd.DataFrame:
    """The model with the second one, or with the best of the others."""
    others = runs[runs["label"] != look.label]
    second = others if look.beside is None else others[others["label"] == look.beside]
    return pd.concat([runs[runs["label"] == look.label], second.head(1)], ignore_index=True)


def filters(table: pd.DataFrame, look: Look, task: str) -> pd.DataFrame:
    """Keep what went wrong, what holds some letters, what has a value in one of the dataset's own columns; in order."""
    st.session_state.setdefault("find", st.query_params.get("find", ""))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = st.container(width="content")
        wanted = st.text_input(
            _("Only items that contain"), key="find", persist_state="session", icon=":material/search:", width=280
        )
        more = st.popover(_("Options"), icon=":material/tune:", key="inspect.options")
    write("find", [wanted] if wanted else [])
    with more:
        table = in_order(lists.search(pick_group(pick_wrong(table, look, task, place=place)), wanted))
    return table


def pick_wrong(table: pd.DataFrame, look: Look, task: str, *, place: DeltaGenerator) -> pd.DataFrame:
    """All items, or those that went wrong: under the chosen model, under it alone, under the other alone, under both."""
    start, label = paired_outcomes.THRESHOLDS.get(task, 0.5), _("Count an item as right from a score of")
    address.number("right_from", label, 0, 1)
    limit = st.slider(label, 0.0, 1.0, start, 0.05, key="right_from", bind="query-params")
    wrong = (table["measure"] < limit).to_numpy()
    masks = {"all": np.ones(len(table), bool), "wrong": wrong}
    words = {"all": _("all"), "wrong": _("score below {least}", least=f"{limit:.2f}")}
    if look.beside:
        other = (table["other"] < limit).to_numpy()
        masks |= {"only": wrong & ~other, "other": ~wrong & other, "both": wrong & other}
        words |= {"only": _("only this one wrong"), "other": _("only the other wrong"), "both": _("both wrong")}
    with place:
        name = address.one_of(
            "show", _("Show"), {name: f"{word} · {masks[name].sum():,}" for name, word in words.items()}
        )
    return table[masks[name]]


def pick_group(table: pd.DataFrame) -> pd.DataFrame:
    """One value of one of the dataset's own columns."""
    texts = table.select_dtypes(include=["object", "str"])
    facets = [name for name in texts if is_facet(texts[name])]
    if not facets:
        return table
    name = chart_choices.one_of("facet", _("Only one group"), facets, _("all groups"))
    if name is None:
        return table
    chosen = chart_choices.one_of("value", _("Group"), sorted(table[name].unique()), _("all groups"))
    return table if chosen is None else table[table[name] == chosen]


def is_facet(values: pd.Series) -> bool:
    """Whether a column holds a few different texts."""
    head = values.head(200)
    # one by one: the types of an empty column of texts are none that could be compared
    if not all(isinstance(one, str) for one in head) or head.nunique() > MANY_VALUES:
        return False
    if not all(isinstance(one, str) for one in values):
        return False
    return 1 < values.nunique() <= MANY_VALUES


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """By any number of the items, the lowest or the highest first."""
    numbers = [name for name in table.select_dtypes("number") if name not in NAMES]
    first = [name for name in ("measure", "other", "difference") if name in numbers]
    names = first + [name for name in numbers if name not in first]
    named = words()
    settle("sort", names, names[0], called=_("Sort by"))
    name = st.selectbox(
        _("Sort by"),
        names,
        key="sort",
        persist_state="session",
        format_func=lambda one: named.get(one) or metric_title(one),
    )
    way = address.one_of("order", _("Order"), {"up": _("lowest first"), "down": _("highest first")}, hidden=True)
    return table.sort_values(name, ascending=way == "up", kind="stable", ignore_index=True)


def columns(table: pd.DataFrame, texts: list[str], chosen: tuple[str, ...]) -> dict[str, object]:
    """What the list shows: how well the item went and its text, which a phone has room for; then what the task adds."""
    shown = {"measure": lists.number(_("per-item score"), _("The per-item score: how well this item went, 0 to 1."))}
    further = [name for name in texts if name in table and name not in chosen and not is_list(table[name])]
    width: Literal["medium", "large"] = "large" if len(further) < 2 else "medium"  # both texts of a pair are in view
    written = {name: lists.own_column(table[name], lists.called(name), width) for name in further}
    shown |= {name: written.pop(name) for name in further if name in TEXTS}
    if "other" in table:
        shown |= {"other": lists.number(_("score of the other")), "difference": lists.number(_("difference"))}
    shown |= {name: lists.plain(table, name, words().get(name)) for name in chosen if name in table}
    shown |= {name: st.column_config.TextColumn(words().get(name) or metric_title(name), width=LABEL)
              for name in ("label", "predicted_most") if name in shown}  # fmt: skip
    return shown | written


def words() -> dict[str, str]:
    """The columns that a task gives its items, in words."""
    return {
        "measure": _("per-item score"), "other": _("per-item score of the other"), "difference": _("difference"),
        "first_right": _("first right rank"), "unjudged_at_10": _("share of the first 10 unjudged"),
        "outcome": _("outcome"), "similarity": _("similarity"), "ordered": _("correctly ordered"),
        "threshold": _("best threshold"), "predicted": _("at the best F1"), "label": _("label"),
        "predicted_most": _("mostly predicted"), "cluster": _("cluster"), "score": _("score"), "gold": _("gold"),
        "cosine": _("cosine"), "residual": _("residual"), "gold_rank": _("gold rank"), "rank": _("rank by cosine"),
        "gold_score": _("score of the right one"), "claims": _("times it was found"),
        "back_score": _("score of the reverse direction"),
    }  # fmt: skip


def is_list(values: pd.Series) -> bool:
    """Whether the cells of a column hold several values."""
    first = values.iloc[0] if len(values) else ""
    return not isinstance(first, str) and hasattr(first, "__len__")


def open_item(table: pd.DataFrame, look: Look, task: str) -> None:
    """One item after the other, by buttons and by the keys ← and →: only this part of the page is drawn anew."""
    order = table["item"].tolist()

    @st.fragment
    def opened() -> None:
        if (item := pickers.walk(order, "item")) is None:
            return
        rows = {
            label: its[its["item"] == item].iloc[0] for label, its in look.items.items() if (its["item"] == item).any()
        }
        export(view(task).detail(rows, look), "item")

    opened()


def export(tables: dict[str, pd.DataFrame], key: str) -> None:
    """What is shown, to be taken away with its ids."""
    if not tables:
        return
    with page_export.menu(f"inspect.{key}"):
        for name, table in tables.items():
            st.text(name)
            page_export.table_buttons(flat(table), f"{key} {name}")


def flat(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose rows' names are a column."""
    return table if isinstance(table.index, pd.RangeIndex) else table.reset_index(names=table.index.name or "row")

"""The pieces of the inspector: the second model, the filters, the columns of the list."""

import pandas as pd
import streamlit as st

from pages.parts import boards, lists
from pages.parts.address import settle
from pages.parts.language import _

MANY_VALUES = 40


def pick_second(runs: pd.DataFrame, first: pd.Series) -> pd.Series | None:
    """A second model beside the first, if wanted."""
    others = runs[runs["label"] != first["label"]]
    settle("beside", others["label"].tolist(), None)
    chosen = st.selectbox(
        _("Beside it"),
        others["label"].tolist(),
        key="beside",
        persist_state="session",
        index=None,
        placeholder=_("no second model"),
    )
    return None if chosen is None else others[others["label"] == chosen].iloc[0]


def filters(table: pd.DataFrame) -> pd.DataFrame:
    """Keep what went wrong, what holds some letters, what has a value in one of the dataset's own columns."""
    first, second, third = st.columns(3)
    most = first.slider(_("Only items that went no better than"), 0.0, 1.0, 1.0, 0.05, key="most", bind="query-params")
    wanted = second.text_input(
        _("Only items with these letters"), key="find", bind="query-params", icon=":material/search:"
    )
    facets = [
        name for name in table if table[name].map(type).eq(str).all() and 1 < table[name].nunique() <= MANY_VALUES
    ]
    table = lists.search(table[table["measure"] <= most], wanted)
    if facets:
        facet = third.selectbox(
            _("Only one group"), facets, index=None, key="inspect.facet", placeholder=_("all groups")
        )
        if facet:
            values = sorted(table[facet].unique())
            value = third.selectbox(_("Group"), values, key="inspect.value") if values else None
            table = table[table[facet] == value]
    return table.sort_values("measure", kind="stable", ignore_index=True)


def columns(table: pd.DataFrame, texts: list[str], chosen: tuple[str, ...]) -> dict[str, object]:
    """What the list shows: how well the item went, its texts and the dataset's own columns, then the task's."""
    shown = {"measure": lists.number(_("went"), _("How well this item went: 0 to 1."))}
    shown |= {name: lists.text(str(name)) for name in texts if not table[name].map(is_list).any()}
    return shown | {name: lists.plain(table, name) for name in chosen if name in table and name not in shown}


def is_list(value: object) -> bool:
    """Whether a cell holds several values."""
    return not isinstance(value, str) and hasattr(value, "__len__")


def export(table: pd.DataFrame) -> None:
    """The filtered items with their ids."""
    boards.downloads(table, "items")

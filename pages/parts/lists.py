"""Lists of items that a person filters, sorts and opens."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

import pandas as pd
import streamlit as st

from engine.notation import UNKNOWN, amount, chance, fixed, shown
from engine.results import frames
from engine.texts.widths import width
from engine.types import Dataset
from pages.parts.language import _, metric_title

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

MOST_ROWS = 1_000
LONG = 1_200
TALL = 300
ROOM = 850
"""Pixels that a table has beside the navigation in a window of 1280."""
LEAST = 110
"""Pixels of a column in which a text can be begun to read."""
FINEST = 5
"""Decimals of a difference at most: what would need more is none to anybody."""


def with_texts(items: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Items with what a person reads of them beside their numbers."""
    texts = frames.item_texts(dataset, items)
    return pd.concat([items.reset_index(drop=True), texts[[name for name in texts if name not in items]]], axis=1)


def text_names(dataset: Dataset) -> list[str]:
    """The columns of a dataset that its lists show, those that the task is about first."""
    return list(frames.item_texts(dataset, pd.DataFrame({"item": []})))


def search(table: pd.DataFrame, wanted: str) -> pd.DataFrame:
    """The rows in which any text holds these letters, whatever their case."""
    if not wanted:
        return table
    texts = table.select_dtypes(include=["object", "str"])
    hits = pd.DataFrame({name: texts[name].astype(str).str.contains(wanted, case=False, regex=False) for name in texts})
    return table[hits.any(axis=1)]


def choose(table: pd.DataFrame, key: str, columns: dict[str, object], opens: str | None = None) -> str | None:
    """Draw a list; the id of the row that was clicked, if one was, which a click also puts into the state under `opens`."""
    if len(table) > MOST_ROWS:
        st.text(_("The first {shown} of {n}; filter to see the others.", shown=f"{MOST_ROWS:,}", n=f"{len(table):,}"))
    shown = table.head(MOST_ROWS)
    ids = shown["item"].tolist()

    def clicked() -> None:
        rows = st.session_state[key].selection.rows
        if rows and opens:
            st.session_state[opens] = str(ids[rows[0]])

    marked = {"selection": {"rows": _open(ids, opens)}} if opens and ids else None
    drawn, columns = negative(shown[list(columns)], columns)
    event = st.dataframe(
        drawn,
        key=key,
        hide_index=True,
        on_select=clicked,
        selection_mode="single-row",
        selection_default=marked,
        column_config=columns,
        height=320,
        placeholder="–",
    )
    rows = [row for row in event.selection.rows if row < len(ids)]  # a filter may have shortened the list since
    return str(ids[rows[0]]) if rows else None


def _open(ids: Sequence[str], opens: str) -> list[int]:
    """Which row is open: the first to begin with, and none where a link asks for an item that is not there."""
    chosen = st.session_state.get(opens)
    now = chosen or st.query_params.get(opens)
    return [ids.index(now)] if now in ids else [0] if chosen or now is None else []


def number(name: str, help: str | None = None) -> object:
    """A column of numbers with three decimals."""
    return st.column_config.NumberColumn(name, format="%.3f", help=help)


def count(name: str, help: str | None = None) -> object:
    """A column of whole numbers, thousands grouped."""
    return st.column_config.NumberColumn(name, format="localized", help=help)


def plain(table: pd.DataFrame, name: str, word: str | None = None) -> object:
    """A column of whatever it holds, under a word: fractions with three decimals, anything else as it is."""
    word = word or metric_title(name)
    if pd.api.types.is_float_dtype(table[name]):
        return number(word)
    return count(word) if pd.api.types.is_integer_dtype(table[name]) else word


def signed(table: pd.DataFrame, names: Sequence[str]) -> "Styler":
    """The table with these columns written as numbers that may lie below nothing; they sort as the numbers they are.

    All have as many decimals as show the smallest difference, which the first of the columns holds.
    """
    told = [shown(value) for value in table[names[0]].dropna()]
    return table.style.format(dict.fromkeys(names, partial(fixed, digits=min(max(told, default=0), FINEST), sign=True)))


def chances(table: "pd.DataFrame | Styler", *names: str) -> "Styler":
    """The table with these columns written as p-values are in sentences; they sort as the numbers they are."""
    style = table.style if isinstance(table, pd.DataFrame) else table
    return style.format(chance, subset=list(names))  # a format for some columns alone would undo that of all others


def amounts(table: "pd.DataFrame | Styler", digits: Mapping[str, int]) -> "Styler":
    """The table with these columns written as amounts with so many decimals; they sort as the numbers they are."""
    style = table.style if isinstance(table, pd.DataFrame) else table
    return style.format({name: partial(amount, digits=many) for name, many in digits.items()}, subset=list(digits))


def shares(table: "pd.DataFrame | Styler", *names: str) -> "Styler":
    """The table with these columns written in whole per cent, less than one as that; they sort as the numbers they are."""
    style = table.style if isinstance(table, pd.DataFrame) else table
    return style.format(lambda share: UNKNOWN if pd.isna(share) else f"{amount(100 * share)}%", subset=list(names))


def negative(table: pd.DataFrame, columns: Mapping[str, object]) -> tuple["pd.DataFrame | Styler", dict[str, object]]:
    """A table and its columns with minus signs as everywhere, where it has any: a grid writes hyphens by itself.

    Differences have a plus as well.
    """
    below = [name for name in table.select_dtypes("float") if name == "difference" or (table[name] < 0).any()]
    if not below:
        return table, dict(columns)
    styled = table.style.format({name: partial(fixed, sign=name == "difference") for name in below})
    return styled, {name: _unformatted(one) if name in below else one for name, one in columns.items()}


def _unformatted(column: object) -> object:
    """A column whose numbers are written already: a format of its own would win."""
    return {"label": column["label"], "help": column["help"]} if isinstance(column, dict) else column


def called(name: str) -> str:
    """What a column of a dataset is called: in the visitor's language where every task has it, else as it is."""
    return {"text": _("text"), "label": _("label")}.get(name, name)


def text(name: str, width: Literal["medium", "large"] = "large") -> object:
    """A wide column of user text."""
    return st.column_config.TextColumn(name, width=width)


def own_column(values: pd.Series, word: str, width: Literal["medium", "large"] = "large") -> object:
    """A column of the dataset's own, the same in every list: whole numbers as they are, for they may be ids or years."""
    if pd.api.types.is_integer_dtype(values):
        return word
    return number(word) if pd.api.types.is_numeric_dtype(values) else text(word, width)


def fitting(table: pd.DataFrame) -> dict[str, object]:
    """Widths by which the columns of a table of user data stand in view together, beside the navigation at 1280 pixels.

    Short columns get what they need and long ones share the rest, as long as each can still be read.
    """
    wanted = {str(name): _needs(table[name], str(name)) for name in table}
    short = {name for name, need in wanted.items() if need <= ROOM // max(len(wanted), 1)}
    rest = (ROOM - sum(wanted[name] for name in short)) // max(len(wanted) - len(short), 1)
    widths = {name: need if name in short else max(LEAST, min(rest, need)) for name, need in wanted.items()}
    return {name: st.column_config.Column(width=pixels) for name, pixels in widths.items()}


def _needs(values: pd.Series, name: str) -> int:
    """Pixels in which the header and the cells can be read whole."""
    return 36 + 8 * max(width(name) + 2, *(width(str(one)) for one in values), 4)


def whole(text: object) -> None:
    """A text as it is; a long one scrolls in its frame."""
    with st.container(border=True, height=TALL if len(str(text)) > LONG else "content"):
        st.text(text)


def side_by_side(texts: Mapping[str, object], names: Sequence[str] = ("sentence1", "sentence2")) -> None:
    """The two texts of a pair, next to each other."""
    for column, name in zip(st.columns(len(names)), names, strict=True):
        with column:
            whole(texts[name])

"""Which cells of one column cannot be used, or will not do what their owner thinks?"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from engine.types import Column, Message, Problem

SHOWN = 10
LONG = 20_000
"""Characters: far beyond what any common model reads, so that the end of such a text counts for nothing."""

MARKED = 0.01
"""The share of texts with HTML in them from which it is said; a few may be about HTML."""
EXAMPLE = 60
"""Characters of a text that are shown."""
MARKUP = re.compile(
    r"</?(?:p|br|hr|div|span|a|b|i|u|em|strong|small|ul|ol|li|dl|dt|dd|h[1-6]|table|thead|tbody|tr|td|th|img|font|pre|code"
    r"|blockquote|sub|sup|script|style|section|article|figure|iframe|input|button|label|center)(?:\s[^<>]*)?/?>"
    r"|&(?:amp|lt|gt|quot|apos|nbsp|[lr][sd]quo|[mn]dash|hellip|bull|middot|copy|reg|euro|laquo|raquo|[aeiouAEIOU]"
    r"(?:uml|acute|grave|circ)|szlig|ntilde|ccedil|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});",
    re.IGNORECASE,
)
"""Tags and entities of HTML (https://html.spec.whatwg.org/)."""


ADDRESS = r"\s*(?:https?://|www\.)\S+\s*"
ADDRESSES = 0.9
"""The share of texts that are nothing but an address of the web from which it is said."""
PLACEHOLDERS = {
    "n/a", "na", "none", "null", "nan", "-", "--", "?", "...", "…", "(blank)", "(empty)", "#n/a", "todo", "to do",
    "tbd", "tba", "to be added", "pending",
    "无", "無", "空", "暂无", "暫無", "待补", "待补充", "待補", "待補充", "待定", "待填", "待填写", "未填", "略",
}  # fmt: skip
"""What people and programs write where there is no text."""
AGAIN = 3
"""Rows in which a number far from all others must stand to be no slip of the pen."""


def found(level: Literal["error", "warning"], table: str, wrong: pd.Series, message: Message) -> list[Problem]:
    """One problem if any row is wrong, with the first of them; fills the gaps {count} and {table} of the message."""
    rows = np.flatnonzero(wrong.to_numpy(dtype=bool))
    if not len(rows):
        return []
    values = {**message.values, "count": len(rows), "table": table}
    return [Problem(level, replace(message, values=values), table, tuple(int(row) + 1 for row in rows[:SHOWN]))]


def check_column(table: str, column: Column, frame: pd.DataFrame) -> list[Problem]:
    """What is wrong with one of the task's columns in this table."""
    return CHECKS[column.kind](table, column, frame)


def _texts(table: str, column: Column, frame: pd.DataFrame) -> list[Problem]:
    texts = frame[column.name]
    gap = {"column": column.name}
    problems = found(
        "warning", table, texts.str.len() > LONG,
        Message(
            "In {count} {count:row|rows} of {table}, {column} is longer than {limit} characters; models "
            "read only its beginning.",
            gap | {"limit": LONG},
        ),
    )  # fmt: skip
    problems += _marked(table, column.name, texts) + _addresses(table, column.name, texts)
    nothing = texts.str.strip().str.lower().isin(PLACEHOLDERS)
    problems += found(
        "warning", table, nothing,
        Message(
            "In {count} {count:row|rows} of {table}, {column} only says that there is no text, such as {example!r}; "
            "it takes part as a text. Leave such rows out of the file.",
            gap | {"example": texts[nothing].iloc[0] if nothing.any() else ""},
        ),
    )  # fmt: skip
    if not column.required:
        return problems
    blank = texts.str.strip() == ""
    if "title" in frame:
        blank &= frame["title"].str.strip() == ""
    if blank.all():
        nothing = Message("The column {column} of {table} holds no text at all.", gap)
        return [*found("error", table, blank, nothing), *problems]
    empty = Message("In {count} {count:row|rows} of {table}, {column} has no text; it takes part as an empty one.", gap)
    return [*found("warning", table, blank, empty), *problems]


def _marked(table: str, column: str, texts: pd.Series) -> list[Problem]:
    """Texts with tags or entities of HTML in them, and one of these as it stands."""
    signs = np.flatnonzero(texts.str.contains("<", regex=False) | texts.str.contains("&", regex=False))
    able = texts.iloc[signs].tolist()
    matches = {row: match for row, text in zip(signs, able, strict=True) if (match := MARKUP.search(text))}
    if not matches or len(matches) < MARKED * len(texts):
        return []
    match = next(iter(matches.values()))
    start = max(0, match.start() - EXAMPLE // 3)
    marked = pd.Series(False, index=texts.index)
    marked.iloc[[*matches]] = True
    shown = " ".join(match.string[start : start + EXAMPLE].split())
    said = Message(
        "In {count} of {rows} {rows:row|rows} of {table}, {column} holds HTML, such as {example!r}; "
        "models read it as words. "
        "Strip it before the import.",
        {"column": column, "rows": len(texts), "example": shown},
    )
    return found("warning", table, marked, said)


def _addresses(table: str, column: str, texts: pd.Series) -> list[Problem]:
    """Texts that only say where a text is."""
    if not texts.head(1).str.fullmatch(ADDRESS).any() and not texts.head(50).str.fullmatch(ADDRESS).mean() > ADDRESSES:
        return []
    only = texts.str.fullmatch(ADDRESS).fillna(False)
    said = Message(
        "In {count} of {rows} {rows:row|rows} of {table}, {column} is a web address and no text; models read its "
        "letters, not the page.",
        {"column": column, "rows": len(texts)},
    )
    return found("warning", table, only, said) if only.mean() > ADDRESSES else []


def _outlying(table: str, column: str, numbers: pd.Series) -> list[Problem]:
    """A number that stands in several rows far from all others, such as -1 or 99 where nobody has judged."""
    there = numbers[np.isfinite(numbers)]
    for value in (there.min(), there.max()):
        others = there[there != value]
        if others.nunique() < AGAIN or len(others) < len(there) / 2 or len(there) - len(others) < AGAIN:
            continue
        low, high = float(others.min()), float(others.max())
        is_below_all = value < 0 <= low and value % 1 == 0 and high > 1 and table != "qrels"
        if is_below_all or max(low - value, value - high) > high - low:
            said = Message(
                "In {count} {count:row|rows} of {table}, {column} is {value}, far from all others ({low} to {high}). "
                "If it says that nobody has judged, leave these rows out of the file; as a score it counts fully.",
                {"column": column, "value": f"{value:g}", "low": f"{low:g}", "high": f"{high:g}"},
            )
            return found("warning", table, numbers == value, said)
    return []


def _ids(table: str, column: Column, frame: pd.DataFrame) -> list[Problem]:
    missing = frame[column.name].isna() | (frame[column.name].str.strip() == "")
    return found(
        "error",
        table,
        missing,
        Message("In {count} {count:row|rows} of {table}, {column} is missing.", {"column": column.name}),
    )


def _numbers(table: str, column: Column, frame: pd.DataFrame) -> list[Problem]:
    numbers, gap = frame[column.name], {"column": column.name}
    return [
        *found(
            "error",
            table,
            numbers.isna(),
            Message("In {count} {count:row|rows} of {table}, {column} is no number.", gap),
        ),
        *found(
            "error",
            table,
            np.isinf(numbers),
            Message("In {count} {count:row|rows} of {table}, {column} is infinite.", gap),
        ),
        *_outlying(table, column.name, numbers),
    ]


def _labels(table: str, column: Column, frame: pd.DataFrame) -> list[Problem]:
    labels = frame[column.name]
    missing = labels.isna() | (labels.astype("str").str.strip() == "")
    return found(
        "error",
        table,
        missing,
        Message("In {count} {count:row|rows} of {table}, {column} is missing.", {"column": column.name}),
    )


def _lists(table: str, column: Column, frame: pd.DataFrame) -> list[Problem]:
    lists, gap = frame[column.name], {"column": column.name}
    empty = lists.map(lambda texts: not any(text.strip() for text in texts)).astype(bool)
    return found(
        "error", table, empty, Message("In {count} {count:row|rows} of {table}, the list {column} holds no text.", gap)
    )


CHECKS: Mapping[str, Callable[[str, Column, pd.DataFrame], list[Problem]]] = {
    "text": _texts, "id": _ids, "number": _numbers, "label": _labels, "texts": _lists,
}  # fmt: skip


def hashable(cell: Any) -> Any:
    """A cell as something that can be compared and counted: lists as tuples."""
    return tuple(cell) if isinstance(cell, list) else cell


def among(values: pd.Series, known: pd.Series) -> pd.Series:
    """Which of the values are known; pandas' own `isin` takes a hundred times as long where both are `str`."""
    found = pd.Series(values.to_numpy(object), dtype=object).isin(set(known))
    return found.set_axis(values.index)


def repeats(frame: pd.DataFrame, columns: list[str]) -> pd.Series:
    """Which rows have in these columns what an earlier row has."""
    there = [name for name in columns if name in frame]
    plain = {name: frame[name].map(hashable) if frame[name].dtype == object else frame[name] for name in there}
    return pd.DataFrame(plain, index=frame.index).duplicated()

"""Which columns hold a tick or nothing (x, √, yes, 1)? An empty cell says no there, and is no missing judgement."""

from collections.abc import Mapping

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.datasets.recognition.facts import Facts, facts
from engine.datasets.recognition.headers import AT_END, is_aside, is_id, is_unnamed, likeness
from engine.texts import label_words
from engine.texts.column_names import called, column, plain
from engine.types import Message, Tables

JUDGING = tuple(column("score", "number", meaning) for meaning in ("grade", "alike"))
SIGNS = {"x", "✓", "✔", "✔️", "√", "☑", "☑️", "✅", "●", "○", "◯", "■", "*", "v", "y", "勾"}
ONE = {"1", "1.0"}
WORDS = 1.2
"""Words from which a column may hold texts."""


def with_ticks(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with 1 for such ticks and 0 where there is none, and which columns these were.

    Beside two texts, or their ids, columns are looked at that judge by their name; beside one, all that may be labels.
    """
    made, notes = dict(tables), []
    for name, table in tables.items():
        held = {str(one): facts(table[one]) for one in table.columns if not has_lists(table[one])}
        for header in _ticked(held):
            cells, mark = as_text(table[header]).str.strip().fillna(""), _mark(held[header])
            if {*cells.unique()} != {"", mark}:
                continue
            marks = (cells != "").map({True: "1", False: "0"}).astype("str")
            made[name] = made[name].assign(**{header: marks})
            message = Message(
                "In {column} of {table} stands {mark} or nothing: {count} of {rows} rows are marked and count 1, the "
                "others 0.",
                {"column": called(header), "table": name, "mark": mark,
                 "count": int((marks == "1").sum()), "rows": len(marks)},
            )  # fmt: skip
            notes.append(message)
    return made, notes


def _ticked(held: Mapping[str, Facts]) -> list[str]:
    """The columns with a mark in some cells, and nothing in the others."""
    marked = [header for header, one in held.items() if _mark(one)
              and not (is_id(header) or is_aside(header) or is_unnamed(header))]  # fmt: skip
    rest = {header: one for header, one in held.items() if header not in marked}
    judging = [header for header in marked if max(likeness(one, header) for one in JUDGING) >= AT_END]
    texts = [header for header, one in rest.items() if one.words > WORDS and one.numbers < 0.5]
    if len(texts) >= 2 or sum(map(is_id, rest)) >= 2:
        return judging if len(judging) == 1 else []
    several = len(marked) > 1
    return [one for one in marked if texts and (several or _mark(held[one]) not in ONE)]


def _mark(held: Facts) -> str:
    """The mark that stands in the cells that are not empty, if some are; "" where it is none, or there are several."""
    said = [one for one in held.values if one]
    if len(said) != 1 or not (held.missing or len(held.values) > 1):
        return ""
    is_mark = said[0].lower() in SIGNS or said[0] in ONE or plain(said[0]) in label_words.words("alike")
    return said[0] if is_mark else ""

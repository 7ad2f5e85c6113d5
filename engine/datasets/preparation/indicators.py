"""Which columns of 0 and 1 are the labels of a text, one column a label?"""

from itertools import groupby

import numpy as np
import pandas as pd

from engine.datasets.recognition.facts import Facts, facts
from engine.datasets.recognition.headers import AT_END, is_aside, is_id, is_unnamed, likeness
from engine.texts.column_names import column, names, plain, words
from engine.types import Message, Tables

FEWEST = 3
"""Columns side by side from which on they are taken for labels; two are enough where each row has one of them."""
BINARY = {"0": 0, "1": 1, "0.0": 0, "1.0": 1, "true": 1, "false": 0}
ASKING = {"is", "has", "was", "can", "contains"}
"""With these begin names of what else is known of a text."""
TELLING = tuple(
    column(meaning, "label", meaning) for meaning in ("label", "alike", "grade", "query", "first_text", "second_text")
)
"""What a table of labelled texts has no other column for; flags beside those are no labels of a text."""


def with_labels(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with such columns as one of labels, a name where each row has one 1, else a list; and which."""
    made, notes = dict(tables), []
    for name, table in tables.items():
        held = {str(header): facts(table[header]) for header in table.columns}
        columns = _indicators(held)
        if not columns or not any(one.words > 1.2 and one.distinct > 0.5 for one in held.values()):
            continue
        cells = np.column_stack([table[one].astype("str").str.strip().str.lower().map(BINARY) for one in columns])
        if np.isnan(cells.astype(float)).any():
            continue
        is_one = bool((cells.sum(axis=1) == 1).all())
        if len(columns) < FEWEST and not is_one:
            continue
        labels = (
            pd.Series(np.array(columns)[cells.argmax(axis=1)], index=table.index, dtype="str")
            if is_one
            else pd.Series([np.array(columns)[row == 1].tolist() for row in cells], table.index, object)
        )
        rest = table.drop(columns=columns)
        rest.insert(min([str(one) for one in table.columns].index(columns[0]), rest.shape[1]), "labels", labels)
        made[name] = rest
        said = (
            Message("{columns} of {table} hold 1 in one column of each row: its name is the label.")
            if is_one
            else Message(
                "{columns} of {table} hold 0 and 1: each row has the names of those with 1 as its labels; {count} "
                "{count:row has|rows have} none."
            )
        )
        none = int((cells.sum(axis=1) == 0).sum())
        notes.append(Message(said.template, {"columns": tuple(columns), "table": name, "count": none}))
    return made, notes


def _indicators(held: dict[str, Facts]) -> list[str]:
    """The longest run of columns of 0 and 1 that no other column of the table explains."""
    if any(
        max(likeness(one, header) for one in TELLING) >= AT_END
        for header, of in held.items()
        if not _is_flag(header, of)
    ):
        return []
    runs = [[header for header, _ in run] for kind, run in groupby(held.items(), lambda one: _kind(*one)) if kind]
    longest = max(runs, key=len, default=[])
    varied = [header for header in longest if not held[header].is_constant]
    return longest if len(varied) > 1 else []


def _kind(header: str, held: Facts) -> str:
    """How a column writes yes and no, for labels of one text are written alike; "" where it does not."""
    if not _is_flag(header, held):
        return ""
    return "numbers" if {one[0] for one in held.values} <= {"0", "1"} else "words"


def _is_flag(header: str, held: Facts) -> bool:
    if not held.is_binary or held.missing or is_unnamed(header) or is_id(header) or is_aside(header):
        return False
    if {*words(header)[:1]} & ASKING or plain(header).startswith("是否"):
        return False
    return not {plain(header)} & {*names("label"), *names("alike"), *names("grade"), *names("similarity")}

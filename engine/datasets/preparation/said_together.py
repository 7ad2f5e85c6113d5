"""Which columns has a person named together: a title and its body for one text, labels for the levels of one?"""

from collections.abc import Iterable, Sequence

import pandas as pd

from engine import plugins
from engine.datasets.conversion import as_text, has_lists
from engine.datasets.reading.guess import PLUS
from engine.texts.column_names import called
from engine.types import BadDataset, Message, Tables

LABEL = "label"


def joined(tables: Tables, wanted: Iterable[tuple[str, str]]) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with each wanted (task's column, `title + body`) as a column: the texts of both; and a word of it.

    Labels become a list a row. What a table has under its own name stays as it is, and so does a part that is wanted
    by itself too.

    Raises:
        BadDataset: no table has all columns that are to be joined, or one of them holds lists.
    """
    pairs = dict.fromkeys(wanted)
    made, notes, kept = dict(tables), [], {header for _, header in pairs}
    headers = dict.fromkeys(str(header) for table in tables.values() for header in table.columns)
    for to, name in pairs:
        group = name.split(PLUS)
        if name in headers or len(group) < 2:
            continue
        for header in group:
            plugins.pick(headers, header, "column")
        able = [given for given, table in made.items() if {*group} <= {*map(str, table.columns)}]
        if not able:
            raise BadDataset("No table has all of the columns {columns}.", columns=tuple(map(called, group)))
        are_labels = to.rpartition(".")[2] == LABEL
        for given in able:
            cells = (_levels if are_labels else _text)(made[given], group)
            made[given] = _in_place(made[given], group, kept, cells)
        told = (
            Message(
                "Each row has the labels of {columns} as a list: of a clustering they are levels, in classification "
                "several labels of one text."
            )
            if are_labels
            else Message("{columns} were joined to one text.")
        )
        notes.append(Message(told.template, {"columns": tuple(map(called, group))}))
    return made, notes


def _in_place(table: pd.DataFrame, group: Sequence[str], kept: Iterable[str], cells: pd.Series) -> pd.DataFrame:
    """The table with these cells in the place of the first of these columns, of which those stay that are kept."""
    place = list(map(str, table.columns)).index(group[0])
    rest = table.drop(columns=[header for header in table.columns if str(header) in group and str(header) not in kept])
    rest.insert(min(place, rest.shape[1]), PLUS.join(group), cells)
    return rest


def _text(table: pd.DataFrame, group: Sequence[str]) -> pd.Series:
    """One text of these columns, a blank between."""
    cells = [one.fillna("") for one in _cells(table, group)]
    whole = cells[0].str.cat(cells[1:], sep=" ").str.strip()
    return whole.mask(whole == "")


def _levels(table: pd.DataFrame, group: Sequence[str]) -> pd.Series:
    """One list a row, the coarsest label first, up to the first that is missing; missing without any."""
    columns = sorted(_cells(table, group), key=lambda one: one.nunique())
    rows = [_up_to_missing(row) for row in zip(*columns, strict=True)]
    return pd.Series([row or None for row in rows], index=table.index, dtype=object)


def _up_to_missing(row: Sequence[object]) -> list[str]:
    there = [pd.notna(cell) and cell != "" for cell in row]
    return [str(cell) for cell in row[: (*there, False).index(False)]]


def _cells(table: pd.DataFrame, group: Sequence[str]) -> list[pd.Series]:
    lists = [header for header in group if has_lists(table[header])]
    if lists:
        raise BadDataset("The column {column} holds lists; only texts can be joined to one.", column=called(lists[0]))
    return [as_text(table[header]).str.strip() for header in group]

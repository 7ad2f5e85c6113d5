"""Do the files of a folder that are built alike have a header, all or none of them?"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

import pandas as pd

from engine.types import Message, Note

UNNAMED = re.compile(r"column \d+")
DOUBTFUL = {"--header", "--no-header"}
NAMES = {"class", "classes", "mapping", "labels_map", "label_names", "vocab"}
"""Files that only explain the others: nobody need say whether they have a header."""


def settled(
    tables: Mapping[str, pd.DataFrame], notes: list[Note], shapes: Mapping[str, tuple[str, int]]
) -> tuple[dict[str, pd.DataFrame], list[Note]]:
    """The tables, those of doubtful first rows as others of their folder are that have the same suffix and width.

    `shapes` says of each table the suffix of its file and how many columns it has.
    """
    made, said = dict(tables), list[Note]()
    doubtful = {note.table for note in notes if note.option in DOUBTFUL}
    for note in notes:
        if note.option not in DOUBTFUL or note.table not in made:
            said.append(note)
            continue
        if PurePosixPath(note.table).name.lower() in NAMES:
            said.append(replace(note, option=""))
            continue
        sure = {_is_bare(made[other]) for other in _like(note.table, shapes) if other not in doubtful}
        if len(sure) != 1:
            said.append(note)
            continue
        (bare,) = sure
        made[note.table] = _made(made[note.table], bare=bare)
        values = {"table": note.table}
        message = (
            Message("{table} has no header, as the files beside it have none.", values)
            if bare
            else Message("The first row of {table} names its columns, as in the files beside it.", values)
        )
        said.append(Note(message, note.table))
    return made, said


def _like(table: str, shapes: Mapping[str, tuple[str, int]]) -> list[str]:
    folder = PurePosixPath(table).parent
    return [
        other
        for other in shapes
        if other != table and PurePosixPath(other).parent == folder and shapes[other] == shapes[table]
    ]


def _is_bare(table: pd.DataFrame) -> bool:
    return all(UNNAMED.fullmatch(str(column)) for column in table.columns)


def _made(table: pd.DataFrame, *, bare: bool) -> pd.DataFrame:
    """The table with its first row as data, or as its header, as it is said to be."""
    if bare == _is_bare(table):
        return table
    if bare:
        names = [f"column {number}" for number in range(1, len(table.columns) + 1)]
        first = pd.DataFrame([[None if UNNAMED.fullmatch(name) else name for name in table.columns]], columns=names)
        return pd.concat([first.astype("str"), table.set_axis(names, axis=1)], ignore_index=True)
    names = [cell if isinstance(cell, str) else name for cell, name in zip(table.iloc[0], table.columns, strict=True)]
    return table.iloc[1:].set_axis(names, axis=1).reset_index(drop=True) if len({*names}) == len(names) else table

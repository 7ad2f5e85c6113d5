"""Is each file of a folder one record of the same kind, such as a document a file? Then they are one table."""

from collections.abc import Mapping
from pathlib import PurePosixPath

import pandas as pd

from engine.types import BadFile, Message, Note

MANY = 10
"""Files of one record that are one table rather than so many."""
LOOSE = "files"
"""What such files are called that lie in no folder, as those of an upload do."""
IN_FOLDER = Message(
    "{file}: {count} files of one record each in {folder} are one table, their names in the column {column}."
)
ALONE = Message("{file}: {count} files of one record each are one table, their names in the column {column}.")
NAME = "file"
"""The column of the files' own names, by which other tables call them."""


def joined(
    file: str, tables: Mapping[str, pd.DataFrame], shapes: Mapping[str, tuple[str, int]]
) -> tuple[dict[str, pd.DataFrame], list[Note]]:
    """The tables of a single row each that have the same columns in one folder, as one; and which these were.

    Raises:
        BadFile: two files of one name hold different records.
    """
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, table in tables.items():
        if len(table) == 1 and shapes[name][0] == ".json":
            groups.setdefault((name.split("/")[0] if "/" in name else "", *map(str, table.columns)), []).append(name)
    made, notes = dict(tables), []
    for (above, *_), group in groups.items():
        top = above or LOOSE
        if len(group) < MANY or top in made:
            continue
        rows = pd.concat([made.pop(name) for name in group], ignore_index=True)
        rows.insert(0, NAME if NAME not in rows else f"{NAME} id", [PurePosixPath(name).name for name in group])
        texts = rows.astype("str").drop_duplicates()
        if texts.iloc[:, 0].duplicated().any():
            twice = texts.iloc[:, 0][texts.iloc[:, 0].duplicated()].iloc[0]
            raise BadFile("{file}: two files called {name!r} in {folder} hold different records.",
                          file=file, name=f"{twice}.json", folder=top)  # fmt: skip
        made[top] = rows.loc[texts.index].reset_index(drop=True)
        told = IN_FOLDER if above else ALONE
        values = {"file": file, "count": len(group), "folder": top, "column": str(rows.columns[0])}
        notes.append(Note(Message(told.template, values)))
    return made, notes

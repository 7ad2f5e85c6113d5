"""Is each file of a folder one record of the same kind, such as a document a file? Then they are one table."""

from collections.abc import Mapping
from pathlib import PurePosixPath

import pandas as pd

from engine.types import BadFile, Message, Note

MANY = 10
"""Files of one record that are one table rather than so many."""
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
        if len(table) == 1 and "/" in name and shapes[name][0] == ".json":
            groups.setdefault((name.split("/")[0], *map(str, table.columns)), []).append(name)
    made, notes = dict(tables), []
    for (top, *_), group in groups.items():
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
        notes.append(
            Note(
                Message(
                    "{file}: {count} files of one record each in {folder} are one table, their names in the column "
                    "{column}.",
                    {"file": file, "count": len(group), "folder": top, "column": str(rows.columns[0])},
                )
            )
        )
    return made, notes

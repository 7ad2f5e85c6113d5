"""Which columns hold texts behind a scheme, as manifests of labelling services write them (`content://How do I …`)?"""

import pandas as pd

from engine.datasets.conversion import has_lists
from engine.texts.column_names import called
from engine.types import Message, Tables

SCHEMES = ("content://", "text://", "data:text/plain,")
"""ModelArts writes a text so in place of the address of its file."""
FIRST = 20
"""Cells that are looked at before all of a column are."""


def without_schemes(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with these texts alone, and where a scheme stood before them."""
    made, notes = dict(tables), []
    for name, table in tables.items():
        for header in map(str, table.columns):
            scheme = _scheme(table[header])
            if scheme:
                made[name] = made[name].assign(**{header: table[header].str.removeprefix(scheme)})
                message = Message(
                    "{scheme} before each text in {column} of {table} was passed over.",
                    {"scheme": scheme, "column": called(header), "table": name},
                )
                notes.append(message)
    return made, notes


def _scheme(cells: pd.Series) -> str:
    """What stands before all cells that are there; nothing where one of them begins otherwise."""
    first = cells.head(FIRST).dropna()
    if not len(first) or pd.api.types.is_numeric_dtype(cells) or has_lists(first):
        return ""
    if not isinstance(first.iloc[0], str):
        return ""
    scheme = next((one for one in SCHEMES if first.iloc[0].startswith(one)), "")
    return scheme if scheme and cells.dropna().astype("str").str.startswith(scheme).all() else ""

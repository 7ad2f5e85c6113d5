"""Labels as annotation tools write them: several as {"choices": […]}, none as an empty list."""

import json

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.texts.column_names import called, column, plain
from engine.types import Message, Tables

LABEL = column("label", "label", "label")
CHOICES = '{"choices":'
"""How Label Studio writes several choices among single ones."""
ROWS = 5_000
"""Rows in which such are looked for."""


def with_choices(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with choices as lists, without the rows to which nobody gave a label; and how many these were."""
    made, notes = dict(tables), []
    for name, table in tables.items():
        for header in map(str, table.columns):
            begin = table[header].head(ROWS)
            if not has_lists(begin) and as_text(begin).str.startswith(CHOICES, na=False).any():
                cells = [_listed(cell) for cell in table[header]]
                made[name] = table = table.assign(**{header: pd.Series(cells, index=table.index, dtype=object)})
            if plain(header) not in (LABEL.name, *LABEL.aliases) or not has_lists(table[header]):
                continue
            empty = table[header].map(lambda cell: isinstance(cell, list) and not cell)
            if empty.any() and not empty.all():
                made[name] = table = table[~empty].reset_index(drop=True)
                message = Message(
                    "{count} {count:row|rows} of {table} {count:has|have} no label in {column} and {count:was|were} "
                    "left out.",
                    {"count": int(empty.sum()), "table": name, "column": called(header)},
                )
                notes.append(message)
    return made, notes


def _listed(cell: object) -> list[str] | None:
    """A cell as a list of labels; None where it is empty."""
    if not isinstance(cell, str) or not cell.strip():
        return None
    if not cell.startswith(CHOICES):
        return [cell]
    try:
        said = json.loads(cell)["choices"]
    except json.JSONDecodeError:
        return [cell]
    return [str(one) for one in said] if isinstance(said, list) else [str(said)]

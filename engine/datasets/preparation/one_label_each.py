"""Which tables hold the texts of one label each, as SNIPS' files do, and are one table together?"""

import pandas as pd

from engine.datasets.conversion import has_lists
from engine.datasets.recognition.tables import split
from engine.texts.column_names import column, plain
from engine.types import Message, Tables

LABEL = column("label", "label", "label")


def with_together(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with those of one label each put together, those of one split at a time; and which these were."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, table in tables.items():
        label = _label(table)
        if label:
            groups.setdefault((split(name), label, *map(str, table.columns)), []).append(name)
    made, notes = dict(tables), []
    for (of, label, *_), group in groups.items():
        together = of or "labels"
        if len(group) < 2 or together in tables or len({tables[name][label].iloc[0] for name in group}) < len(group):
            continue
        made = {name: table for name, table in made.items() if name not in group}
        made[together] = pd.concat([tables[name] for name in group], ignore_index=True)
        notes.append(
            Message("{count} tables hold the texts of one label each and are one table, {table}.",
                    {"count": len(group), "table": together})
        )  # fmt: skip
    return made, notes


def _label(table: pd.DataFrame) -> str:
    """The column of labels that is the same in every row; "" without one."""
    return next(
        (str(one) for one in table.columns if plain(str(one)) in (LABEL.name, *LABEL.aliases)
         and not has_lists(table[one]) and len(table) and table[one].nunique(dropna=False) == 1), "",
    )  # fmt: skip

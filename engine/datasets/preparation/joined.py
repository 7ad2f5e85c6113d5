"""Which tables of a file are built alike, such as one sheet a year, and could be one?"""

from collections.abc import Mapping

import pandas as pd

from engine.datasets.recognition import tables as names
from engine.datasets.recognition.headers import is_id, is_unnamed
from engine.types import Tables

SHOWN = 3
MARK = " + "


def parts(tables: Tables) -> Mapping[str, tuple[str, ...]]:
    """{the name of what they are together: the tables that are built alike}; none where they are parts of a set."""
    groups: dict[frozenset[str], list[str]] = {}
    for name, table in tables.items():
        if MARK not in name:
            groups.setdefault(frozenset(map(str, table.columns)), []).append(name)
    if any(sum(map(is_id, headers)) > 1 for headers in groups):
        return {}  # judgements: the others are the two sides of them
    return {
        _name(group): tuple(group)
        for headers, group in groups.items()
        if len(group) > 1 and len(headers) > 1 and not all(map(is_unnamed, headers))
        and not any(names.split(name) or any(names.is_called(part, name) for part in names.PARTS) for name in group)
    }  # fmt: skip


def _name(group: list[str]) -> str:
    return MARK.join(group if len(group) <= SHOWN else [group[0], "…", group[-1]])


def with_joined(tables: Tables) -> dict[str, pd.DataFrame]:
    """What tables that are built alike are together, and then the tables themselves."""
    together = {
        name: pd.concat([tables[part] for part in group], ignore_index=True) for name, group in parts(tables).items()
    }
    return together | dict(tables)

"""Which files are parts of one table: the numbered shards of the hub and of Spark, or files numbered in a row?"""

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import PurePosixPath

import pandas as pd

from engine.types import BadFile, Message, Note

HUB = re.compile(r"-(\d{5})-of-(\d{5})(-[0-9a-f]{6,})?$")
SPARK = re.compile(r"^part-(\d{5})-[0-9a-f-]{36}(-c\d+)?(\.\w+)*$")
NUMBERED = re.compile(r"^(.*?)[-_. ]?(\d+)$")


def joined(file: str, tables: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], list[Note]]:
    """The tables, those that are shards of one put together in their order under its name; and what was put together.

    Raises:
        BadFile: a shard is missing, or there twice.
    """
    groups: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for name in tables:
        whole, number = _place(file, name)
        groups[whole].append((number, name))
    for whole, found in _rows_of_files(tables, groups).items():
        for number, name in found:
            del groups[name]
            groups[whole].append((number, name))
    made, notes = {}, []
    for whole, found in groups.items():
        names = [name for _, name in sorted(found)]
        made[whole] = (
            tables[names[0]] if len(names) == 1 else pd.concat([tables[name] for name in names], ignore_index=True)
        )
        if len(names) > 1:
            values = {"file": file, "count": len(names), "table": whole}
            notes.append(Note(Message("{file}: {count} files are the parts of one table, {table!r}.", values), whole))
    return made, notes


def _place(file: str, name: str) -> tuple[str, int]:
    """The table that a file belongs to, and its place there."""
    path = PurePosixPath(name)
    if found := SPARK.match(path.name):
        return str(path.parent) if path.parent.name else "part", int(found[1])
    found = HUB.search(name)
    return (name[: found.start()], int(found[1])) if found else (name, 0)


def check_whole(file: str, names: list[str]) -> None:
    """Raises BadFile where a shard of the hub is missing, by the number of shards that the others state."""
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name in names:
        if found := HUB.search(name):
            seen[name[: found.start()], found[2]].add(found[1])
    for (whole, count), numbers in seen.items():
        if len(numbers) < int(count):
            lacking = next(number for number in range(int(count)) if f"{number:05}" not in numbers)
            raise BadFile(
                "{file}: of {count} shards of {table!r}, number {number} is missing.",
                file=file, count=int(count), table=whole, number=lacking + 1,
            )  # fmt: skip


def _rows_of_files(
    tables: Mapping[str, pd.DataFrame], groups: Mapping[str, list[tuple[int, str]]]
) -> dict[str, list[tuple[int, str]]]:
    """Files of one folder that are numbered in a row from 0 or 1 and have the same columns, several of them."""
    rows: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for name, found in groups.items():
        path = PurePosixPath(name)
        number = NUMBERED.match(path.name)
        if len(found) == 1 and number and len(tables[found[0][1]].columns) > 1:
            rows[str(path.with_name(number[1] or "part"))].append((int(number[2]), name))
    return {
        whole: found
        for whole, found in rows.items()
        if len(found) > 1
        and sorted(number for number, _ in found) in (list(range(len(found))), list(range(1, len(found) + 1)))
        and len({tuple(tables[name].columns) for _, name in found}) == 1
    }

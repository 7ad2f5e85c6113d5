"""Does a table that links others name several of their rows at once: `d1; d7` in a cell, or doc1 and doc2 beside it?"""

import re
from collections.abc import Sequence

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.datasets.preparation.lists.listed_ids import (
    ASKED,
    PARTS,
    each_id,
    is_coded,
    is_text,
    names_documents,
    own_id,
)
from engine.datasets.reading.identifiers import Meetings
from engine.datasets.recognition.headers import AT_END, is_id, likeness
from engine.texts.column_names import called
from engine.types import Message, Tables

KNOWN = 0.5
"""The share of ids, one by one, that must stand in another table, and of whole cells that must not."""
NUMBERED = re.compile(r"(.*?\D)[ _-]?\d{1,2}")


def with_links(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with a row for each id that such a table names, and what was parted."""
    made, notes = dict(tables), []
    for name in tables if len(tables) > 1 else ():
        if any(is_text(made[name][one]) for one in made[name].columns):
            continue
        notes += _stack(made, name)
        for header in map(str, made[name].columns):
            notes += _part(made, name, header)
    return made, notes


def _part(made: dict[str, pd.DataFrame], name: str, header: str) -> list[Message]:
    """A row for each id of a cell, where most of them stand in another table; what stands beside goes along."""
    table = made[name].reset_index(drop=True)
    if not _may_name(table, header):
        return []
    cells = as_text(table[header]).str.strip()
    several = cells.str.contains(PARTS, regex=True, na=False)
    if not several.any():
        return []
    ids = each_id(cells)
    found = pd.DataFrame({"cell": cells[several].iloc[0], header: ids}, dtype="str")
    other = _named(made, name, found, header)
    if not other:
        return []
    along = [one for one in map(str, table.columns) if one != header and _run_along(table[one], ids, several)]
    parted = table.loc[ids.index].reset_index(drop=True)
    for one in along:
        parts = as_text(table[one]).str.strip(" []()").str.split(PARTS, regex=True).loc[ids.index.unique()].explode()
        parted[one] = parts.to_numpy(object)
    made[name] = parted.assign(**{header: ids.to_numpy(object)})
    return [
        Message(
            "Cells of {column} in {table} name several rows of {other}, such as {example}: each has a row of its own, "
            "{count} in all.",
            {"column": called(header), "table": name, "other": other, "example": cells[several].iloc[0],
             "count": len(ids)},
        )
    ]  # fmt: skip


def _may_name(table: pd.DataFrame, header: str) -> bool:
    """Whether a column may hold ids, by its name or as no number is written."""
    if has_lists(table[header]) or pd.api.types.is_numeric_dtype(table[header]):
        return False
    if is_id(header) or names_documents(header) or likeness(ASKED, header) >= AT_END:
        return True
    some = each_id(table[header].dropna().head(100))
    return bool(len(some)) and all(map(is_coded, some))


def _named(made: Tables, name: str, found: pd.DataFrame, header: str) -> str:
    """The table whose ids these are one by one; "" without one, or where whole cells are ids there."""
    for other, target in made.items():
        own = own_id(target) if other != name else ""
        if own:
            meetings = Meetings({name: found, other: target})
            if meetings.share(name, header, other, own) >= KNOWN > meetings.share(name, "cell", other, own):
                return other
    return ""


def _run_along(cells: pd.Series, ids: pd.Series, several: pd.Series) -> bool:
    """Whether every cell has as many parts as there are ids beside it, as `2;1` beside `d1;d7`."""
    if has_lists(cells) or pd.api.types.is_numeric_dtype(cells):
        return False
    parts = as_text(cells).str.strip(" []()").str.split(PARTS, regex=True).str.len()
    counts = ids.groupby(level=0).size()
    return bool(several.any()) and bool((parts.reindex(counts.index) == counts).all())


def _stack(made: dict[str, pd.DataFrame], name: str) -> list[Message]:
    """The ids of columns that are called alike but for a number below one another."""
    table = made[name]
    groups: dict[str, list[str]] = {}
    for header in map(str, table.columns):
        if match := NUMBERED.fullmatch(header):
            groups.setdefault(match[1].rstrip(" _-"), []).append(header)
    groups = {one: headers for one, headers in groups.items() if len(headers) > 1}
    if len(groups) != 1:
        return []
    ((one, headers),) = groups.items()
    if one in table or not all(_may_name(table, header) for header in headers):
        return []
    rest = [header for header in map(str, table.columns) if header not in headers]
    long = table.melt(id_vars=rest, value_vars=headers, value_name=one).drop(columns="variable")
    long = long[as_text(long[one]).str.strip().fillna("") != ""].reset_index(drop=True)
    other = _named(made, name, long.assign(cell=""), one)
    if not other or not rest:
        return []
    made[name] = long
    return [_stacked(headers, name, other, len(long))]


def _stacked(headers: Sequence[str], name: str, other: str, count: int) -> Message:
    return Message(
        "{columns} of {table} name rows of {other}: each has a row of its own, {count} in all.",
        {"columns": tuple(headers), "table": name, "other": other, "count": count},
    )

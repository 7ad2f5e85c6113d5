"""What is a table meant for, going by its name: which part of a dataset, which split?"""

import re
from functools import lru_cache

import pandas as pd

from engine.datasets.conversion import has_lists
from engine.texts.column_names import names, plain
from engine.types import BadDataset, Message, Tables

PARTS = ("corpus", "queries", "qrels", "candidates", "train", "test")
SPLITS = {"test": 3, "dev": 2, "train": 0}
"""Which split is evaluated where there are several: the one with the most points; 1 for a name that is none."""

BINARY = {"0": 0, "1": 1, "0.0": 0, "1.0": 1, "true": 1, "false": 0, "是": 1, "否": 0}
FEW = 20
"""Cells that are looked at before all of a column are."""


@lru_cache(maxsize=4096)
def words(given: str) -> frozenset[str]:
    """The words of a table's name, with the whole and its last part."""
    lower = plain(given.replace("/", " "))
    return frozenset({given.lower(), lower, plain(given.rpartition("/")[2]), *re.split(r"[\W_]+", lower)})


def is_called(part: str, given: str) -> bool:
    """Whether the table's name is one of this part of a dataset."""
    said, known = words(given), names(f"table_{part}")
    return bool(said & set(known)) or any(not word.isascii() and word in given for word in known)


def affinity(part: str, given: str) -> float:
    """How well a given table's name fits a part of a dataset that has several, in 0..1."""
    if part in words(given):
        return 1.0
    if part not in PARTS:
        return 1.0 if part in words(given) else 0.7
    if part in ("train", "test") and split(given) and (split(given) == "train") != (part == "train"):
        return 0.3
    if is_called(part, given):
        return 0.97
    return 0.3 if any(is_called(other, given) for other in PARTS[:4] if other != part) else 0.7


def split(given: str) -> str:
    """test, dev or train where the table's name says it; else ""."""
    said = words(given)
    return next((one for one in SPLITS if said & set(names(f"split_{one}"))), "")


def points(given: str) -> int:
    """How rather this table is evaluated than others of its kind, by its name: 0..3."""
    return SPLITS.get(split(given), 1)


@lru_cache(maxsize=4096)
def rest(given: str) -> frozenset[str]:
    """What a table's name says beside its part and its split, such as a language or the name of a set."""
    said = {one for one in re.split(r"[\W_]+", plain(given.replace("/", " "))) if one and not one.isdigit()}
    known = {word for part in PARTS for word in names(f"table_{part}")} | {"small", "data", "tsv", "csv", "json"}
    return frozenset(said - known - {word for one in SPLITS for word in names(f"split_{one}")})


def differ(one: str, other: str) -> bool:
    """Whether two tables are different parts of a dataset by their names."""
    parts = [{part for part in PARTS if is_called(part, given)} for given in (one, other)]
    return bool(parts[0] and parts[1]) and not parts[0] & parts[1]


def are_splits(one: str, other: str) -> bool:
    """Whether two given tables are splits of one, by their names."""
    splits = {split(one), split(other)}
    return "" not in splits and len(splits) == 2 and rest(one) == rest(other)


def parted(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables; one with a column of splits (train, test) as one table a split, called `table/column=split`."""
    made: dict[str, pd.DataFrame] = {}
    for name, table in tables.items():
        able = ((str(one), _splits(str(one), table[one])) for one in table.columns)
        found = next(((header, of) for header, of in able if of is not None), None)
        if found is None:
            made[name] = table
            continue
        header, values = found
        for value in values.unique().tolist():
            part = table[(values == value).to_numpy()].drop(columns=header)
            of = header if split(f"{header}={value}") == split(value) else "split"  # is_test=train speaks of both
            made[f"{name}/{of}={value}"] = part.reset_index(drop=True)
    return made, []


def _splits(header: str, cells: pd.Series) -> pd.Series | None:
    """Of which split each row is; None where a column does not say it of all, of at least two.

    A column that is called otherwise, or not at all, says it where both train and test are among its words.
    """
    if plain(header) in names("is_test") or plain(header) in names("is_train"):
        yes, no = ("test", "train") if plain(header) in names("is_test") else ("train", "test")
        said = cells.astype("str").str.lower().map(BINARY)
        return said.map({1: yes, 0: no}) if said.nunique() == said.nunique(dropna=False) == 2 else None
    first = cells.iloc[:FEW].dropna()
    if not len(first) or has_lists(first) or not all(split(str(value)) for value in first.unique()):
        return None
    values = cells.dropna().astype("str")
    different = values.unique().tolist()
    kinds = {split(value) for value in different}
    if len(different) < 2 or "" in kinds or len(values) < len(cells) or plain(header) in names("label"):
        return None
    return values if plain(header) in names("split_column") or {"train", "test"} <= kinds else None


def of_split(tables: Tables, wanted: str) -> dict[str, pd.DataFrame]:
    """The tables without those of other splits than this one; a training part stays, for it is learnt from.

    Raises:
        BadDataset: no table is of that split.
    """
    if not wanted:
        return dict(tables)
    exact = {name for name in tables if plain(wanted) in words(name)}
    kind = split(wanted)
    chosen = exact or {name for name in tables if kind and split(name) == kind}
    if not chosen:
        raise BadDataset(
            "No table is of the split {split!r}; there are: {tables}.", split=wanted, tables=", ".join(tables)
        )
    return {name: table for name, table in tables.items() if name in chosen or split(name) in ("", "train")}

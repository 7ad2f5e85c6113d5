"""Which texts of a dataset stand on its map, and by what can they be coloured?"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype

from engine import plugins
from engine.results import frames
from engine.texts.languages import languages
from engine.types import Dataset, UserError

MOST_VALUES = 300
SCRIPTS = {
    "Han": "\u3400-\u9fff\uf900-\ufaff",
    "Japanese": "\u3040-\u30ff",
    "Hangul": "\uac00-\ud7af\u1100-\u11ff",
    "Latin": "A-Za-z\u00c0-\u024f",
    "Cyrillic": "\u0400-\u052f",
    "Greek": "\u0370-\u03ff",
    "Arabic": "\u0600-\u06ff",
    "Hebrew": "\u0590-\u05ff",
    "Devanagari": "\u0900-\u097f",
    "Thai": "\u0e00-\u0e7f",
}


def fields(dataset: Dataset) -> dict[str, int]:
    """What can be mapped of a dataset: the names under which its task has texts embedded, and how many they are."""
    return {name: len(one.items) for name, one in plugins.tasks()[dataset.task].texts(dataset).items()}


def choose(dataset: Dataset, names: Sequence[str], *, limit: int | None, seed: int) -> tuple[pd.DataFrame, int]:
    """The points of a map, one per different text of each field, and how many there would be without the limit.

    Columns: field, row (of its first copy among the field's texts), text, copies, characters, script, language, and as
    `data.NAME` every column of the dataset's own that has between two and 300 different values or is a number. Above
    the limit each field gives a random sample: its equal share, or all it has where that is less.
    """
    texts = plugins.tasks()[dataset.task].texts(dataset)
    if unknown := [name for name in names if name not in texts]:
        raise UserError(
            "{dataset} has no texts called {unknown}; it has {names}.",
            dataset=dataset.name,
            unknown=", ".join(unknown),
            names=", ".join(texts),
        )
    parts = {name: _distinct(dataset, name, list(texts[name].items)) for name in names}
    total = sum(map(len, parts.values()))
    rng, left = np.random.default_rng(seed), limit or total
    for number, name in enumerate(sorted(parts, key=lambda name: len(parts[name]))):
        size = min(len(parts[name]), left // (len(parts) - number))
        parts[name] = parts[name].iloc[np.sort(rng.choice(len(parts[name]), size, replace=False))]
        left -= size
    return _colourable(pd.concat(parts.values(), ignore_index=True)), total


def _distinct(dataset: Dataset, name: str, texts: list[str]) -> pd.DataFrame:
    """One row per different text of a field, with the dataset's own columns of its first copy."""
    all_rows = pd.DataFrame({"field": name, "row": np.arange(len(texts)), "text": pd.Series(texts, dtype="str")})
    all_rows = all_rows.join(_own_columns(dataset, name, all_rows["text"]).add_prefix("data."))
    copies = all_rows.groupby("text", sort=False)["row"].size()
    rows = all_rows.drop_duplicates("text", ignore_index=True)
    rows.insert(3, "copies", copies.to_numpy())
    rows.insert(4, "characters", rows["text"].str.len())
    rows.insert(5, "script", scripts(rows["text"]))
    rows.insert(6, "language", languages(rows["text"], rows["script"], [code[:2] for code in dataset.languages]))
    return rows


def _own_columns(dataset: Dataset, name: str, texts: pd.Series) -> pd.DataFrame:
    """What the dataset's tables say of these texts beside ids and texts, row for row; no columns if they lack them."""
    kinds = {
        column.name: column.kind for columns in plugins.tasks()[dataset.task].tables.values() for column in columns
    }
    for table, found in _rows_of(dataset, name, texts):
        kept = [column for column in table if kinds.get(column) not in ("text", "texts", "id")]
        kept = [column for column in kept if not column.startswith("_")]
        own = table[kept].iloc[found].reset_index(drop=True)
        named = [column for column in own if kinds.get(column) == "label" or not is_numeric_dtype(own[column])]
        return own.assign(**{column: own[column].map(_name, na_action="ignore") for column in named})
    return pd.DataFrame(index=texts.index)


def _rows_of(dataset: Dataset, name: str, texts: pd.Series) -> Iterator[tuple[pd.DataFrame, Any]]:
    """The tables in which these texts stand, and in which of their rows."""
    if name in dataset.tables and len(dataset.tables[name]) == len(texts):
        yield dataset.tables[name], np.arange(len(texts))
    for table in dataset.tables.values():
        for column in [name, "text"]:
            if column in table:
                first = pd.Series(np.arange(len(table)), index=table[column]).groupby(level=0).first()
                found = first.reindex(texts)
                if found.notna().all():
                    yield table, found.to_numpy(int)


def _name(value: Any) -> str:
    """A label as one text, a list of labels or levels too."""
    return " / ".join(map(str, value)) if isinstance(value, list | tuple | np.ndarray) else str(value)


def _colourable(table: pd.DataFrame) -> pd.DataFrame:
    """Without the columns that have one value only, or hundreds that are no numbers."""
    dropped = []
    for name in [column for column in table if column.startswith("data.")]:
        values = table[name].nunique()
        if values < 2 or (values > MOST_VALUES and not is_numeric_dtype(table[name])):
            dropped.append(name)
    return table.drop(columns=dropped)


def scripts(texts: pd.Series) -> pd.Series:
    """The writing that most of the first 200 letters of each text belong to; any kana makes a text Japanese."""
    start = texts.str.slice(0, 200)
    counts = pd.DataFrame({name: start.str.count(f"[{letters}]") for name, letters in SCRIPTS.items()})
    counts.loc[counts["Japanese"] > 0, "Japanese"] += counts["Han"]
    return counts.idxmax(axis=1).where(counts.max(axis=1) > 0, "other")


def measures(dataset: Dataset, items: pd.DataFrame, texts: pd.Series) -> npt.NDArray[np.float32]:
    """How well the judged items with this text went, 0..1: their mean, nan where there are none; shape of `texts`."""
    columns = frames.ITEM_TEXTS[dataset.task][1]
    said = frames.item_texts(dataset, items)
    long = pd.concat([pd.Series(items["measure"].to_numpy(), index=said[column]) for column in columns])
    return long.groupby(level=0).mean().reindex(texts).to_numpy(np.float32)

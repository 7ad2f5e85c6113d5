"""What keeps a file from any use, or from the one that its columns are named for?"""

import json
from collections.abc import Mapping

import pandas as pd

from engine.datasets.conversion import has_lists
from engine.datasets.recognition.facts import Facts, facts
from engine.datasets.recognition.headers import AT_END, SERVED, SQUEEZED, likeness
from engine.readers.nested import chats
from engine.texts.column_names import called, column
from engine.types import BadDataset, Message, Tables

SIDES = column("sentence1", "text", "first_text"), column("sentence2", "text", "second_text")
SCORES = tuple(column("score", "number", meaning) for meaning in ("similarity", "grade"))
FILE = r"[^\s<>|*?\"]*[^\s<>|*?\"./\\]\.[A-Za-z][A-Za-z0-9]{1,4}"
"""A name or a path of a file, up to its suffix."""
FIRST = 50
"""Cells that are looked at."""


def refuse(tables: Tables, task: str | None) -> None:
    """Raises BadDataset where that is so."""
    if told := unusable(tables, task):
        raise BadDataset(told.template, **told.values)


def unusable(tables: Tables, task: str | None) -> Message | None:
    """The sentence that says it: scores that are all equal, chats in cells, or nothing but addresses or files."""
    held = {name: {str(one): facts(table[one]) for one in table.columns} for name, table in tables.items()}
    return _equal_scores(tables, held, task) or _chats(tables, held) or _no_texts(tables, held)


def _equal_scores(tables: Tables, held: Mapping[str, Mapping[str, Facts]], task: str | None) -> Message | None:
    """That all tables of two texts and a score have one score only; the names of all three must say what they are."""
    if task not in (None, "sts"):
        return None
    found = [(name, columns) for name, columns in held.items() if _is_compared(columns, strictly=task is None)]
    scores = [(name, [header for header in columns if _is_score(header)], columns) for name, columns in found]
    if not scores or any(not of[one].is_constant or of[one].numbers <= 0.5 for _, able, of in scores for one in able):
        return None
    if any(tables[name][one].dropna().nunique() > 1 for name, able, _ in scores for one in able):
        return None  # facts are of some cells only, the sentence of all
    name, able, columns = scores[0]
    return Message(
        "All scores in {column} of {table} are equal, {value}; nothing can correlate with them.",
        {"column": called(able[0]), "table": name, "value": columns[able[0]].values[0]},
    )


def _is_score(header: str) -> bool:
    return max(likeness(score, header) for score in SCORES) >= AT_END


def _is_compared(columns: Mapping[str, Facts], *, strictly: bool) -> bool:
    if not any(map(_is_score, columns)):
        return False
    return not strictly or all(any(likeness(side, one) >= SQUEEZED for one in columns) for side in SIDES)


def _chats(tables: Tables, held: Mapping[str, Mapping[str, Facts]]) -> Message | None:
    """That a column holds whole chats as JSON, and no other one texts."""
    if any(_may_be_text(one) for columns in held.values() for one in columns.values() if not one.has_lists):
        return None
    for name, columns in held.items():
        for header, one in columns.items():
            if one.has_lists and _are_chats(tables[name][header]):
                return Message(
                    "The cells of {column} in {table} are chats written as JSON, which is not read; save the chats as "
                    "JSON lines, or write each question and its right answer into a row of a table, under question and "
                    "answer.",
                    {"column": called(header), "table": name},
                )
    return None


def _are_chats(cells: pd.Series) -> bool:
    texts = [cell for cell in cells.dropna().head(FIRST) if isinstance(cell, str)]
    try:
        return bool(texts) and bool(chats.column([{"chat": json.loads(cell)} for cell in texts]))
    except json.JSONDecodeError:
        return False


def _no_texts(tables: Tables, held: Mapping[str, Mapping[str, Facts]]) -> Message | None:
    """That there are addresses or names of files only, and nothing in the tables is a text."""
    if any(_may_be_text(one) for columns in held.values() for one in columns.values()):
        return None
    links = tuple(called(header) for columns in held.values() for header, one in columns.items() if one.is_link)
    if links:
        return Message(
            "{columns} hold addresses of texts, and no column holds texts; put the texts themselves into the file.",
            {"columns": links},
        )
    files = tuple(called(header) for name in held for header in held[name] if _are_files(tables[name][header]))
    if not files:
        return None
    return Message(
        "{columns} hold names of files, and no column holds texts; put the texts themselves into the file.",
        {"columns": files},
    )


def elsewhere(tables: Tables) -> Message | None:
    """That columns called like texts hold addresses or names of files in their place, whatever the others hold."""
    found = tuple(
        called(header) for table in tables.values() for header in map(str, table.columns)
        if any(likeness(one, header) >= AT_END for one in SERVED)
        and (facts(table[header]).is_link or _are_files(table[header]))
    )  # fmt: skip
    if not found:
        return None
    return Message(
        "{columns} hold addresses or names of files in place of texts; put the texts themselves into the file.",
        {"columns": found},
    )


def unnamed_sides(tables: Tables) -> Message | None:
    """That a table judges documents by ids, as TREC's qrels do, and what these name is not all there."""
    judging = next((name for name, table in tables.items() if {"query_id", "corpus_id"} <= {*table.columns}), None)
    if judging is None or len(tables) > 2:
        return None
    return Message(
        "{table} judges documents for queries by their ids; a table of the queries and one of the documents, each with "
        "id and text, must lie beside it.",
        {"table": judging},
    )


def _may_be_text(held: Facts) -> bool:
    return held.has_lists or (held.words > 1.2 and held.numbers < 0.5 and not held.is_link)


def _are_files(cells: pd.Series) -> bool:
    texts = cells.dropna().head(FIRST)
    if not len(texts) or has_lists(texts):
        return False
    return bool(texts.astype("str").str.fullmatch(FILE).all())

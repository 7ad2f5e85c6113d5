"""Which rows bear -1 in place of a label, as those that nobody has annotated do, such as GLUE's test splits?"""

import numpy as np
import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.datasets.recognition.headers import AT_END, likeness
from engine.datasets.recognition.tables import split
from engine.texts.column_names import called, column, words
from engine.types import Message, Tables

MEANT = tuple(column("label", "label", meaning) for meaning in ("label", "alike", "similarity", "grade"))
SIGNED = {"sentiment", "polarity", "stance", "opinion", "attitude", "情感", "极性", "态度", "立场", "倾向"}
"""Labels that have a side below nothing."""
FEW, FEW_OF_TWO = 0.2, 0.1
"""The share of rows with -1 beside 0 to k, at most; beside 0 and 1 alone it may be a class as well."""
MOST_CLASSES = 1_000


def without_unannotated(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables without splits and rows of that kind, and how many these were."""
    made, notes = dict(tables), []
    for name, table in tables.items():
        for header in map(str, table.columns):
            labels = _labels(header, table)
            if labels is None or not (labels == -1).any():
                continue
            if (labels == -1).all() and _is_annotated_elsewhere(name, header, made):
                del made[name]
                told = Message("All rows of {table} have -1 in {column}: nobody has labelled them. It was left out.")
            elif _are_few(header, labels):
                made[name] = table[labels != -1].reset_index(drop=True)
                told = Message(
                    "{count} of {rows} {rows:row|rows} of {table} {count:has|have} -1 in {column} and the others 0 to "
                    "{most}: nobody has labelled them, and they were left out. If -1 is a class, give it a name."
                )
            else:
                continue
            counts = {"count": int((labels == -1).sum()), "rows": len(labels), "most": int(labels.max())}
            notes.append(Message(told.template, {"table": name, "column": called(header), **counts}))
            break
    return made, notes


def _labels(header: str, table: pd.DataFrame) -> np.ndarray | None:
    """The cells of a column that is called like labels or scores, as numbers; None where one is none."""
    if max(likeness(one, header) for one in MEANT) < AT_END or not len(table) or has_lists(table[header]):
        return None
    if not as_text(table[header].head(20)).str.fullmatch(r"-?[0-9.]+").all():
        return None
    numbers = pd.to_numeric(table[header], errors="coerce").to_numpy(np.float64)
    return None if np.isnan(numbers).any() else numbers


def _is_annotated_elsewhere(name: str, header: str, tables: Tables) -> bool:
    """Whether the same column of another split holds nothing below 0, but for a few."""
    if not split(name):
        return False
    others = [_labels(header, table) for other, table in tables.items() if other != name and header in table.columns]
    return any(one is not None and (one >= 0).mean() >= 1 - FEW for one in others)


def _are_few(header: str, labels: np.ndarray) -> bool:
    different = np.unique(labels[labels != -1])
    if not 1 < len(different) <= MOST_CLASSES or not np.array_equal(different, np.arange(len(different))):
        return False
    share = float((labels == -1).mean())
    if len(different) == 2:
        return share <= FEW_OF_TWO and not SIGNED & {*words(header)}
    return share <= FEW

"""Which tables does a competition give beside the labelled ones: a test without labels, a sample of what to submit?"""

from collections.abc import Mapping

import pandas as pd

from engine.datasets.conversion import has_lists
from engine.datasets.recognition.facts import facts
from engine.datasets.recognition.headers import AT_END, PERHAPS, is_id, likeness
from engine.datasets.recognition.tables import split
from engine.texts.column_names import called, column, words
from engine.types import Message, Tables

LABEL = tuple(column("label", "label", meaning) for meaning in ("label", "alike", "similarity", "grade"))
SUBMITTED = {"submission", "submissions", "submit"}
MOST = 4
"""Columns of a sample of what to submit, at most."""


def without_unlabelled(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables without such ones, and a word on each."""
    labelled = {name: table for name, table in tables.items() if split(name) == "train" and _labels(table)}
    if len(labelled) != 1:
        return dict(tables), []
    ((own, train),) = labelled.items()
    tests = {name: lacks for name, table in tables.items() if name != own and (lacks := _lacks(name, table, train))}
    samples = [name for name, table in tables.items() if name not in {own, *tests} and _is_sample(name, table, train)]
    if not tests:
        return dict(tables), []
    notes = [
        Message("{table} has no {column}, which {train} has: it cannot be tested on, and was left out.",
                {"table": name, "column": called(lacks), "train": own})
        for name, lacks in tests.items()
    ] + [
        Message("{table} shows how predictions are to be submitted, and was left out.", {"table": name})
        for name in samples
    ]  # fmt: skip
    return {name: table for name, table in tables.items() if name not in {*tests, *samples}}, notes


def _labels(table: pd.DataFrame) -> list[str]:
    """The columns that may be labels or scores, by name and content."""
    return [header for header in map(str, table.columns) if not is_id(header) and _means_label(header) >= PERHAPS - 0.1]


def _means_label(header: str) -> float:
    return max(likeness(one, header) for one in LABEL)


def _lacks(name: str, table: pd.DataFrame, train: pd.DataFrame) -> str:
    """The label that a test lacks, whose other columns are those of the training part but for its id."""
    own, known = {*map(str, table.columns)}, {*map(str, train.columns)}
    if split(name) not in ("test", "dev") or any(not is_id(header) for header in own - known):
        return ""
    shared = [header for header in own & known if not is_id(header)]
    lacking = [header for header in map(str, train.columns) if header in _labels(train) and header not in own]
    if not shared or not lacking or any(_means_label(header) >= AT_END for header in shared):
        return ""
    return max(lacking, key=_means_label) if _has_text(table, shared) else ""


def _has_text(table: pd.DataFrame, headers: list[str]) -> bool:
    return any(not has_lists(table[one]) and facts(table[one]).words > 1.2 for one in headers)


def _is_sample(name: str, table: pd.DataFrame, train: Mapping[str, pd.Series]) -> bool:
    """Whether it is called so, and has ids and labels only."""
    said = {*words(name.rpartition("/")[2])}
    headers = [str(header) for header in table.columns]
    return (
        bool(said & SUBMITTED) and len(headers) <= MOST and any(header in train or is_id(header) for header in headers)
    )

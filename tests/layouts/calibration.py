"""How often is a reading right that is given this confidence? `python -m tests.layouts.calibration` prints it."""

import sys

import pandas as pd

from engine.datasets import library, mapping
from engine.datasets.preparation.steps import prepared
from engine.datasets.reading.application import Unsettled, apply
from engine.datasets.reading.guess import left_over
from engine.datasets.reading.opening import Opened
from engine.readers.choice import read
from engine.types import UserError
from tests.layouts import HERE, Case, cases, differences

EDGES = [0, 0.2, 0.5, 0.8, 0.95, 1.0]


def likeliest(case: Case) -> tuple[float, bool] | None:
    """The confidence of the likeliest reading of a case, and whether it is right; None where there is none to judge."""
    try:
        given = read(HERE / case.path)
        tables, _ = prepared(given.tables, given.notes)
        found = mapping.guesses(tables)
    except UserError:
        return None
    if not found or found[0].missing or not mapping.is_worthy(found[0], tables):
        return None
    one = found[0]
    try:
        made = apply(tables, one)
        dataset = library.from_file(case.path, Opened(one.task, made.tables, one, left_over(tables, one)))
    except Unsettled:
        return (one.confidence, one.task in case.tasks) if case.tasks else None  # it waits for an answer
    except UserError:
        return None
    return one.confidence, not differences(case, dataset)


def table() -> pd.DataFrame:
    """Readings by confidence: how many, how many of them right, and the confidence that they were given on average."""
    judged = [one for case in cases() if (one := likeliest(case)) is not None]
    rows = pd.DataFrame(judged, columns=["confidence", "right"])
    grouped = rows.groupby(pd.cut(rows["confidence"], EDGES, include_lowest=True), observed=True)
    return grouped.agg(readings=("right", "size"), right=("right", "sum"), share=("right", "mean"),
                       confidence=("confidence", "mean")).round(3)  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write(f"{table().to_string()}\n")

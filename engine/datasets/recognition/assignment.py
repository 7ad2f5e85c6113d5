"""Which given column stands for which of a task's: the best for all together, and what else it could be?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.types import Column

MOST = 4
"""Other readings of one table that are weighed."""


@dataclass(frozen=True)
class Assignment:
    """{task's column: (given column, how surely)} of one table."""

    columns: Mapping[str, tuple[str, float]]

    @property
    def total(self) -> float:
        """What all of them count together."""
        return sum(sure for _, sure in self.columns.values())


@dataclass(frozen=True)
class Offer:
    """One reading of one given table: {task's column: (given column, how surely)}, and how well its name fits."""

    given: str
    columns: Mapping[str, tuple[str, float]]
    affinity: float


def assignments(
    wanted: Sequence[Column], given: Sequence[str], strengths: Mapping[tuple[str, str], float]
) -> list[Assignment]:
    """The best assignment of the given columns, each used once, and those with one of its columns somewhere else."""
    best = _best(wanted, given, strengths)
    others, needed = [], {column.name for column in wanted if column.required}
    for name, (header, _) in best.columns.items():
        other = _best(wanted, given, {pair: sure for pair, sure in strengths.items() if pair != (name, header)})
        if needed & {*other.columns} == needed & {*best.columns} and other.columns != best.columns:
            others.append(other)
    unique = {tuple((name, header) for name, (header, _) in one.columns.items()): one for one in [best, *others]}
    return [best, *sorted(list(unique.values())[1:], key=lambda one: -one.total)[:MOST]]


def _best(wanted: Sequence[Column], given: Sequence[str], strengths: Mapping[tuple[str, str], float]) -> Assignment:
    """The assignment that counts most; among equals the given order is kept."""
    from scipy.optimize import linear_sum_assignment

    table = np.zeros((len(wanted), len(given)))
    for row, column in enumerate(wanted):
        for place, header in enumerate(given):
            if sure := strengths.get((column.name, header), 0.0):
                table[row, place] = sure + 0.25 * column.required + 1e-5 * row * place / max(1, len(given))
    rows, places = linear_sum_assignment(table, maximize=True)
    return Assignment(
        {
            wanted[row].name: (given[place], strengths[wanted[row].name, given[place]])
            for row, place in zip(rows, places, strict=True)
            if table[row, place] > 0
        }
    )

"""Which readings of given tables is a person asked to choose from?"""

from collections.abc import Sequence

from engine.datasets.reading.guess import Guess
from engine.datasets.recognition.headers import is_unnamed

ASKED = 4
"""Readings that a person is asked to choose from."""


def rivals(found: Sequence[Guess]) -> list[Guess]:
    """The complete readings that a person is asked to choose from, the likeliest first."""
    complete = [one for one in found if not one.missing]
    near = [one for one in complete if one.worth >= 0.6 * complete[0].worth]
    different: list[Guess] = []
    for one in near if len(near) > 1 else complete:
        if not any(_is_same_but(kept, one) for kept in different):
            different.append(one)
    leading = {one.task: one for one in reversed(different)}.values()  # the likeliest of each task
    others = [one for one in different if one not in leading][: max(0, ASKED - len(leading))]
    return [one for one in different if one in leading or one in others][:ASKED]


def _is_same_but(one: Guess, other: Guess) -> bool:
    """Whether two readings differ in nothing but columns that only one of them has, or in how they are written down."""
    if one.task == other.task and one.layout != other.layout:
        differing = _said(one) ^ _said(other)
        if all(to.endswith("_id") for _, to, _ in differing):
            return True
    if (one.task, one.layout, one.invert, {*one.tables}) != (other.task, other.layout, other.invert, {*other.tables}):
        return False
    pairs = [(one.tables[name], other.tables[name]) for name in one.tables]
    return all(a[0] == b[0] and all(is_same(to, a[1][to], b[1][to]) for to in {*a[1]} & {*b[1]}) for a, b in pairs)


def is_same(to: str, one: str, other: str) -> bool:
    """Whether two readings mean the same by a column, or the other takes a nameless one for ids that have a name."""
    return one == other or (to.endswith("id") and is_unnamed(other) and not is_unnamed(one))


def _said(one: Guess) -> set[tuple[str, str, str]]:
    """What a reading takes for what: an answer is a document, whether it is one of pairs or of samples."""
    return {
        (given, "document" if to == "positive" else to, header)
        for given, columns in one.tables.values()
        for to, header in columns.items()
    }

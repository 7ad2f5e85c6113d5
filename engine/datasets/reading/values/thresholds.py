"""From which number on, or up to which, is a document right or a pair alike?"""

from collections.abc import Mapping

import pandas as pd

from engine.datasets.conversion import without_percent
from engine.datasets.reading.question import FROM, UP_TO, Question
from engine.datasets.recognition.directions import is_inverse
from engine.datasets.recognition.facts import FEW
from engine.texts.column_names import called
from engine.types import Message

SIDES: Mapping[tuple[bool, str], Message] = {
    (False, FROM): Message(
        "The numbers of {column} lie between {low} and {high}; from which on do two texts belong together?"
    ),
    (False, UP_TO): Message(
        "The numbers of {column} lie between {low} and {high}; up to which do two texts belong together?"
    ),
    (True, FROM): Message(
        "The numbers of {column} lie between {low} and {high}; from which on is a document right for its query?"
    ),
    (True, UP_TO): Message(
        "The numbers of {column} lie between {low} and {high}; up to which is a document right for its query?"
    ),
}
"""By whether documents are graded for queries, and on which side the right ones lie."""

GRADES = " (1 for the right ones, 0 for the others), or with --keep-grades too (the right ones keep their grades)"
HIGHEST = 10
"""The greatest grade of relevance that anybody gives: more is a count, as of clicks, or a mark out of hundred."""
MARKS = 5
"""The greatest grade of a document that is no mark out of ten or more."""


def threshold(
    header: str,
    cells: pd.Series,
    *,
    falls: bool | None,
    all_right: bool = False,
    graded: bool = False,
    most: float | None = None,
) -> Question | None:
    """Numbers of which yes or no is wanted: fractions, more than can be named one by one, or places such as a rank.

    `falls`: whether less is more alike, where that is settled; else its name says it.
    `all_right`: whether something must be wrong, so that it is asked too where the least number is above 0.
    `most`: a greater number is one of many marks, be they whole and few.
    """
    bare = without_percent(cells)
    numbers = pd.to_numeric(cells if bare is None else bare, errors="coerce").where(cells.notna())
    there, falls = numbers.dropna(), is_inverse(header) if falls is None else falls
    if len(there) < cells.notna().sum() or there.nunique() < 2:
        return None
    are_fine = bool((there % 1 != 0).any()) or there.nunique() > FEW or (all_right and there.min() > 0 and not falls)
    are_fine |= graded and all_right and there.max() > HIGHEST and not falls
    are_fine |= most is not None and there.nunique() > 2 and there.max() > most
    if not are_fine and not falls:
        return None
    side = UP_TO if falls else FROM
    are_grades = graded and not falls and (there % 1 == 0).all() and there.nunique() > 2 and there.min() >= 0
    values = {"column": called(header), "low": f"{there.min():g}", "high": f"{there.max():g}"}
    return Question(
        "threshold",
        Message(SIDES[graded, side].template, values),
        f"--threshold {there.median():g}{GRADES if are_grades else ''}",
        tuple(f"{one:g}" for one in (there.min(), there.median(), there.max())),
        (side,),
        open=are_fine,
    )

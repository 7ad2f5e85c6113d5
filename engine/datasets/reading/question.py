"""What is asked of a person about the values of a column, and which cells hold a judgement at all?"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from engine.datasets.conversion import as_text
from engine.texts import label_words
from engine.texts.column_names import plain
from engine.types import Message

NONE = "none"
"""As a separator: there is one label in a cell."""
INVERT, LEAVE = "invert", "leave"
"""Numbers are turned round, or stay as they are."""
FROM, UP_TO = "from", "up to"
"""On which side of a threshold lies what is alike."""


@dataclass(frozen=True)
class Question:
    """Something of the values that a person settles: `answers` are those to choose from, `proposed` the likely ones.

    A question that is not `open` is answered by what is proposed, which is said; an open one waits for a person.
    """

    kind: Literal["alike", "grades", "separator", "test_share", "unjudged", "invert", "threshold", "raters", "blanks"]
    message: Message
    option: str
    answers: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()
    open: bool = True


def judged(cells: pd.Series, *, graded: bool = False, said: Collection[str] = ()) -> pd.Series:
    """Cells as texts, missing where nobody has judged; among grades, words such as "n/a" say so too.

    Not so a word that is the least of an order in which the others stand, as in none, low, medium, high, nor one of
    those that a person has `said` to count.
    """
    texts = as_text(cells).str.strip()
    missing = texts.isin(["", "-", "?", "nan", "NaN"])
    if graded:
        missing |= texts.isin(_unjudged(texts))
    return texts.mask(missing & ~texts.isin([*said])) if said else texts.mask(missing)


def unjudged(cells: pd.Series) -> tuple[str, ...]:
    """The words among grades that say that nobody has judged, with "" where there are cells without any."""
    texts = as_text(cells).str.strip()
    words = _unjudged(texts)
    others = judged(cells, graded=True).isna() & ~texts.isin(words)
    return (*sorted(words), *([""] if others.any() else ()))


def _unjudged(texts: pd.Series) -> list[str]:
    words = [one for one in texts[~texts.str.match(r"[-+]?\.?[0-9]", na=True)].unique() if one]
    aside = [one for one in words if plain(one) in label_words.words("unjudged")]
    if not aside:
        return []
    grades = [one for one in words if one not in aside]
    is_least = {one: bool(label_words.ranks([*grades, one])) for one in aside}
    if len(grades) == 1:  # none and relevant
        is_least = {one: label_words.is_grade(one) for one in aside}
    return [one for one in aside if not is_least[one]]

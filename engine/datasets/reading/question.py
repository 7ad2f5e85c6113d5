"""What is asked of a person about the values of a column, and which cells hold a judgement at all?"""

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

    kind: Literal["alike", "grades", "separator", "test_share", "unjudged", "invert", "threshold"]
    message: Message
    option: str
    answers: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()
    open: bool = True


def judged(cells: pd.Series, *, graded: bool = False) -> pd.Series:
    """Cells as texts, missing where nobody has judged; among grades, words such as "n/a" say so too."""
    texts = as_text(cells).str.strip()
    missing = texts.isin(["", "-", "?", "nan", "NaN"])
    if graded:
        words = [
            one
            for one in texts[~texts.str.match(r"[-+]?\.?[0-9]", na=True)].unique()
            if plain(one) in label_words.words("unjudged")
        ]
        missing |= texts.isin(words)
    return texts.mask(missing)

"""Where none of the readings is meant, the page begins with what they agree on, and nothing of what they do not."""

import pandas as pd

from engine.datasets import mapping
from engine.datasets.reading.choices import Choices
from pages.parts.datasets.reading import undisputed

FIRST = [f"the {thing} is open on day {day}" for day in range(4) for thing in ("library", "workshop", "reading room")]
SECOND = [f"one can enter the {thing} on day {day}" for day in range(4) for thing in ("library", "workshop", "room")]


def rejected(**columns: list[float]) -> dict[str, str]:
    """The columns with which the page begins once all readings of these pairs as sts were rejected."""
    tables = {"pairs": pd.DataFrame({"sentence1": FIRST, "sentence2": SECOND, **columns})}
    candidates = mapping.rivals(mapping.guesses(tables, Choices(task="sts")))
    begun = undisputed(candidates)
    assert begun.invert is None
    return dict(begun.tables["pairs"][1])


def test_the_column_that_was_rejected_is_open():
    assert "score" not in rejected(distance=[0.5, 0.2, 0.1] * 4)
    assert "score" not in rejected(rating=[1.5, 2.0, 3.0] * 4, gold=[3.0, 1.0, 2.5] * 4)

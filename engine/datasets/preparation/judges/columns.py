"""Do several raters judge each row, a column for each of them, and what do they say together?"""

import pandas as pd

from engine.datasets.conversion import has_lists
from engine.datasets.recognition.closeness import is_closeness, is_quality
from engine.datasets.recognition.facts import facts
from engine.datasets.recognition.headers import is_id
from engine.readers.nested.annotated import RATERS
from engine.texts.column_names import called, words
from engine.types import Message, Tables

MEDIAN, MEAN = "median_score", "mean_score"
WORDS = 2.5
"""Words that a text has on average, at least."""
BESIDE = 2
"""Words beside the one that says rater, at most: `rater_2_score`."""


def with_raters(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with the median and the mean of such columns in their place, and a word of it.

    Only pairs of texts or ids are looked at: of classes there is no mean.
    """
    made, notes = dict(tables), []
    for name, table in tables.items():
        raters = _raters(table)
        if not raters or {MEDIAN, MEAN} & {*map(str, table.columns)}:
            continue
        numbers = table[raters].apply(pd.to_numeric, errors="coerce")
        median, mean = numbers.quantile(0.5, axis=1, interpolation="lower"), numbers.mean(axis=1)
        both = {MEDIAN: median} if median.equals(mean) else {MEDIAN: median, MEAN: mean.round(6)}
        made[name] = table.drop(columns=raters).assign(**both)
        notes.append(
            Message(
                "{columns} of {table} are what several raters say; in their place stand the median, of two in the "
                "middle the lower one, as {median}, and the mean as {mean}.",
                {"columns": tuple(map(called, raters)), "table": name, "median": MEDIAN, "mean": MEAN},
            )
        )
    return made, notes


def _raters(table: pd.DataFrame) -> list[str]:
    """The columns of two or more raters' numbers; none where another column sums them up, or no pairs are judged."""
    headers = [str(header) for header in table.columns]
    raters = [header for header in headers if _is_rater(header) and _are_numbers(table[header])]
    rest = [header for header in headers if header not in raters and not has_lists(table[header])]
    held = {header: facts(table[header]) for header in rest}
    if len(raters) < 2 or sum(is_id(of) or (one.words >= WORDS and one.numbers < 0.5) for of, one in held.items()) < 2:
        return []
    return [] if any(is_closeness(of, one) or is_quality(of, one) for of, one in held.items()) else raters


def _is_rater(header: str) -> bool:
    said = words(header)
    beside = [word for word in said if word not in RATERS]
    return 0 < len(beside) <= BESIDE and len(beside) < len(said) and not is_id(header)


def _are_numbers(cells: pd.Series) -> bool:
    if has_lists(cells):
        return False
    held = facts(cells)
    return held.numbers > 0.9 and not held.is_running and not held.is_padded

"""Where in a person's own file does what the checks found stand, once tables of our own were made of it?"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from engine.datasets.column_checks import EXAMPLE
from engine.datasets.task_checks import LEAKED
from engine.types import Message, Problem, Tables

QUOTED = 3
"""Rows that are quoted."""
PARTS = {"train": Message("the part to learn from"), "test": Message("the part to test on")}
"""What the tables of a split are called that was drawn here: the file has none of these names."""
IN_BOTH = Message(
    "{count} {count:text stands|texts stand} in both parts, the one to learn from and the one to test on, because the "
    "file repeats {count:it|them}: that makes {count:it|them} easier than a new one."
)


def in_file(problems: Sequence[Problem], made: Tables, given: Tables, settings: Mapping[str, Any]) -> list[Problem]:
    """The problems with row numbers of the file alone, and with what stands in the rows of any table made of it.

    `given`: the tables as they stand in the file, none where the reader left rows out. `settings`: with a `test_share`
    the split was drawn here, and its parts are no tables of the file.
    """
    told = [_of_parts(problem) if "test_share" in settings else problem for problem in problems]
    own = {name: _is_in(table, given) for name, table in made.items()}
    return [
        replace(problem, rows=(), texts=_quoted(made[problem.table], problem.rows))
        if problem.rows and not own[problem.table]
        else problem
        for problem in told
    ]


def _of_parts(problem: Problem) -> Problem:
    """The problem without names of tables that nobody has handed in."""
    part = PARTS.get(problem.table)
    if part is None:
        return problem
    template = IN_BOTH.template if problem.message.template == LEAKED.template else problem.message.template
    return replace(problem, message=Message(template, {**problem.message.values, "table": part}))


def _is_in(table: pd.DataFrame, given: Tables) -> bool:
    """Whether the rows are those of one given table: as many, with the same ids or texts in the same order."""
    first = table.iloc[:, 0].astype("str").to_numpy()
    return any(
        len(one) == len(table) and any((one[header].astype("str").to_numpy() == first).all() for header in one.columns)
        for one in given.values()
    )


def _quoted(table: pd.DataFrame, rows: Sequence[int]) -> tuple[str, ...]:
    """The beginnings of the first of these rows: their texts, or their ids where they have none."""
    texts = next((table[name] for name in ("text", "sentence1") if name in table), table.iloc[:, 0])
    said = [" ".join(str(texts.iloc[row - 1]).split()) for row in rows[:QUOTED]]
    return tuple(f"{one[:EXAMPLE]}…" if len(one) > EXAMPLE else one for one in dict.fromkeys(said) if one)

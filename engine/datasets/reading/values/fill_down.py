"""Does an empty cell mean the value above it, as where only the first row of a block has what its rows share?"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine import plugins
from engine.datasets.conversion import as_text, has_lists
from engine.datasets.reading.choices import Choices
from engine.datasets.reading.guess import Guess
from engine.datasets.reading.identifiers import BLANKS
from engine.datasets.reading.question import Question
from engine.datasets.recognition.readings import layouts
from engine.texts.column_names import called
from engine.types import Message, Tables, Task

ABOVE, MISSING = "above", "missing"
"""What an empty cell means: the value above it, or none."""
BLOCKS, MANY = 3, 8
"""Blocks of rows from which it is clear that only the first row of each has a text: of one length, and of several."""
SHARE, CHANCE = 0.25, 0.01
"""The share of empty cells from which blocks may be meant, and how rarely fewer lie together so by chance."""
PAIRED = {"pairs", "samples", "qrels"}
"""Tables of which a row may share its texts or ids with the row above it."""


@dataclass(frozen=True)
class Blank:
    """A given column with empty cells, its cells as texts, and whether it is clear that they mean what is above."""

    table: str
    header: str
    cells: pd.Series
    is_label: bool
    is_clear: bool


def asked(tables: Tables, guess: Guess) -> list[Question]:
    """The question what empty cells mean, where some may stand for the value above them."""
    found = list(_with_blanks(tables, guess))
    unclear = [one for one in found if not one.is_clear and may_be_blocks(one.cells)]
    meant = unclear or [one for one in found if one.is_clear]
    if not meant:
        return []
    message = Message(
        "{count} {count:cell|cells} of {columns} {count:is|are} empty. Does an empty cell mean the value above it, as "
        "where only the first row of a block has one, or that there is none?",
        {
            "count": sum(int(one.cells.isna().sum()) for one in meant),
            "columns": tuple(called(one.header) for one in meant),
        },
    )
    other = "--leave-out-unjudged" if all(one.is_label for one in meant) else "--no-fill-down"
    proposed = () if unclear else (ABOVE,)
    return [Question("blanks", message, f"--fill-down or {other}", (ABOVE, MISSING), proposed, open=bool(unclear))]


def filled(tables: Tables, guess: Guess, said: Choices) -> tuple[Tables, list[Message]]:
    """The tables with the value above in each empty cell of what the reading uses, where that was said."""
    if not said.fill_down:
        return tables, []
    made, notes = dict(tables), []
    for one in _with_blanks(tables, guess):
        cells = made[one.table][one.header].where(one.cells.notna()).ffill()
        made[one.table] = made[one.table].assign(**{one.header: cells})
        values = {"count": int(one.cells.isna().sum() - cells.isna().sum()), "column": called(one.header)}
        notes.append(Message("{count} empty {count:cell|cells} of {column} got the value above.", values))
    return made, notes


def _with_blanks(tables: Tables, guess: Guess) -> Iterator[Blank]:
    """The columns of a reading that have empty cells, and whose values rows may share."""
    task: Task = plugins.pick(plugins.tasks(), guess.task, "task")
    layout = layouts(task)[guess.layout]
    for name, (given, columns) in guess.tables.items():
        for column in layout.tables[name]:
            header = columns.get(column.name, "")
            kinds = {"label", "text", "id"} if name in PAIRED else {"label"}
            if not header or not column.required or column.kind not in kinds or has_lists(tables[given][header]):
                continue
            cells = as_text(tables[given][header])
            cells = cells.mask(cells.str.strip(BLANKS) == "")
            if cells.notna().all() or cells.isna().all():
                continue
            # Of two answers without a grade, both may be right, or one of them wrong and without a question.
            may_be_clear = bool(guess.layout) and column.kind == "text"
            is_clear = may_be_clear and (column.name != "query" or "score" in columns) and in_blocks(cells)
            yield Blank(given, header, cells, column.kind == "label", is_clear)


def in_blocks(texts: pd.Series) -> bool:
    """Whether blank cells stand below every text, no text comes twice, and chance would hardly do so."""
    first = np.flatnonzero(texts.notna().to_numpy())
    lengths = np.diff(np.append(first, len(texts)))
    if first[0] != 0 or lengths.min() < 2 or texts.dropna().duplicated().any():
        return False
    return len(first) >= (BLOCKS if (lengths == lengths[0]).all() else MANY)


def may_be_blocks(cells: pd.Series) -> bool:
    """Whether the first cell is filled, no cell repeats the one above, and many are blank or they lie together."""
    there = cells.notna().to_numpy()
    if not there[0] or (cells.iloc[1:].to_numpy() == cells.iloc[:-1].to_numpy())[there[1:] & there[:-1]].any():
        return False
    blank, rows = int((~there).sum()), len(there) - 1
    if blank >= SHARE * rows:
        return True
    from scipy.stats import hypergeom

    runs = int((there[:-1] & ~there[1:]).sum())
    return bool(hypergeom.cdf(runs, rows, rows - blank + 1, blank) < CHANCE)

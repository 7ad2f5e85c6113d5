"""What has a person said about how given tables are to be read? The rest is guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine import plugins
from engine.types import BadDataset, Tables, Task

SHARE = 0.3
"""The test part of one labelled table that is proposed."""


@dataclass(frozen=True)
class Choices:
    """What is settled; everything that is empty or None is not.

    `columns` maps a task's column, `score` or `qrels.score`, to a given one: "" for none, `title + body` for two as one
    text. `tables` maps a task's table to a given one. `alike` and `unlike` are the labels of pairs that mean the same,
    and that do not; with both, rows with other labels are left out. `grades` says how much each word of a judgement
    counts. `separator` parts several labels in one cell, "none" says that they are one. `test_share` of one labelled
    table, in 0..1, becomes the test part. `invert` says whether numbers that fall the more alike two texts are, such as
    distances, are turned round. `threshold` makes yes and no of numbers: yes from there on, or up to there where they
    fall; with `keep_grades` the right documents keep theirs, all of them without a threshold. `raters` says whether
    several grades of one pair are together their median or their mean. `fill_down` says whether an empty cell means the
    value above it.
    """

    task: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    split: str = ""
    alike: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    grades: Mapping[str, float] = field(default_factory=dict)
    separator: str = ""
    test_share: float | None = None
    leave_out_unjudged: bool = False
    invert: bool | None = None
    threshold: float | None = None
    keep_grades: bool = False
    raters: str = ""
    fill_down: bool | None = None

    @property
    def words(self) -> frozenset[str]:
        """All of which was said how much they count."""
        return frozenset({*self.alike, *self.unlike, *self.grades})

    def column(self, table: str, name: str) -> str | None:
        """The given column that stands for this one; "" for none; None where nothing is said."""
        return self.columns.get(f"{table}.{name}", self.columns.get(name))


NOTHING = Choices()


def check(choices: Choices, tables: Tables) -> None:
    """Raises BadDataset where what was said names a task, a column or a table that is not there."""
    tasks: dict[str, Task] = plugins.tasks()
    if choices.task is not None:
        plugins.pick(tasks, choices.task, "task")
    known = {
        name
        for task in tasks.values()
        for layout in (task.tables, *(one.tables for one in task.layouts))
        for table, columns in layout.items()
        for column in columns
        for name in (column.name, f"{table}.{column.name}")
    }
    headers = dict.fromkeys(str(header) for table in tables.values() for header in table.columns)
    for name, header in choices.columns.items():
        plugins.pick(dict.fromkeys(known), name, "column of a task")
        if header:
            plugins.pick(headers, header, "column")
    for given in choices.tables.values():
        plugins.pick(dict.fromkeys(tables), given, "table")
    if choices.test_share is not None and not 0 < choices.test_share < 1:
        raise BadDataset(
            "The share {share} of the test part is not between 0 and 1, such as 0.3.", share=choices.test_share
        )

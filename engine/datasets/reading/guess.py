"""How would given tables be read? One reading, and what it makes no use of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine import plugins
from engine.datasets.preparation.joined import parts
from engine.datasets.reading.choices import SHARE
from engine.datasets.recognition.closeness import passed_over
from engine.datasets.recognition.facts import facts
from engine.datasets.recognition.headers import requests
from engine.datasets.recognition.judgements import judging
from engine.datasets.recognition.labels import is_label, nest, telling
from engine.datasets.recognition.readings import layouts
from engine.texts.column_names import called
from engine.types import Message, Tables

PLUS = " + "
"""Between the names of columns that a person has joined to one text."""
WHOLE = ("query", "text")
"""Columns of a task for whose text people have a title and a body."""


@dataclass(frozen=True)
class Guess:
    """How given tables would be read: {task's table: (given table, {task's column: given column})}.

    `layout` counts the task's own tables as 0 and its layouts from 1; `missing` names what no column fits, as
    `table.column`; `confidence` lies in 0..1: how probable it is that this reading is the right one. `worth` lies in
    0..1 too, and tells readings of the same tables apart. `invert` is as in `Choices`, where the reading settles it.
    """

    task: str
    layout: int
    tables: Mapping[str, tuple[str, Mapping[str, str]]]
    confidence: float
    why: Message
    missing: tuple[str, ...] = ()
    worth: float = 0.0
    invert: bool | None = None


@dataclass(frozen=True)
class LeftOver:
    """What a reading makes no use of: {given table: its columns}, and whole tables.

    `closeness` are those of the columns that say how close two texts are, where every pair counts as right; `judging`
    those that may say which documents of a query are right, where all count so; `telling` those that look like a
    label, a score, a query or a wrong answer in any reading; `levels` those of another level of the label.
    """

    columns: Mapping[str, tuple[str, ...]]
    tables: tuple[str, ...]
    closeness: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    judging: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    telling: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def left_over(tables: Tables, one: Guess) -> LeftOver:
    """What the reading makes no use of."""
    used: dict[str, set[str]] = {}
    for given, columns in one.tables.values():
        used.setdefault(given, set()).update(columns.values())
    over = {
        name: tuple(
            str(header)
            for header in tables[name].columns
            if str(header) not in columns and not tables[name][header].isna().all()  # that one is empty was said
        )
        for name, columns in used.items()
    }
    together = parts(tables)
    within = {part for name in used for part in together.get(name, ())}
    closeness, judges, others, levels = {}, {}, {}, {}
    for name, (given, columns) in one.tables.items():
        held = {str(of): facts(tables[given][of]) for of in tables[given].columns}
        closeness[given] = tuple(passed_over(one.task, name, columns, held))
        if one.task == "retrieval" and "score" not in columns:
            judges[given] = tuple(judging(one.task, name, columns, tables[given], held))
        said = {*closeness[given], *judges.get(given, ())}
        others[given] = tuple(
            of for of in telling(columns, tables[given], held) if of in over[given] and of not in said
        )
        if one.task == "clustering" and "label" in columns:
            label = columns["label"]
            levels[given] = tuple(of for of in over[given] if is_label(of) and nest(tables[given], label, of))
    return LeftOver(
        {name: headers for name, headers in over.items() if headers},
        tuple(name for name in tables if name not in {*used, *within, *together}),
        {name: headers for name, headers in closeness.items() if headers},
        {name: headers for name, headers in judges.items() if headers},
        {name: headers for name, headers in others.items() if headers},
        {name: headers for name, headers in levels.items() if headers},
    )


def uncounted(left: LeftOver) -> list[Message]:
    """What a reading does by which every pair counts as right, though numbers say how close its texts are."""
    return [
        Message(
            "The numbers of {columns} say how close the two texts are, and this reading makes no use of them: every "
            "pair counts as right. Leave out the pairs that do not belong together first, or compare the texts by "
            "these numbers (Semantic similarity).",
            {"columns": tuple(map(called, headers))},
        )
        for headers in left.closeness.values()
    ] + [
        Message(
            "{columns} may say which documents of a query are right, and this reading makes no use of that: every "
            "document counts as right.",
            {"columns": tuple(map(called, headers))},
        )
        for given, headers in left.judging.items() if given not in left.closeness
    ]  # fmt: skip


def unheeded(left: LeftOver) -> list[Message]:
    """The columns left over that their owner may have meant to count."""
    return [
        Message(
            "{columns} of {given} may say what is right, by name or content, and this reading makes no use of that.",
            {"columns": tuple(map(called, headers)), "given": given},
        )
        for given, headers in left.telling.items()
    ]


def joinable(one: Guess, left: LeftOver) -> list[Message]:
    """The columns left over that belong to one that is used: a ticket's title to its body, a finer label to a label."""
    found = [
        (to, of, other)
        for given, columns in one.tables.values()
        for to, of in columns.items()
        for other in left.columns.get(given, ())
        if to in WHOLE and PLUS not in of and requests(of) and requests(other) and of != other
    ]
    return [
        Message(
            "{other} may belong to {header}: both can be joined to one text (--column {to}={first} --column "
            "{to}={second}).",
            {"other": other, "header": of, "to": to}
            | dict(zip(("first", "second"), sorted([of, other], key=requests), strict=True)),  # the title comes first
        )
        for to, of, other in found
    ] + [
        Message(
            "{other} sorts into finer or coarser groups than {header}: both can be levels of one clustering "
            "({option}).",
            {"other": other, "header": of,
             "option": " ".join(f"--column {quoted(f'label={header}')}" for header in (of, other))},
        )
        for given, others in left.levels.items() for other in others
        for of in [columns["label"] for name, columns in one.tables.values() if name == given and "label" in columns]
    ]  # fmt: skip


def options(one: Guess) -> str:
    """What the command line is told to read the tables so."""
    said = [f"--task {one.task}"]
    several = len(one.tables) > 1
    for name, (given, columns) in one.tables.items():
        said.append(f"--table {quoted(f'{name}={given}')}")
        said += [f"--column {quoted(f'{name}.{to}={of}' if several else f'{to}={of}')}" for to, of in columns.items()]
    if layouts(plugins.pick(plugins.tasks(), one.task, "task"))[one.layout].asks == "test_share":
        said.append(f"--test-share {SHARE}")
    if one.invert is not None:
        said.append("--invert" if one.invert else "--no-invert")
    return " ".join(said)


def quoted(word: str) -> str:
    """A word as a shell takes it for one."""
    inside = word.replace("'", "'\\''")
    return word if all(sign.isalnum() or sign in "=._/-" for sign in word) else f"'{inside}'"

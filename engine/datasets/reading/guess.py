"""How would given tables be read? One reading, and what it makes no use of."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine import plugins
from engine.datasets.reading.choices import SHARE
from engine.datasets.recognition.joined import parts
from engine.datasets.recognition.readings import layouts
from engine.types import Message, Tables


@dataclass(frozen=True)
class Guess:
    """How given tables would be read: {task's table: (given table, {task's column: given column})}.

    `layout` counts the task's own tables as 0 and its layouts from 1; `missing` names what no column fits, as
    `table.column`; `confidence` lies in 0..1: how probable it is that this reading is the right one. `worth` lies in
    0..1 too, and tells readings of the same tables apart.
    """

    task: str
    layout: int
    tables: Mapping[str, tuple[str, Mapping[str, str]]]
    confidence: float
    why: Message
    missing: tuple[str, ...] = ()
    worth: float = 0.0


@dataclass(frozen=True)
class LeftOver:
    """What a reading makes no use of: {given table: its columns}, and whole tables."""

    columns: Mapping[str, tuple[str, ...]]
    tables: tuple[str, ...]


def left_over(tables: Tables, one: Guess) -> LeftOver:
    """What the reading makes no use of."""
    used: dict[str, set[str]] = {}
    for given, columns in one.tables.values():
        used.setdefault(given, set()).update(columns.values())
    over = {
        name: tuple(str(header) for header in tables[name].columns if str(header) not in columns)
        for name, columns in used.items()
    }
    together = parts(tables)
    within = {part for name in used for part in together.get(name, ())}
    return LeftOver(
        {name: headers for name, headers in over.items() if headers},
        tuple(name for name in tables if name not in {*used, *within, *together}),
    )


def options(one: Guess) -> str:
    """What the command line is told to read the tables so."""
    said = [f"--task {one.task}"]
    several = len(one.tables) > 1
    for name, (given, columns) in one.tables.items():
        said.append(f"--table {quoted(f'{name}={given}')}")
        said += [f"--column {quoted(f'{name}.{to}={of}' if several else f'{to}={of}')}" for to, of in columns.items()]
    if layouts(plugins.pick(plugins.tasks(), one.task, "task"))[one.layout].asks == "test_share":
        said.append(f"--test-share {SHARE}")
    return " ".join(said)


def quoted(word: str) -> str:
    """A word as a shell takes it for one."""
    inside = word.replace("'", "'\\''")
    return word if all(sign.isalnum() or sign in "=._/-" for sign in word) else f"'{inside}'"

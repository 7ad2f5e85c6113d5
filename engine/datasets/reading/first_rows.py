"""Does what the whole says settle whether a table's first row is data or names its columns?"""

from engine import plugins
from engine.datasets.reading.guess import Guess
from engine.datasets.reading.identifiers import REFERENCES, plain
from engine.datasets.recognition.headers import SQUEEZED, likeness
from engine.datasets.recognition.readings import layouts
from engine.types import Note, Tables, Task


def is_borne_out(note: Note, tables: Tables, guess: Guess) -> bool:
    """Whether the reading makes no use of the table, or shows that what the reader supposed of its first row is right.

    A first row is data if its id is one that other tables name, or its label one that other rows have; it names the
    columns if they are called what the task calls them.
    """
    roles = [name for name, (given, _) in guess.tables.items() if given == note.table]
    if not roles:
        return True
    if note.option == "--header":
        return all(_meets(name, tables, guess) or _recurs(name, tables, guess) for name in roles)
    return note.option == "--no-header" and all(_is_named(name, guess) for name in roles)


def _meets(name: str, tables: Tables, guess: Guess) -> bool:
    """Whether the first row's ids stand in the tables that refer to it, or that it refers to."""
    given, columns = guess.tables[name]
    if not len(tables[given]):
        return False
    links = [
        (columns["id"], table, column)
        for table, references in REFERENCES.items() for column, other in references.items()
        if other == name and table in guess.tables and column in guess.tables[table][1]
    ] + [
        (columns[column], other, "id")
        for column, other in REFERENCES.get(name, {}).items() if other in guess.tables and column in columns
    ]  # fmt: skip
    return any(_first(tables, given, own) in _ids(tables, guess, table, column) for own, table, column in links)


def _recurs(name: str, tables: Tables, guess: Guess) -> bool:
    """Whether the first row's label is one of other rows too."""
    given, columns = guess.tables[name]
    if "label" not in columns:
        return False
    labels = tables[given][columns["label"]].astype("str")
    return bool((labels.iloc[1:] == labels.iloc[0]).any()) if len(labels) else False


def _is_named(name: str, guess: Guess) -> bool:
    task: Task = plugins.pick(plugins.tasks(), guess.task, "task")
    _, columns = guess.tables[name]
    wanted = {column.name: column for column in layouts(task)[guess.layout].tables[name]}
    return any(likeness(wanted[to], of) >= SQUEEZED for to, of in columns.items())


def _first(tables: Tables, given: str, header: str) -> str:
    return str(plain(tables[given][header].head(1).astype("str")).iloc[0])


def _ids(tables: Tables, guess: Guess, table: str, column: str) -> set[str]:
    given, columns = guess.tables[table]
    return set(plain(tables[given][columns[column]].astype("str")))

"""What is in this file, what was taken for what, and what was left over?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from engine import plugins
from engine.datasets import mapping
from engine.datasets.conversion import conform
from engine.datasets.preparation.left_out.rejected import refuse_ranks
from engine.datasets.preparation.said_together import joined
from engine.datasets.preparation.steps import prepared
from engine.datasets.reading.application import Unsettled, apply
from engine.datasets.reading.choices import NOTHING, Choices
from engine.datasets.reading.first_rows import is_borne_out
from engine.datasets.reading.guess import Guess, LeftOver, joinable, left_over, uncounted, unheeded
from engine.datasets.reading.guess import options as written
from engine.datasets.recognition.closeness import renamed
from engine.datasets.recognition.readings import layouts
from engine.datasets.recognition.tables import split
from engine.readers.choice import read
from engine.readers.nested.records import COLUMN
from engine.texts.column_names import called
from engine.types import PLAIN, BadDataset, Column, Message, Note, ReadingOptions, Tables, Task


@dataclass(frozen=True)
class Opened:
    """A file's judged texts as a task's own tables, how that came about, and what its owner should know of it."""

    task: str
    tables: Tables
    guess: Guess
    left_over: LeftOver
    notes: tuple[Message, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


def open_file(path: Path, said: Choices = NOTHING, options: ReadingOptions = PLAIN) -> Opened:
    """The file, folder or Zip as judged texts.

    Raises:
        BadFile: it cannot be read.
        BadDataset: its tables are not what a task needs, or a person has to say something first.
    """
    found = read(path, options)
    tables, together = prepared(found.tables, found.notes)
    said = replace(said, columns=renamed(said.columns, found.tables, tables))
    tables, as_one = joined(tables, said.columns.items())
    try:
        guess = mapping.guess(tables, said)
    except mapping.Unclear as error:
        raise mapping.beside(error, [*(note.message for note in found.notes), *together]) from None
    except BadDataset as error:
        for note in unsettled(found.notes, options, said):
            if note.option != COLUMN:
                raise _question(note) from None
        raise mapping.beside(error, [*(note.message for note in found.notes), *together]) from None
    refuse_ranks(tables, guess, said)
    for note in unsure(found.notes, options, tables, guess, said):
        raise _question(note, guess)
    made = apply(tables, guess, said)
    notes = (*(note.message for note in found.notes), *together, *as_one, *made.notes)
    return Opened(guess.task, made.tables, guess, left_over(tables, guess), notes, made.settings)


def open_named(path: Path, task: Task) -> Tables:
    """What lies in a folder whose tables and columns are called as the task's, without a guess; else as `open_file`."""
    tables = read(path).tables
    for number, layout in enumerate(layouts(task)):
        alone = next(iter(tables)) if len(tables) == len(layout.tables) == 1 else ""
        given = {name: alone or name for name in layout.tables if alone or name in tables}
        called = {name: _called(layout.tables[name], tables[one]) for name, one in given.items()}
        needed = [name for name in layout.tables if number or name not in task.optional_tables or name in given]
        if all(name in called and _is_whole(layout.tables[name], called[name]) for name in needed):
            named = {
                name: tables[one].rename(columns={header: column for column, header in called[name].items()})
                for name, one in given.items()
            }
            return conform(layout.convert(conform(named, layout.tables)) if number else named, task.tables)
    return open_file(path, Choices(task=task.name)).tables


def _called(wanted: Sequence[Column], table: pd.DataFrame) -> dict[str, str]:
    """{task's column: the given column of that name, or of another that people give it}."""
    headers = {str(header).lower().replace("-", "_"): str(header) for header in table.columns}
    names = {one.name: next((name for name in (one.name, *one.aliases) if name in headers), "") for one in wanted}
    return {column: headers[name] for column, name in names.items() if name}


def _is_whole(wanted: Sequence[Column], called: Mapping[str, str]) -> bool:
    return all(one.name in called for one in wanted if one.required)


def _question(note: Note, guess: Guess | None = None) -> Unsettled:
    """What the reader supposed as a question, with the options that settle it either way."""
    if note.option == COLUMN and guess is not None:
        return Unsettled(
            "{question} They may be what matters; if the others are meant without them, say so with {option}.",
            question=note.message, option=written(guess),
        )  # fmt: skip
    option = "--header or --no-header" if note.option in ("--header", "--no-header") else note.option
    return Unsettled("{question} Say it with {option}.", question=note.message, option=option)


def unsure(
    notes: tuple[Note, ...], options: ReadingOptions, tables: Tables, guess: Guess, said: Choices = NOTHING
) -> list[Note]:
    """What the reader supposed, and neither a person nor the whole of what was read has settled."""
    return [note for note in unsettled(notes, options, said) if not is_borne_out(note, tables, guess)]


def unsettled(notes: tuple[Note, ...], options: ReadingOptions, choices: Choices = NOTHING) -> list[Note]:
    """What the reader supposed, and nothing was said about."""
    said = {
        "--header": options.header is not None, "--no-header": options.header is not None,
        "--delimiter": bool(options.delimiter), "--sheet": bool(options.sheet), "--encoding": bool(options.encoding),
        "--skip-rows": options.skip_rows is not None, COLUMN: bool(choices.columns),
    }  # fmt: skip
    return [note for note in notes if note.option and not said.get(note.option.split()[0], False)]


def told(opened: Opened) -> list[Message]:
    """What was taken for what, and everything that was left over."""
    task: Task = plugins.pick(plugins.tasks(), opened.task, "task")
    said = [Message("Read as {task}.", {"task": task.name})]
    for name, (given, columns) in opened.guess.tables.items():
        taken = ", ".join(f"{to} = {of}" for to, of in columns.items())
        said.append(Message("{table} is {given}: {columns}.", {"table": name, "given": given, "columns": taken}))
    said += opened.notes
    left = opened.left_over
    return said + uncounted(left) + unheeded(left) + over(left, opened.task) + joinable(opened.guess, left)


def over(left: LeftOver, task: str) -> list[Message]:
    """Everything that no use is made of, and that is hardly missed."""
    learns = "train" in plugins.pick(plugins.tasks(), task, "task").tables
    said = []
    for given, headers in left.columns.items():
        rest = tuple(map(called, (one for one in headers if one not in left.telling.get(given, ()))))
        if rest:
            said.append(
                Message(
                    "Left over in {given}: {columns}; kept beside the texts, and not judged.",
                    {"given": given, "columns": rest},
                )
            )
    return said + [_table_over(given, learns=learns) for given in left.tables]


def _table_over(given: str, *, learns: bool) -> Message:
    """A table that no use is made of; of a training part, what use can be made where the task has none itself."""
    if split(given) == "train" and not learns:
        return Message(
            "Left over: the split {given}. It can be kept as a dataset of its own ({option}; on the upload page, "
            "chosen as the table) and learnt from: on the page Adapt, under “Learn from another dataset”.",
            {"given": given, "option": "--split train"},
        )
    if split(given):
        return Message("Left over: the split {given}.", {"given": given})
    return Message("Left over: the table {given}.", {"given": given})

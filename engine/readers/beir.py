"""A folder or a Zip file of tables, such as BEIR's: which tables are there?"""

from dataclasses import replace
from pathlib import Path, PurePath

import pandas as pd

from engine.readers.choice import by_suffix, reader_of
from engine.readers.folders import alike, beside, classes, documents, one_each, shards
from engine.readers.folders.gzipped import is_gzip, unpacked
from engine.readers.folders.members import Members
from engine.readers.kinds import NoTable
from engine.types import PLAIN, BadFile, Message, Note, Reader, Reading, ReadingOptions

SHOWN = 8
MANY, FEW_LINES = 10, 50
"""More files than that, each of a column of fewer lines than that, are single texts."""


def read(path: Path, options: ReadingOptions = PLAIN) -> Reading:
    """The tables by their path without suffix (`corpus`, `qrels/test`); shards of one table are joined.

    Files that stand line by line beside one another, without a header, become one table.

    Raises:
        BadFile: it holds no table, two of one name, a broken one, a shard is missing, or it is not safe to unpack.
    """
    tables: dict[str, pd.DataFrame] = {}
    notes: list[Note] = []
    shapes: dict[str, tuple[str, int]] = {}
    members = Members(path)
    if classes.are_classes(members.names()):
        reading = classes.read(path.name, members)
        return _without_top(replace(reading, notes=(*reading.notes, *members.left)))
    named, folder, told = documents.read(path.name, members)
    texts: dict[str, str] = {}
    for inner, file in members:
        if inner in named:
            texts[named[inner]] = documents.text(file)
            continue
        reading = _read(members, inner, file, options)
        for title, table in reading.tables.items():
            name = _name(inner, title, file)
            if name in tables:
                raise BadFile("{file} holds two tables of the name {table!r}.", file=path.name, table=name)
            tables[name] = table
            shapes[name] = (inner.suffix, len(table.columns))
        notes += [replace(note, table=_name(inner, note.table, file) if note.table else "") for note in reading.notes]
    if texts:
        tables[folder] = pd.DataFrame({"id": [*texts], "text": [*texts.values()]}, dtype="str")
        notes += told
        shapes[folder] = (".txt", 2)
    if not tables:
        raise _nothing(path, members)
    tables, single = one_each.joined(path.name, tables, shapes)
    notes += single
    shapes = {name: shape for name, shape in shapes.items() if name in tables}
    if len(tables) > MANY and all(len(table.columns) == 1 and len(table) < FEW_LINES for table in tables.values()):
        raise BadFile(
            "{file} holds one text a file ({count} files), which is not read; put them into one table.",
            file=path.name, count=len(tables),
        )  # fmt: skip
    tables, notes = alike.settled(tables, [*notes, *members.left], shapes)
    shards.check_whole(path.name, list(tables))
    tables, parts = shards.joined(path.name, tables)
    tables, sides = beside.paired(path.name, tables)
    return _without_top(Reading(tables, (*notes, *parts, *sides)))


def _nothing(path: Path, members: Members) -> BadFile:
    """Why nothing of it can be read: the one reason, or the names of the files that were left out."""
    left = [note.message for note in members.left if "encoding" not in note.message.values]
    if len(left) == 1:
        return BadFile(left[0].template, **left[0].values)
    names = ", ".join(str(message.values["file"]) for message in left[:SHOWN])
    if not names:
        return BadFile("{file} holds no table that can be read.", file=path.name)
    return BadFile("{file} holds no table that can be read, only {names}.", file=path.name, names=names)


def _name(inner: PurePath, title: str, file: Path) -> str:
    """The name of a table of a file: its path, behind which stands the title that the file itself gives."""
    if inner.suffix.lower() == ".gz":
        inner, file = inner.with_suffix(""), file.with_suffix("")
    stem = inner.with_suffix("") if by_suffix(Path(inner)) or inner.suffix.lower() == ".txt" else inner
    return (stem if title == file.stem else stem / title).as_posix()


def _read(members: Members, inner: PurePath, file: Path, options: ReadingOptions) -> Reading:
    """What a file holds; nothing, and a note, where it is of a kind that is no table."""
    try:
        if is_gzip(file):
            with unpacked(file) as made:
                return reader_of(made).read(made, options)
        return reader_of(file).read(file, options)
    except NoTable as error:
        members.leave(inner, Message(error.template, error.values))
    except BadFile as error:
        if by_suffix(file) is not None or inner.suffix.lower() == ".txt":
            raise
        members.leave(inner, Message(error.template, error.values))
    return Reading({})


def _without_top(reading: Reading) -> Reading:
    """Without the folder in which all tables lie."""
    tops = {name.split("/")[0] for name in reading.tables}
    if len(tops) > 1 or not all("/" in name for name in reading.tables):
        return reading
    tables = {name.partition("/")[2]: table for name, table in reading.tables.items()}
    return Reading(tables, tuple(replace(note, table=note.table.partition("/")[2]) for note in reading.notes))


READER = Reader("beir", "Folder or Zip of tables (BEIR and others)", (".zip",), read)

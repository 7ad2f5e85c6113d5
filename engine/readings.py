"""What comes out of files, and where datasets come from: readers with what a person tells them, sources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from engine.judged import Dataset, Tables
from engine.messages import Message


@dataclass(frozen=True)
class ReadingOptions:
    """What a person says about a file; what is not said here, its reader finds out."""

    header: bool | None = None
    """Whether the first row names the columns."""
    delimiter: str = ""
    encoding: str = ""
    skip_rows: int | None = None
    """How many lines, or rows of a sheet, stand above the table."""
    sheet: str = ""
    leave_out_ragged: bool = False
    """Whether rows of delimited text are left out that have more or fewer cells than there are columns."""


PLAIN = ReadingOptions()
"""Nothing is said about the file."""


@dataclass(frozen=True)
class Note:
    """What a reader did with a file that its owner should know, and about which of its tables."""

    message: Message
    table: str = ""
    option: str = ""
    """Where the reader was not sure, the option that settles it, such as `--header`; "" where it was."""


@dataclass(frozen=True)
class Reading:
    """The tables of a file under the names that it gives them, and what was passed over, supposed or left out."""

    tables: Tables
    notes: tuple[Note, ...] = ()
    given: Tables = field(default_factory=dict)
    """The tables row by row as the file has them; none where rows of it may have been left out or moved."""


class ReadFile(Protocol):
    """(path, what its owner says about it) -> its tables; raises BadFile."""

    def __call__(self, path: Path, options: ReadingOptions = PLAIN) -> Reading: ...


@dataclass(frozen=True)
class Reader:
    """A file format. `suffixes` are lower case with their dot."""

    name: str
    title: str
    suffixes: tuple[str, ...]
    read: ReadFile


@dataclass(frozen=True)
class Source:
    """Where the datasets come from whose names begin with `prefix`: read when they are asked for, then kept here."""

    name: str
    prefix: str
    load: Callable[[str], Dataset]
    """name -> dataset; raises UserError, BadDataset."""
    cards: Callable[[], list[dict[str, Any]]]
    """What is kept here: the fields of a Dataset but its tables, and how many rows and bytes it has."""
    forget: Callable[[str], None]
    """Removes what is kept here of a dataset."""
    damaged: Callable[[], list[Message]] = list
    """What is kept here and cannot be read, each in a sentence."""

"""Records with objects in their cells: read by what those are, or left out with a word, never as source text."""

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from engine.readers import header
from engine.readers.frames import frame
from engine.readers.nested import annotated, chats, fields, preferences
from engine.readers.nested.grades import Odd, first
from engine.readers.nested.passages import (
    QUERY_TEXTS,
    from_contexts,
    from_passages,
    is_named_texts,
    is_squad,
    passage_columns,
)
from engine.types import BadFile, Message, Note, Reading

Again = Callable[[], Iterable[Mapping[str, Any]]]
"""Gives the records from the first one on, each time that it is called."""
SEEN = 200
NAMES = ("name", "label")
"""Fields by which an object in a list is called."""
COLUMN = "--column"
"""What settles whether the columns that are left do without those that could not be read."""
MOST_FIELDS = 40


UNLIKE = (KeyError, TypeError, AttributeError, ValueError)
"""What reading by a form raises where one of its objects lacks what the others have, or holds something else."""


def unlike(file: str, error: Exception) -> BadFile:
    """What a person is told then."""
    if isinstance(error, Odd):
        return BadFile(error.message.template, file=file, **error.message.values)
    if isinstance(error, KeyError):
        return BadFile(
            "{file}: not all of its objects are built alike: one has no {field!r}, which the others have.",
            file=file,
            field=error.args[0],
        )
    return BadFile("{file}: not all of its objects are built alike: one holds something else where the others agree.",
                   file=file)  # fmt: skip


class Nested(Exception):
    """A cell holds an object, or a list of objects."""


def tables(file: str, stem: str, again: Again) -> Reading:
    """The tables of records of which some cells hold objects; raises BadFile where nothing else is left."""
    begin = list(islice(again(), SEEN))
    chats.refuse_trees(file, begin)
    if all(pair := preferences.sides(begin)):
        made = tables(file, stem, lambda: preferences.opened(again(), pair))
        return Reading(made.tables, (*made.notes, *preferences.notes(file, pair)))
    if chat := chats.column(begin):
        made = tables(file, stem, lambda: chats.opened(again(), chat))
        return Reading(made.tables, (*made.notes, *chats.notes(file, again(), chat)))
    if annotated.is_annotated(begin):
        made = tables(file, stem, lambda: annotated.flattened(again()))
        return Reading(made.tables, (*made.notes, *annotated.notes(file, again())))
    if annotated.is_answered(begin):
        made = tables(file, stem, lambda: annotated.answered(again()))
        return Reading(made.tables, (*made.notes, *annotated.answer_notes(file, again())))
    if annotated.is_chosen(begin):
        return tables(file, stem, lambda: annotated.chosen(again()))
    if rated := [name for name in (begin[0] if begin else ()) if annotated.is_rated(begin, name)]:
        made = tables(file, stem, lambda: annotated.averaged(again(), rated))
        return Reading(made.tables, (*made.notes, *annotated.mean_notes(file, rated)))
    if annotated.is_found(begin):
        return tables(file, stem, lambda: annotated.sources(again()))
    keys = dict.fromkeys(key for record in begin for key in record)
    if is_squad(begin):
        return contexts(file, again())
    found = passage_columns(begin)
    named = [name for name in keys if name not in found and is_named_texts(begin, name)]
    if (found or named) and any(first(record, QUERY_TEXTS) for record in begin):
        return _judged(file, stem, again, begin, found, named)
    return _flat(file, stem, again, begin)


def _judged(
    file: str, stem: str, again: Again, begin: list[Mapping[str, Any]], found: list[str], named: list[str]
) -> Reading:
    """Questions with their passages; one row a passage where a person has to say which of its fields judges it."""
    doubtful, is_named = fields.untold(begin, found)
    if not doubtful:
        return Reading(from_passages(again(), found, named, begin), tuple(fields.left(file, begin, found)))
    notes = () if is_named else (fields.asked(file, stem, doubtful, COLUMN),)
    return Reading({stem: fields.table(again(), found)}, notes)


def contexts(file: str, records: Iterable[Mapping[str, Any]]) -> Reading:
    """Questions with their contexts and answers, and how many of them no context answers."""
    made, unanswered = from_contexts(records)
    if not unanswered:
        return Reading(made)
    message = Message(
        "{file}: {count} {count:question|questions} that no text answers {count:was|were} left out.",
        {"file": file, "count": unanswered},
    )
    return Reading(made, (Note(message),))


def _flat(file: str, stem: str, again: Again, begin: list[Mapping[str, Any]]) -> Reading:
    """One table, with the fields of an object as columns `object.field`, and without what is no text."""
    spread, lost, rated = {}, [], set[str]()
    for name in dict.fromkeys(key for record in begin for key in record):
        cells = [_names(record[name]) for record in begin if record.get(name) is not None]
        rated |= {name} if any(annotated.raters(record.get(name)) for record in begin) else set()
        fields = dict.fromkeys(key for cell in cells if isinstance(cell, Mapping) for key in cell)
        if all(map(is_plain, cells)):
            continue
        objects = [cell for cell in cells if isinstance(cell, Mapping)]
        kept = [field for field in fields if all(is_plain(cell.get(field)) for cell in objects)]
        if kept and len(objects) == len(cells) and len(fields) <= MOST_FIELDS:
            spread[name] = kept
            lost += [f"{name}.{field}" for field in fields if field not in kept]
        else:
            lost.append(name)
    alone = len(spread) == 1 and len(begin[0]) == 1
    table = frame(_columns(again(), spread, lost, alone))
    if table.columns.empty:
        raise BadFile(
            "{file}: its columns {columns} hold objects or lists of lists, no texts.",
            file=file,
            columns=", ".join(lost),
        )
    message = Message("{file}: the columns {columns} hold objects or lists of lists, no texts, and were left out.",
                      {"file": file, "columns": ", ".join(lost)})  # fmt: skip
    option = COLUMN if any(header.squeezed(name) in header.known_names() for name in lost) else ""
    notes = (Note(message, stem, option),) if lost else ()
    return Reading({stem: table}, (*notes, *annotated.rated_notes(file, again(), rated)))


def _names(cell: Any) -> Any:
    """A list of objects that have a name each, as GitHub writes labels, by these names; all else as it is.

    Label Studio's choices stay as written: what is chosen stands as text in other rows.
    """
    if isinstance(cell, Mapping) and {*cell} == {"choices"} and is_plain(cell["choices"]):
        return json.dumps(cell, ensure_ascii=False)
    if not isinstance(cell, list) or not cell or not all(isinstance(one, Mapping) for one in cell):
        return cell
    if annotated.raters(cell):
        return annotated.majority(cell)
    key = next((key for key in NAMES if all(isinstance(one.get(key), str) for one in cell)), None)
    return cell if key is None else [one[key] for one in cell]


def is_plain(cell: Any) -> bool:
    """Whether a cell holds a text, a number or a list of those."""
    if isinstance(cell, list):
        return not any(isinstance(one, Mapping | list) for one in cell)
    return not isinstance(cell, Mapping)


def _columns(
    records: Iterable[Mapping[str, Any]], spread: Mapping[str, list[str]], lost: list[str], alone: bool
) -> Iterable[dict[str, list[Any]]]:
    records = iter(records)
    while batch := list(islice(records, 10_000)):
        rows = [_row(record, spread, lost, alone) for record in batch]
        names = dict.fromkeys(name for row in rows for name in row)
        yield {name: [row.get(name) for row in rows] for name in names}


def _row(record: Mapping[str, Any], spread: Mapping[str, list[str]], lost: list[str], alone: bool) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, cell in record.items():
        cell = _names(cell)
        if name in spread:
            inner = cell or {}
            row |= {key if alone else f"{name}.{key}": value(inner.get(key)) for key in spread[name]}
        elif name not in lost:
            row[name] = value(cell) if is_plain(cell) else None
    return row


def value(cell: Any) -> Any:
    """A cell as a text, a list of them, or None; raises Nested where it holds an object, or lists in a list."""
    if cell is None or isinstance(cell, str):
        return cell
    if not is_plain(cell):
        raise Nested
    if isinstance(cell, list):
        return [value(one) for one in cell]
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if cell != cell:  # nan, and pandas' NaT
        return None
    return repr(cell) if isinstance(cell, float) else str(cell)

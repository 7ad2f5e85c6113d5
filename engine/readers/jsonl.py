"""JSON lines, one JSON array, or one JSON object: which tables do their records make?"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

from engine.readers import header
from engine.readers.frames import frame
from engine.readers.nested import bulk, objects, records
from engine.readers.text import encoding_notes, open_text
from engine.types import PLAIN, BadFile, Message, Note, Reader, Reading, ReadingOptions

BATCH = 10_000
PIECE = 1 << 22
SHOWN = 20
"""Characters that are quoted of what is no JSON."""
BETWEEN = re.compile(r"[\s,]*")
NUMBER = Message("a number")
KINDS = {
    str: Message("a text"),
    list: Message("a list"),
    bool: Message("true or false"),
    int: NUMBER,
    float: NUMBER,
    type(None): "null",
}


def read(path: Path, options: ReadingOptions = PLAIN) -> Reading:
    """Tables of texts and lists of texts; null and NaN are missing, objects in cells are read by what they are.

    Raises:
        BadFile: it is empty, in no known encoding, nested without end, or a record is not a JSON object.
    """
    try:
        made = _read(path, options)
    except RecursionError as error:
        raise BadFile("{file} is nested too deeply to be a table.", file=path.name) from error
    except UnicodeEncodeError as error:
        raise BadFile(
            "{file} holds half a character, the escape \\{escape}.",
            file=path.name,
            escape=f"u{ord(error.object[error.start]):04x}",
        ) from error
    except records.UNLIKE as error:
        raise records.unlike(path.name, error) from error
    if all(table.columns.empty for table in made.tables.values()):
        raise BadFile("{file} is empty.", file=path.name)
    return Reading(made.tables, (*encoding_notes(path, options.encoding), *made.notes))


def _read(path: Path, options: ReadingOptions) -> Reading:
    with open_text(path, options.encoding) as file:
        whole = _whole(file, is_text=path.suffix.lower() == ".json")
    if whole is not None:
        return objects.tables(path.name, path.stem, whole)
    passed: list[str] = []
    try:
        with open_text(path, options.encoding) as file:
            made = Reading({path.stem: frame(_batches(_records(path, file, passed)))})
    except records.Nested:
        made = records.tables(path.name, path.stem, lambda: _again(path, options, passed))
    if not passed:
        return made
    values = {"file": path.name, "count": len(passed), "example": f'{{"{passed[0]}": …}}'}
    return Reading(made.tables, (*made.notes, Note(Message(bulk.PASSED.template, values))))


def _again(path: Path, options: ReadingOptions, passed: list[str]) -> Iterator[dict[str, object]]:
    with open_text(path, options.encoding) as file:
        yield from _records(path, file, passed)


def _whole(file: TextIO, *, is_text: bool) -> Mapping[str, Any] | None:
    """The one object that a file is; None where it is an array, or its first line is a record, alone or among others.

    `is_text`: the file's name does not say that each line is a record.
    """
    line = next((line for line in file if line.strip()), "")
    if not line.lstrip("\ufeff").lstrip().startswith("{"):
        return None
    try:
        value = json.loads(line)
    except json.JSONDecodeError:
        value = _parsed(line + file.read()) if line.strip() in {"{", "{}"} or _is_open(line) else None
        return value if isinstance(value, dict) else None
    if any(rest.strip() for rest in file) or not isinstance(value, dict):
        return None
    if any(isinstance(cell, dict | list) for cell in value.values()):
        return None if _is_record(value) else value
    known = any(header.squeezed(name) in header.known_names() for name in value)
    return value if is_text and len(value) > 1 and not known else None


def _is_record(value: Mapping[str, Any]) -> bool:
    """Whether an object that stands alone is a single record: lists of one question, say, beside its text."""
    return any(isinstance(cell, str) for cell in value.values()) and any(
        isinstance(cell, list) and all(isinstance(one, str) for one in cell) for cell in value.values()
    )


def _is_open(line: str) -> bool:
    """Whether a line of JSON ends within its object, as pretty-printed ones do."""
    return line.count("{") + line.count("[") > line.count("}") + line.count("]")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None


def _records(path: Path, file: TextIO, passed: list[str]) -> Iterator[dict[str, Any]]:
    is_array = _first_character(path, file) == "["
    file.seek(0)
    if is_array:
        first = next((line for line in file if line.strip()), "")
        is_array = not (first.rstrip().endswith("]") and isinstance(_parsed(first), list) and any(map(str.strip, file)))
        file.seek(0)
    values = _array(path, file) if is_array else _lines(path, file)
    return _objects(path, bulk.without_actions(values, passed))


def _first_character(path: Path, file: TextIO) -> str:
    while piece := file.read(PIECE):
        if piece.strip():
            return piece.lstrip()[0]
    raise BadFile("{file} is empty.", file=path.name)


def _lines(path: Path, file: TextIO) -> Iterator[object]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            yield json.loads(line)
        except json.JSONDecodeError as error:
            if not line[error.pos :].strip():
                raise BadFile(
                    "{file}: line {line} is not JSON: it ends within a record.", file=path.name, line=number
                ) from error
            raise BadFile(
                "{file}: line {line} is not JSON: {seen!r} at character {character} does not belong there.",
                file=path.name, line=number, character=error.pos + 1, seen=line[error.pos :].strip()[:SHOWN],
            ) from error  # fmt: skip


def _array(path: Path, file: TextIO) -> Iterator[object]:
    """The array's values one by one, so that no more than a piece of the file is in memory."""
    decoder = json.JSONDecoder()
    buffer = file.read(PIECE)
    at = buffer.index("[") + 1
    number = 1
    while True:
        at = BETWEEN.match(buffer, at).end()  # type: ignore[union-attr]
        if buffer[at : at + 1] == "]":
            return
        try:
            value, at = decoder.raw_decode(buffer, at)
        except json.JSONDecodeError as error:
            # Cut off by the end of the piece, or broken? What is cut off fails at the end, or within a text.
            is_cut = error.msg.startswith("Unterminated") or len(buffer) - error.pos < 64
            more = file.read(max(PIECE, len(buffer))) if is_cut else ""
            if not more:
                raise _broken(path, number, buffer[error.pos :].strip()) from error
            buffer, at = buffer[at:] + more, 0
            continue
        yield value
        number += 1


def _broken(path: Path, number: int, rest: str) -> BadFile:
    """What is said of an array whose record cannot be read from these characters on."""
    if not rest:
        return BadFile("{file}: record {record} of the array is not JSON: the file ends there.",
                       file=path.name, record=number)  # fmt: skip
    return BadFile("{file}: record {record} of the array is not JSON: {seen!r} does not belong there.",
                   file=path.name, record=number, seen=rest[:SHOWN])  # fmt: skip


def _objects(path: Path, values: Iterator[object]) -> Iterator[dict[str, Any]]:
    """The records; arrays of single values are rows under the names in the first of them, or numbered."""
    first = next(values, None)
    if isinstance(first, list) and all(map(records.is_plain, first)) and first:
        arrays = list(_checked(path, chain([first], values), list, Message("a JSON array as the first one")))
        yield from objects.named(path.name, arrays)[0]
        return
    yield from _checked(path, chain([] if first is None else [first], values), dict, Message("a JSON object"))


def _checked(path: Path, values: Iterable[object], kind: type, wanted: Message) -> Iterator[Any]:
    for number, value in enumerate(values, 1):
        if not isinstance(value, kind):
            raise BadFile(
                "{file}: record {record} is {seen}, not {wanted}.",
                file=path.name, record=number, seen=KINDS.get(type(value), Message("an object")), wanted=wanted,
            )  # fmt: skip
        yield value


def _batches(found: Iterator[dict[str, Any]]) -> Iterator[dict[str, list[object]]]:
    while batch := list(islice(found, BATCH)):
        names = dict.fromkeys(name for record in batch for name in record)
        yield {name: [records.value(record.get(name)) for record in batch] for name in names}


READER = Reader("jsonl", "JSON lines, a JSON array or object", (".jsonl", ".ndjson", ".json"), read)

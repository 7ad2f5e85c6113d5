"""JSON lines, or one JSON array of objects: which fields do the records have?"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from engine.readers.frames import frame
from engine.readers.text import open_text
from engine.types import PLAIN, BadFile, Reader, Reading, ReadingOptions

BATCH = 10_000
PIECE = 1 << 22
BETWEEN = re.compile(r"[\s,]*")
KINDS = {str: "a text", list: "a list", bool: "true or false", int: "a number", float: "a number", type(None): "null"}


def read(path: Path, options: ReadingOptions = PLAIN) -> Reading:
    """One table of texts and lists of texts under the file's name; null is missing, an inner object stays JSON.

    Raises:
        BadFile: it is empty, in no known encoding, or a record is not a JSON object.
    """
    with open_text(path) as file:
        is_array = _first_character(path, file) == "["
        file.seek(0)
        values = _array(path, file) if is_array else _lines(path, file)
        try:
            table = frame(_batches(_objects(path, values)))
        except UnicodeEncodeError as error:
            raise BadFile(
                "{file} holds half a character, the escape \\{escape}.",
                file=path.name,
                escape=f"u{ord(error.object[error.start]):04x}",
            ) from error
    if table.columns.empty:
        raise BadFile("{file} is empty.", file=path.name)
    return Reading({path.stem: table})


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
            raise BadFile(
                "{file}: line {line} is not JSON: {reason} at character {character}.",
                file=path.name, line=number, reason=error.msg, character=error.pos + 1,
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
                raise BadFile(
                    "{file}: record {record} of the array is not JSON: {reason}.",
                    file=path.name, record=number, reason=error.msg,
                ) from error  # fmt: skip
            buffer, at = buffer[at:] + more, 0
            continue
        yield value
        number += 1


def _objects(path: Path, values: Iterator[object]) -> Iterator[dict[str, object]]:
    for number, value in enumerate(values, 1):
        if not isinstance(value, dict):
            raise BadFile(
                "{file}: record {record} is {seen}, not a JSON object.",
                file=path.name, record=number, seen=KINDS[type(value)],
            )  # fmt: skip
        yield value


def _batches(records: Iterator[dict[str, object]]) -> Iterator[dict[str, list[object]]]:
    while batch := list(islice(records, BATCH)):
        names = dict.fromkeys(name for record in batch for name in record)
        yield {name: [_value(record.get(name)) for record in batch] for name in names}


def _value(value: object) -> object:
    """A text, a list of texts, or None; an object as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return [_value(one) for one in value]
    return repr(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


READER = Reader("jsonl", "JSON lines or a JSON array", (".jsonl", ".ndjson", ".json"), read)

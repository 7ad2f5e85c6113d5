"""Is each .txt of a folder a document, which a table beside them names by its file?"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath

from engine.readers.folders.beside import SPLITS
from engine.readers.folders.members import Members
from engine.readers.text import open_text
from engine.types import Message, Note

LEAST = 5
"""Documents of a folder."""
NAMED = 0.5
"""The share of them at least that a table names."""
LONGEST = 16 << 20
"""Bytes of such a table, and of a document."""
TABLES = {".csv", ".tsv", ".json", ".jsonl"}
FORMS: Sequence[Callable[[PurePath], str]] = (
    lambda inner: inner.as_posix(),
    lambda inner: "/".join(inner.parts[1:]),
    lambda inner: inner.name,
    lambda inner: inner.stem,
)
"""How a table may call a file: by its path, by that below the top folder, by its name with its suffix or without."""
CALLED = Message(
    "{file}: each of the {count} texts in {folder} is a document; its id is its file's name, as in {named}."
)


def read(file: str, members: Members) -> tuple[dict[PurePath, str], str, list[Note]]:
    """{file: the id of its document}, the name of their table, and a note; nothing where no table names them."""
    names = members.names()
    texts = [inner for inner in names if inner.suffix.lower() == ".txt" and inner.stem.lower() not in SPLITS]
    folders = Counter(inner.parent for inner in texts)
    if not texts or len(texts) == len(names):
        return {}, "", []
    folder, count = folders.most_common(1)[0]
    texts = [inner for inner in texts if inner.parent == folder]
    if count < LEAST:
        return {}, "", []
    for inner, path in Members(members.path):  # what these leave out is noted once, when they are read
        if inner.suffix.lower() not in TABLES or path.stat().st_size > LONGEST:
            continue
        with open_text(path) as opened:
            said = {*re.split(r"[\s,;\"'\[\]]+", opened.read())}
        form = max(FORMS, key=lambda one: sum(one(text) in said for text in texts))
        if sum(form(text) in said for text in texts) >= NAMED * len(texts):
            values = {"file": file, "count": count, "folder": folder.as_posix(), "named": inner.as_posix()}
            return {text: form(text) for text in texts}, folder.as_posix(), [Note(Message(CALLED.template, values))]
    return {}, "", []


def text(path: Path) -> str:
    """What stands in a document, whatever commas and quotes it holds."""
    with open_text(path) as opened:
        return opened.read().strip()

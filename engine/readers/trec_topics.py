"""Topics between TREC's tags: which number and title has each `<top>`?"""

import html
import re
from collections.abc import Iterator
from pathlib import Path

from engine.readers.frames import frame, in_batches
from engine.readers.text import encoding_notes, open_text
from engine.types import PLAIN, BadFile, Message, Note, Reader, Reading, ReadingOptions

TOPIC = re.compile(r"<top\b[^>]*>(.*?)(</top>|(?=<top\b)|\Z)", re.I | re.S)
FIELD = re.compile(
    r"<(?:[a-z]{2}-)?(num|title|desc|narr)>(.*?)(?=</?(?:[a-z]{2}-)?(?:num|title|desc|narr)\b|\n\s*<|\Z)", re.I | re.S
)
"""A field up to the next one: few collections close theirs; CLEF's begin with the language, as in `<EN-title>`."""
TAG = re.compile(r"</?[a-z][^<>]*>", re.I)
SAID = re.compile(r"^\s*(number|topic|description|narrative)\s*:", re.I)


def read(path: Path, options: ReadingOptions = PLAIN) -> Reading:
    """One table query_id, query under the file's name: the title of a topic is its query, as in most runs of TREC.

    Raises:
        BadFile: it is in no known encoding, or a topic has no number, no title or no end.
    """
    table = frame(in_batches(("query_id", "query"), _topics(path, options)))
    told = Message(
        "{file}: the title of each topic is its query; descriptions and narratives are left out.", {"file": path.name}
    )
    return Reading({path.stem: table}, (*encoding_notes(path, options.encoding), Note(told, path.stem)))


def _topics(path: Path, options: ReadingOptions) -> Iterator[tuple[str, str]]:
    with open_text(path, options.encoding) as file:
        text = file.read()
    for found in TOPIC.finditer(text):
        if not found[2]:
            raise BadFile("{file} ends within a topic: {tag} is missing.", file=path.name, tag="</top>")
        fields = {name.lower(): _plain(said) for name, said in FIELD.findall(found[1])[::-1]}
        for tag in ("num", "title"):
            if not fields.get(tag):
                raise BadFile(
                    "{file}: the topic {number!r} has no {tag}.",
                    file=path.name, number=fields.get("num", " ".join(found[1].split())[:40]), tag=f"<{tag}>",
                )  # fmt: skip
        yield fields["num"], fields["title"]


def _plain(said: str) -> str:
    """What a field says without tags and its own name before it, blanks and line breaks as one blank each."""
    return " ".join(html.unescape(TAG.sub("", SAID.sub("", said))).split())


READER = Reader("trec_topics", "TREC topics (<top>)", (), read)

"""Documents between TREC's tags: which id, title and text has each `<DOC>`?"""

import html
import re
from collections.abc import Iterator
from pathlib import Path

from engine.readers.frames import frame, in_batches
from engine.readers.text import encoding_notes, open_text
from engine.types import PLAIN, BadFile, Reader, Reading, ReadingOptions

BEGINS, ENDS = re.compile(r"<doc>", re.I), re.compile(r"</doc>", re.I)
NUMBER = re.compile(r"<docno>(.*?)</docno>", re.I | re.S)
TITLE = re.compile(r"<(title|headline|head|hl|ttl|ti)>(.*?)</\1>", re.I | re.S)
TEXT = re.compile(r"<text>(.*?)</text>", re.I | re.S)
TAG = re.compile(r"</?[a-z][^<>]*>", re.I)


def read(path: Path, options: ReadingOptions = PLAIN) -> Reading:
    """One table id, title, text under the file's name; without a title where no document has one.

    The title is the first of the tags that collections have for it, the text what stands in `<TEXT>`; other tags are
    passed over.

    Raises:
        BadFile: it is in no known encoding, or a document has no number, no text or no end.
    """
    table = frame(in_batches(("id", "title", "text"), _documents(path, options)))
    if (table["title"] == "").all():
        table = table.drop(columns="title")
    return Reading({path.stem: table}, encoding_notes(path, options.encoding))


def _documents(path: Path, options: ReadingOptions) -> Iterator[tuple[str, str, str]]:
    held: list[str] = []
    with open_text(path, options.encoding) as file:
        for line in file:
            held.append(line)
            if ENDS.search(line):
                yield from (_document(path, one) for one in ENDS.split("".join(held))[:-1])
                held = [ENDS.split(line)[-1]]
    if "".join(held).strip():
        raise BadFile("{file} ends within a document: {tag} is missing.", file=path.name, tag="</DOC>")


def _document(path: Path, said: str) -> tuple[str, str, str]:
    said = BEGINS.split(said, maxsplit=1)[-1]
    number, texts = NUMBER.search(said), [found[1] for found in TEXT.finditer(said)]
    if number is None or not texts:
        raise BadFile(
            "{file}: the document {number!r} has no {tag}.",
            file=path.name, number=_plain(number[1]) if number else _plain(said)[:40],
            tag="<TEXT>" if number else "<DOCNO>",
        )  # fmt: skip
    title = TITLE.search(said)
    return _plain(number[1]), _plain(title[2]) if title else "", _plain(" ".join(texts))


def _plain(said: str) -> str:
    """Text without tags, its blanks and line breaks as one blank each."""
    return " ".join(html.unescape(TAG.sub(" ", said)).split())


READER = Reader("trec_documents", "TREC documents (<DOC>)", (), read)

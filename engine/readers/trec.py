"""TREC relevance judgements: which document is how relevant to which query?"""

from collections.abc import Iterator
from pathlib import Path

from engine.readers.frames import frame, in_batches
from engine.readers.kinds import NoTable
from engine.readers.text import encoding_notes, open_text
from engine.types import PLAIN, BadFile, Reader, Reading, ReadingOptions

RUN = 6
"""Columns of what a search found: query, Q0, document, rank, score, name."""


def read(path: Path, options: ReadingOptions = PLAIN) -> Reading:
    """One table query_id, corpus_id, score under the file's name; the second of the four columns means nothing in TREC.

    Raises:
        BadFile: it is empty, in no known encoding, or a line has not the four columns.
    """
    table = frame(in_batches(("query_id", "corpus_id", "score"), _rows(path, options)))
    if table.empty:
        raise BadFile("{file} is empty.", file=path.name)
    return Reading({path.stem: table}, encoding_notes(path, options.encoding))


def _rows(path: Path, options: ReadingOptions) -> Iterator[tuple[str, str, str]]:
    with open_text(path, options.encoding) as file:
        for number, line in enumerate(file, 1):
            cells = line.split()
            if not cells:
                continue
            if len(cells) == RUN and cells[1].upper() == "Q0":
                raise NoTable(
                    "{file} is a TREC run, what a search found with ranks and scores; judgements have 4 columns: "
                    "query, 0, document, relevance.",
                    file=path.name,
                )
            if len(cells) != 4:
                raise BadFile(
                    "{file}: line {line} has {seen} columns; a TREC judgement has 4: query, 0, document, relevance.",
                    file=path.name, line=number, seen=len(cells),
                )  # fmt: skip
            yield cells[0], cells[2], cells[3]


READER = Reader("trec", "TREC judgements (qrels)", (".qrels", ".trec", ".qrel"), read)

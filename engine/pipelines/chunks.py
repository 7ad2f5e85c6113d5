"""Into which chunks are documents cut? A chunk is a span of its document, in which it can always be found."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine import plugins
from engine.texts.text_columns import mended
from engine.types import Ruler, UserError

LEAST = 8
"""Tokens below which a chunk says nothing."""
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cut:
    """How documents are cut: by which splitter, into chunks of at most `size` tokens, of which `overlap` are repeated.

    title: whether the document's title stands in front of every chunk, not of the first alone.

    Raises:
        UserError: there is no such splitter, or chunks of that size are no chunks.
    """

    splitter: str
    size: int
    overlap: int = 0
    title: bool = False

    def __post_init__(self) -> None:
        plugins.pick(plugins.splitters(), self.splitter, "splitter")
        if self.size < LEAST:
            raise UserError(
                "Chunks of {size} tokens are too short to be found; give {least} or more.", size=self.size, least=LEAST
            )
        if not 0 <= self.overlap < self.size:
            raise UserError(
                "An overlap of {overlap} tokens does not fit into chunks of {size}: give 0 to {most}.",
                overlap=self.overlap,
                size=self.size,
                most=self.size - 1,
            )


@dataclass(frozen=True)
class Chunks:
    """The chunks of all documents, document after document; each has one at least, an empty document an empty one.

    documents, starts, ends (C,): the row of a chunk's document and its characters in it; titles (C,): how many
    characters of title stand in front of it in its text.
    """

    texts: list[str]
    documents: Rows
    starts: Rows
    ends: Rows
    titles: Rows

    @property
    def empty(self) -> int:
        """How many of them hold nothing."""
        return sum(not text.strip() for text in self.texts)


def spans(text: str, cut: Cut, ruler: Ruler) -> list[tuple[int, int]]:
    """The characters of each chunk of one document."""
    pieces: list[int] = plugins.splitters()[cut.splitter].cut(text, ruler, cut.size - cut.overlap)
    begins = [0, *pieces[:-1]]
    if cut.overlap and len(pieces) > 1:
        starts = ruler.starts(text)
        before = np.maximum(np.searchsorted(starts, begins) - cut.overlap, 0)
        begins = [0, *starts[before[1:]].tolist()]
    return list(zip(begins, pieces, strict=True))


def chunks(documents: Sequence[str], cut: Cut, ruler: Ruler, titles: Sequence[str] = ()) -> Chunks:
    """The chunks of documents.

    titles: those with which the documents begin, one each; without any, none can stand in front of chunks.
    """
    texts, of, places, heads = [], [], [], []
    for row, document in enumerate(documents):
        document = mended(document)
        title = mended(titles[row]).strip() if cut.title and len(titles) else ""
        for start, end in spans(document, cut, ruler):
            head = f"{title} " if title and start >= len(title) else ""
            texts.append(f"{head}{document[start:end]}")
            of.append(row)
            places.append((start, end))
            heads.append(len(head))
    span = np.array(places, np.int64).reshape(-1, 2)
    return Chunks(texts, np.array(of, np.int64), span[:, 0], span[:, 1], np.array(heads, np.int64))


def whole(documents: Sequence[str]) -> Chunks:
    """Every document as one chunk."""
    texts = [mended(document) for document in documents]
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    nothing = np.zeros(len(texts), np.int64)
    return Chunks(texts, np.arange(len(texts)), nothing, lengths, nothing)

"""fastText's lines: which labels stand before each text?"""

from collections.abc import Iterator
from pathlib import Path

from engine.readers.frames import frame, in_batches
from engine.readers.text import encoding_notes, open_text
from engine.types import PLAIN, BadFile, Reader, Reading, ReadingOptions

LABEL = "__label__"


def read(path: Path, options: ReadingOptions = PLAIN) -> Reading:
    """One table of text and label under the file's name; where a line has several labels, all are lists of them.

    Raises:
        BadFile: it is empty, in no known encoding, or a line has no label or no text.
    """
    several = any(len(labels) > 1 for _, labels in _rows(path, options))
    rows = ((text, labels if several else labels[0]) for text, labels in _rows(path, options))
    table = frame(in_batches(("text", "label"), rows))
    if table.empty:
        raise BadFile("{file} is empty.", file=path.name)
    return Reading({path.stem: table}, encoding_notes(path, options.encoding))


def _rows(path: Path, options: ReadingOptions) -> Iterator[tuple[str, list[str]]]:
    with open_text(path, options.encoding) as file:
        for number, line in enumerate(file, 1):
            words = line.strip().split(None)
            if not words:
                continue
            count = next((at for at, word in enumerate(words) if not word.startswith(LABEL)), len(words))
            if not 0 < count < len(words):
                raise BadFile(
                    "{file}: line {line} is not written as fastText's lines are: {label}NAME, then a text.",
                    file=path.name, line=number, label=LABEL,
                )  # fmt: skip
            labels = [word.removeprefix(LABEL).strip(",") for word in words[:count]]
            yield line.strip().split(None, count)[count], labels


READER = Reader("fasttext", "fastText lines", (), read)

"""Which reader can read this file? Its suffix says so, or else its first bytes do."""

from pathlib import Path

from engine import plugins
from engine.readers.folders.gzipped import is_gzip, unpacked
from engine.readers.kinds import refuse_unread, trec_markup, zip_members
from engine.readers.text import open_text
from engine.types import PLAIN, BadFile, Reader, Reading, ReadingOptions

LINES = 20


def read(path: Path, options: ReadingOptions = PLAIN) -> Reading:
    """The tables in a file, a folder or a Zip, as they are written there; raises BadFile."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise BadFile("{path} is neither a file nor a folder, but a pipe or a device: save what it gives into a file.",
                      path=path)  # fmt: skip
    if path.is_file() and is_gzip(path):
        with unpacked(path) as made:
            return reader_of(made).read(made, options)
    return reader_of(path).read(path, options)


def reader_of(path: Path) -> Reader:
    """The reader for this file or folder; raises BadFile where there is none."""
    readers: dict[str, Reader] = plugins.readers()
    if path.is_dir():
        return readers["beir"]
    found = by_suffix(path)
    if found is None or found.name in {"beir", "csv", "trec"}:
        if marked := trec_markup(path):
            return readers[marked]
        refuse_unread(path)
    if found is not None and found.name == "csv" and _are_judgements(path):
        return by_content(path)
    return found or by_content(path)


def by_suffix(path: Path) -> Reader | None:
    """The reader that takes files of this suffix, if there is one."""
    readers: dict[str, Reader] = plugins.readers()
    return next((reader for reader in readers.values() if path.suffix.lower() in reader.suffixes), None)


def by_content(path: Path) -> Reader:
    """The reader for what the file begins with; raises BadFile where that is neither text nor a format we know."""
    readers: dict[str, Reader] = plugins.readers()
    with path.open("rb") as file:
        head = file.read(4)
    if head == b"PAR1":
        return readers["parquet"]
    if head == b"PK\x03\x04" and (names := zip_members(path)):
        return readers["xlsx" if "xl/workbook.xml" in names else "beir"]
    with open_text(path) as file:
        beginning = file.read(1 << 16).lstrip()
    if beginning[:1] in {"{", "["}:
        return readers["jsonl"]
    if _are_labelled_lines(beginning):
        return readers["fasttext"]
    return readers["trec" if _are_judgements(path) else "csv"]


def _are_labelled_lines(beginning: str) -> bool:
    """Whether the first lines begin as those of fastText do."""
    lines = [line for line in beginning.splitlines()[:LINES] if line.strip()]
    return bool(lines) and all(line.lstrip().startswith("__label__") for line in lines)


def _are_judgements(path: Path) -> bool:
    """Whether the first lines have four words each, the second a digit, Q0 or -, the last a whole number."""
    try:
        with open_text(path) as file:
            lines = [line for line in file.read(1 << 14).splitlines()[: LINES + 1] if line.strip()][:LINES]
    except BadFile:
        return False
    return bool(lines) and all(map(_is_judgement, lines))


def _is_judgement(line: str) -> bool:
    cells = line.split()
    if len(cells) != 4 or not cells[3].lstrip("-").isdecimal():
        return False
    return cells[1] in {"Q0", "-"} or (cells[1].isdecimal() and len(cells[1]) == 1)

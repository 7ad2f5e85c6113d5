"""Which reader can read this file? Its suffix says so, or else its first bytes do."""

import zipfile
from pathlib import Path

from engine import plugins
from engine.readers.text import open_text
from engine.types import PLAIN, Reader, Reading, ReadingOptions


def read(path: Path, options: ReadingOptions = PLAIN) -> Reading:
    """The tables in a file, a folder or a Zip, as they are written there; raises BadFile."""
    if path.is_dir():
        reader: Reader = plugins.readers()["beir"]
        return reader.read(path, options)
    return (by_suffix(path) or by_content(path)).read(path, options)


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
    if head == b"PK\x03\x04" and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return readers["xlsx" if "xl/workbook.xml" in archive.namelist() else "beir"]
    with open_text(path) as file:
        beginning = file.read(1 << 16).lstrip()
    if beginning[:1] in {"{", "["}:
        return readers["jsonl"]
    lines = beginning.splitlines()[:5]
    return readers["trec" if lines and all(map(_is_judgement, lines)) else "csv"]


def _is_judgement(line: str) -> bool:
    cells = line.split()
    return len(cells) == 4 and cells[1] in {"0", "Q0", "1"} and cells[3].lstrip("-").isdecimal()

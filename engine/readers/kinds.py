"""What kind of file is this? Those that are not read are called by their name."""

import re
import zipfile
from pathlib import Path

from engine.types import BadFile

HEAD = 4096
SIGNATURES = {
    b"PK\x03\x04": "Excel (.xlsx) or Zip (.zip)",
    b"PAR1": "Parquet (.parquet)",
    b"\xd0\xcf\x11\xe0": "old Excel or Word (.xls, .doc)",
    b"%PDF": "PDF",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"7z\xbc\xaf": "7-Zip",
    b"Rar!": "RAR",
    b"\x89PNG": "PNG image",
    b"\xff\xd8\xff": "JPEG image",
    b"GIF8": "GIF image",
    b"SQLite format 3": "SQLite",
    b"ARROW1": "Arrow",
    b"\x89HDF": "HDF5",
    b"\x93NUMPY": "NumPy array",
    b"{\\rtf": "RTF",
    b"\x80\x02": "Python pickle",
    b"\x80\x03": "Python pickle",
    b"\x80\x04": "Python pickle",
    b"\x80\x05": "Python pickle",
}
MARKUP = (
    (re.compile(r"<tmx\b", re.I), "TMX (translation memory in XML)"),
    (re.compile(r"<xliff\b", re.I), "XLIFF (translation in XML)"),
    (re.compile(r"<!doctype html|<html\b|<table\b|<head\b", re.I), "HTML"),
    (re.compile(r"<top>|<doc>", re.I), "TREC markup (<top>, <doc>)"),
    (re.compile(r"<\?xml\b|</\w+>\s*$", re.I), "XML"),
)
TREC = {
    "trec_documents": re.compile(rb"(?:\xef\xbb\xbf)?\s*<doc>\s*<docno>", re.I),
    "trec_topics": re.compile(
        rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?(?:<(?:topics|root)\b[^>]*>\s*)?"
        rb"<top\b[^>]*>\s*<num\b", re.I | re.S
    ),
}  # fmt: skip
"""How files between TREC's tags begin, by their reader."""
DAY, HOUR = r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}", r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[APap]\.?[Mm]\.?)?"
CHATS = (
    (re.compile(rf"\[{DAY},?\s+{HOUR}\]\s*[^:,\t]{{1,40}}:\s"), 0.6),
    (re.compile(rf"{DAY},?\s+{HOUR}\s+[-–]\s+[^:,\t]{{1,40}}:\s"), 0.6),
    (re.compile(rf"{DAY}\s+{HOUR}\s+[^:,;|\t]{{1,40}}$"), 0.3),
)
"""How a line of a chat begins (WhatsApp on iOS and on Android, QQ and WeChat), and the share of lines that do."""
LINES = 20
OTHER_TEXT = {
    ".yaml": "YAML", ".yml": "YAML", ".toml": "TOML", ".ini": "INI", ".md": "Markdown", ".html": "HTML", ".htm": "HTML",
    ".xml": "XML", ".tex": "LaTeX", ".rst": "reStructuredText", ".rtf": "RTF", ".py": "Python source",
    ".ipynb": "Jupyter notebook", ".sql": "SQL", ".log": "log", ".sh": "shell script", ".bib": "BibTeX",
    ".srt": "subtitles", ".vtt": "subtitles", ".conllu": "CoNLL-U", ".css": "CSS", ".js": "JavaScript",
}  # fmt: skip
INSIDE = {
    "word/document.xml": "Word (.docx)", "ppt/presentation.xml": "PowerPoint (.pptx)",
    "content.xml": "OpenDocument (.ods, .odt)",
    "META-INF/container.xml": "e-book (.epub)", "xl/workbook.bin": "binary Excel (.xlsb)",
}  # fmt: skip
"""What a Zip file really is, by one of its members."""


class NoTable(BadFile):
    """A file of a kind that is not read, or whose contents are no table."""


def refuse_chat(path: Path, head: bytes) -> None:
    """Raises NoTable where lines begin with a time and a name, as apps export their chats."""
    lines = [
        line.lstrip("\u200e\ufeff") for line in head.decode("utf-8", "ignore").splitlines()[:LINES] if line.strip()
    ]
    for pattern, share in CHATS:
        if len(lines) > 3 and sum(bool(pattern.match(line)) for line in lines) >= share * len(lines):
            raise NoTable(
                "{file} is a chat as an app exports it, which is not read; write each question and its right answer "
                "into a row of a table, under question and answer.",
                file=path.name,
            )


def refuse_unread(path: Path) -> None:
    """Raises NoTable with the name of the file's kind, where it is one that no reader takes."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    refuse_chat(path, head)
    kind = binary_kind(path, head) or text_kind(path, head)
    if kind:
        raise NoTable(
            "{file} is {kind}, which is not read; save it as CSV, JSON lines, Excel (.xlsx) or Parquet.",
            file=path.name, kind=kind,
        )  # fmt: skip


def trec_markup(path: Path) -> str:
    """The reader of a file that begins with a document or a topic between TREC's tags; "" for others."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    return next((name for name, begins in TREC.items() if begins.match(head)), "")


def binary_kind(path: Path, head: bytes) -> str:
    """The kind of a file by its first bytes, or by what its Zip holds; "" where it may be text or can be read."""
    if head.startswith(b"PK\x03\x04"):
        return _zip_kind(path)
    if head.startswith(b"PAR1"):
        return ""
    return next((kind for signature, kind in SIGNATURES.items() if head.startswith(signature)), "")


def _zip_kind(path: Path) -> str:
    names = zip_members(path)
    return next((kind for member, kind in INSIDE.items() if member in names), "")


def zip_members(path: Path) -> frozenset[str]:
    """The names of what lies in a Zip file; none where it is damaged, or no Zip."""
    try:
        with zipfile.ZipFile(path) as archive:
            return frozenset(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return frozenset()


def text_kind(path: Path, head: bytes) -> str:
    """The kind of a text that is no table: markup, or what its suffix says; "" otherwise."""
    start = head.decode("utf-8", "ignore").lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        for pattern, kind in MARKUP:
            if pattern.search(start):
                return kind
    return OTHER_TEXT.get(path.suffix.lower(), "")

"""In which encoding is a text file written? A guess must never become mojibake: rather an error."""

import codecs
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TextIO

from engine.readers.kinds import SIGNATURES
from engine.texts.characters import READS, reads_well
from engine.types import BadFile, Message, Note

PIECE = 1 << 20
EVIDENCE = 1 << 22
"""Characters from the beginning of a file that settle in which language it is written."""
NAMES = {
    "gb18030": "GB18030 (simplified Chinese)", "big5hkscs": "BIG5 (traditional Chinese)",
    "cp932": "Shift-JIS (Japanese)", "euc_jp": "EUC-JP (Japanese)", "cp949": "EUC-KR (Korean)",
    "koi8_r": "KOI8-R (Cyrillic)", "cp1251": "Windows-1251 (Cyrillic)", "cp1252": "Windows-1252 (Western European)",
    "utf-16-le": "UTF-16 without its mark", "utf-16-be": "UTF-16 without its mark",
}  # fmt: skip
"""What a guessed encoding is called; one that the file itself states is not told."""
BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark is the beginning of this one
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def open_text(path: Path, named: str = "") -> TextIO:
    """The file as text, strictly decoded, its line ends untouched; in the named encoding, if one is named.

    Raises:
        BadFile: it is empty, not text, or its encoding cannot be told.
    """
    return path.open(encoding=encoding(path, named), newline="")


def encoding_notes(path: Path, named: str = "") -> tuple[Note, ...]:
    """In which encoding the file was read, where that is a guess."""
    found = encoding(path, named)
    if named or found not in NAMES:
        return ()
    return (
        Note(
            Message("{file} is read as {encoding}, by what it holds.", {"file": path.name, "encoding": NAMES[found]}),
            path.stem,
        ),
    )


def encoding(path: Path, named: str = "") -> str:
    """The encoding in which all of the file can be read; raises BadFile as `open_text` does."""
    seen = path.stat()
    return _encoding(path, named, (seen.st_ino, seen.st_mtime_ns, seen.st_size))


@lru_cache(maxsize=256)
def _encoding(path: Path, named: str, version: tuple[int, int, int]) -> str:
    """Looked for once a file: it takes a walk through all of it."""
    with path.open("rb") as file:
        head = file.read(64)
    if not head:
        raise BadFile("{file} is empty.", file=path.name)
    if named:
        return _whole(path, _known(named))
    for mark, name in BOMS.items():
        if head.startswith(mark):
            return _whole(path, name)
    has_nulls = any(b"\0" in piece for piece in _pieces(path))
    broken = _first_error(path, "utf-8")
    if broken is None and not has_nulls:
        return "utf-8"
    for signature, kind in SIGNATURES.items():
        if head.startswith(signature):
            raise BadFile("{file} is not text: it begins like a file of the kind {kind}.", file=path.name, kind=kind)
    if has_nulls or broken is None:
        return _wide(path)
    for name in READS:
        if _first_error(path, name) is None and reads_well(name, _beginning(path, name)):
            return name
    raise BadFile(
        "{file} is neither UTF-8 (its byte {byte}, in line {line}, does not fit) nor in another encoding that can be "
        "told by its text; save it as UTF-8, or name its encoding.",
        file=path.name, byte=broken + 1, line=_line(path, broken, "utf-8"),
    )  # fmt: skip


def _known(named: str) -> str:
    try:
        return codecs.lookup(named).name
    except LookupError:
        raise BadFile("No encoding is called {name!r}; usual ones are utf-8, gb18030, big5.", name=named) from None


def _beginning(path: Path, name: str) -> str:
    with path.open(encoding=name, newline="") as file:
        return file.read(EVIDENCE)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _first_error(path: Path, name: str) -> int | None:
    """Where the first byte lies that cannot be decoded, counted from 0."""
    decoder = codecs.getincrementaldecoder(name)("strict")
    seen = 0
    for piece in _ends(_pieces(path)):
        waiting = len(decoder.getstate()[0])
        try:
            decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            return seen - waiting + error.start
        seen += len(piece)
    return None


def _ends(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces and then b'', which tells a decoder that there is no more."""
    yield from pieces
    yield b""


def _line(path: Path, byte: int, name: str) -> int:
    """The line, counted from 1, that this byte lies in."""
    with path.open("rb") as file:
        return file.read(byte).decode(name, errors="ignore").count("\n") + 1


def _whole(path: Path, name: str) -> str:
    broken = _first_error(path, name.removesuffix("-sig"))  # which would count bytes from behind its mark
    if broken is None:
        return name
    raise BadFile(
        "{file} says that it is {encoding}, but its byte {byte}, in line {line}, is not.",
        file=path.name,
        encoding=name.upper().removesuffix("-SIG"),
        byte=broken + 1,
        line=_line(path, broken, name),
    )


def _wide(path: Path) -> str:
    """UTF-16 without its mark: the byte order in which the file has lines, if there is one."""
    scores = {name: _sense(path, name) for name in ("utf-16-le", "utf-16-be") if _first_error(path, name) is None}
    best = max(scores, key=lambda name: scores[name], default="")
    if best and scores[best] > 0:
        return best
    raise BadFile(
        "{file} is not text: its line {line} holds a null byte.",
        file=path.name,
        line=_line(path, _first_null(path), "latin-1"),
    )


def _first_null(path: Path) -> int:
    seen = 0
    for piece in _pieces(path):
        if (found := piece.find(b"\0")) >= 0:
            return seen + found
        seen += len(piece)
    return seen


def _sense(path: Path, name: str) -> int:
    """How many line ends the file's beginning has in this encoding; none where it holds what no text holds."""
    text = codecs.getincrementaldecoder(name)("strict").decode(next(_pieces(path)))
    strange = any(unicodedata.category(char) in {"Cn", "Co", "Cc"} and char not in "\t\n\r" for char in set(text))
    return 0 if strange else text.count("\n") + text.count("\r")

"""In which encoding is a text file written? A guess must never become mojibake: rather an error."""

import codecs
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from engine.types import BadFile

PIECE = 1 << 20
EVIDENCE = 100_000
"""So many characters beyond ASCII settle whether a file is Chinese."""
BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark is the beginning of this one
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
SIGNATURES = {
    b"PK\x03\x04": "Excel (.xlsx) or Zip (.zip)",
    b"PAR1": "Parquet (.parquet)",
    b"\xd0\xcf\x11\xe0": "old Excel (.xls)",
    b"%PDF": "PDF",
    b"\x1f\x8b": "gzip",
    b"\x89PNG": "PNG image",
    b"\xff\xd8\xff": "JPEG image",
    b"SQLite format 3": "SQLite",
    b"ARROW1": "Arrow",
    b"\x80\x02": "Python pickle",
    b"\x80\x03": "Python pickle",
    b"\x80\x04": "Python pickle",
    b"\x80\x05": "Python pickle",
}
# The commonest Chinese characters, simplified: half of the characters of any Chinese text, one in ten of mojibake.
COMMON = frozenset(
    "的么什是有怎一人在年好为哪如大中何不个这了国上子生吗我以看和些样能会用最你成学意小电可机发时手于下里天地名女出日家到后行思多要作月自部新得被说高本动吃方公来世分现西影文物对美车做开之关长价主语赛男都三"
    "海网道第事比求法情还界体前评全字待工面他加信市东斯片过理与合代度水图称北场宝果牌游其头色球去谁南没明期及同爱业号啊品特重回王打线星通位视外原而因该力表二种将心此应入员区起老问英金民定者化值路克台己等建"
    "平由玩山所叫利州花内性喜歌买元间次经尔友政布那也科件很安就欢数制式当马站米至们相系战十注给进神才型想点目解教剧量结首带钱火张别办知流载戏正写版无孩近亚真军城士词立呢空卡任产感更德画候但提联改龙或息考万"
    "话两处让音题少快红包拉传身院节四交实队华服属使巴书单漫放已口今推运演香太常白保见司选直儿乐季变京梦广并设器鱼活职港然死接类义古请取总基从形读支气省组反越像林找微格除级觉指记门计只受超又局向黑程报播师百"
    "江清角脑食软集达淘查适罗送治配句阿响校风朋较五武河约光费列兰婚完始共造黄票持案存房石韩周导离展务修收具强尼曲消初言於认研商调决连底码冠装李资听把各狗奇史速深跑社班统岛管颜岁足帝条需未声肖议铁非普每曾专"
)
PUNCTUATION = frozenset("，。、？！：；（）《》“”‘’—…·【】「」『』～％　")


def open_text(path: Path) -> TextIO:
    """The file as text, strictly decoded, its line ends untouched.

    Raises:
        BadFile: it is empty, not text, or in an encoding other than UTF-8, UTF-16, UTF-32 and GB18030.
    """
    return path.open(encoding=encoding(path), newline="")


def encoding(path: Path) -> str:
    """The encoding in which all of the file can be read; raises BadFile as `open_text` does."""
    with path.open("rb") as file:
        head = file.read(64)
    if not head:
        raise BadFile("{file} is empty.", file=path.name)
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
    if _first_error(path, "gb18030") is None and _is_chinese(path):
        return "gb18030"
    raise BadFile(
        "{file} is neither UTF-8 (its byte {byte}, in line {line}, does not fit) nor GB18030; save it as UTF-8.",
        file=path.name,
        byte=broken + 1,
        line=_line(path, broken, "utf-8"),
    )


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


def _is_chinese(path: Path) -> bool:
    """Whether what GB18030 makes of the file reads like Chinese: Western and Korean bytes often fit it by accident."""
    decoder = codecs.getincrementaldecoder("gb18030")("strict")
    counts: Counter[str] = Counter()
    for piece in _pieces(path):
        counts.update(char for char in decoder.decode(piece) if ord(char) > 127 and char not in PUNCTUATION)
        if counts.total() > EVIDENCE:
            break
    total = counts.total()
    common = sum(counts[char] for char in COMMON)
    # Real text has 0.4 to 0.8 common ones and mojibake below 0.15; few characters must be surer.
    return total > 0 and common / total > 0.2 + 0.6 / total**0.5

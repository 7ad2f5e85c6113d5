"""Is it safe to unpack this Zip file, and what lies in it?"""

import stat
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath

from engine.texts.characters import reads_well
from engine.types import BadFile

MAX_BYTES = 4 << 30
MAX_RATIO = 200
MAX_FILES = 10_000
SMALL = 16 << 20
"""What unpacks to less than this may be packed as tightly as it likes."""
UTF_8 = 0x800
"""The flag of a member whose name is in UTF-8."""
NAME_ENCODINGS = ("utf-8", "gb18030", "big5hkscs")


def open_zip(path: Path) -> zipfile.ZipFile:
    """The archive, once its list of contents has been found harmless; nothing is unpacked.

    Raises:
        BadFile: it is no Zip file, encrypted, holds links or names that lead out of a folder, or unpacks to too much.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BadFile("{file} is not a Zip file, or it is damaged.", file=path.name) from error
    members = archive.infolist()
    try:
        Budget(path).spend(members)
        for member in members:
            _check_member(path, member)
    except BadFile:
        archive.close()
        raise
    return archive


class Budget:
    """How much may be unpacked from one upload, whatever archives lie in it."""

    def __init__(self, path: Path) -> None:
        self.path, self.packed = path, max(1, path.stat().st_size)
        self.files = self.bytes = 0

    def spend(self, members: Iterable[zipfile.ZipInfo]) -> None:
        """Counts members that are to be unpacked; raises BadFile where they are too many or too large together."""
        for member in members:
            self.files += 1
            self.bytes += member.file_size
        name, size = self.path.name, self.bytes
        if self.files > MAX_FILES:
            raise BadFile(
                "{file} holds {seen} files; at most {limit} are read.", file=name, seen=self.files, limit=MAX_FILES
            )
        if size > MAX_BYTES:
            raise BadFile(
                "{file} unpacks to {seen:.1f} GB; at most {limit:.1f} GB are read.",
                file=name, seen=size / 1e9, limit=MAX_BYTES / 1e9,
            )  # fmt: skip
        if size > SMALL and size / self.packed > MAX_RATIO:
            raise BadFile(
                "{file} unpacks to {seen:.0f} times its size, as no honest file does; at most {limit} times are read.",
                file=name, seen=size / self.packed, limit=MAX_RATIO,
            )  # fmt: skip

    def spend_workbook(self, path: Path) -> None:
        """Counts what a workbook inside an archive unpacks to: it is a Zip file too."""
        with zipfile.ZipFile(path) as inner:
            self.spend(inner.infolist())


def inner_path(member: zipfile.ZipInfo, encoding: str = "") -> PurePosixPath:
    """Where the member lies in the archive; some packers on Windows write backslashes, and names in `encoding`."""
    name = member.filename
    if encoding and not member.flag_bits & UTF_8:
        name = name.encode("cp437").decode(encoding)
    return PurePosixPath(name.replace("\\", "/"))


def name_encoding(members: Iterable[zipfile.ZipInfo]) -> str:
    """In which encoding the names are that the archive does not mark as UTF-8; "" where all are plain."""
    names = [
        one.filename.encode("cp437")
        for one in members
        if not one.flag_bits & UTF_8 and not one.filename.isascii() and _is_cp437(one.filename)
    ]
    for encoding in NAME_ENCODINGS if names else ():
        with suppress(UnicodeDecodeError):
            text = "".join(name.decode(encoding) for name in names)
            if encoding == "utf-8" or reads_well(encoding, text) or _is_han(text):
                return encoding
    return ""


def _is_cp437(name: str) -> bool:
    try:
        name.encode("cp437")
    except UnicodeEncodeError:
        return False
    return True


def _is_han(text: str) -> bool:
    """Whether all beyond ASCII is a common Chinese character or punctuation: names are too short to count."""
    return all(char.isascii() or "\u4e00" <= char <= "\u9fa5" or "\u3000" <= char <= "\u303f" for char in text)


def _check_member(path: Path, member: zipfile.ZipInfo) -> None:
    name = inner_path(member)
    leads_out = name.is_absolute() or ".." in name.parts or member.filename[1:2] == ":"
    if leads_out or stat.S_ISLNK(member.external_attr >> 16):
        raise BadFile(
            "{file} holds {member!r}, which leads out of the archive; such archives are not read.",
            file=path.name, member=member.filename,
        )  # fmt: skip
    if member.flag_bits & 1:
        raise BadFile("{file} is encrypted; pack it again without a password.", file=path.name)

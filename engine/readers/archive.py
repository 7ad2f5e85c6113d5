"""Is it safe to unpack this Zip file, and what lies in it?"""

import stat
import zipfile
from pathlib import Path, PurePosixPath

from engine.types import BadFile

MAX_BYTES = 4 << 30
MAX_RATIO = 200
MAX_FILES = 10_000
SMALL = 16 << 20
"""What unpacks to less than this may be packed as tightly as it likes."""


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
        _check_size(path, members)
        for member in members:
            _check_member(path, member)
    except BadFile:
        archive.close()
        raise
    return archive


def _check_size(path: Path, members: list[zipfile.ZipInfo]) -> None:
    size = sum(member.file_size for member in members)
    packed = max(1, path.stat().st_size)
    if len(members) > MAX_FILES:
        raise BadFile(
            "{file} holds {seen} files; at most {limit} are read.", file=path.name, seen=len(members), limit=MAX_FILES
        )
    if size > MAX_BYTES:
        raise BadFile(
            "{file} unpacks to {seen:.1f} GB; at most {limit:.1f} GB are read.",
            file=path.name, seen=size / 1e9, limit=MAX_BYTES / 1e9,
        )  # fmt: skip
    if size > SMALL and size / packed > MAX_RATIO:
        raise BadFile(
            "{file} unpacks to {seen:.0f} times its size, as no honest file does; at most {limit} times are read.",
            file=path.name, seen=size / packed, limit=MAX_RATIO,
        )  # fmt: skip


def inner_path(member: zipfile.ZipInfo) -> PurePosixPath:
    """Where the member lies in the archive; some packers on Windows write backslashes."""
    return PurePosixPath(member.filename.replace("\\", "/"))


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

"""Which files of a folder or a Zip are to be read, one after the other?"""

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from engine.readers.folders.archive import Budget, inner_path, name_encoding, open_zip
from engine.readers.folders.uploads import safe_name
from engine.readers.kinds import HEAD, binary_kind, zip_members
from engine.types import BadFile, Message, Note

PIECE = 1 << 20
ABOUT = {"readme", "license", "licence", "notice", "citation", "copying", "changelog", "requirements"}
ABOUT |= {"dataset_info", "dataset_infos", "dataset_dict", "state", "metadata", "config", "_success"}
"""Files that speak about the data."""
ARCHIVE = Message(
    "{file} was left out: an archive inside another, or beside other files, is not opened; unpack it first."
)


@dataclass
class Members:
    """The files of a folder or Zip as they are read; `left` names those that are not, and why."""

    path: Path
    left: list[Note] = field(default_factory=list)

    def leave(self, inner: PurePath, why: Message) -> None:
        """Notes that a file was left out, in a sentence that names it as `file`."""
        self.left.append(Note(Message(why.template, {**why.values, "file": inner.as_posix()})))

    def __iter__(self) -> Iterator[tuple[PurePath, Path]]:
        """Where each file lies inside, and where it can be read: only until the next one comes."""
        return self._in_folder() if self.path.is_dir() else self._in_zip()

    def names(self) -> list[PurePath]:
        """Where the files lie inside that will be read, known before any of them is."""
        if self.path.is_dir():
            found: list[PurePath] = [file.relative_to(self.path) for file in self.path.rglob("*") if file.is_file()]
        else:
            with open_zip(self.path) as archive:
                members = [member for member in archive.infolist() if not member.is_dir()]
            found = [inner_path(member, name_encoding(members)) for member in members]
        return [inner for inner in found if not is_hidden(inner) and inner.stem.lower() not in ABOUT]

    def _in_folder(self) -> Iterator[tuple[PurePath, Path]]:
        for file in sorted(self.path.rglob("*")):
            inner = file.relative_to(self.path)
            if not file.is_file() or is_hidden(inner):
                continue
            if _is_archive(file):
                self.leave(inner, ARCHIVE)
            elif inner.stem.lower() not in ABOUT:
                yield inner, file

    def _in_zip(self) -> Iterator[tuple[PurePath, Path]]:
        """Each unpacked into a fresh folder and gone from it when the next one comes."""
        budget = Budget(self.path)
        with open_zip(self.path) as archive, tempfile.TemporaryDirectory() as folder:
            members = [member for member in archive.infolist() if not member.is_dir()]
            budget.spend(members)
            encoding = name_encoding(members)
            if encoding not in {"", "utf-8"}:
                values = {"file": self.path.name, "encoding": encoding.upper().removesuffix("HKSCS")}
                self.left.append(Note(Message("{file}: the names of its files are read as {encoding}.", values)))
            for member in members:
                inner = inner_path(member, encoding)
                if is_hidden(inner) or inner.stem.lower() in ABOUT:
                    continue
                file = Path(folder) / safe_name(inner.name)
                with file.open("wb") as unpacked:
                    for piece in _pieces(self.path, archive, member):
                        unpacked.write(piece)
                if _is_archive(file):
                    self.leave(inner, ARCHIVE)
                else:
                    if zip_members(file):
                        budget.spend_workbook(file)
                    yield inner, file
                file.unlink()


def is_hidden(inner: PurePath) -> bool:
    """Whether a file is one that systems make for themselves."""
    return any(part.startswith((".", "__MACOSX", "~$")) or part == "Thumbs.db" for part in inner.parts)


def _is_archive(file: Path) -> bool:
    """Whether a file is a Zip and no workbook, whatever it is called."""
    with file.open("rb") as opened:
        head = opened.read(HEAD)
    if not head.startswith(b"PK\x03\x04") or binary_kind(file, head):
        return False
    names = zip_members(file)
    return bool(names) and "xl/workbook.xml" not in names


def _pieces(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a member holds; never more than the archive's list of contents says."""
    try:
        with archive.open(member) as packed:
            while piece := packed.read(PIECE):
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise BadFile(
            "{file} is damaged: {member!r} cannot be unpacked.", file=path.name, member=member.filename
        ) from error

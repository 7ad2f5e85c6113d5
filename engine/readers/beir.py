"""A folder or a Zip file of tables, such as BEIR's: which tables are there?"""

import re
import tempfile
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePath

import pandas as pd

from engine.readers.archive import inner_path, open_zip
from engine.readers.choice import by_content, by_suffix
from engine.types import PLAIN, BadFile, Reader, Reading, ReadingOptions

PIECE = 1 << 20
SHARD = re.compile(r"-\d{5}-of-\d{5}$")
ABOUT = {"readme", "license", "licence", "notice", "citation", "copying", "changelog", "requirements"}
ABOUT |= {"dataset_info", "dataset_infos", "dataset_dict", "state", "metadata", "config"}
"""Files that speak about the data, where their suffix is .txt or .json."""


def read(path: Path, options: ReadingOptions = PLAIN) -> Reading:
    """The tables by their path without suffix (`corpus`, `qrels/test`); numbered shards of one table are joined.

    Raises:
        BadFile: it holds no table, two of one name, a broken one, or it is not safe to unpack.
    """
    parts: dict[str, list[tuple[PurePath, pd.DataFrame]]] = defaultdict(list)
    for inner, file in _in_folder(path) if path.is_dir() else _in_zip(path):
        reader = by_suffix(file) or by_content(file)
        for title, table in reader.read(file).tables.items():
            name = inner.with_suffix("") if title == file.stem else inner.with_suffix("") / title
            parts[SHARD.sub("", name.as_posix())].append((name, table))
    if not parts:
        raise BadFile("{file} holds no table that can be read.", file=path.name)
    joined = {name: _joined(path, name, found) for name, found in parts.items()}
    tops = {name.split("/")[0] for name in joined}
    if len(tops) == 1 and all("/" in name for name in joined):
        joined = {name.partition("/")[2]: table for name, table in joined.items()}
    return Reading(joined)


def _joined(path: Path, name: str, found: list[tuple[PurePath, pd.DataFrame]]) -> pd.DataFrame:
    if len({shard for shard, _ in found}) < len(found):
        raise BadFile("{file} holds two tables of the name {table!r}.", file=path.name, table=name)
    tables = [table for _, table in sorted(found, key=lambda one: one[0])]
    return pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0]


def _is_table(inner: PurePath) -> bool:
    """Whether the file's name is one of a table, and not hidden, of a nested archive, or of a note about the data."""
    if any(part.startswith((".", "__MACOSX")) for part in inner.parts) or inner.suffix.lower() == ".zip":
        return False
    if inner.suffix.lower() in {".txt", ".json"} and inner.stem.lower() in ABOUT:
        return False
    return inner.suffix.lower() == ".txt" or by_suffix(Path(inner)) is not None


def _in_folder(folder: Path) -> Iterator[tuple[PurePath, Path]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and _is_table(file.relative_to(folder)):
            yield file.relative_to(folder), file


def _in_zip(path: Path) -> Iterator[tuple[PurePath, Path]]:
    """The members one by one, each unpacked into a fresh folder and gone from it when the next one comes."""
    with open_zip(path) as archive, tempfile.TemporaryDirectory() as folder:
        for member in archive.infolist():
            inner = inner_path(member)
            if member.is_dir() or not _is_table(inner):
                continue
            file = Path(folder) / inner.name
            with file.open("wb") as unpacked:
                for piece in _pieces(path, archive, member):
                    unpacked.write(piece)
            yield inner, file
            file.unlink()


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


READER = Reader("beir", "Folder or Zip of tables (BEIR and others)", (".zip",), read)

"""What is in a file that was packed by gzip, and is it safe to unpack?"""

import gzip
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.readers.folders.archive import MAX_BYTES, MAX_RATIO, SMALL
from engine.readers.folders.uploads import safe_name
from engine.types import BadFile

MAGIC = b"\x1f\x8b"
PIECE = 1 << 20
TAR = slice(257, 262)
"""Where a tar archive says that it is one."""


def is_gzip(path: Path) -> bool:
    """Whether a file begins as those of gzip do, whatever it is called."""
    with path.open("rb") as file:
        return file.read(2) == MAGIC


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The file that was packed, under its name without `.gz`; it is gone afterwards.

    Raises:
        BadFile: it is damaged, an archive of several files, or unpacks to too much.
    """
    with tempfile.TemporaryDirectory() as folder:
        name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
        made = Path(folder) / safe_name(name)
        _unpack(path, made)
        yield made


def _unpack(path: Path, made: Path) -> None:
    packed, size = max(1, path.stat().st_size), 0
    try:
        with gzip.open(path) as source, made.open("wb") as target:
            while piece := source.read(PIECE):
                if not size and piece[TAR] == b"ustar":
                    raise BadFile("{file} is an archive of several files (tar); unpack it first.", file=path.name)
                size += len(piece)
                _check(path, size, packed)
                target.write(piece)
    except (OSError, EOFError, zlib.error) as error:
        raise BadFile("{file} is damaged: it cannot be unpacked.", file=path.name) from error


def _check(path: Path, size: int, packed: int) -> None:
    if size > MAX_BYTES:
        raise BadFile(
            "{file} unpacks to more than {limit:.1f} GB, which is the most that is read.",
            file=path.name, limit=MAX_BYTES / 1e9,
        )  # fmt: skip
    if size > SMALL and size / packed > MAX_RATIO:
        raise BadFile(
            "{file} unpacks to {seen:.0f} times its size, as no honest file does; at most {limit} times are read.",
            file=path.name, seen=size / packed, limit=MAX_RATIO,
        )  # fmt: skip

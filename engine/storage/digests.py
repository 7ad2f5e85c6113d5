"""What do files hold, by a digest of their bytes? It is kept for each state of them: none is read twice for it."""

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import xxhash

from engine import config
from engine.storage import documents
from engine.storage.failures import Damaged, DiskRefuses
from engine.storage.files import locked

FOLDER = "digests"
Stamp = Sequence[tuple[str, int, int]]
"""Path, bytes and time of the last change of each file."""


def keep(stamp: Stamp, digest: str) -> None:
    """Keeps what files in this state hold; a disk that takes nothing costs only that they are read again."""
    place = _place(stamp)
    if known(stamp) != digest:
        with suppress(DiskRefuses), locked(place):
            documents.write(place, {"digest": digest})


def known(stamp: Stamp) -> str | None:
    """The digest that was kept for files in this state; None where none was, or where it is damaged."""
    place = _place(stamp)
    with suppress(FileNotFoundError):
        return _read(place, place.stat().st_mtime_ns)
    return None


def _place(stamp: Stamp) -> Path:
    return config.home() / FOLDER / f"{xxhash.xxh3_128_hexdigest(repr(tuple(stamp)).encode())}.json"


@lru_cache(256)
def _read(place: Path, _written: int) -> str | None:
    with suppress(Damaged):
        return documents.read(place).get("digest")
    return None

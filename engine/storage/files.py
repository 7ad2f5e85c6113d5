"""How is a file written whole or not at all, and by one process at a time?"""

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.storage.failures import telling

UNFINISHED = ".unfinished"
LOCK = ".lock"


@contextmanager
def whole(path: Path, *, named: Callable[[Path], Path] | None = None) -> Iterator[Path]:
    """A name of one's own beside the path: what the block writes there takes the path's place once it lies on the disk.

    After an exception, or a kill at any moment, the path is what it was before.

    named: (what was written) -> the path that it takes, where that hangs on what is in it.

    Raises:
        DiskRefuses: it cannot be written.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}{UNFINISHED}")
    with telling(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield fresh
            onto_disk(fresh)
            fresh.replace(named(fresh) if named else path)
            onto_disk(path.parent)
        finally:
            with suppress(OSError):
                fresh.unlink()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Nobody else is in here for the same file or folder: reads it, changes it and writes it undisturbed.

    Not to be entered twice by one thread.

    Raises:
        DiskRefuses: nothing can be written there.
    """
    place = path.with_name(f".{path.name}{LOCK}")
    with telling(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = place.open("a")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def onto_disk(path: Path) -> None:
    """Waits until a file, or the names in a folder, would survive a loss of power."""
    number = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems cannot do that for a folder
            os.fsync(number)
    finally:
        os.close(number)

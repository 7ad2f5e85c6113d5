"""Is a file still what was written? Its xxh3-128 tells, computed once per state of the file."""

from functools import lru_cache
from pathlib import Path

import xxhash

from engine.storage.failures import Damaged

CHUNK = 2**22
State = tuple[int, int, int]


def state(path: Path) -> State:
    """What changes whenever the file is written or replaced; raises FileNotFoundError."""
    seen = path.stat()
    return seen.st_ino, seen.st_mtime_ns, seen.st_size


def checksum(path: Path) -> str:
    """32 hexadecimal digits of all bytes in the file; raises FileNotFoundError."""
    return _checksum(path, state(path))


def verify(path: Path, known: str | None) -> None:
    """Nothing, if the file is what was written; also where no checksum is known, as in files of earlier versions.

    Raises:
        Damaged: it is another one.
        FileNotFoundError: there is none.
    """
    if known and checksum(path) != known:
        raise Damaged("{path} is damaged: it is not what was written there.", path=path)


@lru_cache(maxsize=4096)
def _checksum(path: Path, _state: State) -> str:
    digest, chunk = xxhash.xxh3_128(), memoryview(bytearray(CHUNK))
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(chunk):
            digest.update(chunk[:size])
    return digest.hexdigest()

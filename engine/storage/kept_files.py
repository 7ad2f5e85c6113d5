"""How is a file kept that can be computed again, so that a damaged one counts as none?

Its checksum stands in its name: `PLACE.parquet` lies as `PLACE.CHECKSUM.parquet`.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.storage.checksums import checksum, state, verify
from engine.storage.failures import Damaged, telling
from engine.storage.files import whole

DIGITS = 32


@contextmanager
def keep(place: Path) -> Iterator[Path]:
    """A name to write to; the file then takes the place of what was kept here, whole or not at all.

    Raises:
        DiskRefuses: it cannot be written.
    """
    kept = list[Path]()

    def named(fresh: Path) -> Path:
        kept.append(place.with_name(f"{place.stem}.{checksum(fresh)}{place.suffix}"))
        return kept[0]

    with whole(place, named=named) as fresh:
        yield fresh
    with telling(place):
        for old in every(place):
            if old not in kept:
                old.unlink(missing_ok=True)


def find(place: Path) -> Path | None:
    """What is kept here and is what was written, the newest first; also a file of an earlier version, unchecked."""
    for path in every(place):
        with suppress(FileNotFoundError):
            if sound(path):
                return path
    return None


def every(place: Path) -> list[Path]:
    """All files that are kept here, the newest first."""
    return sorted(
        [path for path in place.parent.glob(f"{place.stem}.*{place.suffix}") if _digest(path)]
        + [path for path in [place] if path.exists()],
        key=lambda path: state(path)[1],
        reverse=True,
    )


def sound(path: Path) -> bool:
    """Whether a kept file is what was written; of an earlier version's nothing is known. Raises FileNotFoundError."""
    try:
        verify(path, _digest(path))
    except Damaged:
        return False
    return True


def forget(place: Path) -> None:
    """Removes what is kept here; raises DiskRefuses."""
    with telling(place):
        for path in every(place):
            path.unlink(missing_ok=True)


def _digest(path: Path) -> str | None:
    last = path.stem.rpartition(".")[2]
    return last if "." in path.stem and len(last) == DIGITS else None

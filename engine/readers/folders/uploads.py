"""Under which names are uploaded files laid down to be read?"""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from engine.types import BadFile

LONGEST = 150
"""Bytes of a name that every file system takes, with room for a suffix."""


def places(folder: Path, names: Iterable[str]) -> list[Path]:
    """A path in the folder for each name, whatever the name is: none leads out of it, and long ones are cut.

    Raises:
        BadFile: two have the same name; the second would lie over the first.
    """
    made: list[Path] = []
    for name in names:
        place = folder / safe_name(name)
        if any(place.name.lower() == other.name.lower() for other in made):
            raise BadFile(
                "Two of the files are called {file}; rename one of them, or pack their folders into one Zip.",
                file=place.name,
            )
        made.append(place)
    return made


def safe_name(name: str) -> str:
    """The last part of a path, without what systems do not allow in a name, and no longer than they allow."""
    last = PurePosixPath(name.replace("\\", "/")).name.replace("\0", "")
    if last in {"", ".", ".."}:
        return "file"
    path = PurePosixPath(last)
    suffix = path.suffix if len(path.suffix) <= 20 else ""
    stem = last.removesuffix(suffix).encode()[:LONGEST].decode(errors="ignore")
    return stem + suffix

"""Which files does nothing own any more: what killed processes left half written, and what belonged to deleted runs?"""

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from engine import config
from engine.encoding import mending
from engine.jobs.schema import database
from engine.results import soundness
from engine.results.store import Results
from engine.storage.files import UNFINISHED
from engine.storage.saved_tables import CARD

DAY = 24 * 3600.0
HALF_WRITTEN = (f"*{UNFINISHED}", ".new-*", ".old-*", "*.half", "models.new")
"""Names of what is being written, of this version and of those before."""
DEPTHS = ("", "*/", "*/*/", "*/*/*/")


def orphans() -> list[Path]:
    """What lies in the home, and nothing there names.

    Raises:
        UserError: a database cannot be read, so that nobody knows what is owned.
    """
    home = config.home()
    half = {path for depth in DEPTHS for name in HALF_WRITTEN for path in home.glob(f"{depth}{name}")}
    return sorted(half | set(_of_runs(home)) | set(_of_jobs(home)) | set(_folders(home)))


def clear(age: float = DAY) -> list[Path]:
    """Removes the orphans that have lain there so long, in seconds: a younger one may be in the making; gives them."""
    mending.end_exchanges()
    gone = []
    for path in orphans():
        with suppress(OSError):
            if time.time() - _touched(path) < age:
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            gone.append(path)
    return gone


def _of_runs(home: Path) -> Iterator[Path]:
    """Files in results/, compression/ and indexes/ whose run is not in the table."""
    if not (home / "results.sqlite").exists():
        return
    known = soundness.ids(Results(home))
    computed = [path for folder in ("compression", "indexes") for path in (home / folder).glob("[!.]*.parquet")]
    files = [*(home / "results").glob("[!.]*"), *computed]
    strange = [path for path in files if path.name.split(".")[0] not in known]
    if len(strange) <= len(files) / 2:  # otherwise it is the table that has been lost, or put aside for a while
        yield from strange


def _of_jobs(home: Path) -> Iterator[Path]:
    """Folders in jobs/ whose job is not in the table."""
    if not (home / "jobs.sqlite").exists():
        return
    with database().read() as connection:
        known = {row["id"] for row in connection.execute("SELECT id FROM jobs")}
    yield from (path for path in (home / "jobs").glob("*") if path.name not in known)


def _folders(home: Path) -> Iterator[Path]:
    """Folders of what can be made again, without what makes them one; tables without a card may be somebody's data."""
    for pattern, needed in (("mteb/kept/*", CARD), ("vectors/*", "shelf.json"), ("maps/*", "map.json")):
        for path in home.glob(pattern):
            if path.is_dir() and not path.name.startswith(".") and not (path / needed).exists():
                yield path


def _touched(path: Path) -> float:
    """When it, or anything in it, was last written."""
    return max(one.stat().st_mtime for one in (path, *path.rglob("*")))

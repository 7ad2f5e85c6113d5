"""Which scores has somebody brought here from a results folder of mteb?"""

import hashlib
from dataclasses import dataclass
from functools import cache
from itertools import chain, count
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from engine import config
from engine.benchmarks import results_folder
from engine.readers.folders.archive import open_zip
from engine.types import Message, UserError


@dataclass(frozen=True)
class Import:
    """What came from one folder or archive: under which name, when (seconds since 1970), and how much."""

    name: str
    created: float
    models: int
    tasks: int
    scores: int


def take(folder: Path, name: str = "") -> tuple[pd.DataFrame, list[Message]]:
    """Reads a results folder of mteb and keeps its scores, in the place of what came under that name before.

    name: what it is called here, the folder's own path if nothing is given. Gives the scores as `results_folder.read`
    does, and what in the folder could not be read.

    Raises:
        UserError: there is no result in the folder.
    """
    table, unread = results_folder.read(folder)
    name = name or str(folder.resolve())
    if table.empty:
        raise UserError("{name} holds no results of mteb.", name=name)
    _home().mkdir(parents=True, exist_ok=True)
    unfinished = _path(name).with_suffix(".unfinished")
    table.assign(import_name=name).to_parquet(unfinished, compression="zstd", index=False)
    unfinished.replace(_path(name))
    return table, unread


def take_archive(path: Path, name: str) -> tuple[pd.DataFrame, list[Message]]:
    """As `take`, for a Zip file of such a folder.

    Raises:
        BadFile: it is no Zip file, or not safe to unpack.
        UserError: there is no result in it.
    """
    _home().mkdir(parents=True, exist_ok=True)
    with open_zip(path) as archive, TemporaryDirectory(prefix="unpacked-", dir=_home()) as folder:
        archive.extractall(folder)
        return take(Path(folder), name)


def free_name(name: str) -> str:
    """The name, with a number behind it where something else came under it before."""
    taken = {one.name for one in imports()}
    return next(one for one in chain([name], (f"{name} ({number})" for number in count(2))) if one not in taken)


def scores() -> pd.DataFrame:
    """All imported scores, the newest import first; without those that are not numbers."""
    tables = [_read(str(path), path.stat().st_mtime_ns) for path in _files()]
    found = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=results_folder.COLUMNS)
    return found.loc[found["score"].notna(), results_folder.COLUMNS]


def imports() -> list[Import]:
    """What has been imported, the newest first."""
    found = []
    for path in _files():
        table = _read(str(path), path.stat().st_mtime_ns)
        models, tasks = (int(table[column].nunique()) for column in ("model", "task"))
        name = str(table["import_name"].iloc[0])
        found.append(Import(name, path.stat().st_mtime, models, tasks, len(table)))
    return found


def forget(name: str) -> None:
    """Removes what was imported under this name."""
    _path(name).unlink(missing_ok=True)


def stamp() -> tuple[tuple[str, int], ...]:
    """Another value whenever something is imported or forgotten."""
    return tuple((path.name, path.stat().st_mtime_ns) for path in _files())


def _files() -> list[Path]:
    return sorted(_home().glob("*.parquet"), key=lambda path: -path.stat().st_mtime)


def _path(name: str) -> Path:
    return _home() / f"{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}.parquet"


@cache
def _read(path: str, _changed: int) -> pd.DataFrame:
    return pd.read_parquet(path)


def _home() -> Path:
    return config.home() / "imported"

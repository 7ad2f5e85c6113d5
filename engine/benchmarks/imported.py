"""Which scores has somebody brought here from a results folder of mteb?"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, count
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow as pa

from engine import config
from engine.benchmarks import results_folder
from engine.readers.folders.archive import open_zip
from engine.storage import checksums, kept_files
from engine.storage.failures import telling
from engine.storage.files import locked
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
    with locked(_home()), kept_files.keep(_path(name)) as fresh:
        number = 1 + max((_number(one) for one in _tables()), default=0)
        kept = table.assign(import_name=name, import_number=number)
        kept.to_parquet(fresh, compression="zstd", index=False)
    return table, unread


def take_archive(path: Path, name: str) -> tuple[pd.DataFrame, list[Message]]:
    """As `take`, for a Zip file of such a folder.

    Raises:
        BadFile: it is no Zip file, or not safe to unpack.
        UserError: there is no result in it.
    """
    with telling(_home()):
        _home().mkdir(parents=True, exist_ok=True)
    with open_zip(path) as archive, TemporaryDirectory(prefix="unpacked-", dir=_home()) as folder:
        with telling(_home()):
            archive.extractall(folder)
        return take(Path(folder), name)


def free_name(name: str) -> str:
    """The name, with a number behind it where something else came under it before."""
    taken = {one.name for one in imports()}
    return next(one for one in chain([name], (f"{name} ({number})" for number in count(2))) if one not in taken)


def scores() -> pd.DataFrame:
    """All imported scores, the newest import first; without those that are not numbers."""
    tables = _tables()
    found = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=results_folder.COLUMNS)
    return found.loc[found["score"].notna(), results_folder.COLUMNS]


def imports() -> list[Import]:
    """What has been imported, the newest first."""
    found = []
    for table in _tables():
        models, tasks = (int(table[column].nunique()) for column in ("model", "task"))
        name = str(table["import_name"].iloc[0])
        found.append(Import(name, table.attrs["created"], models, tasks, len(table)))
    return found


def damaged() -> list[Message]:
    """The imports that are left out because they are not what was written, each in a sentence."""
    return [
        Message("Imported scores are left out: {path} is damaged. Import their folder again.", {"path": str(path)})
        for path in _files()
        if _read(path, checksums.state(path)) is None
    ]


def forget(name: str) -> None:
    """Removes what was imported under this name."""
    kept_files.forget(_path(name))


def stamp() -> tuple[tuple[str, int], ...]:
    """Another value whenever something is imported or forgotten."""
    return tuple((path.name, path.stat().st_mtime_ns) for path in _files())


def _files() -> list[Path]:
    return sorted(_home().glob("*.parquet"))


def _tables() -> list[pd.DataFrame]:
    """What has been imported and is what was written, the newest first."""
    read = [_read(path, checksums.state(path)) for path in _files()]
    return sorted((one for one in read if one is not None), key=lambda one: (_number(one), one.attrs["created"]))[::-1]


def _number(table: pd.DataFrame) -> int:
    """Which import it was; those of an earlier version come before all others."""
    return int(table["import_number"].iloc[0]) if "import_number" in table else 0


def _path(name: str) -> Path:
    return _home() / f"{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}.parquet"


@lru_cache(maxsize=256)
def _read(path: Path, _state: checksums.State) -> pd.DataFrame | None:
    """One import with the time of its file; None if it is damaged."""
    try:
        if not kept_files.sound(path):
            return None
        table = pd.read_parquet(path)
        table.attrs["created"] = path.stat().st_mtime
        return table if len(table) else None
    except (pa.ArrowException, OSError, ValueError):
        return None


def _home() -> Path:
    return config.home() / "imported"

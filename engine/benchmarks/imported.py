"""Which scores has somebody brought here from a results folder of mteb?"""

import hashlib
from functools import cache
from pathlib import Path

import pandas as pd

from engine import config
from engine.benchmarks import results_folder
from engine.types import Message, UserError


def take(folder: Path) -> tuple[pd.DataFrame, list[Message]]:
    """Reads a results folder of mteb and keeps its scores, in the place of what came from that folder before.

    The scores as `results_folder.read` gives them, and what in the folder could not be read.

    Raises:
        UserError: there is no result in the folder.
    """
    table, unread = results_folder.read(folder)
    if table.empty:
        raise UserError("The folder {folder} holds no results of mteb.", folder=folder)
    _home().mkdir(parents=True, exist_ok=True)
    name = hashlib.blake2b(str(folder.resolve()).encode(), digest_size=8).hexdigest()
    unfinished = _home() / f"{name}.unfinished"
    table.to_parquet(unfinished, compression="zstd", index=False)
    unfinished.replace(_home() / f"{name}.parquet")
    return table, unread


def scores() -> pd.DataFrame:
    """All imported scores, the newest import first; without those that are not numbers."""
    files = sorted(_home().glob("*.parquet"), key=lambda path: -path.stat().st_mtime)
    tables = [_read(str(path), path.stat().st_mtime_ns) for path in files]
    found = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=results_folder.COLUMNS)
    return found[found["score"].notna()]


def forget(folder: str) -> None:
    """Removes what was imported from this folder."""
    name = hashlib.blake2b(folder.encode(), digest_size=8).hexdigest()
    (_home() / f"{name}.parquet").unlink(missing_ok=True)


@cache
def _read(path: str, _changed: int) -> pd.DataFrame:
    return pd.read_parquet(path)


def _home() -> Path:
    return config.home() / "imported"

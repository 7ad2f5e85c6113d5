"""How do the tables of a dataset lie on disk, so that reading them takes neither time nor memory?

Arrow's own format, not compressed, is mapped into memory: the system reads what is looked at and may forget it again.
"""

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from engine.storage import documents
from engine.storage.checksums import checksum, verify
from engine.storage.failures import Damaged, telling
from engine.storage.files import UNFINISHED, onto_disk

SUFFIX = ".arrow"
OLD_SUFFIX = ".parquet"
CARD = "card.json"


def keep(folder: Path, tables: Mapping[str, pd.DataFrame], card: Mapping[str, Any]) -> None:
    """Keeps tables and the card that tells of them in the place of what was there, whole or not at all.

    The card names their files, `files`, each with its checksum in its name, and their `size` in bytes. It is what is
    read first and written last: whoever is killed in between leaves what was there before.

    Raises:
        DiskRefuses: it cannot be written.
    """
    try:
        with telling(folder):
            folder.mkdir(parents=True, exist_ok=True)
            files = {name: _put(table, folder, name) for name, table in tables.items()}
        size = sum((folder / file).stat().st_size for file in files.values())
        documents.write(folder / CARD, {**card, "size": size, "files": files})
    finally:
        tidy(folder)


def card(folder: Path) -> dict[str, Any]:
    """What the card of the folder says; raises Damaged, and FileNotFoundError where there is none."""
    return documents.read(folder / CARD)


def tables(folder: Path, said: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """The tables that the card names, each verified; all there are, where the card is from an earlier version.

    Raises:
        Damaged: one of them is not what was written, or gone.
    """
    try:
        if "files" not in said:
            return read(folder)
        paths = {name: folder / file for name, file in said["files"].items()}
        for path in paths.values():
            verify(path, path.name.split(".")[-2])
        return {name: _frame(_mapped(path)) for name, path in paths.items()}
    except (FileNotFoundError, pa.ArrowException, OSError, ValueError, IndexError) as error:
        raise Damaged("The tables in {folder} are damaged: {why}.", folder=folder, why=str(error)) from error


def discard(folder: Path) -> None:
    """Takes tables and card off the disk, the card first: nobody meets half of them."""
    with telling(folder):
        (folder / CARD).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def tidy(folder: Path) -> None:
    """Removes what the card does not name: earlier tables, and what a killed process left; all of it without a card."""
    try:
        named = {CARD, *card(folder)["files"].values()} if (folder / CARD).exists() else set()
    except (Damaged, KeyError):  # nothing is thrown away unless a card says what is to stay
        return
    with suppress(OSError):
        for path in list(folder.iterdir()):
            if path.name not in named:
                path.unlink()
        if not named:
            folder.rmdir()


def _put(table: pd.DataFrame, folder: Path, name: str) -> str:
    """Writes a table, and gives the name of its file."""
    unfinished = f"{name}{UNFINISHED}"
    write(table, folder, unfinished)
    path = folder / f"{unfinished}{SUFFIX}"
    onto_disk(path)
    final = f"{name}.{checksum(path)}{SUFFIX}"
    path.replace(folder / final)
    return final


def write(table: pd.DataFrame, folder: Path, name: str) -> None:
    """Puts the table into the folder under this name."""
    made = pa.Table.from_pandas(table, preserve_index=False)
    with pa.OSFile(str(folder / f"{name}{SUFFIX}"), "wb") as file, pa.ipc.new_file(file, made.schema) as writer:
        writer.write_table(made.combine_chunks())


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """All tables in the folder by their names, lists as lists; also those that earlier versions kept as Parquet."""
    found = {path.stem: pq.read_table(path) for path in sorted(folder.glob(f"*{OLD_SUFFIX}"))}
    found |= {path.stem: _mapped(path) for path in sorted(folder.glob(f"*{SUFFIX}"))}
    return {name: _frame(table) for name, table in found.items()}


def _mapped(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).read_all()


def _frame(table: pa.Table) -> pd.DataFrame:
    frame = table.to_pandas()
    for column in table.schema:
        if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
            frame[column.name] = frame[column.name].map(lambda cell: cell.tolist())
    return frame

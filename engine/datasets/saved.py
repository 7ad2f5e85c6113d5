"""How does a dataset that somebody saved lie on disk, and is it still what was saved?"""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine import config, plugins
from engine.datasets.fingerprint import fingerprint
from engine.storage import checksums, saved_tables
from engine.storage.failures import Damaged
from engine.storage.files import locked
from engine.types import Dataset, Message, Tables

UNKNOWN_TASK = Message(
    "The dataset {name} is left out: its card {path} names the task {task!r}, which is not known here; there are: "
    "{known}."
).template
_compared: set[tuple[object, ...]] = set()
"""States of folders of an earlier version in which the tables had the fingerprint of their card."""


@dataclass(frozen=True)
class DatasetEntry:
    """A dataset as the library knows it, without its tables. `rows` counts all tables together, `size` is in bytes."""

    name: str
    title: str
    task: str
    source: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ()
    title_zh: str = ""
    rows: int = 0
    size: int = 0
    builtin: bool = False
    fingerprint: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    part_of: str = ""


def folder() -> Path:
    """Where all saved datasets lie, each in a folder of its name."""
    return config.home() / "datasets"


def entries() -> list[DatasetEntry]:
    """The saved datasets by name, without those whose card is damaged."""
    return [one for one in _cards() if isinstance(one, DatasetEntry)]


def damaged() -> list[Message]:
    """The cards that are not what was written, each in a sentence."""
    return [one for one in _cards() if isinstance(one, Message)]


def unknown_tasks() -> dict[str, Message]:
    """Those of them that are sound, but of a task that is not known here, by their names."""
    return {str(one.values["name"]): one for one in damaged() if one.template == UNKNOWN_TASK}


def taken(name: str) -> bool:
    """Whether something lies under this name, be it damaged."""
    return (folder() / name / saved_tables.CARD).exists()


def read(entry: DatasetEntry) -> Dataset:
    """A saved dataset with its tables.

    Raises:
        Damaged: they are not what was saved.
    """
    place = folder() / entry.name
    try:
        try:
            tables = saved_tables.tables(place, saved_tables.card(place))
        except Damaged:  # unless somebody has replaced it between the two looks
            tables = saved_tables.tables(place, saved_tables.card(place))
        dataset = with_tables(entry, tables)
        if "files" not in saved_tables.card(place):
            _compare(dataset, place)
    except (Damaged, FileNotFoundError) as error:
        raise Damaged(
            "The dataset {name} is damaged: its tables in {folder} are not what was saved. Upload it again under this "
            "name, in the place of the old one, or delete it.",
            name=entry.name,
            folder=place,
        ) from error
    return dataset


def with_tables(entry: DatasetEntry, tables: Tables) -> Dataset:
    """The dataset of this entry."""
    shared = {one.name for one in fields(Dataset)} & {one.name for one in fields(DatasetEntry)}
    return Dataset(tables=tables, **{name: getattr(entry, name) for name in shared})


def write(dataset: Dataset, *, title_zh: str = "") -> None:
    """Keeps a dataset in the place of the one of its name, whole or not at all; hold `locked(folder())`."""
    about = {one.name: getattr(dataset, one.name) for one in fields(dataset) if one.name != "tables"}
    rows = sum(len(table) for table in dataset.tables.values())
    saved_tables.keep(
        folder() / dataset.name, dataset.tables, asdict(DatasetEntry(**about, rows=rows, title_zh=title_zh))
    )


def remove(name: str) -> None:
    """Takes a dataset off the disk."""
    with locked(folder()):
        saved_tables.discard(folder() / name)


def _cards() -> list[DatasetEntry | Message]:
    """A page asks many times; a glob would take ten times as long."""
    try:
        with os.scandir(folder()) as listed:
            names = sorted(one.name for one in listed if one.is_dir() and not one.name.startswith("."))
    except FileNotFoundError:
        return []
    found = []
    for place in (folder() / name for name in names):
        with suppress(FileNotFoundError, NotADirectoryError):  # somebody has just deleted it
            found.append(_card(place, checksums.state(place / saved_tables.CARD)))
    return found


@lru_cache(maxsize=4096)
def _card(place: Path, _state: checksums.State) -> DatasetEntry | Message:
    """A card, or what is to be said of it; read once for each state of its file."""
    try:
        card = saved_tables.card(place)
        card.pop("files", None)
        if card["task"] not in plugins.tasks():
            values = {"name": place.name, "path": str(place / saved_tables.CARD), "task": card["task"]}
            return Message(UNKNOWN_TASK, values | {"known": ", ".join(plugins.tasks())})
        return DatasetEntry(**card | {"languages": tuple(card["languages"])})
    except (Damaged, TypeError, KeyError):
        return Message(
            "The dataset {name} is left out: its card {path} is damaged. `python -m engine doctor` mends it where it "
            "can.",
            {"name": place.name, "path": str(place / saved_tables.CARD)},
        )


def _compare(dataset: Dataset, place: Path) -> None:
    """Tables of an earlier version carry no checksum: then the fingerprint tells, computed once for each state."""
    state = (dataset.fingerprint, *sorted((path.name, checksums.state(path)) for path in place.iterdir()))
    if state in _compared:
        return
    if fingerprint(dataset.task, dataset.tables, dataset.settings) != dataset.fingerprint:
        raise Damaged("The tables in {folder} are not those of the fingerprint on their card.", folder=place)
    _compared.add(state)

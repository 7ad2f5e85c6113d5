"""Which datasets are there, and how is one read, kept and removed?"""

import hashlib
import json
import os
import re
import shutil
import tempfile
import tomllib
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from engine import config, plugins
from engine.datasets import mapping
from engine.datasets.checks import check
from engine.datasets.conversion import conform
from engine.datasets.fingerprint import fingerprint
from engine.readers.choice import read
from engine.storage import saved_tables
from engine.types import BadDataset, Dataset, Message, Source, Step, Tables

CARD = "card.json"
SAMPLES = config.ROOT / "data" / "samples"


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


def entries() -> dict[str, DatasetEntry]:
    """All datasets by name: the samples that come with Parallax, the saved ones, the public ones read before."""
    found = [_sample(name, _stamp(SAMPLES / name))[0] for name in _catalogue() if (SAMPLES / name).is_dir()]
    saved = _saved()
    with os.scandir(saved) as listed:  # a page asks many times, and a glob takes ten times as long
        folders = sorted(one.name for one in listed if one.is_dir() and not one.name.startswith("."))
    for path in (saved / name / CARD for name in folders):
        with suppress(FileNotFoundError):  # somebody has just deleted it
            found.append(_card(path, _version(path)))
    found += [DatasetEntry(**card) for source in plugins.sources().values() for card in source.cards()]
    return {entry.name: entry for entry in found}


def load(name: str | Path, task: str | None = None) -> Dataset:
    """The dataset of that name, `mteb:…` among them; or what lies in this file, folder or Zip, read for this task.

    Raises:
        BadFile: the file cannot be read.
        BadDataset: nothing is called so, or its tables are not what the task needs.
    """
    if (source := _source(str(name))) is not None:
        return source.load(str(name))
    entry = entries().get(str(name))
    if entry is None:
        return _from_path(Path(name), task)
    if entry.builtin:
        return _sample(entry.name, _stamp(SAMPLES / entry.name))[1]
    return _dataset(entry, saved_tables.read(_saved() / entry.name))


def work(arguments: Mapping[str, Any], step: Step) -> dict[str, int]:
    """Does a job of the kind `dataset`: reads a public dataset by its name, which keeps it; gives its rows."""
    name = str(arguments["dataset"])
    step(0.0, Message("Reading {dataset}", {"dataset": name}))
    return {"rows": sum(map(len, load(name).tables.values()))}


def save(name: str, task: str, tables: Tables, *, replace: bool = False, **about: Any) -> Dataset:
    """Keep a task's own tables in the library, and give them back as they are kept, under a plain form of the name.

    `about` may hold the title, source, licence, languages and settings of a `Dataset`.

    Raises:
        BadDataset: the name is taken, or the tables are not what the task needs.
    """
    plain, known = slug(name), entries()
    if plain in known and (known[plain].builtin or not replace):
        raise BadDataset("There is a dataset {name!r} already; choose another name, or replace it.", name=plain)
    own = _checked(task, conform(tables, plugins.pick(plugins.tasks(), task, "task").tables))
    dataset = _finished(Dataset(name=plain, task=task, tables=own, **{"title": name, **about}))
    _write(dataset)
    return dataset


def change_settings(name: str, settings: Mapping[str, Any]) -> Dataset:
    """Gives a saved dataset these settings of its task; it has another fingerprint then, and its runs start afresh.

    Raises:
        BadDataset: there is none of that name, or it is a sample or a public one, whose settings stay as they are.
    """
    entry = entries().get(name)
    if entry is None or entry.builtin or _source(name) is not None:
        raise BadDataset("No saved dataset is called {name!r}; only those can be given other settings.", name=name)
    changed = _finished(replace(load(name), settings=dict(settings)))
    _write(changed)
    return changed


def delete(name: str) -> None:
    """Remove a saved dataset; raises BadDataset where there is none of that name, or it is a sample."""
    entry = entries().get(name)
    if entry is None or entry.builtin:
        raise BadDataset("No saved dataset is called {name!r}; samples cannot be deleted.", name=name)
    if (source := _source(name)) is not None:
        return source.forget(name)
    _remove(_saved() / name)


def _source(name: str) -> Source | None:
    """Where the dataset of this name comes from, if its name begins with the prefix of a source."""
    return next((one for one in plugins.sources().values() if name.startswith(one.prefix)), None)


def slug(name: str) -> str:
    """A name that is safe in paths and addresses; letters beyond ASCII are stood for by a hash of the whole name."""
    plain = unicodedata.normalize("NFKD", name.strip()).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[:48]
    if name.isascii() and plain:
        return plain
    return f"{plain or 'dataset'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


@cache
def _catalogue() -> dict[str, dict[str, Any]]:
    """The samples' cards by name."""
    listed = tomllib.loads((SAMPLES.parent / "datasets.toml").read_text(encoding="utf-8"))["datasets"]
    return {entry["name"]: entry for entry in listed}


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes whenever a file of the folder does."""
    with os.scandir(folder) as files:
        return tuple(sorted((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files))


@lru_cache(maxsize=64)
def _sample(name: str, stamp: tuple[tuple[str, int, int], ...]) -> tuple[DatasetEntry, Dataset]:
    """A sample and its card; small enough to be read again in every process, and kept until its files change."""
    card = _catalogue()[name]
    tables = read(SAMPLES / name).tables
    own = mapping.apply(tables, mapping.guess(tables, card["task"]))
    entry = DatasetEntry(
        **card | {"languages": tuple(card["languages"])}, builtin=True, size=sum(size for _, _, size in stamp)
    )
    dataset = _finished(_dataset(entry, own))
    return _described(entry, dataset), dataset


def _described(entry: DatasetEntry, dataset: Dataset) -> DatasetEntry:
    rows = sum(len(table) for table in dataset.tables.values())
    return replace(entry, rows=rows, fingerprint=dataset.fingerprint)


def _finished(dataset: Dataset) -> Dataset:
    """The dataset with its fingerprint."""
    return replace(dataset, fingerprint=fingerprint(dataset.task, dataset.tables, dataset.settings))


def _dataset(entry: DatasetEntry, tables: Tables) -> Dataset:
    shared = {one.name for one in fields(Dataset)} & {one.name for one in fields(DatasetEntry)}
    return Dataset(tables=tables, **{name: getattr(entry, name) for name in shared})


def _from_path(path: Path, task: str | None) -> Dataset:
    if not path.exists():
        raise BadDataset(
            "Nothing is called {name!r}{nearest}: no dataset of the library, no file and no folder.",
            name=str(path), nearest=plugins.nearest(str(path), list(entries())),
        )  # fmt: skip
    tables = read(path).tables
    guess = mapping.guess(tables, task)
    own = _checked(guess.task, mapping.apply(tables, guess))
    return _finished(Dataset(name=slug(path.stem), task=guess.task, tables=own, title=path.name))


def _checked(task: str, tables: Tables) -> Tables:
    """The tables, if nothing in them would stop the task; raises BadDataset with what would."""
    for problem in check(task, tables):
        if problem.level == "error":
            raise BadDataset(problem.message.template, **problem.message.values)
    return tables


def _saved() -> Path:
    folder = config.home() / "datasets"
    folder.mkdir(exist_ok=True)
    return folder


def _version(path: Path) -> tuple[int, int, int]:
    """What changes whenever the file is replaced."""
    seen = path.stat()
    return seen.st_ino, seen.st_mtime_ns, seen.st_size


@lru_cache(maxsize=4096)
def _card(path: Path, version: tuple[int, int, int]) -> DatasetEntry:
    """A saved dataset's card, read once per state: pages ask for the whole library many times."""
    card = json.loads(path.read_text(encoding="utf-8"))
    return DatasetEntry(**card | {"languages": tuple(card["languages"])})


def _write(dataset: Dataset) -> None:
    """All or nothing: the folder gets its name once everything lies in it."""
    target = _saved() / dataset.name
    fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=_saved()))
    try:
        for name, table in dataset.tables.items():
            saved_tables.write(table, fresh, name)
        size = sum(path.stat().st_size for path in fresh.iterdir())
        entry = DatasetEntry(
            **{one.name: getattr(dataset, one.name) for one in fields(dataset) if one.name != "tables"}
        )
        card = asdict(_described(replace(entry, size=size), dataset))
        (fresh / CARD).write_text(json.dumps(card, ensure_ascii=False, indent=1), encoding="utf-8")
        fresh.chmod(0o755)  # a temporary folder is its maker's alone
        if target.exists():
            _remove(target)
        fresh.rename(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _remove(folder: Path) -> None:
    """Out of sight at once, then off the disk: nobody meets half a dataset."""
    grave = Path(tempfile.mkdtemp(prefix=".old-", dir=folder.parent))
    folder.rename(grave / folder.name)
    shutil.rmtree(grave)

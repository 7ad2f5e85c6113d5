"""Which datasets are there, and how is one read, kept and removed?"""

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from engine import config, plugins
from engine.datasets import saved
from engine.datasets.checks import check
from engine.datasets.conversion import conform
from engine.datasets.fingerprint import fingerprint
from engine.datasets.reading.choices import NOTHING, Choices
from engine.datasets.reading.opening import Opened, open_file, open_named
from engine.datasets.saved import DatasetEntry as DatasetEntry
from engine.storage.files import locked
from engine.types import PLAIN, BadDataset, Dataset, Message, ReadingOptions, Source, Step, Tables

SAMPLES = config.ROOT / "data" / "samples"


def entries() -> dict[str, DatasetEntry]:
    """All datasets by name: the samples that come with Parallax, the saved ones, the public ones read before.

    What is damaged is left out; `damaged` names it.
    """
    found = [_sample(name)[0] for name in _here()]
    found += saved.entries()
    found += [DatasetEntry(**card) for source in plugins.sources().values() for card in source.cards()]
    return {entry.name: entry for entry in found}


def damaged() -> list[Message]:
    """The datasets that `entries` leaves out, each in a sentence that says why."""
    return saved.damaged() + [message for source in plugins.sources().values() for message in source.damaged()]


def load(name: str | Path, said: Choices = NOTHING, options: ReadingOptions = PLAIN) -> Dataset:
    """The dataset of that name, `mteb:…` among them; or what lies in this file, folder or Zip, read as was said.

    A name under which something was saved finds it too, such as 客服问答.

    Raises:
        BadFile: the file cannot be read.
        BadDataset: nothing is called so, or its tables are not what the task needs.
        Damaged: its tables are not what was saved.
    """
    if (source := _source(str(name))) is not None:
        return source.load(str(name))
    known = entries()
    entry = known.get(str(name)) or (None if Path(name).exists() else known.get(slug(str(name))))
    if entry is None:
        return _from_path(Path(name), said, options)
    if entry.builtin:
        return _sample(entry.name)[1]
    return saved.read(entry)


def work(arguments: Mapping[str, Any], step: Step) -> dict[str, int]:
    """Does a job of the kind `dataset`: reads a public dataset by its name, which keeps it; gives its rows."""
    name = str(arguments["dataset"])
    step(0.0, Message("Reading {dataset}", {"dataset": name}))
    return {"rows": sum(map(len, load(name).tables.values()))}


def save(name: str, task: str, tables: Tables, *, replace: bool = False, **about: Any) -> Dataset:
    """Keep a task's own tables in the library, and give them back as they are kept, under a plain form of the name.

    `about` may hold the title, source, licence, languages, settings and `part_of` of a `Dataset`.

    Raises:
        BadDataset: the name is taken, or the tables are not what the task needs.
    """
    if not name.strip():
        raise BadDataset("The dataset has no name: give it one.")
    plain, title = slug(name), " ".join(str(about.pop("title", name)).split())
    own = _checked(task, conform(tables, plugins.pick(plugins.tasks(), task, "task").tables))
    dataset = _finished(Dataset(name=plain, task=task, tables=own, title=title, **about))
    with locked(saved.folder()):
        known = entries()
        if plain in known and known[plain].builtin:
            raise BadDataset("{name!r} is a sample, which stays as it is: choose another name.", name=plain)
        if (plain in known or saved.taken(plain)) and not replace:
            raise BadDataset("There is a dataset {name!r} already; choose another name, or replace it.", name=plain)
        saved.write(dataset)
    return dataset


def change_settings(name: str, settings: Mapping[str, Any]) -> Dataset:
    """Gives a saved dataset these settings of its task; it has another fingerprint then, and its runs start afresh.

    Raises:
        BadDataset: there is none of that name, or it is a sample or a public one, whose settings stay as they are.
    """
    entry = entries().get(name)
    if entry is None or entry.builtin or _source(name) is not None:
        raise BadDataset("No saved dataset is called {name!r}; only those can be given other settings.", name=name)
    with locked(saved.folder()):
        changed = _finished(replace(load(name), settings=dict(settings)))
        saved.write(changed)
    return changed


def delete(name: str) -> None:
    """Remove a saved dataset; raises BadDataset where there is none of that name, or it is a sample."""
    entry = entries().get(name)
    if entry is None or entry.builtin:
        raise BadDataset("No saved dataset is called {name!r}; samples cannot be deleted.", name=name)
    if (source := _source(name)) is not None:
        return source.forget(name)
    saved.remove(name)


def _source(name: str) -> Source | None:
    """Where the dataset of this name comes from, if its name begins with the prefix of a source."""
    return next((one for one in plugins.sources().values() if name.startswith(one.prefix)), None)


def slug(name: str) -> str:
    """A name that is safe in paths and addresses; letters beyond ASCII are stood for by a hash of the whole name.

    Some disks take letters such as é apart, and a folder would not be found again under the name that it was given.
    """
    plain = unicodedata.normalize("NFKD", name.strip()).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[:48]
    if name.isascii() and plain:
        return plain
    return f"{plain or 'dataset'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def stem(file: str) -> str:
    """A file's name without what it ends in: `helpdesk.csv.gz` -> helpdesk."""
    return Path(file[:-3] if file.lower().endswith(".gz") else file).stem


@cache
def _here() -> tuple[str, ...]:
    """The samples that have come along: pages ask many times, and none comes later."""
    return tuple(name for name in _catalogue() if (SAMPLES / name).is_dir())


@cache
def _catalogue() -> dict[str, dict[str, Any]]:
    """The samples' cards by name."""
    listed = tomllib.loads((SAMPLES.parent / "datasets.toml").read_text(encoding="utf-8"))["datasets"]
    return {entry["name"]: entry for entry in listed}


@cache
def _sample(name: str) -> tuple[DatasetEntry, Dataset]:
    """A sample and its card; small enough to be read again in every process."""
    card = _catalogue()[name]
    own = open_named(SAMPLES / name, plugins.tasks()[card["task"]])
    size = sum(file.stat().st_size for file in (SAMPLES / name).iterdir())
    entry = DatasetEntry(**card | {"languages": tuple(card["languages"])}, builtin=True, size=size)
    dataset = _finished(saved.with_tables(entry, own))
    return _described(entry, dataset), dataset


def _described(entry: DatasetEntry, dataset: Dataset) -> DatasetEntry:
    rows = sum(len(table) for table in dataset.tables.values())
    return replace(entry, rows=rows, fingerprint=dataset.fingerprint)


def _finished(dataset: Dataset) -> Dataset:
    """The dataset with its fingerprint."""
    return replace(dataset, fingerprint=fingerprint(dataset.task, dataset.tables, dataset.settings))


def _from_path(path: Path, said: Choices, options: ReadingOptions) -> Dataset:
    if not path.exists():
        raise BadDataset(
            "Nothing is called {name!r}{nearest}: no dataset of the library, no file and no folder.",
            name=str(path), nearest=plugins.nearest(str(path), list(entries())),
        )  # fmt: skip
    return from_file(path.name, open_file(path, said, options))


def from_file(title: str, opened: Opened, settings: Mapping[str, Any] = MappingProxyType({})) -> Dataset:
    """What was read from a file, with these settings of its task; raises BadDataset where anything is wrong with it."""
    own = _checked(opened.task, opened.tables)
    name, settings = slug(stem(title)), {**opened.settings, **_known(opened.task, settings)}
    return _finished(Dataset(name=name, task=opened.task, tables=own, title=title, settings=settings))


def _known(task: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """The settings, if the task has them all; raises UserError with the names that it knows."""
    known = dict(plugins.pick(plugins.tasks(), task, "task").settings)
    for name in settings:
        plugins.pick(known, name, f"setting of {task}")
    return settings


def _checked(task: str, tables: Tables) -> Tables:
    """The tables, if nothing in them would stop the task; raises BadDataset with what would."""
    for problem in check(task, tables):
        if problem.level == "error":
            raise BadDataset(problem.message.template, **problem.message.values)
    return tables

"""Is every dataset what was saved, and can a damaged card be written again?"""

from dataclasses import replace
from functools import partial
from pathlib import Path

from engine.benchmarks import kept
from engine.datasets import library, mapping, saved
from engine.datasets.fingerprint import fingerprint
from engine.integrity.findings import Finding, Findings, mended
from engine.results.store import Results
from engine.storage import saved_tables
from engine.storage.failures import Damaged, DiskRefuses
from engine.storage.files import locked
from engine.types import Dataset, Message, UserError


def examine(mend: bool) -> Findings:
    """The saved datasets, and the public ones that are kept."""
    for entry in saved.entries():
        try:
            dataset = saved.read(entry)
        except Damaged as error:
            yield Finding("damaged", Message(error.template, error.values), partial(saved.remove, entry.name))
            continue
        if "files" not in saved_tables.card(saved.folder() / entry.name):
            yield Finding(
                "left",
                Message(
                    "The dataset {name} of an earlier version has no checksums: it gets them.", {"name": entry.name}
                ),
            )
            if mend:
                with locked(saved.folder()):
                    saved.write(dataset, title_zh=entry.title_zh)
    for place in sorted(saved.folder().glob("[!.]*/")):
        if place.name in (unknown := saved.unknown_tasks()):
            yield Finding("left", unknown[place.name])
        elif place.name not in {entry.name for entry in saved.entries()}:
            yield _card(place, mend)
    yield from _public(mend)


def _card(place: Path, mend: bool) -> Finding:
    """A damaged card, written again from the tables and the runs; the title and where the data came from are lost."""
    values = {"name": place.name, "folder": str(place)}
    try:
        dataset = _guessed(place)
        if mend:
            with locked(saved.folder()):
                saved.write(dataset)
    except DiskRefuses:
        raise
    except (UserError, OSError, ValueError):
        return Finding("damaged", Message(
            "The dataset {name} has no card that can be read, and none can be made of what lies in {folder}: upload it "
            "again, or delete the folder.", values), partial(saved.remove, place.name))  # fmt: skip
    known = set(Results().runs().query("dataset == @place.name")["fingerprint"])
    if known and dataset.fingerprint not in known:
        return mended(mend, Message(
            "The card of the dataset {name} in {folder} is damaged: it is written again, but title, source, licence "
            "and settings are lost, so that its models have to be run again.", values))  # fmt: skip
    return mended(mend, Message(
        "The card of the dataset {name} in {folder} is damaged: it is written again, but title, source and licence "
        "are lost.", values))  # fmt: skip


def _guessed(place: Path) -> Dataset:
    """The dataset of a folder whose card is lost: its tables by the checksums in their names, its task by its runs."""
    paths = [path for path in place.iterdir() if path.suffix == saved_tables.SUFFIX]
    if all(path.name.count(".") == 2 for path in paths):
        tables = saved_tables.tables(place, {"files": {path.name.split(".")[0]: path.name for path in paths}})
    else:
        tables = saved_tables.read(place)
    runs = Results().runs().query("dataset == @place.name")
    task = str(runs["task"].iloc[-1]) if len(runs) else mapping.guess(tables).task
    found = Dataset(name=place.name, task=task, tables=tables, title=place.name)
    return replace(found, fingerprint=fingerprint(task, tables, {}))


def _public(mend: bool) -> Findings:
    for card in kept.cards():
        try:
            library.load(str(card["name"]))
        except Damaged:
            yield mended(mend, Message("What was kept of {name} is damaged: it is removed, and read again when it is "
                                       "asked for.", {"name": str(card["name"])}))  # fmt: skip
            if mend:
                library.delete(str(card["name"]))
        except UserError as error:
            yield Finding("left", Message(error.template, error.values))
    for message in kept.damaged():
        yield Finding("left", message)

"""Which public datasets have been read on this machine, so that they are there at once, without mteb and network?"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from engine import config, plugins
from engine.benchmarks import copies, mteb_tasks
from engine.benchmarks.mteb_tasks import Address, address
from engine.datasets.conversion import conform
from engine.datasets.fingerprint import fingerprint
from engine.metrics.agreement import RANGE
from engine.storage import saved_tables
from engine.types import Dataset

_CARD = "card.json"
_BESIDE = ("tables", "revision", "registered")


def load(name: str) -> Dataset:
    """The dataset that a name such as `mteb:STS22.v2/zh` stands for; kept as plain tables once it has been read.

    Raises:
        UserError: mteb registers no such task.
        BadDataset: it is neither here nor to be had, or cannot be read.
    """
    place = address(name)
    if not _is_current(place):
        _keep(mteb_tasks.read(name), place)
    card = json.loads((_folder(place) / _CARD).read_text(encoding="utf-8"))
    columns = plugins.tasks()[card["task"]].tables
    tables = {table: known for table, known in saved_tables.read(_folder(place)).items() if table in card["tables"]}
    for beside in (*_BESIDE, "rows", "size"):
        del card[beside]
    card["languages"] = tuple(card["languages"])
    return Dataset(tables=conform(tables, columns), **card)


def cards() -> list[dict[str, Any]]:
    """What is kept: the fields of a Dataset but its tables, and how many rows and bytes it has."""
    read = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(_home().glob(f"*/{_CARD}"))]
    return [
        {key: value for key, value in card.items() if key not in _BESIDE} | {"languages": tuple(card["languages"])}
        for card in read
    ]


def is_here(name: str) -> bool:
    """Whether a dataset can be run without a network."""
    place = address(name)
    return _is_current(place) or copies.find(place.entry) is not None


def forget(name: str) -> None:
    """Removes the kept tables; a copy of the hub's files stays."""
    shutil.rmtree(_folder(address(name)), ignore_errors=True)


def _keep(dataset: Dataset, place: Address) -> None:
    """Whole or not at all: the card, without which nothing is there, is moved into its place last."""
    folder = _folder(place)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, table in dataset.tables.items():
        saved_tables.write(table, folder, name)
    said = {key: getattr(dataset, key) for key in ("name", "task", "title", "source", "licence", "languages")}
    card = said | {
        "settings": dict(dataset.settings),
        "fingerprint": fingerprint(dataset.task, dataset.tables, dataset.settings),
        "tables": list(dataset.tables),
        "revision": place.entry.revision,
        "registered": dict(place.entry.settings),
        "rows": sum(map(len, dataset.tables.values())),
        "size": sum(path.stat().st_size for path in folder.iterdir()),
    }
    unfinished = folder / "card.unfinished"
    unfinished.write_text(json.dumps(card, ensure_ascii=False, indent=1), encoding="utf-8")
    unfinished.replace(folder / _CARD)


def _is_current(place: Address) -> bool:
    """Whether what is kept is as mteb registers it, and not older than a copy that somebody has put in its place."""
    card = _folder(place) / _CARD
    if not card.exists():
        return False
    said = json.loads(card.read_text(encoding="utf-8"))
    if said["revision"] != place.entry.revision or not _same_settings(said.get("registered"), place.entry.settings):
        return False
    own = copies.own_folder(place.entry)
    changed = [path.stat().st_mtime for path in own.rglob("*") if path.is_file()] if own.is_dir() else []
    return max(changed, default=0.0) <= card.stat().st_mtime


def _same_settings(kept: dict[str, Any] | None, registered: Mapping[str, Any]) -> bool:
    """Whether a task is registered as it was; what was kept before ranges were written down says nothing of them."""
    return kept is not None and kept == {key: registered[key] for key in registered if key in kept or key not in RANGE}


def _home() -> Path:
    return config.home() / "mteb" / "kept"


def _folder(place: Address) -> Path:
    return _home() / quote(place.name, safe="")

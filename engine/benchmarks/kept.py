"""Which public datasets have been read on this machine, so that they are there at once, without mteb and network?"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import xxhash

from engine import config, plugins
from engine.benchmarks import copies, mteb_tasks
from engine.benchmarks.mteb_tasks import Address, address
from engine.datasets.conversion import conform
from engine.datasets.fingerprint import fingerprint
from engine.metrics.agreement import RANGE
from engine.storage import checksums, saved_tables
from engine.storage.failures import Damaged
from engine.storage.files import locked
from engine.types import Dataset, Message

_BESIDE = ("tables", "revision", "registered", "files", "copy")


def load(name: str) -> Dataset:
    """The dataset that a name such as `mteb:STS22.v2/zh` stands for; kept as plain tables once it has been read.

    Raises:
        UserError: mteb registers no such task.
        BadDataset: it is neither here nor to be had, or cannot be read.
        Damaged: what is kept of it is not what was read.
    """
    place = address(name)
    if not _is_current(place):
        _keep(mteb_tasks.read(name), place)
    card = saved_tables.card(_folder(place))
    columns = plugins.tasks()[card["task"]].tables
    try:
        read = saved_tables.tables(_folder(place), card)
    except Damaged as error:
        raise Damaged(
            "What is kept of {name} in {folder} is damaged; delete the dataset, and it is read again.",
            name=name,
            folder=_folder(place),
        ) from error
    tables = {table: known for table, known in read.items() if table in card["tables"]}
    for beside in (*_BESIDE, "rows", "size"):
        card.pop(beside, None)
    card["languages"] = tuple(card["languages"])
    return Dataset(tables=conform(tables, columns), **card)


def cards() -> list[dict[str, Any]]:
    """What is kept: the fields of a Dataset but its tables, and how many rows and bytes it has."""
    return [card for card in _cards() if not isinstance(card, Message)]


def damaged() -> list[Message]:
    """The cards that are not what was written, each in a sentence."""
    return [card for card in _cards() if isinstance(card, Message)]


def _cards() -> list[dict[str, Any] | Message]:
    return [_read(path.parent, checksums.state(path)) for path in sorted(_home().glob(f"*/{saved_tables.CARD}"))]


@lru_cache(maxsize=4096)
def _read(folder: Path, _state: checksums.State) -> dict[str, Any] | Message:
    try:
        card = saved_tables.card(folder)
        kept = {key: value for key, value in card.items() if key not in _BESIDE}
        return kept | {"languages": tuple(card["languages"])}
    except (Damaged, KeyError, TypeError):
        name = unquote(folder.name)
        return Message("{name} is left out: its card in {folder} is damaged. It is read again when it is asked for.",
                       {"name": name, "folder": str(folder)})  # fmt: skip


def is_here(name: str) -> bool:
    """Whether a dataset can be run without a network."""
    place = address(name)
    return _is_current(place) or copies.find(place.entry) is not None


def forget(name: str) -> None:
    """Removes the kept tables; a copy of the hub's files stays."""
    with locked(_home()):
        saved_tables.discard(_folder(address(name)))


def _keep(dataset: Dataset, place: Address) -> None:
    """Puts its tables and a card into the place of what was kept before."""
    said = {key: getattr(dataset, key) for key in ("name", "task", "title", "source", "licence", "languages")}
    card = said | {
        "settings": dict(dataset.settings),
        "fingerprint": fingerprint(dataset.task, dataset.tables, dataset.settings),
        "tables": list(dataset.tables),
        "revision": place.entry.revision,
        "registered": dict(place.entry.settings),
        "copy": _copy(place),
        "rows": sum(map(len, dataset.tables.values())),
    }
    with locked(_home()):
        saved_tables.keep(_folder(place), dataset.tables, card)


def _is_current(place: Address) -> bool:
    """Whether what is kept is as mteb registers it, and of the copy that somebody has put in its place now, if any."""
    try:
        said = saved_tables.card(_folder(place))
    except (FileNotFoundError, Damaged):
        return False
    if said.get("revision") != place.entry.revision or not _same_settings(said.get("registered"), place.entry.settings):
        return False
    if "copy" in said:
        return _copy(place) in ("", said["copy"])  # what is kept outlives its copy
    own, card = copies.own_folder(place.entry), _folder(place) / saved_tables.CARD  # a card of an earlier version
    changed = [path.stat().st_mtime for path in own.rglob("*") if path.is_file()] if own.is_dir() else []
    return max(changed, default=0.0) <= card.stat().st_mtime


def _copy(place: Address) -> str:
    """Another text whenever somebody puts other files into the place of the copy, however old; empty without any."""
    own = copies.own_folder(place.entry)
    files = sorted(path for path in own.rglob("*") if path.is_file()) if own.is_dir() else []
    seen = [(str(path.relative_to(own)), *checksums.state(path)[1:]) for path in files]
    return xxhash.xxh3_128_hexdigest(repr(seen).encode()) if seen else ""


def _same_settings(kept: dict[str, Any] | None, registered: Mapping[str, Any]) -> bool:
    """Whether a task is registered as it was; what was kept before ranges were written down says nothing of them."""
    return kept is not None and kept == {key: registered[key] for key in registered if key in kept or key not in RANGE}


def _home() -> Path:
    return config.home() / "mteb" / "kept"


def _folder(place: Address) -> Path:
    return _home() / quote(place.name, safe="")

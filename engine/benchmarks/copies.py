"""Where on this machine is a copy of a public dataset, and how does one get there?"""

import os
import re
from pathlib import Path

from engine import config
from engine.benchmarks.registry import TaskEntry
from engine.types import BadDataset, Message

_SHARD = re.compile(r"(?P<start>.*)-\d{5}-of-(?P<count>\d{5})(?P<end>\..+)")


MISSING = Message(
    "The data of {task} is not on this machine and the hub cannot be reached: where there is a network, download the "
    "dataset {path} ({revision}) with `{command}`, and put that folder at {folder} here."
).template


def own_folder(entry: TaskEntry) -> Path:
    """Where a copy is looked for first: a folder for each task that holds what the hub's repository holds."""
    return config.home() / "mteb" / entry.name


def find(entry: TaskEntry) -> Path | None:
    """The folder of a copy: the own one, or the snapshot of the task's revision in the hub's cache if it is whole.

    The cache holds files that were asked for, not always all of a table's; a table with a missing part is no copy.
    """
    own = own_folder(entry)
    if own.is_dir() and any(own.iterdir()):
        return own
    snapshot = hub_cache() / f"datasets--{entry.path.replace('/', '--')}" / "snapshots" / entry.revision
    return snapshot if snapshot.is_dir() and _is_whole(snapshot) else None


def hub_cache() -> Path:
    """Where the hub's client keeps what it has downloaded, by its own environment variables."""
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")) / "huggingface"
    return Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub").expanduser()


def missing(entry: TaskEntry) -> BadDataset:
    """What to download, and where to put it."""
    return BadDataset(
        MISSING,
        task=entry.name,
        path=entry.path,
        revision=entry.revision,
        command=command(entry),
        folder=own_folder(entry),
    )


def command(entry: TaskEntry) -> str:
    """What downloads a copy, on a machine that has a network and the hub's client."""
    return f"hf download --repo-type dataset {entry.path} --revision {entry.revision} --local-dir {entry.name}"


def _is_whole(folder: Path) -> bool:
    """Whether there are data files, and of each that is cut into numbered parts all parts."""
    files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    shards: dict[tuple[str, int, str], int] = {}
    for found in filter(None, map(_SHARD.fullmatch, files)):
        key = (found["start"], int(found["count"]), found["end"])
        shards[key] = shards.get(key, 0) + 1
    data = [name for name in files if not name.startswith(".") and not name.endswith(".md")]
    return bool(data) and all(count == there for (_, count, _), there in shards.items())

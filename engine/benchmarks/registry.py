"""Which tasks and benchmarks does the installed mteb register?"""

import importlib.metadata
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from engine import config, plugins
from engine.storage.files import locked
from engine.types import UserError

BENCHMARKS = ("MTEB(cmn, v1)", "MTEB(eng, v1)", "MTEB(eng, v2)", "MTEB(Multilingual, v2)")
SHIPPED = config.ROOT / "data" / "published" / "mteb"
"""The tables of the version that requirements.txt asks for; `python -m engine.benchmarks.gathering` writes them."""
_FORMAT = 4  # another number whenever what is in the stored tables changes
_BUILD = "import os; os.nice(5); from engine.benchmarks import gathering, registry; gathering.gather(registry.own())"


@dataclass(frozen=True)
class TaskEntry:
    """A task as mteb registers it. `kind` is our task's name; `type` and `main_metric` are in mteb's words.

    `subsets` maps each subset to its languages (`cmn-Hans`). `members` names the tasks whose scores an aggregate task
    is the mean of. `own_rules`: mteb scores it in a way, or by a metric, that only this task has and that is not
    computed here; it can be run, but what comes of it is not mteb's number.
    """

    name: str
    kind: str
    type: str
    category: str
    description: str
    path: str
    revision: str
    splits: tuple[str, ...]
    subsets: Mapping[str, tuple[str, ...]]
    main_metric: str
    licence: str
    citation: str
    reference: str
    own_rules: bool
    settings: Mapping[str, Any] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    prompts: Mapping[str, str] = field(default_factory=dict)
    """The instruction for models that take one, by side: query, document, or empty for both."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of all subsets, each once."""
        return tuple(dict.fromkeys(code for codes in self.subsets.values() for code in codes))


@cache
def version() -> str:
    """The version of the installed mteb."""
    return importlib.metadata.version("mteb")


def listing() -> pd.DataFrame:
    """One row per task, by name: the fields of a TaskEntry, `subsets` and `settings` as JSON; languages and parts.

    `parts` says how many datasets a task is: its subsets times its splits.

    The first call with another version of mteb than the one that Parallax asks for takes some seconds: a process of
    its own asks mteb and writes it down.
    """
    return _stored("tasks")


def benchmark_parts() -> pd.DataFrame:
    """One row per benchmark, task, subset and split, in mteb's order."""
    return _stored("benchmarks")


def entry(name: str) -> TaskEntry:
    """The task of that name.

    Raises:
        UserError: mteb registers no text task of that name.
    """
    return _entry(name, version(), str(config.home()))


@cache
def _entry(name: str, installed: str, _home: str) -> TaskEntry:
    table = _by_name(str(stored_path("tasks")))
    if name not in table.index:
        raise UserError(
            "mteb {version} registers no text task called {name!r}{nearest}.",
            version=installed,
            name=name,
            nearest=plugins.nearest(name, list(table.index)),
        )
    row: dict[str, Any] = table.loc[name].to_dict()
    for column in ("splits", "members"):
        row[column] = tuple(row[column])
    for column in ("subsets", "settings", "prompts"):
        row[column] = json.loads(row[column])
    row["subsets"] = {subset: tuple(codes) for subset, codes in row["subsets"].items()}
    return TaskEntry(name=name, **row)


@cache
def _by_name(_path: str) -> pd.DataFrame:
    return listing().set_index("name").drop(columns=["languages", "parts"])


def own() -> Path:
    """Where the tables of another version than ours are written down."""
    return config.home() / "mteb"


def stored_path(what: str) -> Path:
    """Where the tables of the installed version of mteb lie, or will lie."""
    shipped = SHIPPED / file_name(what)
    return shipped if shipped.exists() else own() / file_name(what)


def file_name(what: str) -> str:
    """What a table of the installed version is called."""
    return f"{what}-{version()}-{_FORMAT}.parquet"


def _stored(what: str) -> pd.DataFrame:
    if not stored_path(what).exists():
        with locked(stored_path(what).parent):  # whoever asks meanwhile waits for the one process, and starts no other
            if not stored_path(what).exists():
                # In a process of its own, for mteb brings hundreds of megabytes of imports with it.
                subprocess.run([sys.executable, "-c", _BUILD], cwd=config.ROOT, env=_environment(), check=True)
    return _read(str(stored_path(what)))


@cache
def _read(path: str) -> pd.DataFrame:
    return pd.read_parquet(path)


def _environment() -> dict[str, str]:
    return os.environ | {"PARALLAX_HOME": str(config.home().resolve())}

"""Which tasks, families, readers, splitters and other kinds are there? Every file of a folder that ends in a record."""

import importlib
import pkgutil
from collections.abc import Collection
from difflib import get_close_matches
from functools import cache
from typing import Any

from engine.types import UserError

MANY = 8
"""Names in a sentence that can still be read."""


@cache
def discover(package: str, record: str) -> dict[str, Any]:
    """The records called `record` (such as TASK) in the modules of `engine.<package>`, by their name, sorted."""
    folder = importlib.import_module(f"engine.{package}")
    modules = [
        importlib.import_module(f"engine.{package}.{found.name}") for found in pkgutil.iter_modules(folder.__path__)
    ]
    records = [getattr(module, record) for module in modules if hasattr(module, record)]
    return {one.name: one for one in sorted(records, key=lambda one: one.name)}


def pick(records: dict[str, Any], name: str, kind: str, first: Collection[str] = ()) -> Any:
    """The record of that name; of many, those in `first` are offered before the others.

    Raises:
        UserError: there is none; the sentence names the nearest and the others, or the likest where there are many.
    """
    if name in records:
        return records[name]
    raise UserError(
        "No {kind} is called {name!r}{nearest}; there are: {names}.",
        kind=kind,
        name=name,
        nearest=nearest(name, list(records)),
        names=_some(name, list(records), first),
    )


def _some(name: str, names: list[str], first: Collection[str]) -> str:
    """All names, or of many those most like this one."""
    if len(names) <= MANY:
        return ", ".join(names)
    close = get_close_matches(name, names, n=len(names), cutoff=0.0)
    return ", ".join([*sorted(close, key=lambda one: one not in first)[:MANY], "…"])


def nearest(name: str, names: list[str]) -> str:
    """` (did you mean 'x'?)` for the closest of the names, or nothing."""
    close = get_close_matches(name, names, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def tasks() -> dict[str, Any]:
    """All tasks by name."""
    return discover("tasks", "TASK")


def families() -> dict[str, Any]:
    """All model families by name."""
    return discover("families", "FAMILY")


def readers() -> dict[str, Any]:
    """All file readers by name."""
    return discover("readers", "READER")


def sources() -> dict[str, Any]:
    """All sources of datasets by name."""
    return discover("sources", "SOURCE")


def projections() -> dict[str, Any]:
    """All projections by name."""
    return discover("projections", "PROJECTION")


def splitters() -> dict[str, Any]:
    """All splitters by name."""
    return discover("splitters", "SPLITTER")


def recipes() -> dict[str, Any]:
    """All recipes by which a model is adapted, by name."""
    return discover("recipes", "RECIPE")

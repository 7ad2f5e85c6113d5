"""Which datasets make up a benchmark, and how does each count?"""

import hashlib
import json
import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pandas as pd

from engine import config, plugins
from engine.benchmarks import registry
from engine.benchmarks.mteb_tasks import PREFIX, Address, address
from engine.datasets import library
from engine.storage.failures import telling
from engine.storage.files import locked, whole
from engine.types import BadDataset, Message, UserError

ORIGINAL_CHINESE = "C-MTEB (35)"
_CHINESE = "MTEB(cmn, v1)"
_LEFT_OUT = (
    ("AmazonReviewsClassification", "zh"),
    ("MassiveIntentClassification", "zh-CN"),
    ("MassiveScenarioClassification", "zh-CN"),
    ("STS22", "zh"),
)
"""What the first board of 35 tasks had beside those that mteb still counts, all on `test`."""
COLUMNS = ["task", "type", "metric", "subset", "split", "dataset", "own_rules"]


def public() -> tuple[str, ...]:
    """The names of the public suites."""
    return (registry.BENCHMARKS[0], ORIGINAL_CHINESE, *registry.BENCHMARKS[1:])


def own() -> dict[str, tuple[str, ...]]:
    """The names of the datasets of every own suite, by the suite's name; `damaged` names those that are left out."""
    return dict(sorted(one for one in _own() if not isinstance(one, Message)))


def damaged() -> list[Message]:
    """The own suites that cannot be read, each in a sentence."""
    return [one for one in _own() if isinstance(one, Message)]


def _own() -> list[tuple[str, tuple[str, ...]] | Message]:
    return [_read(path) for path in sorted(_folder().glob("*.toml"))]


def keep(name: str, names: Sequence[str], before: str = "") -> None:
    """Keeps an own suite; in the place of the own suite `before`, if one is named, whatever that was called.

    Raises:
        UserError: the name is empty or that of another suite, or there are no datasets.
        BadDataset: there is no dataset of one of the names.
    """
    _check_name(name, before)
    if not names:
        raise UserError("The suite {name!r} has no datasets; choose one at least.", name=name)
    for one in names:
        if not _own_part(one)[1]:
            raise BadDataset("No dataset is called {name!r}.", name=one)
    lines = [f"name = {json.dumps(name, ensure_ascii=False)}", "datasets = ["]
    lines += [f"    {json.dumps(one, ensure_ascii=False)}," for one in dict.fromkeys(names)]
    with locked(_folder()):
        _check_name(name, before)  # again: another process may have taken it meanwhile
        with whole(_path(name)) as fresh:
            fresh.write_text("\n".join([*lines, "]", ""]), encoding="utf-8")
        if before and before != name:
            forget(before)


def _check_name(name: str, before: str) -> None:
    if not name.strip() or name in public() or (name != before and name in own()):
        raise UserError("A suite cannot be called {name!r}: choose a name of its own.", name=name)


def forget(name: str) -> None:
    """Removes an own suite; its datasets and runs stay."""
    with telling(_path(name)):
        _path(name).unlink(missing_ok=True)


def parts(name: str) -> pd.DataFrame:
    """One row per dataset of a suite: the task it counts for, the task's type, the metric that counts, its name, ….

    Where a task is the mean over others (CQADupstackRetrieval), their datasets stand under its name. `own_rules` marks
    tasks whose published number our metrics do not give.

    Raises:
        UserError: no suite has that name.
    """
    if name in public():
        return _public_parts(name, registry.version(), str(config.home()))
    if name in own():
        return pd.DataFrame([_own_part(one) for one in own()[name]], columns=COLUMNS)
    known = [*public(), *own()]
    raise UserError(
        "No suite is called {name!r}{nearest}; there are: {names}.",
        name=name,
        nearest=plugins.nearest(name, known),
        names=", ".join(known),
    )


@cache
def _public_parts(name: str, _version: str, _home: str) -> pd.DataFrame:
    rows = registry.benchmark_parts()
    chinese = name == ORIGINAL_CHINESE
    wanted = rows[rows["benchmark"] == (_CHINESE if chinese else name)][["task", "subset", "split"]].astype(str)
    found = [part for row in zip(*map(wanted.get, wanted), strict=True) for part in _public_part(*row)]
    table = pd.DataFrame(found, columns=COLUMNS)
    return _as_it_was(table) if chinese else table


def _as_it_was(table: pd.DataFrame) -> pd.DataFrame:
    """MTEB(cmn, v1) with what the first board of C-MTEB had else: four tasks, one split, another metric of pairs."""
    later = (table["task"] == "MultilingualSentiment") & (table["split"] == "test")
    more = [part for task, subset in _LEFT_OUT for part in _public_part(task, subset, "test")]
    joined = pd.concat([table[~later], pd.DataFrame(more, columns=COLUMNS)], ignore_index=True)
    joined.loc[joined["type"] == "PairClassification", "metric"] = "max_ap"
    return joined


def _public_part(task: str, subset: str, split: str) -> list[tuple[object, ...]]:
    entry = registry.entry(task)
    if entry.members:
        members = [registry.entry(member) for member in entry.members]
        places = [Address(one, next(iter(one.subsets)), split) for one in members]
    else:
        places = [Address(entry, subset, split)]
    metric, own_rules = entry.main_metric, entry.own_rules
    return [(task, entry.type, metric, place.subset, split, place.name, own_rules) for place in places]


def known_as(task: str) -> str:
    """The name that mteb has for a task of a suite: that of a public dataset in an own suite says more."""
    return task.removeprefix(PREFIX).partition("/")[0] if task.startswith(PREFIX) else task


def _own_part(name: str) -> tuple[object, ...]:
    """A dataset in an own suite: a task of its own, under its own name; without a type if it is not there any more."""
    if name.startswith(PREFIX):
        place = address(name)
        known = place.entry
        return (name, known.kind, known.main_metric, place.subset, place.split, name, known.own_rules)
    entry = library.entries().get(name)
    kind = entry.task if entry else ""
    return (name, kind, plugins.tasks()[kind].main_metric if kind else "", "default", "test", name, False)


def _folder() -> Path:
    return config.home() / "suites"


def _path(name: str) -> Path:
    """A file name that any file system takes, different for different names."""
    plain = re.sub(r"[^\w-]+", "-", name).strip("-")[:40]
    return _folder() / f"{plain}-{hashlib.blake2b(name.encode(), digest_size=4).hexdigest()}.toml"


def _read(path: Path) -> tuple[str, tuple[str, ...]] | Message:
    """A suite, or what is to be said of its file."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return str(values["name"]), tuple(map(str, values["datasets"]))
    except (ValueError, KeyError, TypeError) as error:
        return Message(
            "{path} is left out: it is not a suite, which needs a name and a list of datasets ({reason}).",
            {"path": str(path), "reason": str(error)},
        )

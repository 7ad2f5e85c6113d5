"""Which scores of which models lie in a results folder of mteb?"""

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from engine import plugins
from engine.benchmarks import registry
from engine.benchmarks.result_files import Scores, read_file, read_json
from engine.types import BadFile, Message

COLUMNS = ["model", "revision", "task", "subset", "split", "metric", "score", "main", "mteb_version", "date", "source"]
_NOT_RESULTS = {"model_meta.json", "results.json", "run_settings.json"}
_REVISION = re.compile(r"[0-9a-f]{6,40}|no_revision_available|external|\d+")
_FORMER = {"map_at_1000": "map", "max_over_subqueries_map_at_1000": "map"}
"""What a main metric was called before."""


def read(folder: Path) -> tuple[pd.DataFrame, list[Message]]:
    """All scores below a folder, as one row per model, task, subset, split and metric; and what could not be read.

    `main` marks the row that mteb ranks by: the value of its named metric, for what a file calls `main_score` has
    changed its meaning over the versions. Where the metric is not in the file, `main_score` is that row. Of several
    revisions of a model, those that say the version of mteb come first, then real revisions, then newer versions.
    """
    known = {name.lower(): name for name in registry.listing()["name"]}
    rows, unread, owners = [], [], _owners(folder)
    for path in _result_files(folder):
        try:
            found, (model, revision) = read_file(path), _model(path, folder, owners)
        except BadFile as error:
            unread.append(Message(error.template, error.values))
            continue
        about = {"model": model, "revision": revision, "source": f"imported:{path.relative_to(folder).as_posix()}"}
        rows += [about | row for scores in found for row in _rows(scores, known.get(scores.task.lower(), scores.task))]
    table = pd.DataFrame(rows, columns=COLUMNS)
    order = pd.DataFrame(
        {
            "unversioned": table["mteb_version"] == "",
            "unreal": ~table["revision"].astype(str).str.fullmatch(r"[0-9a-f]{40}"),
            "version": [tuple(-int(part) for part in re.findall(r"\d+", one)[:3]) for one in table["mteb_version"]],
        }
    )
    return table.loc[order.sort_values(list(order), kind="stable").index].reset_index(drop=True), unread


def strange(table: pd.DataFrame) -> list[Message]:
    """The tasks of these scores that mteb does not have, each in a sentence; the scores stay under that name."""
    listed = registry.listing()["name"].tolist()
    return [
        Message(
            "mteb has no task called {task!r}{nearest}: no suite of its own counts these scores.",
            {"task": name, "nearest": plugins.nearest(name, listed)},
        )
        for name in sorted(set(table["task"]) - set(listed))
    ]


def _result_files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*.json") if not path.name.endswith("_predictions.json"))
    return sorted(path for path in found if path.name not in _NOT_RESULTS)


def _owners(root: Path) -> dict[str, set[Path]]:
    """By a model's folder: in which folders there is one of that name; two of them belong to two organisations."""
    owners: dict[str, set[Path]] = {}
    for path in _result_files(root):
        place, _ = _place(path, root)
        owners.setdefault(place.name, set()).add(place.parent)
    return owners


def _place(path: Path, root: Path) -> tuple[Path, str]:
    """The folder of the model that a file is of, and its revision."""
    base = path.parent.parent.parent if path.parent.parent.name == "experiments" else path.parent
    if "__" in base.parent.name or (_REVISION.fullmatch(base.name) and base != root):
        return base.parent, base.name
    return base, ""


def _rows(scores: Scores, task: str) -> list[dict[str, object]]:
    """The metrics of one task, subset and split, the main one marked."""
    main = main_of(scores.metrics, task)
    about: dict[str, object] = {"task": task, "subset": scores.subset, "split": scores.split}
    about |= {"mteb_version": scores.version, "date": scores.date}
    values = {name: value for name, value in scores.metrics.items() if name != "main_score" or name == main}
    return [about | {"metric": name, "score": value, "main": name == main} for name, value in values.items()]


def main_of(metrics: Mapping[str, float], task: str) -> str:
    """The name under which a file holds what mteb ranks the task by."""
    listing = registry.listing()
    named = listing.loc[listing["name"] == task, "main_metric"]
    wanted = [named.iloc[0], _FORMER.get(named.iloc[0])] if len(named) else []
    if here := [name for name in wanted if name in metrics]:
        return str(here[0])
    same = [name for name, value in metrics.items() if name != "main_score" and value == metrics.get("main_score")]
    usual = [name for name in same if name in {task.main_metric for task in plugins.tasks().values()}]
    likely = usual or same
    return "main_score" if named.size or len(likely) != 1 else likely[0]


def _model(path: Path, root: Path, owners: Mapping[str, set[Path]]) -> tuple[str, str]:
    """The model's name and revision: from model_meta.json beside the file, or else from the folders' names.

    Where two organisations have a model of one name, the organisation stands before it.

    Raises:
        BadFile: model_meta.json cannot be read.
    """
    base, experiment = path.parent, ""
    if base.parent.name == "experiments":
        base, experiment = base.parent.parent, f" · {base.name}"
    meta = base / "model_meta.json"
    if meta.exists():
        said = read_json(meta)
        if isinstance(said, dict) and said.get("name"):
            return f"{said['name']}{experiment}", str(said.get("revision") or "")
    place, revision = _place(path, root)
    name = place.name.replace("__", "/", 1)
    if "/" not in name and len(owners[place.name]) > 1 and place.parent != root:
        name = f"{place.parent.name}/{name}"
    return name + experiment, revision

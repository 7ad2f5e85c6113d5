"""What does one result file of mteb say, in whichever of its formats it was written?"""

import json
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.types import BadFile

RENAMED = {
    "NorwegianParliament": "NorwegianParliamentClassification",
    "CMedQAv2": "CMedQAv2-reranking",
    "CMedQAv1": "CMedQAv1-reranking",
    "8TagsClustering": "EightTagsClustering",
    "PPC": "PpcPC",
}
_NESTED = {
    "cos_sim": "cosine",
    "manhattan": "manhattan",
    "euclidean": "euclidean",
    "dot": "dot",
    "max": "max",
    "similarity": "similarity",
}
_NO_SUBSETS = {*_NESTED, "v_measures"}
_MOVED_SUBSETS = {
    ("MLSUMClusteringP2P", "default", "1.1.2.dev0"): "fr",
    ("MLSUMClusteringP2P", "default", "1.1.3.dev0"): "fr",
    ("MLSUMClusteringS2S", "default", "1.1.2.dev0"): "fr",
    ("MLSUMClusteringS2S", "default", "1.1.3.dev0"): "fr",
    ("XPQARetrieval", "fr", ""): "fra-fra",
}
"""(task, subset, version of mteb or any) -> what that subset is called today."""


@dataclass(frozen=True)
class Scores:
    """Every number of one task, subset and split; nan where the file has null or NaN."""

    task: str
    subset: str
    split: str
    version: str
    date: float
    metrics: Mapping[str, float]


def read_file(path: Path) -> list[Scores]:
    """What a file says: the format of today (`scores`), or that of before mteb 1.11 (`mteb_dataset_name`).

    Raises:
        BadFile: it is no JSON, or no result of mteb.
    """
    data = read_json(path)
    try:
        if isinstance(data, dict) and isinstance(data.get("scores"), dict) and "task_name" in data:
            return list(_today(data))
        if isinstance(data, dict) and "mteb_dataset_name" in data:
            return list(_before(data))
    except (AttributeError, TypeError) as error:  # a list where mteb writes a mapping, or the other way round
        raise BadFile("{file} is no result of mteb: its scores are not written as mteb writes them.",
                      file=path.name) from error  # fmt: skip
    raise BadFile("{file} holds no result of mteb: neither `task_name` and `scores` nor `mteb_dataset_name`.",
                  file=path.name)  # fmt: skip


def read_json(path: Path) -> Any:
    """What a file of JSON holds.

    Raises:
        BadFile: it is no JSON, or nested too deep to be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise BadFile(
            "{file} is not JSON: its line {line} cannot be read from character {character} on.",
            file=path.name, line=error.lineno, character=error.colno,
        ) from error  # fmt: skip
    except (ValueError, RecursionError) as error:
        raise BadFile("{file} is not JSON.", file=path.name) from error


def _today(data: Mapping[str, Any]) -> Iterator[Scores]:
    for split, entries in data["scores"].items():
        for entry in entries:
            version = str(entry.get("mteb_version") or data.get("mteb_version") or "")
            yield Scores(
                task=str(data["task_name"]),
                subset=str(entry.get("hf_subset", "default")),
                split=split,
                version=version,
                date=_number(data.get("date")),
                metrics=_flat(entry),
            )


def _before(data: Mapping[str, Any]) -> Iterator[Scores]:
    """Splits stand at the top, their subsets below them where there are any, and the metrics in groups."""
    task = RENAMED.get(str(data["mteb_dataset_name"]), str(data["mteb_dataset_name"]))
    version = str(data.get("mteb_version") or "")
    splits = {name: value for name, value in data.items() if isinstance(value, dict) and name != "evaluation_phases"}
    nested = any(
        isinstance(value, dict) and key not in _NO_SUBSETS for split in splits.values() for key, value in split.items()
    )
    for split, held in splits.items():
        below = {key: value for key, value in held.items() if isinstance(value, dict)}
        for subset, scores in (below if nested else {"default": held}).items():
            moved = _MOVED_SUBSETS.get((task, subset, version)) or _MOVED_SUBSETS.get((task, subset, ""))
            yield Scores(task, moved or subset, split, version, math.nan, _flat(scores))


def _flat(entry: Mapping[str, Any]) -> dict[str, float]:
    """All numbers by name; those in a group become `group_name`."""
    found: dict[str, float] = {}
    for name, value in entry.items():
        if isinstance(value, dict):
            inner = {key: one for key, one in value.items() if one is None or isinstance(one, int | float)}
            found |= {f"{_NESTED.get(name, name)}_{key}": _number(one) for key, one in inner.items()}
        elif (value is None or isinstance(value, int | float)) and name not in {"evaluation_time", "mteb_version"}:
            found[name] = _number(value)
    return found


def _number(value: Any) -> float:
    """As a score: what is none, or infinite, is nan."""
    return float(value) if isinstance(value, int | float) and abs(value) < sys.float_info.max else math.nan

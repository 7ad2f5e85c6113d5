"""Which rankings were searched before? They are kept by what went in: the model, its files, the dataset, the depth."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from engine import config
from engine.rankings import Ranking
from engine.storage import kept_files, strict_json
from engine.types import Pipeline

FOLDER = "rankings"
VERSION = 2  # raise it when a change here changes rankings or their notes


def place(*known: Any) -> Path:
    """Where the ranking lies that these things make."""
    said = json.dumps([VERSION, *known], sort_keys=True, default=str)
    return config.home() / FOLDER / f"{hashlib.blake2b(said.encode(), digest_size=16).hexdigest()}.npz"


def pipeline_key(pipeline: Pipeline, lists: Sequence[str], reranker: str = "") -> str:
    """The key of a pipeline's ranking; lists: the stems of the places of its retrievers' rankings."""
    fused = f"{pipeline.fusion}-{pipeline.weight}-" if len(lists) > 1 else ""
    key = f"pipeline-{fused}{'+'.join(lists)}"
    return f"{key}-{pipeline.depth}-tail-{reranker}" if reranker else key


def find(path: Path) -> tuple[Ranking, dict[str, Any]] | None:
    """The ranking that is kept there and what was noted with it; None where there is none that is as it was written."""
    kept = kept_files.find(path)
    if kept is None:
        return None
    try:
        with np.load(kept) as file:
            return Ranking(file["rows"].astype(np.int64), file["scores"]), json.loads(str(file["notes"]))
    except (OSError, ValueError, KeyError, BadZipFile):
        return None


def keep(path: Path, ranking: Ranking, notes: Mapping[str, Any]) -> None:
    """Keeps a ranking; raises DiskRefuses."""
    with kept_files.keep(path) as fresh, fresh.open("wb") as file:
        np.savez(file, rows=ranking.rows.astype(np.int32), scores=ranking.scores, notes=strict_json.dumps(dict(notes)))

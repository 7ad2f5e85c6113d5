"""Which rankings were searched before? They are kept by what went in: the model, its files, the dataset, the depth."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from engine import config
from engine.rankings import Ranking
from engine.storage import kept_files, strict_json

FOLDER = "rankings"
VERSION = 2  # raise it when a change here changes rankings or their notes


def place(*known: Any) -> Path:
    """Where the ranking lies that these things make."""
    said = json.dumps([VERSION, *known], sort_keys=True, default=str)
    return config.home() / FOLDER / f"{hashlib.blake2b(said.encode(), digest_size=16).hexdigest()}.npz"


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

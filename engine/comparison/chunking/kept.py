"""Where is the last study of a dataset's chunks, and what is in it?"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from engine import config
from engine.storage import kept_files, strict_json

BUDGET = 1_024
"""Tokens of a reader by whose evidence the ways to cut are compared."""
SCORE, SHARE = "score", "evidence"
"""What ways to cut are compared by: the task's main metric of documents, or the share of the evidence given."""


@dataclass(frozen=True)
class Study:
    """What came of it.

    cells: a row a model and arm (a way to cut, `whole` documents, or `equal` texts): splitter, size, overlap, vectors,
        bytes, words (in all chunks), repeated (share of the words that stand in two chunks), empty (chunks without a
        word), unread (share of the text that the model cuts off), fresh (texts encoded anew) and seconds.
    judged: a row a model, arm and `by` (score, evidence): value, low, high, and the gap to whole documents with
        gap_low, gap_high and p, corrected for all pairs of arms of the model.
    seconds: a row a model and `by`: best and second, the best two ways to cut, and their gap, low, high, p.
    pairs: a row two models and arm (whole, equal): a, b, gap, low, high, p.
    curve: a row a model and arm, and per budget of tokens share_N, precision_N and iou_N; empty without evidence.
    """

    facts: Mapping[str, Any]
    cells: pd.DataFrame
    judged: pd.DataFrame
    seconds: pd.DataFrame
    pairs: pd.DataFrame
    curve: pd.DataFrame


TABLES = ("cells", "judged", "seconds", "pairs", "curve")


def keep(fingerprint: str, found: Study) -> None:
    """Keeps a study of the dataset in this state, in the place of the one before; raises DiskRefuses."""
    with kept_files.keep(_path(fingerprint)) as fresh:
        fresh.write_text(strict_json.dumps(plain(found)), encoding="utf-8")


def plain(found: Study) -> dict[str, Any]:
    """A study as JSON holds it."""
    return {"facts": dict(found.facts)} | {name: getattr(found, name).to_dict("records") for name in TABLES}


def known(fingerprint: str) -> Study | None:
    """The last study of the dataset in this state, if it is there and sound."""
    path = kept_files.find(_path(fingerprint))
    if path is None:
        return None
    said = json.loads(path.read_text(encoding="utf-8"))
    return Study(said["facts"], *(pd.DataFrame(strict_json.numbers(said[name])) for name in TABLES))


def _path(fingerprint: str) -> Path:
    return config.home() / "chunking" / f"{fingerprint}.json"

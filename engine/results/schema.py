"""How is a result written down?"""

import math
import sqlite3
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from engine import plugins
from engine.storage import row_checks, strict_json
from engine.types import Result

CHECKED = ("runs", "metrics", "comparisons")
"""Tables whose rows carry a checksum; `items_check` and `resampled_check` are those of a run's files."""
MIGRATIONS = (
    (
        "CREATE TABLE store (birth TEXT NOT NULL, writes INTEGER NOT NULL)",
        "INSERT INTO store VALUES (hex(randomblob(4)), 0)",
        """CREATE TABLE runs (
            id TEXT PRIMARY KEY, model TEXT NOT NULL, dataset TEXT NOT NULL, task TEXT NOT NULL, metric TEXT NOT NULL,
            fingerprint TEXT NOT NULL, encoder_key TEXT NOT NULL, precision TEXT NOT NULL, created REAL NOT NULL,
            items INTEGER NOT NULL, settings TEXT NOT NULL, timings TEXT NOT NULL, further TEXT NOT NULL)""",
        "CREATE INDEX runs_by_dataset ON runs (fingerprint, model)",
        # No declared type for value: whole numbers stay whole. NULL stands for nan, which SQLite cannot hold.
        """CREATE TABLE metrics (
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, metric TEXT NOT NULL, value, low REAL, high REAL,
            PRIMARY KEY (run, metric)) WITHOUT ROWID""",
        """CREATE TABLE comparisons (
            a TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            b TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
            n INTEGER NOT NULL, gap REAL, low REAL, high REAL, p REAL, method TEXT NOT NULL,
            won INTEGER NOT NULL, tied INTEGER NOT NULL, lost INTEGER NOT NULL, effect REAL,
            PRIMARY KEY (a, b)) WITHOUT ROWID""",
        "CREATE INDEX comparisons_by_second ON comparisons (b)",
    ),
    ("ALTER TABLE metrics ADD COLUMN bca_low REAL", "ALTER TABLE metrics ADD COLUMN bca_high REAL"),
    (
        "ALTER TABLE runs ADD COLUMN items_check TEXT",
        "ALTER TABLE runs ADD COLUMN resampled_check TEXT",
        *row_checks.columns(*CHECKED),
    ),
    (
        "ALTER TABLE comparisons ADD COLUMN corrected REAL",
        "ALTER TABLE comparisons ADD COLUMN family INTEGER",
        "ALTER TABLE comparisons ADD COLUMN groups INTEGER",
        "ALTER TABLE comparisons ADD COLUMN design REAL",
        "ALTER TABLE comparisons ADD COLUMN web INTEGER",
    ),
    ("ALTER TABLE comparisons ADD COLUMN named_by TEXT",),
    ("ALTER TABLE runs ADD COLUMN metric_count INTEGER",),
    ("ALTER TABLE comparisons ADD COLUMN se REAL",),
)


WHOLE = """EXISTS (SELECT * FROM metrics AS main WHERE main.run = runs.id AND main.metric = runs.metric)
    AND (SELECT count(*) FROM sound_metrics AS sound WHERE sound.run = runs.id) = coalesce(
    runs.metric_count, (SELECT count(*) FROM metrics AS every WHERE every.run = runs.id)) AND json_valid(settings)"""
"""Of a row of `sound_runs` AS runs: its metrics are all there and what was written. An earlier version kept no
number of them, and wrote NaN into settings, which is no JSON."""


def run_row(name: str, result: Result) -> dict[str, Any]:
    """A row of the table `runs`."""
    numeric = _numeric(result.metrics)
    return {
        "id": name,
        "model": result.model,
        "dataset": result.dataset,
        "task": result.task,
        "metric": plugins.pick(plugins.tasks(), result.task, "task").main_metric,
        "fingerprint": result.fingerprint,
        "encoder_key": result.encoder_key,
        "precision": str(result.settings.get("precision", "")),
        "created": time.time(),
        "items": len(result.items),
        "metric_count": len(numeric),
        "settings": to_json(result.settings),
        "timings": to_json(result.timings),
        "further": to_json({key: value for key, value in result.metrics.items() if key not in numeric}),
    }


def metric_rows(name: str, result: Result) -> list[tuple[Any, ...]]:
    """Rows of the table `metrics`, for all metrics that are numbers."""
    none = (None, None)
    return [
        (name, key, value, *result.intervals.get(key, none), *result.accelerated.get(key, none))
        for key, value in _numeric(result.metrics).items()
    ]


def _numeric(metrics: Mapping[str, Any]) -> dict[str, float | int]:
    plain = {key: value.item() if isinstance(value, np.generic) else value for key, value in metrics.items()}
    return {
        key: value for key, value in plain.items() if isinstance(value, int | float) and not isinstance(value, bool)
    }


def to_json(values: Mapping[str, Any]) -> str:
    """Settings, timings or lists of numbers, with null for nan."""
    return strict_json.dumps(dict(values), ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    """What JSON can hold instead of a NumPy value, a mapping, or anything else."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return dict(value) if isinstance(value, Mapping) else str(value)


def number(value: float | None) -> float:
    """A value of the table `metrics`, with its nan."""
    return math.nan if value is None else value


def speed(timings: Mapping[str, float]) -> float:
    """Texts encoded in a second; nan where none were."""
    seconds, texts = timings.get("encode", 0.0), timings.get("encoded", 0)
    return texts / seconds if seconds and texts else math.nan


def count_write(connection: sqlite3.Connection) -> None:
    """Changes the version of the store; part of every transaction."""
    connection.execute("UPDATE store SET writes = writes + 1")

"""How long does a model take for one query at a time, and on which dataset and device was that timed?"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine import config, plugins
from engine.datasets import library
from engine.encoding import paces
from engine.models import catalogue
from engine.models.variants import Kept
from engine.runs import evaluate
from engine.runs.instructions import told
from engine.storage import row_checks
from engine.storage.database import Database
from engine.types import Message, Step, Task

QUERIES = 100
WARM_UP = 5
SEED = 0
_MIGRATIONS = (
    (
        """CREATE TABLE latencies (
            model TEXT NOT NULL, precision TEXT NOT NULL, dataset TEXT NOT NULL, queries INTEGER NOT NULL,
            p50 REAL NOT NULL, p95 REAL NOT NULL, device TEXT NOT NULL, created REAL NOT NULL,
            PRIMARY KEY (model, precision, dataset))""",
        "CREATE TABLE prices (model TEXT PRIMARY KEY, price REAL NOT NULL)",
    ),
    (
        "ALTER TABLE latencies ADD COLUMN fingerprint TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE latencies ADD COLUMN encoder_key TEXT NOT NULL DEFAULT ''",
    ),
    row_checks.columns("latencies", "prices"),
)


@dataclass(frozen=True)
class Timed:
    """What was timed of a model: p50 and p95 (milliseconds a query; nan: never timed), where, and on which device."""

    p50: float = float("nan")
    p95: float = float("nan")
    dataset: str = ""
    device: str = ""
    here: bool = False
    """Whether it was this model, as it was run, on this dataset as it is."""


def work(arguments: Mapping[str, Any], step: Step) -> dict[str, float]:
    """Does a job of the kind `latency`: how long a model takes on this machine for one query of a dataset at a time."""
    entry, dataset = catalogue.find(arguments["model"]), library.load(arguments["dataset"])
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    precision = str(arguments["precision"])  # as the run has it: empty where it makes no difference
    step(0.0, paces.loading(entry))
    texts = task.texts(dataset)
    encoder = paces.load(told(entry, dataset), precision or None).fit(evaluate.documents(texts))
    asked = next((one for one in texts.values() if one.role == "query"), next(iter(texts.values())))
    distinct = list(dict.fromkeys(asked.items))
    rows = np.random.default_rng(SEED).permutation(len(distinct))[:QUERIES]
    for text in distinct[:WARM_UP]:
        encoder.encode([text], asked.role)
    seconds = []
    for number, row in enumerate(rows):
        start = time.perf_counter()
        encoder.encode([distinct[row]], asked.role)
        seconds.append(time.perf_counter() - start)
        step(number / len(rows), Message("{n} queries timed", {"n": number + 1}))
    p50, p95 = (1000 * float(value) for value in np.quantile(seconds, [0.5, 0.95]))
    found = (entry.name, precision, dataset.name, len(rows), p50, p95, config.machine().name, time.time())
    state = (dataset.fingerprint, Kept.of(entry).key(encoder.key))
    with database().write() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO latencies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)", found + state
        )
    return {"p50": p50, "p95": p95}


def latencies() -> pd.DataFrame:
    """What has been timed, oldest first: model, precision, dataset, queries, p50, p95 (milliseconds), device, created.

    `fingerprint` and `encoder_key` tell the state of the dataset and the encoder; empty where they were not kept yet.
    """
    with database().read() as connection:
        found = connection.execute("SELECT * FROM sound_latencies ORDER BY sequence")
        return pd.DataFrame(found.fetchall(), columns=[column[0] for column in found.description])


def timed(row: Any, known: pd.DataFrame) -> Timed:
    """What is known of a run's model: as it was timed on this dataset, or else its newest figures from elsewhere.

    row: model, precision, fingerprint and encoder_key of the run; known: as of `latencies`.
    """
    same = known[(known["model"] == row.model) & (known["precision"] == row.precision)]
    here = same[(same["fingerprint"] == row.fingerprint) & (same["encoder_key"] == row.encoder_key)]
    if same.empty:
        return Timed()
    last = (here if len(here) else same).iloc[-1]
    return Timed(float(last["p50"]), float(last["p95"]), last["dataset"], last["device"], bool(len(here)))


def database() -> Database:
    """What costs are known on this machine: latencies and prices."""
    return Database(config.home() / "costs.sqlite", _MIGRATIONS, checked=("latencies", "prices"))

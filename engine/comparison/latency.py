"""How long does a model or a pipeline take for one query at a time, and on which dataset and device was that timed?"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from engine import config, plugins
from engine.compute.threads import one_core
from engine.datasets import library
from engine.models import catalogue
from engine.pipelines.one_query import Answering, answering
from engine.pipelines.reranking import reranks
from engine.rankings import Request
from engine.runs.instructions import told
from engine.storage import row_checks
from engine.storage.database import Database
from engine.types import Message, ModelEntry, Step, Task, UserError

QUERIES = 100
FEWEST, PATIENCE = 20, 60.0
"""Queries that are timed even where they take longer than so many seconds together."""
WARM_UP = 3
COARSE = 1e-4
"""Seconds below which a clock must tell times apart."""
READY = 0.5
"""Share of the work that is done once everything is loaded."""
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
    (  # earlier figures are of encoding alone, on all cores: they stay, as ones that are not of this model and dataset
        "UPDATE latencies SET fingerprint = '', encoder_key = '', row_check = NULL",
    ),
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
    """Does a job of the kind `latency`: how long one query of a dataset at a time takes here, to its ranking.

    Every stage is done as the model or the pipeline is run, on one core, with everything loaded and made ready before.

    Raises:
        BadModel: a part is missing or cannot be loaded.
        UserError: there are no queries, or asking costs money; see `untimed`.
    """
    entry, dataset = catalogue.find(arguments["model"]), library.load(arguments["dataset"])
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    if task.ranked is None:
        raise UserError("{dataset} has no queries that could be timed.", dataset=dataset.name)
    if why := untimed(entry):
        raise UserError(why.template, **why.values)
    precision = str(arguments["precision"])  # as the run has it: empty where it makes no difference
    request = _sampled(task.ranked.request(dataset))
    ready = answering(
        entry, request, dataset.fingerprint, precision=precision, tell=lambda one: told(one, dataset),
        step=lambda share, said: step(READY * share, said),
    )  # fmt: skip
    seconds = _seconds(ready, len(request.queries), _clock(entry), step)
    p50, p95 = (1000 * float(value) for value in np.quantile(seconds, [0.5, 0.95]))
    found = (entry.name, precision, dataset.name, len(seconds), p50, p95, config.machine().name, time.time())
    with database().write() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO latencies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            (*found, dataset.fingerprint, ready.key),
        )
    return {"p50": p50, "p95": p95}


def untimed(entry: ModelEntry) -> Message | None:
    """Why the queries of a model are not timed, if they are not."""
    asked = [entry.name] if entry.pipeline is None else [entry.pipeline.reranker]
    for part in filter(None, map(catalogue.entries().get, asked)):
        if part.endpoint is not None and reranks(part):
            values = {"model": entry.name, "reranker": part.name}
            return Message("{model} is not timed: {reranker} charges for every pair that it scores.", values)
    return None


def _sampled(request: Request) -> Request:
    """The request of some of its queries, by chance; of equal ones the first."""
    distinct = list({text: place for place, text in reversed(list(enumerate(request.queries)))}.values())[::-1]
    rows = np.random.default_rng(SEED).permutation(len(distinct))[:QUERIES]
    places = np.array(distinct, np.int64)[rows]
    own = request.candidates and [request.candidates[place] for place in places]
    queries = [request.queries[place] for place in places]
    return replace(request, queries=queries, query_rows=request.query_rows[places], candidates=own)


def _clock(entry: ModelEntry) -> Callable[[], float]:
    """Seconds of the processor where all is done by it: whatever else it does meanwhile is not counted."""
    names = (entry.name,) if entry.pipeline is None else entry.pipeline.parts
    elsewhere = config.machine().device != "cpu" or any(catalogue.find(name).endpoint for name in names)
    fine = time.get_clock_info("process_time").resolution < COARSE
    return time.process_time if fine and not elsewhere else time.perf_counter


def _seconds(ready: Answering, number: int, clock: Callable[[], float], step: Step) -> list[float]:
    """What each query takes; fewer of them where they take long."""
    seconds: list[float] = []
    with one_core():
        for place in range(min(WARM_UP, number)):
            ready.alone(place)
        for place in range(number):
            start = clock()
            ready.alone(place)
            seconds.append(clock() - start)
            step(READY + (1 - READY) * place / number, Message("{n} queries timed", {"n": place + 1}))
            if len(seconds) >= FEWEST and sum(seconds) > PATIENCE:
                break
    return seconds


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

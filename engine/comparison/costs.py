"""What does quality cost: time, memory, money; and which is the smallest model that is good enough?"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import config, plugins
from engine.comparison.verdict import digits
from engine.datasets import library
from engine.encoding.store import Shelf
from engine.metrics import names
from engine.models import catalogue, variants
from engine.models.variants import Kept
from engine.runs import evaluate
from engine.runs.instructions import told
from engine.statistics import paired_tests
from engine.storage.database import Database
from engine.types import Message, ModelEntry, Step, Task

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
)


@dataclass(frozen=True)
class Axis:
    """A cost by which models can be ordered: a column of `table`, and whether more of it is better (speed)."""

    name: str
    title: Message
    rising: bool = False


AXES: Mapping[str, Axis] = {
    axis.name: axis
    for axis in (
        Axis("texts_per_second", Message("texts per second"), rising=True),
        Axis("p50", Message("milliseconds per query (median)")),
        Axis("p95", Message("milliseconds per query (95 of 100 are faster)")),
        Axis("gigabytes", Message("GB of vectors per million documents")),
        Axis("parameters", Message("million parameters")),
        Axis("price", Message("price per million tokens")),
    )
}


def work(arguments: Mapping[str, Any], step: Step) -> dict[str, float]:
    """Does a job of the kind `latency`: how long a model takes on this machine for one query of a dataset at a time."""
    entry, dataset = catalogue.find(arguments["model"]), library.load(arguments["dataset"])
    task: Task = plugins.pick(plugins.tasks(), dataset.task, "task")
    precision = str(arguments["precision"])  # as the run has it: empty where it makes no difference
    step(0.0, Message("Loading {model}", {"model": entry.name}))
    texts = task.texts(dataset)
    encoder = catalogue.load(told(entry, dataset), precision or None).fit(evaluate.documents(texts))
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
    with _database().write() as connection:
        connection.execute("INSERT OR REPLACE INTO latencies VALUES (?, ?, ?, ?, ?, ?, ?, ?)", found)
    return {"p50": p50, "p95": p95}


def latencies() -> pd.DataFrame:
    """What has been timed: model, precision, dataset, queries, p50 and p95 (milliseconds), device, created."""
    with _database().read() as connection:
        found = connection.execute("SELECT * FROM latencies ORDER BY created")
        return pd.DataFrame(found.fetchall(), columns=[column[0] for column in found.description])


def prices() -> dict[str, float]:
    """What people have said a million tokens cost, by model."""
    with _database().read() as connection:
        return {row["model"]: row["price"] for row in connection.execute("SELECT * FROM prices")}


def set_price(model: str, price: float | None) -> None:
    """Keeps the price of a million tokens, or forgets it."""
    with _database().write() as connection:
        connection.execute("DELETE FROM prices WHERE model = ?", (model,))
        if price is not None:
            connection.execute("INSERT INTO prices VALUES (?, ?)", (model, price))


def table(here: pd.DataFrame, runs: pd.DataFrame, entries: Mapping[str, ModelEntry]) -> pd.DataFrame:
    """The runs on one dataset with what their models cost.

    Columns beside those of `here`: p50 and p95 (milliseconds a query), gigabytes (of vectors per million documents, in
    float32, of sparse ones as stored), parameters (millions; 0: it has no weights), price. `texts_per_second` is that
    of this run, or of the newest of `runs` that encoded anything with that model and precision.
    """
    timed, known = _newest(latencies()), prices()
    found = here.reset_index(drop=True)
    found["texts_per_second"] = [_speed(row, runs) for row in found.itertuples()]
    found[["p50", "p95"]] = [_latency(row, timed) for row in found.itertuples()]
    found["gigabytes"] = [_bytes(row.model, row.encoder_key) / 1e3 for row in found.itertuples()]
    found["parameters"] = [_parameters(entries.get(model)) for model in found["model"]]
    found["price"] = [known.get(model, _price(entries.get(model))) for model in found["model"]]
    return found


def frontier(costs: pd.DataFrame, axis: Axis) -> npt.NDArray[np.bool_]:
    """Which rows no other row beats: none costs less and scores as much, or costs as much and scores more."""
    cost, score = _cost(costs, axis), costs["score"].to_numpy(np.float64)
    with np.errstate(invalid="ignore"):
        as_good = (cost[None] <= cost[:, None]) & (score[None] >= score[:, None])
        better = as_good & ((cost[None] < cost[:, None]) | (score[None] > score[:, None]))
    return ~np.isnan(cost) & ~np.isnan(score) & ~better.any(axis=1)


def choice(task: Task, costs: pd.DataFrame, comparisons: pd.DataFrame, axis: Axis) -> tuple[str, Message] | None:
    """The cheapest model not significantly worse than the best, and the sentence that says so.

    Not significantly worse: the paired test against the best, Holm-corrected over all pairs, does not reach 5 %. None
    where there are not two models, or the best model's cost is not known.
    """
    costs = costs[costs["score"].notna()].sort_values("score", ascending=False, kind="stable", ignore_index=True)
    cost = _cost(costs, axis)
    if len(costs) < 2 or np.isnan(cost[0]):
        return None
    p = paired_tests.corrected(costs["id"].tolist(), comparisons)[0]
    level = [0, *np.flatnonzero((p >= paired_tests.ALPHA) & ~np.isnan(cost)).tolist()]
    place = min(level, key=lambda row: (cost[row], row))
    best, chosen = costs.iloc[0], costs.iloc[place]
    values = {"best": best["label"], "axis": axis.title}
    if not (cost < cost[0]).any():
        said = Message("{best} scores highest, and no other model is known to do better in {axis}.", values)
    elif place == 0:
        said = Message(
            "{best} scores highest, and every model that does better in {axis} is significantly worse.", values
        )
    else:
        values |= {"metric": names.title(task.main_metric), "p": float(p[place])}
        said = _leaner(best, chosen, axis, values)
    return str(chosen["label"]), said


def _leaner(best: pd.Series, chosen: pd.Series, axis: Axis, values: Mapping[str, object]) -> Message:
    gap = float(best["score"] - chosen["score"])
    return Message(
        "{model} is the leanest model that is not significantly worse than the best, {best}: {cost} against {other} "
        "{axis}, for {gap:.{digits}f} {metric} less (p = {p:.2g} after Holm). Not told apart is not proven equal.",
        {
            **values,
            "model": chosen["label"],
            "cost": _readable(chosen[axis.name]),
            "other": _readable(best[axis.name]),
            "gap": gap,
            "digits": digits(gap),
        },
    )


def _readable(value: float) -> str:
    """Four digits of a number, never as a power of ten."""
    return f"{float(f'{value:.4g}'):,.12g}"


def _cost(costs: pd.DataFrame, axis: Axis) -> npt.NDArray[np.float64]:
    values = costs[axis.name].to_numpy(np.float64)
    return -values if axis.rising else values


def _speed(row: Any, runs: pd.DataFrame) -> float:
    if not np.isnan(row.texts_per_second):
        return float(row.texts_per_second)
    same = runs[runs["encoder_key"].map(variants.full) == variants.full(row.encoder_key)]
    same = same if len(same) else runs[(runs["model"] == row.model) & (runs["precision"] == row.precision)]
    known = same["texts_per_second"].dropna()
    return float(known.iloc[-1]) if len(known) else float("nan")


def _newest(timed: pd.DataFrame) -> dict[tuple[str, ...], tuple[float, float]]:
    """The newest p50 and p95 by (model, precision), and by (model, precision, dataset); timed: oldest first."""
    rows = list(timed[["model", "precision", "dataset", "p50", "p95"]].itertuples(index=False))
    anywhere = {(row.model, row.precision): (row.p50, row.p95) for row in rows}
    return anywhere | {(row.model, row.precision, row.dataset): (row.p50, row.p95) for row in rows}


def _latency(row: Any, timed: Mapping[tuple[str, ...], tuple[float, float]]) -> tuple[float, float]:
    """On this dataset, or else on the one that was timed last."""
    unknown = timed.get((row.model, row.precision), (float("nan"), float("nan")))
    return timed.get((row.model, row.precision, row.dataset), unknown)


def _bytes(model: str, key: str) -> float:
    """Of one vector; nan where none is stored any more."""
    shelf = Shelf(model, variants.full(key))
    if shelf.label is None or not len(shelf):
        return float("nan")
    if not shelf.label.sparse:
        return Kept.read(key).bytes(shelf.label.dimension)
    return sum((shelf.folder / name).stat().st_size for name in ("values", "indices")) / len(shelf)


def _price(entry: ModelEntry | None) -> float:
    """What the catalogue says a million tokens cost."""
    return float(entry.options.get("price", np.nan)) if entry else float("nan")


def _parameters(entry: ModelEntry | None) -> float:
    """In millions."""
    if entry is None:
        return float("nan")
    lexical = not entry.source and plugins.pick(plugins.families(), entry.family, "family").sparse
    return entry.parameters / 1e6 if entry.parameters is not None else 0.0 if lexical else float("nan")


def _database() -> Database:
    return Database(config.home() / "costs.sqlite", _MIGRATIONS)

"""What does quality cost: time, memory, money; and which is the smallest model that is good enough?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import plugins
from engine.comparison import latency
from engine.comparison.verdict import digits
from engine.encoding.store import Shelf
from engine.metrics import names
from engine.models import variants
from engine.models.variants import Kept
from engine.statistics import multiple
from engine.types import Message, ModelEntry, Task


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
_MEASURED = {"texts_per_second": "speed_from", "p50": "latency_from", "p95": "latency_from"}


def prices() -> dict[str, float]:
    """What people have said a million tokens cost, by model."""
    with latency.database().read() as connection:
        return {row["model"]: row["price"] for row in connection.execute("SELECT * FROM sound_prices")}


def set_price(model: str, price: float | None) -> None:
    """Keeps the price of a million tokens, or forgets it."""
    with latency.database().write() as connection:
        connection.execute("DELETE FROM prices WHERE model = ?", (model,))
        if price is not None:
            connection.execute("INSERT INTO prices VALUES (?, ?, NULL)", (model, price))


def table(here: pd.DataFrame, runs: pd.DataFrame, entries: Mapping[str, ModelEntry]) -> pd.DataFrame:
    """The runs on one dataset with what their models cost.

    Columns beside those of `here`: p50 and p95 (milliseconds a query), gigabytes (of vectors per million documents, as
    they are compared), parameters (millions; 0: it has no weights), price. `texts_per_second` is that
    of this run, or of another of `runs` that encoded this dataset with the same encoder (a variant's parent), or else
    of the newest that encoded anything with it. `speed_from` and `latency_from` name the dataset that a figure was
    borrowed from, and are empty where it is of this one; `device` is what encoded.
    """
    known, asked = latency.latencies(), prices()
    found = here.reset_index(drop=True)
    rows = list(found.itertuples())
    measured = [_speed(row, runs) for row in rows]
    found[["texts_per_second", "speed_from", "device"]] = pd.DataFrame(measured, dtype=object)
    found["texts_per_second"] = found["texts_per_second"].astype(float)
    timed = [latency.timed(row, known) for row in rows]
    found["p50"], found["p95"] = [one.p50 for one in timed], [one.p95 for one in timed]
    found["latency_from"] = ["" if one.here else one.dataset for one in timed]
    found["latency_device"] = [one.device for one in timed]
    found["bytes_a_document"] = bytes_a_document(found)
    found["gigabytes"] = found["bytes_a_document"] / 1e3
    found["parameters"] = [_parameters(entries.get(model)) for model in found["model"]]
    found["price"] = [asked.get(model, _price(entries.get(model))) for model in found["model"]]
    return found


def borrowed(costs: pd.DataFrame, axis: Axis) -> pd.Series:
    """For each row of `table` the dataset that its figure of this axis was measured on; empty where it is this one."""
    source = _MEASURED.get(axis.name)
    return costs[source].where(costs[axis.name].notna(), "") if source else pd.Series("", index=costs.index)


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
    p = multiple.corrected(costs["id"].tolist(), comparisons)[0]
    level = [0, *np.flatnonzero((p >= multiple.ALPHA) & ~np.isnan(cost)).tolist()]
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


def _speed(row: Any, runs: pd.DataFrame) -> tuple[float, str, str]:
    """Texts a second, the dataset that it was borrowed from (empty: this one), and the device."""
    if not np.isnan(row.texts_per_second):
        return float(row.texts_per_second), "", row.machine
    encoded = runs[runs["texts_per_second"].notna()]
    same = encoded[encoded["encoder_key"].map(variants.full) == variants.full(row.encoder_key)]
    here = same[same["fingerprint"] == row.fingerprint]
    if len(here):
        return float(here["texts_per_second"].iloc[-1]), "", here["machine"].iloc[-1]
    same = same if len(same) else encoded[(encoded["model"] == row.model) & (encoded["precision"] == row.precision)]
    if same.empty:
        return float("nan"), "", ""
    return float(same["texts_per_second"].iloc[-1]), str(same["dataset"].iloc[-1]), same["machine"].iloc[-1]


def bytes_a_document(runs: pd.DataFrame) -> pd.Series:
    """What the vectors of a document take, by run: on average where documents differ, nan where nobody knows any more.

    Runs that do not say so are of earlier versions, in which every text had one vector.
    """
    known = runs["bytes_a_document"].copy()
    for row in runs[known.isna()].itertuples():
        known[row.Index] = _bytes(row.model, row.encoder_key)
    return known


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
    return float("nan") if entry is None or entry.price is None else entry.price


def _parameters(entry: ModelEntry | None) -> float:
    """In millions."""
    if entry is None:
        return float("nan")
    lexical = not entry.source and plugins.pick(plugins.families(), entry.family, "family").sparse
    return entry.parameters / 1e6 if entry.parameters is not None else 0.0 if lexical else float("nan")

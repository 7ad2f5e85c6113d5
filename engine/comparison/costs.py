"""What does quality cost: time, memory, money; and which is the smallest model that is good enough?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import plugins
from engine.comparison import latency, verdict
from engine.encoding.store import Shelf
from engine.metrics import names
from engine.models import variants
from engine.models.variants import Kept
from engine.notation import alike, fixed, interval, shown
from engine.statistics import evidence, multiple
from engine.types import Message, ModelEntry, Task

NONE_CHEAPER = Message(
    "On {dataset}, {best} scores highest ({metric} {score}), and no other model is known to be cheaper ({axis})."
).template
ONE_AS_DEAR = Message(
    "On {dataset}, {best} scores highest ({metric} {score}), and {second} is not known to be cheaper ({axis})."
).template
ALL_WORSE = Message(
    "On {dataset}, {best} scores highest ({metric} {score}), and every cheaper model ({axis}) scores lower; the "
    "nearest, {second}, by {metric} {gap}. {luck}."
).template
ONE_CHEAPER = Message(
    "On {dataset}, {best} scores highest ({metric} {score}). {second} is cheaper ({axis}) and scores lower, by "
    "{metric} {gap}. {luck}."
).template


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
NOISE = 0.2
"""Share by which repeated timings of one model may differ: below it, models are alike in speed."""
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


def stamp() -> object:
    """Equal only while nobody has timed queries or entered a price."""
    return latency.database().stamp()


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
    found["parameters"] = [_parameters(entries.get(model), entries) for model in found["model"]]
    found["price"] = [asked.get(model, _price(entries.get(model))) for model in found["model"]]
    return found


def unknown(entry: ModelEntry, axis: Axis) -> Message | None:
    """Why this cost of a model is not known, where that is no matter of measuring or entering it."""
    if axis.name in ("p50", "p95"):
        return latency.untimed(entry)
    if axis.name == "texts_per_second" and entry.pipeline:
        return Message("{model} encodes nothing itself: its parts do.", {"model": entry.name})
    return None


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


def choice(
    task: Task, costs: pd.DataFrame, comparisons: pd.DataFrame, axis: Axis, dataset: str
) -> tuple[str, Message] | None:
    """The cheapest model that may be as good as the best, and the sentence that says so; dataset: as people call it.

    May be as good: the paired test against the best, corrected for all pairs, does not reach 5 %. Of models
    whose timings differ by no more than chance, the better is taken. None where there are not two models, or the
    best model's cost is not known.
    """
    costs = costs[costs["score"].notna()].sort_values("score", ascending=False, kind="stable", ignore_index=True)
    cost = _cost(costs, axis)
    if len(costs) < 2 or np.isnan(cost[0]):
        return None
    ids = costs["id"].tolist()
    whole = multiple.corrected(ids, comparisons)
    p = whole[0]
    level = [0, *np.flatnonzero((p >= multiple.ALPHA) & ~np.isnan(cost)).tolist()]
    same = {row: [other for other in level if _alike(costs, row, other, axis)] for row in level}
    place = min(level, key=lambda row: (min(cost[other] for other in same[row]), row))
    best, chosen = costs.iloc[0], costs.iloc[place]
    values: dict[str, object] = {
        "dataset": dataset,
        "best": best["label"],
        "score": fixed(float(best["score"])),
        "metric": names.title(task.main_metric),
        "axis": axis.title,
    }
    if not place and (close := min(same[0], key=lambda row: cost[row])):
        return str(chosen["label"]), _as_dear(costs, close, axis, values)
    if not place:
        return str(chosen["label"]), _best_alone(costs, cost, comparisons, values | {"luck": p})
    pairs = int((~np.isnan(whole)).sum()) // 2
    values["test"] = verdict.tested(float(p[place]), verdict.correction(ids, comparisons, pairs))
    amount, other = alike(float(chosen[axis.name]), float(best[axis.name]))
    values |= {
        "model": chosen["label"],
        "cost": amount,
        "other": other,
        "gap": _less(costs, place, comparisons),
    }
    said = Message(
        "On {dataset}, {model} is the cheapest model that may be as good as the best, {best}: {cost} against "
        "{other} {axis}, {metric} {gap} ({test}). That it may be as good is no proof that it is.",
        values,
    )
    return str(chosen["label"]), said


def _alike(costs: pd.DataFrame, one: int, other: int, axis: Axis) -> bool:
    """Whether two models cost alike: their times are closer than repeated ones of one model may be."""
    low, high = sorted(costs.loc[[one, other], axis.name])
    return one == other or (axis.name in _MEASURED and high <= low * (1 + NOISE))


def _as_dear(costs: pd.DataFrame, close: int, axis: Axis, values: dict[str, object]) -> Message:
    """Why the best one is taken though the clock has another before it."""
    cost, other = alike(float(costs[axis.name][close]), float(costs[axis.name][0]))
    return Message(
        "On {dataset}, {best} scores highest ({metric} {score}). {model} costs alike: {cost} against {other} {axis} is "
        "no more than repeated timings of one model may differ by ({noise:.0%}).",
        values | {"model": costs["label"][close], "cost": cost, "other": other, "noise": NOISE},
    )


def _best_alone(
    costs: pd.DataFrame, cost: npt.NDArray[np.float64], comparisons: pd.DataFrame, values: dict[str, object]
) -> Message:
    """Why there is nothing to save: no model is cheaper than the best, or all that are do worse, by more than luck.

    values: `luck` holds the corrected p of every model against the best, which the sentence says in words.
    """
    cheaper = np.flatnonzero(cost < cost[0])
    nearest = int(cheaper[0]) if len(cheaper) else 1
    p = np.asarray(values["luck"], np.float64)
    values |= {"second": costs.loc[nearest, "label"], "luck": verdict.luck(float(p[nearest]))}
    if not len(cheaper):
        return Message(ONE_AS_DEAR if len(costs) == 2 else NONE_CHEAPER, values)
    values["gap"] = _less(costs, nearest, comparisons, lost=True)
    return Message(ONE_CHEAPER if len(costs) == 2 else ALL_WORSE, values)


def _less(costs: pd.DataFrame, place: int, comparisons: pd.DataFrame, *, lost: bool = False) -> str:
    """A model less the best, with the interval where the two were compared. costs: by falling score.

    lost: as what it lacks, without a sign, for a sentence that says that it is worse.
    """
    gap, low, high = float(costs["score"][place] - costs["score"][0]), float("nan"), float("nan")
    over = evidence.leads(costs["id"][0], comparisons)
    if costs["id"][place] in over.index:
        lead = over.loc[costs["id"][place]]
        low, high = -float(lead["high"]), -float(lead["low"])
    if lost:
        return interval(-gap, -high, -low, shown(gap))
    return interval(gap, low, high, sign=True)


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


def _parameters(entry: ModelEntry | None, entries: Mapping[str, ModelEntry]) -> float:
    """In millions; of a pipeline those of its parts together."""
    if entry is None:
        return float("nan")
    if entry.pipeline:
        return sum(_parameters(entries.get(name), entries) for name in dict.fromkeys(entry.pipeline.parts))
    lexical = not entry.source and plugins.pick(plugins.families(), entry.family, "family").sparse
    return entry.parameters / 1e6 if entry.parameters is not None else 0.0 if lexical else float("nan")

"""Is each stage of a pipeline worth it: what does it gain over the pipeline without it, and what does it cost?"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.metrics import names
from engine.metrics.groups import COLUMNS
from engine.notation import fixed, interval
from engine.statistics import multiple, paired_tests, power
from engine.statistics.draws import FEWEST
from engine.statistics.evidence import chance
from engine.types import Message, Result, Task, UserError

Row: TypeAlias = Mapping[str, Any] | pd.Series
TUNED = "tuned_fusion"
"""The column of the tuned fusion of two retrievers."""
FELL = 1e-9
MOST = 100
"""Times the queries at hand: beyond that nobody will judge more of them to settle a difference."""


@dataclass(frozen=True)
class Worth:
    """What the stages of a pipeline give on n queries.

    stages: one row each that is held against something: kind, model, against (what it is held against), column and
    over (columns of the items), score, gap, low, high, p (Holm over the rows), needed (queries that would show such a
    gap in 4 of 5 studies, at the level that is corrected for the rows), adds (the stages that the pipeline has more
    than what it is held against), ms (a query by itself, of these together), share (of the whole pipeline's ms), fell
    and rose (how many queries).
    costs: one row each stage, the retrievers first, and a last one of kind "whole": kind, model, column, score, ms (of
    this stage alone), share.
    depths: depth, score, ceiling of a reranker; empty where there is none.
    """

    n: int
    model: str
    metric: str
    stages: pd.DataFrame
    costs: pd.DataFrame
    depths: pd.DataFrame
    items: pd.DataFrame
    ceiling: float
    weights: tuple[str, float, float] | None = None
    """Of a fusion that was tuned here: the retriever that they are of, and those of the two halves of the queries."""


def of(task: Task, result: Result) -> Worth:
    """What the stages of a pipeline's run give.

    A fusion is held against its better retriever, a reranker against what it was given and, where something else scores
    higher, against the best of the retrievers and their tuned fusion, whose weights are tuned and tested on different
    halves.

    Raises:
        UserError: the run is of no pipeline.
    """
    stages = result.settings.get("stages")
    if not stages:
        raise UserError("{model} is no pipeline: its run has no stages.", model=result.model)
    items = result.items
    total = _latency_of(stages)
    rows = []
    held = _held(stages, items)
    for one, other in held:
        row = _row(task, items, one["column"], other.column, len(held))
        adds = [own for own in stages[: stages.index(one) + 1] if own not in other.stages]
        told = {"kind": one["kind"], "model": one["model"], "against": other.name, "over": other.column, "adds": adds}
        ms = _latency_of(adds)
        rows.append(told | row | {"column": one["column"], "ms": ms, "share": ms / total if total else math.nan})
    table = pd.DataFrame(rows)
    if len(table):
        table["p"] = multiple.holm(table["p"].to_numpy(np.float64))
    depths = [
        {"depth": depth, "score": items[f"depth_{depth}"].mean(), "ceiling": items[f"ceiling_{depth}"].mean()}
        for depth in result.settings.get("depths", ())
    ]
    tuned = next((one for one in stages if one["kind"] == "fusion" and one.get("tuned")), None)
    weights = (str(stages[0]["model"]), float(tuned["weights"][0]), float(tuned["weights"][1])) if tuned else None
    costs, ceiling = _costs(stages, items, result.model, total), float(result.settings.get("ceiling", math.nan))
    return Worth(
        len(items), result.model, task.main_metric, table, costs, pd.DataFrame(depths), items, ceiling, weights
    )


def _costs(stages: list[dict[str, Any]], items: pd.DataFrame, model: str, total: float) -> pd.DataFrame:
    whole = {"kind": "whole", "model": model, "column": stages[-1]["column"], "ms": total}
    table = pd.DataFrame([*stages, whole]).reindex(columns=["kind", "model", "column", "ms"]).astype({"ms": np.float64})
    scores = [float(items[name].mean()) for name in table["column"]]
    return table.assign(score=scores, share=table["ms"] / total if total else math.nan)


def sentences(found: Worth) -> list[Message]:
    """Is each stage worth it? Each against the strongest thing that it was held against, the last stage first."""
    if found.stages.empty:
        return [Message("{model} has one stage only: there is nothing that it could be worth more than.",
                        {"model": found.model})]  # fmt: skip
    strongest = found.stages.drop_duplicates("column", keep="last")
    return [*(told(found, row) for _, row in strongest.iloc[::-1].iterrows()), *_to_deploy(found)]


def _to_deploy(found: Worth) -> Iterator[Message]:
    """What a tuned fusion lacks before it can be deployed."""
    if found.weights:
        model, first, second = found.weights
        yield Message(
            "The fusion has no weight of its own: that of {model} was tuned here, {first} on one half of the queries "
            "and {second} on the other. To deploy it, give the pipeline a weight.",
            {"model": model, "first": fixed(first, 2), "second": fixed(second, 2)},
        )


def told(found: Worth, row: Row) -> Message:
    """Is this stage worth it: one sentence."""
    gap, low, high, p = (float(row[name]) for name in ("gap", "low", "high", "p"))
    values = {
        "n": found.n,
        "stage": called(row),
        "against": against(row),
        "metric": names.title(found.metric),
        "gap": interval(gap, low, high, sign=True),
        "p": chance(p, len(found.stages)),
        "fell": row["fell"],
        "rose": row["rose"],
        "needed": row["needed"],
        "fewest": FEWEST,
        "latency": _latency(row),
    }
    if math.isnan(low):
        return Message(
            "Cannot be told: below {fewest} queries that do not hang together no interval is given ({n} here).", values
        )
    if p < multiple.ALPHA and gap > 0:
        return Message(
            "Worth it on these {n} queries: {stage} gains {metric} {gap} over {against} ({p}).{latency}",
            values,
        )
    if p < multiple.ALPHA:
        return Message(
            "Worse on these {n} queries: {stage} changes {metric} by {gap} against {against} ({p}).{latency}",
            values,
        )
    if not 0 < float(row["needed"]) <= MOST * found.n:
        return Message(
            "Not worth it on these {n} queries, as far as they tell: {stage} changes {metric} by {gap} against "
            "{against} ({p}).{latency}",
            values,
        )
    return Message(
        "Cannot be told with {n} queries: {stage} changes {metric} by {gap} against {against} ({p}); "
        "it would take about {needed} queries to show such a difference.{latency}",
        values,
    )


def called(row: Row) -> Message:
    """What a stage is called, as people say it."""
    return _name(str(row["model"]))


def against(row: Row) -> Message:
    """What a stage was held against, as people say it."""
    return _name(str(row["against"]))


def _name(said: str) -> Message:
    plain = {"rrf": Message("reciprocal rank fusion"), "weighted": Message("the weighted fusion")}
    fusions = plain | {TUNED: Message("the tuned fusion of its retrievers")}
    return fusions.get(said, Message("{model}", {"model": said}))


def fell(found: Worth, column: str, over: str) -> pd.DataFrame:
    """The queries of a stage that went worse than without it, the deepest fall first: item, before, after, change."""
    before, after = (found.items[name].to_numpy(np.float64) for name in (over, column))
    table = pd.DataFrame({"item": found.items["item"], "before": before, "after": after, "change": after - before})
    return table[table["change"] < -FELL].sort_values("change", kind="stable", ignore_index=True)


@dataclass(frozen=True)
class _Other:
    """What a stage is held against: a column of the items, how it is called, and the stages that it consists of."""

    column: str
    name: str
    stages: list[dict[str, Any]]


def _held(stages: list[dict[str, Any]], items: pd.DataFrame) -> list[tuple[dict[str, Any], _Other]]:
    """Each stage after the retrievers with what it is held against, the strongest last."""

    def score(one: _Other) -> float:
        return float(items[one.column].mean())

    retrievers = [one for one in stages if one["kind"] == "retriever"]
    known = [_Other(one["column"], str(one["model"]), [one]) for one in retrievers]
    given, found = max(known, key=score), []
    for place, one in enumerate(stages):
        if one["kind"] == "retriever":
            continue
        found.append((one, given))
        if one["kind"] == "reranker":
            tuned = [_Other(TUNED, TUNED, given.stages)] if TUNED in items and given.name != TUNED else []
            best = max([given, *tuned, *known], key=score)
            found += [(one, best)] if best is not given else []
        given = _Other(one["column"], _called(one), stages[: place + 1])
    return found


def _latency_of(stages: list[dict[str, Any]]) -> float:
    """Milliseconds a query of these stages together; nan where one was not timed."""
    return float(sum(float(one.get("ms", math.nan)) for one in stages))


def _called(stage: Mapping[str, Any]) -> str:
    return TUNED if stage["model"] == "weighted" and stage.get("tuned") else str(stage["model"])


def _row(task: Task, items: pd.DataFrame, column: str, over: str, tests: int) -> dict[str, float]:
    shared = items[[name for name in ("item", *COLUMNS, "relevant_ids") if name in items]]
    after, before = (items[name].to_numpy(np.float64) for name in (column, over))
    found = paired_tests.compare(task, shared.assign(measure=after), shared.assign(measure=before))
    change: npt.NDArray[np.float64] = after - before
    needed = 0
    if found.gap and found.high > found.low:
        needed = power.items_needed(power.spread_of(found), abs(found.gap), tests)
    return {"score": float(after.mean()), "gap": found.gap, "low": found.low, "high": found.high, "p": found.p,
            "needed": needed, "fell": int((change < -FELL).sum()), "rose": int((change > FELL).sum())}  # fmt: skip


def _latency(row: Row) -> Message | str:
    """What the stage adds to a query's time, and by which stages."""
    share, ms = float(row["share"]), float(row["ms"])
    if math.isnan(ms):
        return ""
    told = {"share": share, "ms": fixed(ms, 1 if ms < 10 else 0)}
    part = Message("{ms} ms a query, {share:.0%} of the whole pipeline's", told)
    cost = Message("{ms} ms a query", told) if math.isnan(share) else part
    names = ", ".join(str(one["model"]) for one in row["adds"] if one["kind"] == "retriever")
    values = {"retrievers": names, "stage": called(row), "cost": cost}
    if not names:
        return Message(" It adds {cost}.", values)
    if row["kind"] == "fusion":
        return Message(" {retrievers} and the fusion add {cost}.", values)
    return Message(" {retrievers}, the fusion and {stage} add {cost}.", values)

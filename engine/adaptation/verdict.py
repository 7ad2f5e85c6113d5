"""Did it help, is it luck, and what did it cost elsewhere? In sentences."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from engine import plugins
from engine.adaptation.searched import measured, searched
from engine.comparison.verdict import luck, sure
from engine.notation import interval
from engine.statistics import paired_tests
from engine.statistics.multiple import ALPHA
from engine.types import Dataset, Message, Task

CEILING = {"retrieval": 0.8, "reranking": 0.9}
"""A score of the base from which adapting it is advised against; 0.9 for other tasks."""
OTHER_CEILING = 0.9


def row(dataset: Dataset, new: pd.DataFrame, old: pd.DataFrame) -> dict[str, Any]:
    """The new model against an old one on the items of a dataset, as the verdict keeps it."""
    task: Task = plugins.tasks()[dataset.task]
    found = asdict(paired_tests.compare(task, new, old))
    kept = {name: found[name] for name in ("n", "groups", "gap", "low", "high", "p", "won", "tied", "lost")}
    scores = {"new": _score(task, new), "old": _score(task, old)}
    about = {"dataset": dataset.name, "task": task.name, "metric": task.main_metric, "searched": searched(dataset)}
    return about | scores | kept


def metric(one: Mapping[str, Any]) -> Message:
    """What the scores of a row are."""
    return measured(one["metric"], one.get("searched"))


def _score(task: Task, items: pd.DataFrame) -> float:
    return float(task.metrics(items)[task.main_metric])


def outcome(one: Mapping[str, Any]) -> str:
    """better, worse, or `luck` where the two cannot be told apart."""
    if math.isnan(one["p"]) or not one["p"] < ALPHA:
        return "luck"
    return "better" if one["gap"] > 0 else "worse"


def sentences(said: Mapping[str, Any], called: Mapping[str, str] | None = None) -> list[Message]:
    """The verdict of an adaptation: first whether it helped, then what it cost, then what to do.

    called: what people call the datasets, by their names.
    """
    names = called or {}
    test, *guards = (
        {**one, "dataset": names.get(one["dataset"], one["dataset"])} for one in (said["test"], *said["guards"])
    )
    lost = [one for one in guards if outcome(one) == "worse"]
    what = [
        _helped(said, test),
        *_ceiling(test),
        *_cost(guards, lost),
        *_unjudged(said, names),
        *_lexical(said["lexical"]),
    ]
    return [*what, _advice(said, test, lost)]


def _values(said: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": said["name"], "base": said["base"], "dataset": one["dataset"], "n": one["n"], "p": sure(one["p"]),
        "gap": interval(one["gap"], one["low"], one["high"], sign=True), "metric": metric(one),
        "luck": luck(one["p"]), "new": one["new"], "old": one["old"],
    }  # fmt: skip


def _helped(said: Mapping[str, Any], test: Mapping[str, Any]) -> Message:
    values = _values(said, test)
    if math.isnan(test["p"]):
        return Message(
            "On {n} untouched items of {dataset}, {name} scores {metric} {new:.3f} and {base} {old:.3f}: too few items "
            "to say whether that is luck.", values,
        )  # fmt: skip
    found = outcome(test)
    if found == "better":
        return Message(
            "On {n} untouched items of {dataset}, {name} is better than {base}: {metric} {gap}. {luck} ({p}, "
            "tested alone: it was asked beforehand).",
            values,
        )
    if found == "worse":
        return Message(
            "On {n} untouched items of {dataset}, {name} is worse than {base}: {metric} {gap}. {luck} ({p}, "
            "tested alone: it was asked beforehand).",
            values,
        )
    return Message(
        "On {n} untouched items of {dataset}, {name} and {base} cannot be told apart: {metric} {gap} ({p}, "
        "tested alone: it was asked beforehand).",
        values,
    )


def _ceiling(test: Mapping[str, Any]) -> list[Message]:
    """Why nothing was gained, where the base was so good already."""
    full = ceiling(test["task"], test["old"], metric(test), Message("the untouched part"))
    return [full] if full is not None and outcome(test) != "better" else []


def _cost(guards: Sequence[Mapping[str, Any]], lost: Sequence[Mapping[str, Any]]) -> list[Message]:
    if not guards:
        return [Message("What it has forgotten is not known: no other dataset was watched.")]
    worst = min(lost or guards, key=lambda one: one["gap"])
    values = {
        "n": len(guards), "lost": len(lost), "dataset": worst["dataset"], "metric": metric(worst),
        "gap": interval(worst["gap"], worst["low"], worst["high"], sign=True),
    }  # fmt: skip
    if lost:
        return [Message("It got worse on {lost} of {n} other datasets, most on {dataset}: {metric} {gap}.", values)]
    if len(guards) == 1:
        return [Message("On {dataset} it is not worse beyond what may be luck: {metric} {gap}.", values)]
    return [
        Message(
            "On none of {n} other datasets is it worse beyond what may be luck; the lowest is {dataset}: "
            "{metric} {gap}.",
            values,
        )
    ]


def _unjudged(said: Mapping[str, Any], names: Mapping[str, str]) -> list[Message]:
    """Which guards it could not be judged on."""
    return [
        Message("On {dataset} it cannot be judged: it ranks documents and gives no vectors.",
                {"dataset": names.get(one, one)})
        for one in said.get("unjudged", ())
    ]  # fmt: skip


def _lexical(rows: Sequence[Mapping[str, Any]]) -> list[Message]:
    """Where counting words does as well."""
    said = []
    for one in rows:
        values = {"model": one["model"], "gap": interval(one["gap"], one["low"], one["high"], sign=True)}
        if outcome(one) == "worse":
            said.append(Message("It is worse than {model}, which only counts words: {gap}.", values))
        elif outcome(one) == "luck":
            said.append(Message("It cannot be told apart from {model}, which only counts words: {gap}.", values))
    return said


def _advice(said: Mapping[str, Any], test: Mapping[str, Any], lost: Sequence[Mapping[str, Any]]) -> Message:
    if said.get("then"):
        return Message("Do not use it by itself: another recipe has to follow, with this model as its base.")
    if said.get("best_step") == 0:
        return Message("Do not use it: no step of the training was better on the dev part than what it began with.")
    found = outcome(test)
    if any(outcome(one) == "worse" for one in said["lexical"]):
        return Message("Do not use it: counting words does better on these data.")
    if found == "worse":
        return Message("Do not use it: the base is better on the very data that it was adapted to.")
    if found == "luck" and lost:
        return Message("Do not use it: nothing was gained that could not be luck, and something was lost.")
    if found == "luck":
        return Message("Do not use it yet: stay with the base until more data show a difference.")
    if lost:
        return Message("Use it for data like these only; a mix with the base (merge) may keep more of the rest.")
    return Message("Use it for data like these.")


def ceiling(task: str, score: float, measured: Message, part: Message) -> Message | None:
    """A warning where a base is so good already on a part of the data that there is little to win."""
    least = CEILING.get(task, OTHER_CEILING)
    if not score >= least:
        return None
    return Message(
        "The base scores {metric} {score:.3f} already on {part}: above {least} most adaptations gain nothing.",
        {"score": score, "metric": measured, "least": least, "part": part},
    )

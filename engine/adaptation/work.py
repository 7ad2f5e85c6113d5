"""From a plan to a verdict: baseline first, then the model, then what it gained and what it cost."""

import resource
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from engine.adaptation import bases, judging, kept, result_folder, verdict
from engine.adaptation.plans import Plan, values
from engine.adaptation.prepare import Prepared, prepare
from engine.adaptation.training import checkpoints
from engine.adaptation.training.loop import Dev, Training
from engine.models import catalogue
from engine.results.store import Results
from engine.runs.evaluate import evaluate
from engine.training import Course
from engine.types import Message, ModelEntry, Step

LEXICAL = {"retrieval": "bm25", "reranking": "bm25"}
"""The model that only counts words against which a task is held; tfidf for the others."""
BEFORE, AFTER = 0.1, 0.8
"""Shares of the work that are done before and with the training."""


def work(arguments: Mapping[str, Any], step: Step) -> dict[str, str]:
    """Does a job of the kind `adapt`; taken up again where a killed one was."""
    adapt(Plan.read(arguments), step)
    return {"model": str(arguments["name"])}


def adapt(plan: Plan, step: Step) -> dict[str, Any]:
    """Makes the model of the plan and gives its verdict, which is kept in the plan's folder.

    Raises:
        UserError, BadModel: something of the plan cannot be done; see `prepare`.
        Cancelled: `step` says so; doing it again goes on from the last checkpoint.
    """
    step(0.0, Message("Splitting {dataset}", {"dataset": plan.dataset}))
    ready = prepare(plan)
    began = time.perf_counter()
    kept.begin(plan, kept.of(ready))
    held = _baseline(ready, step)
    model = plan.folder / "model"
    if not kept.made(plan):
        _make(ready, _within(step, BEFORE, AFTER))
        kept.note(plan, {"made": True, "seconds": time.perf_counter() - began})
    checkpoints.clear(plan.folder)
    entry = result_folder.entry(plan, ready.entry, ready.recipe)
    said = _judged(ready, entry, held, _within(step, AFTER, 1.0))
    result_folder.write_card(model, plan, ready.entry, verdict.sentences(said))
    result_folder.register(entry)
    kept.keep_verdict(plan, said)
    step(1.0, Message("{name} is adapted and judged", {"name": plan.name}))
    return said


def _within(step: Step, low: float, high: float) -> Step:
    """Tells the share of a part of the work as that of the whole."""
    return lambda share, message: step(low + (high - low) * share, message)


@dataclass(frozen=True)
class _Held:
    """What the new model is held against: items of the base by dataset, and of the model that counts words."""

    test: pd.DataFrame
    guards: tuple[pd.DataFrame, ...]
    lexical: str
    words: pd.DataFrame


def _baseline(ready: Prepared, step: Step) -> _Held:
    """The base and the counter of words on what will be judged, before anything is trained."""
    part, results = _within(step, 0.0, BEFORE), Results()
    test = ready.split.test
    base = results.items(evaluate(ready.entry, test, step=part))
    lexical = LEXICAL.get(test.task, "tfidf")
    words = results.items(evaluate(catalogue.entries()[lexical], test, step=part))
    guards = []
    for one in ready.guards:
        part(0.9, Message("{model} on {dataset}", {"model": ready.entry.name, "dataset": one.name}))
        guards.append(judging.items_of(ready.entry, one))
    return _Held(base, tuple(guards), lexical, words)


def _make(ready: Prepared, step: Step) -> None:
    """The adapted model, in its folder."""
    plan, found = ready.plan, ready.recipe
    base = bases.base(plan.base, ready.split.train, old=ready.old, seed=plan.seed)
    settings = values(found, plan.settings)
    if found.compute is not None:
        model = found.compute(base, ready.examples, settings, step)
    else:
        assert found.train is not None
        course = _course(ready, found.train(base, ready.examples, settings))
        model = _trained(ready, course, settings, step)
    data = {one.name: one.fingerprint for one in (ready.split.train, ready.split.dev, ready.split.test)}
    result_folder.save(model, base, plan.folder / "model", result_folder.facts(plan, data, settings))


def _course(ready: Prepared, course: Course) -> Course:
    """The course with what is added to it, in the order of the plan."""
    for one in ready.added:
        assert one.add is not None
        course = one.add(course, values(one, ready.plan.settings, f"{one.name}."))
    return course


def _trained(ready: Prepared, course: Course, settings: Mapping[str, Any], step: Step) -> Any:
    """The model at its best step on the dev part."""
    dataset = ready.split.dev
    judge = judging.in_memory(course.base, dataset)

    def dev(model: Any) -> tuple[float, float, float]:
        items = judge(model) if course.judge is None else course.judge(model, dataset)
        return judging.scored(dataset, items)

    training = Training(course, settings, ready.plan.folder, _watched(dev, ready), ready.plan.key, ready.plan.seed)
    progress = training.run(step)
    kept.note(ready.plan, {"steps": progress.step, "best_step": progress.best_step, "texts": progress.texts,
                           "training_seconds": progress.seconds})  # fmt: skip
    return course.finish(course.model)


def _watched(dev: Dev, ready: Prepared) -> Dev | None:
    """None where a recipe's result is of no use before another has followed: no score would tell of it."""
    return None if ready.recipe.then else dev


def _judged(ready: Prepared, entry: ModelEntry, held: _Held, step: Step) -> dict[str, Any]:
    """The verdict as it is kept."""
    plan, test = ready.plan, ready.split.test
    new = Results().items(evaluate(entry, test, step=_within(step, 0.0, 0.5)))
    against = verdict.row(test.task, test.name, new, held.words) | {"model": held.lexical}
    guards = []
    for one, old in zip(ready.guards, held.guards, strict=True):
        step(0.6, Message("{model} on {dataset}", {"model": entry.name, "dataset": one.name}))
        guards.append(verdict.row(one.task, one.name, judging.items_of(entry, one), old))
    return {
        "name": plan.name, "base": plan.base, "test": verdict.row(test.task, test.name, new, held.test),
        "lexical": [against], "guards": guards, "then": bool(ready.recipe.then), "rows": ready.rows,
        "memory": _memory(),
    }  # fmt: skip


def _memory() -> int:
    """The most bytes that this process has held."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def forget(name: str) -> None:
    """Removes an adaptation with its model and its entry of the catalogue."""
    plan = kept.plan(name)
    catalogue.remove(plan.name)
    shutil.rmtree(plan.folder, ignore_errors=True)

"""From a plan to a verdict: baseline first, then the model, then what it gained and what it cost."""

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from engine.adaptation import judging, kept, learning, result_folder, verdict
from engine.adaptation.plans import Plan
from engine.adaptation.prepare import Prepared, prepare
from engine.adaptation.training import checkpoints
from engine.compute import peak_memory
from engine.models import catalogue
from engine.results.store import Results
from engine.runs.evaluate import evaluate
from engine.types import Message, ModelEntry, Step

LEXICAL = {"retrieval": "bm25", "reranking": "bm25"}
"""The model that only counts words against which a task is held; tfidf for the others."""
BEFORE, VERDICT = 0.1, 0.3
"""Shares of the work that are done before the training, and by the verdict of what is left when it begins."""


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
    onward = _Onward(step)
    onward(0.0, Message("Splitting {dataset}", {"dataset": plan.dataset}))
    peak_memory.begin()
    ready = prepare(plan)
    began = time.perf_counter()
    kept.begin(plan, kept.of(ready))
    before = (kept.facts(plan.name) or {}).get("seconds", 0.0)
    held = _baseline(ready, onward)
    model = plan.folder / "model"
    if not kept.made(plan):
        learning.make(ready, onward.within(BEFORE, 1.0))
        kept.note(plan, {"made": True, "seconds": before + time.perf_counter() - began})
    checkpoints.clear(plan.folder)
    entry = result_folder.entry(plan, ready.entry, ready.recipe)
    shown = result_folder.judged(entry, ready.entry)
    for one in (entry, *([shown] if shown is not entry else [])):
        result_folder.register(one)
    said = _judged(ready, shown, held, onward.rest(VERDICT if learning.shares_of(plan) else 1.0))
    said["shares"] = learning.shares(ready, said["test"], onward.rest)
    result_folder.write_card(model, plan, ready.entry, verdict.sentences(said))
    kept.keep_verdict(plan, said)
    kept.note(plan, {"seconds": before + time.perf_counter() - began})
    onward(1.0, Message("{name} is adapted and judged", {"name": plan.name}))
    return said


class _Onward:
    """Tells how far the work is; what follows may be told as a part of what is left."""

    def __init__(self, step: Step) -> None:
        self._step, self._at = step, 0.0

    def __call__(self, share: float, message: Message) -> None:
        self._at = max(self._at, share)
        self._step(self._at, message)

    def within(self, low: float, high: float) -> Step:
        """Tells the share of a part of the work as that of the whole."""
        return lambda share, message: self(low + (high - low) * share, message)

    def rest(self, share: float = 1.0) -> Step:
        """Tells that of so much of what is left from here."""
        return self.within(self._at, self._at + (1 - self._at) * share)


@dataclass(frozen=True)
class _Held:
    """What the new model is held against: items of the base by dataset, and of the model that counts words."""

    test: pd.DataFrame
    guards: tuple[pd.DataFrame, ...]
    lexical: str
    words: pd.DataFrame


def _baseline(ready: Prepared, step: Step) -> _Held:
    """The base and the counter of words on what will be judged, before anything is trained."""
    results = Results()

    def part(share: float, message: Message) -> None:
        step(BEFORE * share, Message("Before the training: {done}", {"done": message}))

    test = ready.split.test
    base = results.items(evaluate(ready.entry, test, step=part))
    lexical = LEXICAL.get(test.task, "tfidf")
    words = results.items(evaluate(catalogue.entries()[lexical], test, step=part))
    guards = []
    for one in ready.guards:
        part(0.9, Message("{model} on {dataset}", {"model": ready.entry.name, "dataset": one.name}))
        guards.append(judging.items_of(ready.entry, one))
    return _Held(base, tuple(guards), lexical, words)


def _judged(ready: Prepared, entry: ModelEntry, held: _Held, step: Step) -> dict[str, Any]:
    """The verdict as it is kept."""
    plan, test = ready.plan, ready.split.test
    new = Results().items(evaluate(entry, test, step=lambda share, message: step(share / 2, message)))
    against = verdict.row(test, new, held.words) | {"model": held.lexical}
    _, low, high = judging.scored(test, new)
    guards = []
    for one, old in zip(ready.guards, held.guards, strict=True):
        step(0.6, Message("{model} on {dataset}", {"model": entry.name, "dataset": one.name}))
        guards.append(verdict.row(one, judging.items_of(entry, one), old))
    return {
        "name": plan.name, "model": entry.name, "base": plan.base,
        "test": verdict.row(test, new, held.test) | {"new_low": low, "new_high": high},
        "lexical": [against], "guards": guards, "unjudged": list(ready.unjudged),
        "best_step": (kept.facts(plan.name) or {}).get("best_step"),
        "then": bool(ready.recipe.then), "rows": ready.rows,
        "memory": peak_memory.most(),
    }  # fmt: skip


def forget(name: str) -> None:
    """Removes an adaptation with its model and its entry of the catalogue."""
    plan = kept.plan(name)
    catalogue.remove(plan.name)
    shutil.rmtree(plan.folder, ignore_errors=True)

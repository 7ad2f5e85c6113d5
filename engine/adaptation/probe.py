"""How long will an adaptation take, and how much memory and disk? Told by a few steps of it."""

import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from engine import plugins
from engine.adaptation import judging, kept, proposal, verdict
from engine.adaptation.data.units import TABLES, part
from engine.adaptation.learning import course_of, later, opened, shares_of, watched
from engine.adaptation.plans import Plan, values
from engine.adaptation.prepare import prepare
from engine.adaptation.searched import measured, searched
from engine.adaptation.training import trial
from engine.adaptation.training.loop import LOOKS
from engine.adaptation.training.progress import looked
from engine.adaptation.training.schedule import schedule
from engine.adaptation.watching import READINGS, Watch, judge_of
from engine.compute import fresh_process, peak_memory
from engine.jobs.schema import parts
from engine.notation import amount
from engine.training import Course
from engine.types import Message, Step

ASKED = 2
"""Queries of the dev part that a model which reads pairs is tried on: it reads many pairs for each."""
SHOWN = 50
"""Doubtful negatives that a person is shown."""
BUSY = 0.6
"""Share of the time below which the cores did other work."""
COPIES = 5
"""Of the weights on the disk at once: the model, the best one so far, a checkpoint with AdamW's two averages."""


def work(arguments: Mapping[str, Any], step: Step) -> dict[str, Any]:
    """Does a job of the kind `adapt_probe`; in a fresh process, for a worker still holds what other jobs left there."""
    return fresh_process.run(probe, Plan.read(arguments), step)


def probe(plan: Plan, step: Step) -> dict[str, Any]:
    """What is known of the plan (`kept.of`), what speaks against it, doubtful negatives, and what it takes:

    dev (the base's score), seconds, steps, seconds a step and a look at the dev part, bytes of memory (of this process)
    and of disk, share (see `Trial`; None where it is not known).

    Nothing of it is kept. A recipe that computes at once is told without seconds.

    Raises:
        UserError, BadModel: see `prepare`.
    """
    peak_memory.begin()
    ready = prepare(plan)
    step(0.1, Message("Loading {model}", {"model": plan.base}))
    base, dev = opened(ready), ready.split.dev
    weights, settings = 4 * sum(one.numel() for one in base.model.parameters()), values(ready.recipe, plan.settings)
    step(0.2, Message("{model} on {dataset}", {"model": plan.base, "dataset": dev.name}))
    began = time.perf_counter()
    score, look = judging.score(dev, judging.in_memory(base, dev)(base.model.eval())), time.perf_counter() - began
    measure = measured(plugins.tasks()[dev.task].main_metric, searched(dev))
    full = [parts(one) for one in (verdict.ceiling(dev.task, score, measure, Message("the dev part")),) if one]
    against = [*map(parts, proposal.advice(ready)), *full]
    said = kept.of(ready) | {"advice": against, "ceiling": full[0] if full else None, "negatives": [], "dev": score}
    if ready.recipe.train is None:
        return said | {"steps": 0, "seconds": None, "memory": peak_memory.most(), "disk": weights}
    step(0.3, Message("Preparing the examples"))
    course = course_of(ready, base, ready.examples)
    if course.shown is not None:
        said["negatives"] = course.shown.head(SHOWN).to_dict("records")
    batches = schedule(
        course.lessons, batch_size=int(settings["batch_size"]), epochs=settings["epochs"], seed=plan.seed
    )
    took = trial.tried(course, batches, settings, step)
    seen, pair = watched(ready, course), took.seconds / max(int(settings["batch_size"]), 1)
    look = look if course.judge is None else _look(seen, course, pair, step)
    looks = looked(len(batches), seen.looks) + 1
    whole = took.seconds * len(batches) + look * looks
    curve = later(ready, course, shares_of(plan), ())(took.seconds, look)
    return said | {
        "steps": len(batches), "step": took.seconds, "look": look, "looks": looks, "seen": seen.searched,
        "seconds": whole + curve, "curve": curve, "share": None if math.isnan(took.share) else took.share,
        "memory": peak_memory.most() + took.more + 3 * weights, "disk": COPIES * weights,
    }  # fmt: skip


def _look(seen: Watch, course: Course, pair: float, step: Step) -> float:
    """The seconds of a look at the dev part by the course's own model; pair: those of learning one pair."""
    all = len(seen.dataset.tables[TABLES[seen.dataset.task]])
    n = min(ASKED, all)
    judge = judge_of(course, part(seen.dataset, np.arange(n)), seen.depth)
    # it is done twice, for the first time encodes the whole corpus, which no later look does
    told = {"n": n, "all": all, "seconds": amount(2 * pair / READINGS * n * seen.depth, 0)}
    step(0.9, Message("Judging {n} of {all} queries of the dev part, at most about {seconds} s", told))
    judge(course.model.eval())
    began = time.perf_counter()
    judge(course.model)
    return (time.perf_counter() - began) * all / n


def busy(found: Mapping[str, Any]) -> Message | None:
    """That other work took most of what the processor could have done, if it did; and how long without it, at most."""
    share = found.get("share")
    if not share or share >= BUSY or not found["seconds"]:
        return None
    minutes = max(found["seconds"] * share / 60, 1)
    return Message(
        "Other work on this machine had most of the processor while this was tried: once that is done, about "
        "{minutes:.0f} min.",
        {"minutes": minutes},
    )


def told(found: Mapping[str, Any]) -> Message:
    """What it will take, in a sentence."""
    size = {name: amount(found[name] / 1e9, 1) for name in ("memory", "disk")}
    if found["seconds"] is None:
        return Message("It is computed at once; {memory} GB of memory, {disk} GB of disk.", size)
    minutes, curve = found["seconds"] / 60, found.get("curve", 0) / 60
    values = {"minutes": max(minutes, 1), "steps": found["steps"], "looks": found.get("looks", LOOKS + 1)} | size
    values["dev"] = _seen(found.get("seen") or {})
    if curve:
        return Message(
            "About {minutes:.0f} min at most, {curve} of them for the learning curve, beside the verdict: {steps} "
            "{steps:step|steps} from all examples with {looks} checks on {dev}; {memory} GB of memory, {disk} GB of "
            "disk.",
            values | {"curve": amount(curve)},
        )
    return Message(
        "About {minutes:.0f} min for {steps} {steps:step|steps} and {looks} checks on {dev} at most, beside the "
        "verdict; {memory} GB of memory, {disk} GB of disk.", values,
    )  # fmt: skip


def _seen(among: Mapping[str, int]) -> Message:
    """What is looked at of the dev part."""
    values = {"queries": among.get("queries", 0), "depth": among.get("candidates") or among.get("depth", 0)}
    if values["queries"] and values["depth"]:
        return Message("{queries} queries of the dev part with at most {depth} documents each", values)
    if values["depth"] and not among.get("candidates"):
        return Message("the dev part with at most {depth} documents a query", values)
    return Message("the dev part")

"""How does a plan become a model: computed at once, or trained in steps; and what would fewer examples have given?"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.adaptation import bases, judging, kept, result_folder
from engine.adaptation.plans import Plan, values
from engine.adaptation.prepare import Prepared
from engine.adaptation.training import checkpoints
from engine.adaptation.training.loop import Training
from engine.adaptation.training.progress import Later, Progress, looked
from engine.adaptation.training.schedule import schedule
from engine.adaptation.watching import Watch, against, judge_of, watch
from engine.training import Base, Course, Examples
from engine.types import Dataset, Message, Step


def make(ready: Prepared, step: Step) -> None:
    """The adapted model, in its folder."""
    plan, settings = ready.plan, values(ready.recipe, ready.plan.settings)
    base = opened(ready)
    if ready.recipe.compute is not None:
        model = ready.recipe.compute(base, ready.examples, settings, step)
    else:
        course = course_of(ready, base, ready.examples)
        kept.note(plan, {"searched": watched(ready, course).searched})
        judged = (ready.split.test, *ready.guards)
        progress = trained(ready, course, plan.folder, step, later(ready, course, shares_of(plan), judged))
        took = {"steps": progress.step, "best_step": progress.best_step, "watched": progress.watched}
        kept.note(plan, took | {"texts": progress.texts, "training_seconds": progress.seconds})
        model = course.finish(course.model)
    result_folder.save(model, base, plan.folder / "model", result_folder.facts(ready))


def opened(ready: Prepared) -> Base:
    """The base, loaded."""
    return bases.base(ready.plan.base, ready.split.train, old=ready.old, seed=ready.plan.seed)


def course_of(ready: Prepared, base: Base, examples: Sequence[Examples]) -> Course:
    """The course of the recipe with what is added to it, in the order of the plan."""
    assert ready.recipe.train is not None
    course = ready.recipe.train(base, examples, values(ready.recipe, ready.plan.settings))
    for one in ready.added:
        assert one.add is not None
        course = one.add(course, values(one, ready.plan.settings, f"{one.name}."))
    return course


def watched(ready: Prepared, course: Course) -> Watch:
    """What of the dev part is judged on the way."""
    epochs = values(ready.recipe, ready.plan.settings)["epochs"]
    return watch(course, ready.split.dev, epochs=epochs, seed=ready.plan.seed)


def trained(ready: Prepared, course: Course, folder: Path, step: Step, later: Later) -> Progress:
    """Trains; the course's model then has the weights of its best step on the dev part."""
    seen = watched(ready, course)
    judge = judge_of(course, seen.dataset, seen.depth)

    def dev(model: Any) -> tuple[float, float, float]:
        return judging.scored(seen.dataset, judge(model))

    # what is of no use before another recipe has followed is told by no score
    own = None if ready.recipe.then else dev
    settings = values(ready.recipe, ready.plan.settings)
    one = Training(
        course, settings, folder, own, ready.plan.key, ready.plan.seed, looks=seen.looks, measured=seen.measured,
        later=later,
    )  # fmt: skip
    return one.run(step)


def later(ready: Prepared, course: Course, shares: Sequence[float], judged: Sequence[Dataset]) -> Later:
    """What follows a training: shares of as many steps, each judged on what is judged, and judging these datasets."""
    settings, seen = values(ready.recipe, ready.plan.settings), watched(ready, course)
    size, seed = int(settings["batch_size"]), ready.plan.seed
    steps = len(schedule(course.lessons, batch_size=size, epochs=settings["epochs"], seed=seed))
    test, all = against(course, seen, [ready.split.test]), against(course, seen, judged)

    def seconds(step: float, look: float) -> float:
        parts = [math.ceil(steps * one) for one in shares]
        return look * all + sum(step * one + look * (looked(one, seen.looks) + 1 + test) for one in parts)

    return seconds


def shares_of(plan: Plan) -> list[float]:
    """The shares that are learnt from by themselves, the smallest first."""
    return sorted(one for one in plan.shares if 0 < one < 1)


def shares(ready: Prepared, test: Mapping[str, Any], rest: Callable[[], Step]) -> list[dict[str, Any]]:
    """The learning curve: what each share of the examples gives on what is judged, the whole at the end.

    rest: gives what tells a share of all that is left to do.
    """
    if ready.recipe.train is None or not ready.plan.shares:
        return []
    found, left = [], shares_of(ready.plan)
    while left:
        share = left.pop(0)
        some = tuple(_some(one, share, ready.plan.seed) for one in ready.examples)
        folder = ready.plan.folder / f"share-{share:g}"
        course = course_of(ready, opened(ready), some)
        to_come = later(ready, course, [one / share for one in left], [ready.split.test])
        trained(ready, course, folder, _told(rest(), share), to_come)
        checkpoints.clear(folder)
        items = judge_of(course, ready.split.test)(course.model.eval())
        score, low, high = judging.scored(ready.split.test, items)
        found.append(
            {"share": share, "rows": sum(len(one.rows) for one in some), "score": score, "low": low, "high": high}
        )
    return [
        *found,
        {"share": 1.0, "rows": ready.rows, "score": test["new"], "low": test["new_low"], "high": test["new_high"]},
    ]


def _told(step: Step, share: float) -> Step:
    """Tells how far the training of a share is: it can be cancelled as the whole one can."""

    def tell(part: float, message: Message) -> None:
        step(part, Message("Learning from {share:.0%} of the examples: {done}", {"share": share, "done": message}))

    return tell


def _some(examples: Examples, share: float, seed: int) -> Examples:
    """A drawn share of the examples, at least two; smaller shares are parts of larger ones."""
    order = np.random.default_rng(seed).permutation(len(examples.rows))
    rows = np.sort(order[: max(round(share * len(order)), 2)])
    return replace(examples, rows=examples.rows.iloc[rows].reset_index(drop=True))

"""How does a plan become a model: computed at once, or trained in steps; and what would fewer examples have given?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine import plugins
from engine.adaptation import bases, judging, kept, result_folder
from engine.adaptation.plans import Plan, values
from engine.adaptation.prepare import Prepared
from engine.adaptation.searched import measured, searched
from engine.adaptation.training import checkpoints
from engine.adaptation.training.loop import LOOKS, Progress, Training
from engine.training import Base, Course, Examples
from engine.types import Dataset, Message, Step

LOOKS_AT_PAIRS = 3


def make(ready: Prepared, step: Step) -> None:
    """The adapted model, in its folder."""
    plan, settings = ready.plan, values(ready.recipe, ready.plan.settings)
    base = opened(ready)
    if ready.recipe.compute is not None:
        model = ready.recipe.compute(base, ready.examples, settings, step)
    else:
        course = course_of(ready, base, ready.examples)
        kept.note(plan, {"searched": searched(ready.split.dev, depth=course.depth)})
        progress = trained(ready, course, plan.folder, step)
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


def trained(ready: Prepared, course: Course, folder: Path, step: Step) -> Progress:
    """Trains; the course's model then has the weights of its best step on the dev part."""
    judge = judge_of(course, ready.split.dev)

    def dev(model: Any) -> tuple[float, float, float]:
        return judging.scored(ready.split.dev, judge(model))

    # what is of no use before another recipe has followed is told by no score
    watched = None if ready.recipe.then else dev
    settings = values(ready.recipe, ready.plan.settings)
    told = measured(plugins.tasks()[ready.split.dev.task].main_metric, searched(ready.split.dev, depth=course.depth))
    one = Training(
        course, settings, folder, watched, ready.plan.key, ready.plan.seed, looks=looks(course), measured=told
    )
    return one.run(step)


def looks(course: Course) -> int:
    """How often the dev part is judged: seldom by a model of its own judge, which reads a hundred pairs a query."""
    return LOOKS if course.judge is None else LOOKS_AT_PAIRS


def judge_of(course: Course, dataset: Dataset) -> Callable[[Any], pd.DataFrame]:
    """(the course's model) -> its items on a dataset."""
    if course.judge is None:
        return judging.in_memory(course.base, dataset)
    own = course.judge
    return lambda model: own(model, dataset)


def shares_of(plan: Plan) -> list[float]:
    """The shares that are learnt from by themselves, the smallest first."""
    return sorted(one for one in plan.shares if 0 < one < 1)


def shares(ready: Prepared, test: Mapping[str, Any], step: Step) -> list[dict[str, Any]]:
    """The learning curve: what each share of the examples gives on what is judged, the whole at the end."""
    if ready.recipe.train is None or not ready.plan.shares:
        return []
    found = []
    for share in shares_of(ready.plan):
        some = tuple(_some(one, share, ready.plan.seed) for one in ready.examples)
        folder = ready.plan.folder / f"share-{share:g}"
        course = course_of(ready, opened(ready), some)
        trained(ready, course, folder, _told(step, share))
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
        step(0.99, Message("Learning from {share:.0%} of the examples: {done}", {"share": share, "done": message}))

    return tell


def _some(examples: Examples, share: float, seed: int) -> Examples:
    """A drawn share of the examples, at least two; smaller shares are parts of larger ones."""
    order = np.random.default_rng(seed).permutation(len(examples.rows))
    rows = np.sort(order[: max(round(share * len(order)), 2)])
    return replace(examples, rows=examples.rows.iloc[rows].reset_index(drop=True))

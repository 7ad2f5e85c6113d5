"""Everything that a plan needs before a single weight moves: data in three parts, examples, what is held against it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from engine import plugins
from engine.adaptation import bases, judging
from engine.adaptation.data import leaks
from engine.adaptation.data.examples import examples, shapes
from engine.adaptation.data.near_duplicates import normal
from engine.adaptation.data.split import Split, shown, split
from engine.adaptation.data.units import part, units
from engine.adaptation.plans import Plan, check_settings, recipe
from engine.datasets import library
from engine.models import catalogue
from engine.training import SHAPES, Examples, Recipe, Shape
from engine.types import Dataset, Message, ModelEntry, UserError

FEW = 200
"""Examples below which the reports are of failure."""


@dataclass(frozen=True)
class Prepared:
    """A plan with all that it names."""

    plan: Plan
    recipe: Recipe
    added: tuple[Recipe, ...]
    entry: ModelEntry
    split: Split
    examples: tuple[Examples, ...]
    guards: tuple[Dataset, ...]
    """Those on which the result can be judged."""
    old: tuple[str, ...] = ()
    notes: tuple[Message, ...] = field(default_factory=tuple)
    unjudged: tuple[str, ...] = ()
    """Guards that were asked for and on which the result cannot be judged."""

    @property
    def rows(self) -> int:
        """How many examples are learnt from."""
        return sum(len(one.rows) for one in self.examples)


def prepare(plan: Plan) -> Prepared:
    """The plan with its data, once nothing speaks against it.

    Raises:
        UserError: the name is taken, the data have no such examples or too few, or a setting is none.
        BadModel: the base cannot be trained.
    """
    check_name(plan)
    check_settings(plan)
    found, added = recipe(plan.recipe), tuple(recipe(name) for name in plan.added)
    for one in added:
        if one.kind != "added":
            raise UserError("{recipe} stands by itself: it cannot be added to another recipe.", recipe=one.name)
    if added and found.kind == "computed":
        raise UserError("{recipe} is computed at once: nothing can be added to it.", recipe=found.name)
    if found.kind == "added":
        raise UserError("{recipe} is added to another recipe: choose one that it goes with.", recipe=found.name)
    entry = catalogue.find(plan.base)
    bases.check(entry)
    check_models(plan, found)
    dataset = library.load(plan.dataset)
    halves = split(dataset, learnt=library.load(plan.learnt) if plan.learnt else None, seed=plan.seed, most=plan.rows)
    halves = replace(halves, test=_in_library(halves.test, dataset, plan.seed))
    taken, notes = _examples(plan, found, halves)
    check_examples(found, taken)
    asked = [library.load(name) for name in plan.guards]
    judged = [one for one in asked if not found.reads_pairs or plugins.tasks()[one.task].ranked is not None]
    guards = tuple(judging.guard(one, plan.seed) for one in judged)
    unjudged = tuple(one.name for one in asked if one not in judged)
    old = _old(plan, halves, guards)
    return Prepared(plan, found, added, entry, halves, taken, guards, old, notes, unjudged)


def check_name(plan: Plan) -> None:
    """Raises UserError where the name is empty or belongs to another model."""
    known = catalogue.entries().get(plan.name)
    if not plan.name.strip():
        raise UserError("The new model has no name: give it one.")
    if known is not None and known.source != str(plan.folder / "model"):
        raise UserError("The name {name!r} is taken; choose another one for the new model.", name=plan.name)


def check_models(plan: Plan, found: Recipe) -> None:
    """Raises UserError where a setting that wants another model names none, BadModel where that one is of no use."""
    for name, one in found.settings.items():
        if one.default == "" and not one.choices:
            if not (other := str(plan.settings.get(name, "")).strip()):
                raise UserError(
                    "{recipe} needs another model: name it under “{title}” (in a terminal: --set {name}=MODEL).",
                    recipe=found.name, title=Message(one.title), name=name,
                )  # fmt: skip
            bases.check(catalogue.find(other))


def check_examples(found: Recipe, taken: Sequence[Examples]) -> None:
    """Raises UserError where nothing can be learnt."""
    rows = sum(len(one.rows) for one in taken)
    if found.shapes and rows < 2:
        raise UserError("Examples to learn from: {n}. A model needs at least two, and better {few}.", n=rows, few=FEW)
    if found.shapes and (why := found.refuses(taken)) is not None:
        raise UserError(why.template, **why.values)


def shape_for(found: Recipe, dataset: Dataset) -> Shape:
    """The shape that the recipe takes of a dataset: the recipe's best of those that there are.

    Raises:
        UserError: it can take none.
    """
    there = shapes(dataset)
    chosen = next((one for one in found.shapes if one in there), None)
    if chosen is None:
        raise UserError(
            "{recipe} learns from {wanted}, and {dataset} holds none.",
            recipe=found.name, wanted=SHAPES[found.shapes[0]], dataset=dataset.name,
        )  # fmt: skip
    return chosen


def _examples(plan: Plan, found: Recipe, halves: Split) -> tuple[tuple[Examples, ...], tuple[Message, ...]]:
    """The examples of the train part and of all further datasets, without what shows a judged text."""
    if not found.shapes:
        return (), ()
    taken, notes = [examples(halves.train, shape_for(found, halves.train))], []
    known = shown(halves.test)
    for name in plan.further:
        more = library.load(name)
        called = (more.title or more.name, halves.test.title or halves.test.name)
        left = leaks.leaks(units(more), known, called=called)
        notes += leaks.told(left)
        kept = np.setdiff1d(np.arange(len(units(more))), left.rows)
        taken.append(examples(part(more, kept), shape_for(found, more)))
    return tuple(taken), tuple(notes)


def _in_library(test: Dataset, whole: Dataset, seed: int) -> Dataset:
    """The judged part as a dataset of the library, so that every page can show its runs."""
    if test.tables is whole.tables:
        return whole
    name = library.slug(f"{whole.name}-test-{seed}")
    known = library.entries().get(name)
    if known is not None and known.fingerprint == test.fingerprint and known.part_of:
        return library.load(name)
    title = f"{whole.title or whole.name} · test {seed}"
    about = {
        "title": title,
        "source": whole.source,
        "licence": whole.licence,
        "languages": whole.languages,
        "settings": whole.settings,
        "part_of": whole.name,
    }
    return library.save(name, test.task, test.tables, replace=True, **about)


def _old(plan: Plan, halves: Split, guards: Sequence[Dataset]) -> tuple[str, ...]:
    """Texts of what should not be forgotten, without those that are judged."""
    judged = {normal(text) for one in (halves.test, *guards) for text in examples(one, "texts").texts}
    found = [text for name in plan.old for text in examples(library.load(name), "texts").texts]
    return tuple(text for text in dict.fromkeys(found) if normal(text) not in judged)

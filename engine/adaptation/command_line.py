"""How is a model adapted from a terminal?"""

import argparse
from collections.abc import Iterator
from typing import Any

from engine import plugins
from engine.adaptation import kept, prepare, probe, proposal, verdict, work
from engine.adaptation.data import leaks
from engine.adaptation.plans import Plan
from engine.datasets import library
from engine.jobs.schema import whole
from engine.notation import amount, interval
from engine.storage import strict_json
from engine.types import Message, Step, UserError


def add_parser(commands: Any) -> None:
    """The command `adapt`."""
    take = commands.add_parser("adapt", help="adapt a model to a dataset, and say whether that helped")
    take.add_argument("--name", help="of the new model; default: BASE-RECIPE-DATASET")
    take.add_argument("--model", required=True, help="the base: a name of the catalogue, a hub id, or a folder")
    take.add_argument("--dataset", required=True, help="of the library; judged on, and learnt from without --learn")
    take.add_argument("--learn", default="", metavar="DATASET", help="learn from this one, and judge all of --dataset")
    take.add_argument("--further", action="append", default=[], metavar="DATASET", help="learn from this one too")
    take.add_argument("--recipe", help=f"default: what fits the data; there are: {', '.join(plugins.recipes())}")
    take.add_argument("--add", action="append", default=[], metavar="RECIPE", help="add this one to the recipe")
    take.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of a recipe")
    take.add_argument("--guard", action="append", default=[], metavar="DATASET", help="what it should not get worse on")
    take.add_argument("--old", action="append", default=[], metavar="DATASET", help="texts of what not to forget")
    take.add_argument("--rows", type=int, default=0, help="learn from so many at most")
    take.add_argument("--curve", action="append", type=float, default=[], metavar="SHARE", help="also from this share")
    take.add_argument("--seed", type=int, default=0)
    take.add_argument("--plan", action="store_true", help="only say what would be done, and what it takes")
    take.add_argument("--json", action="store_true", help="the verdict as JSON and nothing else on standard output")


def plan_of(asked: argparse.Namespace) -> Plan:
    """What was asked for, as a plan.

    Raises:
        UserError: a setting has no `=`, or no recipe fits the data.
    """
    settings = {}
    for one in asked.set:
        name, mark, value = one.partition("=")
        if not mark:
            raise UserError("--set {given} says no value: write NAME=VALUE, such as epochs=2.", given=one)
        settings[name.strip()] = value.strip()
    recipe = asked.recipe or proposal.propose(library.load(asked.learn or asked.dataset))[0].recipe
    return Plan(
        name=asked.name or f"{asked.model.split('/')[-1]}-{recipe}-{asked.dataset.split('/')[-1]}",
        base=asked.model, dataset=asked.dataset, recipe=recipe, learnt=asked.learn, further=tuple(asked.further),
        added=tuple(asked.add), settings=settings, guards=tuple(asked.guard), old=tuple(asked.old), seed=asked.seed,
        rows=asked.rows, shares=tuple(asked.curve),
    )  # fmt: skip


def told(plan: Plan) -> Iterator[Message]:
    """What would be done, and what speaks against it."""
    ready = prepare.prepare(plan)
    yield from proposal.advice(ready)
    yield Message(
        "{recipe} on {base}: {train} units to learn from ({rows} examples), {dev} to stop it, {test} to judge it.",
        {"recipe": plan.recipe, "base": plan.base, "rows": ready.rows, **ready.split.sizes},
    )
    yield from (*ready.split.notes, *leaks.told(ready.split.left_out), *ready.notes)
    if not len(ready.split.left_out.rows):
        yield Message("No text that is judged was found in what is learnt from.")


def estimated(plan: Plan, step: Step) -> Iterator[Message]:
    """What it will take, told by a few steps, and whether the base leaves anything to win."""
    found = probe.probe(plan, step)
    if found["ceiling"] is not None:
        yield whole(**found["ceiling"])
    yield probe.told(found)
    if waits := probe.busy(found):
        yield waits


def measure(plan: Plan, step: Step) -> dict[str, Any]:
    """Does it; gives the verdict."""
    return work.adapt(plan, step)


def said(found: dict[str, Any], *, as_json: bool) -> Iterator[str | Message]:
    """The verdict: the table, then the sentences."""
    if as_json:
        yield strict_json.dumps(found, indent=1)
        return
    for one in (found["test"], *found["guards"], *found["lexical"]):
        gap = interval(one["gap"], one["low"], one["high"], sign=True)
        against = one.get("model", found["base"])
        scores = f"{one['new']:.4f}  {against} {one['old']:.4f}"
        yield f"{one['dataset']}  {verdict.metric(one)}  {scores}  {gap}  p {one['p']:.2g}"
    taken = kept.facts(found["name"]) or {}
    if "steps" in taken:
        yield Message(
            "{took} {memory} GB of memory.", {"took": kept.took(taken), "memory": amount(found["memory"] / 1e9, 1)}
        )
    yield from verdict.sentences(found)

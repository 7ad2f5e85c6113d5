"""Which recipes fit these data, and what speaks against adapting at all? With reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine import plugins
from engine.adaptation import kept
from engine.adaptation.data.examples import examples, shapes
from engine.adaptation.data.units import TABLES
from engine.adaptation.plans import Plan, values
from engine.adaptation.prepare import FEW, Prepared
from engine.datasets.saved import DatasetEntry
from engine.models import truncation
from engine.runs import preflight
from engine.texts.languages import commonest
from engine.training import Recipe, Shape
from engine.types import Dataset, Message, ModelEntry

BEST: Mapping[Shape, tuple[str, ...]] = {
    "scored pairs": ("cosent",),
    "pairs": ("contrastive", "hard_negatives"),
    "labelled texts": ("labels",),
    "texts": ("retromae",),
}
"""The recipes for a shape in the order in which they are proposed; the others come behind."""
REASONS: Mapping[Shape, Message] = {
    "scored pairs": Message("There {n:is|are} {n} {n:pair|pairs} with a score, whose order can be learnt."),
    "pairs": Message("There {n:is|are} {n} {n:pair|pairs} that {n:belongs|belong} together."),
    "labelled texts": Message(
        "There {n:is|are} {n} {n:text|texts} with a label; those that share one belong together."
    ),
    "texts": Message("There {n:is|are} {n} {n:text|texts} without judgements, so only their language can be learnt."),
}


UNTAUGHT = Message("It learns from no examples; these data only judge it.")
GUARDS = 2
"""Datasets that are watched where nobody chose."""


@dataclass(frozen=True)
class Proposal:
    """A recipe for a dataset, and why."""

    recipe: str
    reason: Message


def propose(dataset: Dataset) -> list[Proposal]:
    """The recipes that can learn from the dataset, the most fitting first; then those that need no examples."""
    found, known = [], plugins.recipes()
    for shape in shapes(dataset):
        taken = examples(dataset, shape)
        names = [name for name in BEST[shape] if name in known]
        names += [name for name in known if name not in names and known[name].kind != "added"]
        for name in names:
            one: Recipe = known[name]
            if next((each for each in one.shapes if each in shapes(dataset)), None) == shape and not one.refuses(
                [taken]
            ):
                found.append(Proposal(name, Message(REASONS[shape].template, {"n": len(taken.rows)})))
    computed = [name for name, one in known.items() if one.kind == "computed" and not one.shapes]
    found += [Proposal(name, UNTAUGHT) for name in computed]
    return found


def spoken(dataset: Dataset) -> frozenset[str]:
    """The languages that the dataset says it is in, or else the one that most of its texts are in."""
    said = dataset.languages or (commonest(examples(dataset, "texts").texts),)
    return frozenset(one for one in said if one)


def guards(task: str, languages: frozenset[str], known: Mapping[str, DatasetEntry]) -> list[str]:
    """Samples to watch what is forgotten on: of other tasks, each of another one, those in these languages first."""
    others = [one for one in known.values() if one.builtin and one.task in TABLES and one.task != task]
    others.sort(key=lambda one: not languages & set(one.languages))
    firsts: dict[str, str] = {}
    for one in others:
        firsts.setdefault(one.task, one.name)
    return list(firsts.values())[:GUARDS]


def spoilt(plan: Plan) -> list[Message]:
    """Which adapted models were judged on what this plan learns from: it would know the answers."""
    learnt, said = {plan.learnt or plan.dataset, *plan.further}, []
    for name in kept.names():
        known = kept.facts(name) or {}
        other, judged = Plan.read(known["plan"]), known.get("test")
        if name != plan.name and judged in learnt and judged != (other.learnt or other.dataset):
            said.append(
                Message(
                    "Better not: {name} was judged on {dataset}. What learns from it cannot be compared with {name} "
                    "there.",
                    {"name": name, "dataset": judged},
                )
            )
    return said


def unjudged(name: str, dataset: str) -> Message:
    """That a guard is left out."""
    return Message(
        "{dataset} is not watched: {name} will rank documents and gives no vectors, so it cannot be judged there.",
        {"dataset": dataset, "name": name},
    )


def advice(ready: Prepared) -> list[Message]:
    """What speaks against it before anything is scored: too few examples, the part on which another adapted model was
    judged, or a base that does not fit the texts."""
    said = spoilt(ready.plan) if ready.examples else []
    said += [unjudged(ready.plan.name, one) for one in ready.unjudged]
    if ready.examples and ready.rows < FEW:
        said.append(
            Message(
                "Better not: {n} examples are few. With fewer than {few}, most models are reported to get worse.",
                {"n": ready.rows, "few": FEW},
            )
        )
    entry, test = _as_trained(ready), ready.split.test
    read = preflight.reading(entry, test)
    if not ready.recipe.reads_pairs:
        return [*said, *preflight.warnings(entry, test, read)]
    most = [_most(ready), truncation.limit_of_pairs(ready.entry)]
    limit = min((one for one in most if one), default=None)
    together = preflight.cut_pairs(entry, test, limit) if limit else []
    # by themselves no texts are read
    return [*said, *together, *preflight.warnings(entry, test, read and replace(read, cut=0.0))]


def _most(ready: Prepared) -> int:
    """The tokens that the recipe is set to read, 0: as many as the model reads."""
    return int(values(ready.recipe, ready.plan.settings).get("max_length", 0))


def _as_trained(ready: Prepared) -> ModelEntry:
    """The base, reading as many tokens as the training will read."""
    most, own = _most(ready), truncation.limit(ready.entry)
    return replace(ready.entry, max_length=most) if most and (own is None or most < own) else ready.entry

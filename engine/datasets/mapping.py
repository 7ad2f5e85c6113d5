"""Which task are these tables made for, which column is what, and how sure is that?"""

import math
from collections.abc import Sequence
from dataclasses import replace

from engine import plugins
from engine.datasets.preparation.noticed.empty_columns import empty
from engine.datasets.reading.asking import Unclear, beside, seen, unclear
from engine.datasets.reading.choices import NOTHING, Choices, check
from engine.datasets.reading.guess import Guess, options
from engine.datasets.reading.rivals import is_same, rivals, with_judged, with_turned
from engine.datasets.reading.unusable import elsewhere, refuse, unnamed_sides
from engine.datasets.recognition import tables as names
from engine.datasets.recognition.closeness import GRADED, is_misread, must_fail
from engine.datasets.recognition.directions import is_graded_down, is_inverse, is_undirected
from engine.datasets.recognition.doubts import in_doubt
from engine.datasets.recognition.headers import is_unnamed
from engine.datasets.recognition.readings import Candidate, Given, every, layouts
from engine.datasets.recognition.strength import ALONE
from engine.texts.column_names import called
from engine.types import BadDataset, Message, Tables, Task

__all__ = ["Unclear", "beside", "guess", "guesses", "rivals"]

SURE = 0.8
"""A guess with less confidence is a question: a page asks it, the command line refuses with what settles it."""
WORTHY, OF_WORTH = 0.45, 20.0
CLEAR, OF_GAP = 0.05, 40.0
"""The two logistic curves whose product is the confidence: over what a reading is worth, and over the share by which
the next one is worth less. Calibrated on the collection under tests/layouts."""
POOR = 0.32
"""A reading worth less is not even asked about: what it takes for a column is not meant so."""
NAMELESS = 0.22
"""As `POOR`, where no column has a name."""
JUDGED_BY_NUMBERS = {"sts", "pair_classification", "summarization", *GRADED}
"""Tasks in which numbers say how right or alike something is."""
SYMMETRIC = {"sts", "pair_classification"}
"""Tasks to which it is all the same which of two texts is the first."""
WELL_NAMED = 0.97
"""As sure as only a column's own name makes it, where its content fits."""


def guesses(tables: Tables, said: Choices = NOTHING) -> list[Guess]:
    """What the tables could be, the likeliest first, the incomplete ones last.

    Raises:
        BadDataset: what was said names what is not there.
    """
    check(said, tables)
    given = Given(names.of_split(tables, said.split), named=said.task is not None)
    ordered = sorted(
        every(plugins.tasks(), given, said), key=lambda one: (bool(one.missing), -round(one.worth, 9), -_used(one))
    )
    unique = {_effect(one): one for one in reversed(ordered)}
    kept = [one for one in ordered if unique[_effect(one)] is one]
    if said.task is None and not said.columns:
        right = [one for one in kept if not is_misread(one, given)]
        kept = right if right and not right[0].missing and right[0].worth >= POOR else kept
    if kept and not (kept[0].missing or kept[0].is_apart):
        kept = [one for one in kept if one.missing or not one.is_apart]
    told = [
        _told(one, _next(kept, place), not one.missing and in_doubt(one, given, said)) for place, one in enumerate(kept)
    ]
    sure = [one for one in told[:1] if one.confidence >= SURE or said.task is not None]  # its refusal says what to do
    found = [one for one, own in zip(told, kept, strict=True) if one in sure or not must_fail(own, given)]
    judged = with_judged(with_turned(found), tables, said)
    return [way for one in judged for way in (_either_way(one) if said.invert is None else (one,))]


def _either_way(one: Guess) -> tuple[Guess, ...]:
    """A reading of numbers that fall, by their name, the more alike two texts are: turned round, and as they stand.

    Of documents, those that stand first are never the least relevant, nor those that are not irrelevant.
    """
    scores = [columns["score"] for _, columns in one.tables.values() if "score" in columns]
    labels = [columns["label"] for _, columns in one.tables.values() if "label" in columns]
    if one.task in JUDGED_BY_NUMBERS and any(map(is_undirected, [*scores, *labels])):
        return replace(one, invert=True), replace(one, invert=False)
    if one.task in GRADED and any(is_graded_down(score) or is_inverse(score) for score in scores):
        return (replace(one, invert=True),)
    if one.task == "pair_classification" and any(map(is_inverse, labels)):
        return (replace(one, invert=True),)
    if one.task == "summarization" and any(map(is_inverse, scores)):
        return (replace(one, invert=True),)
    if one.task == "sts" and any(map(is_inverse, scores)):
        return replace(one, invert=True), replace(one, invert=False)
    return (one,)


def _used(one: Candidate) -> int:
    """How many columns the reading makes use of."""
    return sum(len(offer.columns) for offer in one.offers.values())


def _effect(one: Candidate) -> tuple[object, ...]:
    """What tells readings apart: two that give the same dataset are one."""
    tables = []
    for name, offer in one.offers.items():
        columns = {column: header for column, (header, _) in offer.columns.items()}
        if one.task in SYMMETRIC and {"sentence1", "sentence2"} <= {*columns}:
            first, second = sorted([columns.pop("sentence1"), columns.pop("sentence2")])
            columns |= {"sentence1": first, "sentence2": second}
        tables.append((name, offer.given, tuple(sorted(columns.items()))))
    return one.task, one.layout, tuple(tables)


def _next(ordered: Sequence[Candidate], place: int) -> Candidate | None:
    """The likeliest other reading that a person could mean."""
    own = ordered[place]
    return next((one for one in ordered if one is not own and not one.missing and not _is_kin(own, one)), None)


def _is_kin(one: Candidate, other: Candidate) -> bool:
    """Whether another reading differs in nothing but the split, a column that need not be there, or a poorer name."""
    if (one.task, one.layout, {*one.offers}) != (other.task, other.layout, {*other.offers}):
        return False
    pairs = [(one.offers[name], other.offers[name]) for name in one.offers]
    agree = all(
        is_same(to, a.columns[to][0], b.columns[to][0]) or b.columns[to][1] < WELL_NAMED <= a.columns[to][1]
        for a, b in pairs for to in {*a.columns} & {*b.columns}
    )  # fmt: skip
    return agree and all(a.given == b.given or names.are_splits(a.given, b.given) for a, b in pairs)


def _told(one: Candidate, rival: Candidate | None, doubtful: bool) -> Guess:
    """The reading as a guess, with how probable it is; less so where only a person can tell."""
    sures = [sure for offer in one.offers.values() for _, sure in offer.columns.values()]
    gap = 1.0 if rival is None else max(-1.0, 1 - rival.worth / max(one.worth, 1e-9))
    confidence = _curve(OF_WORTH * (one.worth - WORTHY)) * _curve(OF_GAP * (gap - CLEAR)) * (0.5 if doubtful else 1.0)
    return Guess(
        task=one.task,
        layout=one.layout,
        tables={
            name: (offer.given, {to: of for to, (of, _) in offer.columns.items()}) for name, offer in one.offers.items()
        },
        confidence=confidence * (0.5 if one.missing else 1.0),
        why=Message(
            "{named} columns were recognised by their names, {others} by what they hold.",
            {"named": sum(sure > ALONE for sure in sures), "others": sum(sure <= ALONE for sure in sures)},
        ),
        missing=one.missing,
        worth=one.worth,
    )


def _curve(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def is_worthy(one: Guess, tables: Tables) -> bool:
    """Whether a reading is worth at least that a person is asked about it."""
    return one.worth >= (NAMELESS if _are_nameless(tables) else POOR)


def _are_nameless(tables: Tables) -> bool:
    return all(is_unnamed(str(header)) for table in tables.values() for header in table.columns)


def guess(tables: Tables, said: Choices = NOTHING) -> Guess:
    """The reading that is right, as far as that can be told.

    Raises:
        BadDataset: none is complete; the sentence says what the nearest lacks.
        Unclear: several could be meant; it holds them.
    """
    if not said.columns:
        refuse(tables, said.task)
    found = guesses(tables, said)
    if found and not found[0].missing and (is_worthy(found[0], tables) or said.columns):
        if found[0].confidence >= SURE or _is_settled(found[0], said):
            return replace(found[0], invert=None)  # whether numbers are turned round is asked for by itself
        raise unclear(tables, rivals(found))
    if not found:
        raise BadDataset("No task can be made of the columns {seen}.", seen=seen(tables))
    if _are_nameless(tables) and not found[0].missing:
        raise BadDataset(
            "The columns of {tables} have no names, and what they hold does not say which is which; say it, such as "
            "{option}.",
            tables=", ".join(tables), option=options(found[0]),
        )  # fmt: skip
    nearest = max((one for one in found if one.missing), key=lambda one: one.worth, default=found[0])
    if not nearest.missing:
        raise BadDataset(
            "Nothing in the columns {seen} says what they are for; nearest is {task}. If that is meant, say so with "
            "{option}.",
            seen=seen(tables), task=nearest.task, option=options(nearest),
        )  # fmt: skip
    if told := elsewhere(tables) or unnamed_sides(tables):
        raise BadDataset(told.template, **told.values)
    values = {"seen": seen(tables), "task": nearest.task, "missing": ", ".join(nearest.missing)}
    if blank := tuple(called(header) for table in tables.values() for header in empty(table)):
        raise BadDataset(
            "The columns {seen} are not enough for a task; nearest is {task}, which still needs {missing}; {empty} "
            "{count:is there, but holds|are there, but hold} nothing.",
            **values, empty=blank, count=len(blank),
        )  # fmt: skip
    raise BadDataset(
        "The columns {seen} are not enough for a task; nearest is {task}, which still needs {missing}.", **values
    )


def _is_settled(one: Guess, said: Choices) -> bool:
    """Whether a person has named the task and every column that it needs."""
    task: Task = plugins.pick(plugins.tasks(), one.task, "task")
    needed = [
        (name, column.name)
        for name, columns in layouts(task)[one.layout].tables.items() if name in one.tables
        for column in columns if column.required
    ]  # fmt: skip
    several = sum(len({*one.tables}) > 1 for _ in needed)
    return said.task == one.task and all(said.column(*pair) for pair in needed) and (not several or bool(said.tables))

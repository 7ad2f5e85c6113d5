"""Which task are these tables made for, which column is what, and how sure is that?"""

import math
from collections.abc import Sequence
from dataclasses import replace

from engine import plugins
from engine.datasets.reading.choices import NOTHING, Choices, check
from engine.datasets.reading.examples import example
from engine.datasets.reading.guess import Guess, joinable, left_over, options, uncounted
from engine.datasets.reading.question import NONE, Question
from engine.datasets.reading.questions import questions, written
from engine.datasets.recognition import tables as names
from engine.datasets.recognition.closeness import GRADED, is_misread, must_fail
from engine.datasets.recognition.directions import is_graded_down, is_inverse
from engine.datasets.recognition.doubts import in_doubt
from engine.datasets.recognition.readings import Candidate, Given, every, layouts
from engine.datasets.recognition.strength import ALONE
from engine.types import BadDataset, Message, Tables, Task

SURE = 0.8
"""A guess with less confidence is a question: a page asks it, the command line refuses with what settles it."""
WORTHY, OF_WORTH = 0.45, 20.0
CLEAR, OF_GAP = 0.05, 40.0
"""The two logistic curves whose product is the confidence: over what a reading is worth, and over the share by which
the next one is worth less. Calibrated on the collection under tests/layouts."""
POOR = 0.32
"""A reading worth less is not even asked about: what it takes for a column is not meant so."""
SYMMETRIC = {"sts", "pair_classification"}
"""Tasks to which it is all the same which of two texts is the first."""
WELL_NAMED = 0.97
"""As sure as only a column's own name makes it, where its content fits."""
ASKED = 4
"""Readings that a person is asked to choose from."""


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
    told = [
        _told(one, _next(kept, place), not one.missing and in_doubt(one, given, said)) for place, one in enumerate(kept)
    ]
    sure = [one for one in told[:1] if one.confidence >= SURE or said.task is not None]  # its refusal says what to do
    found = [one for one, own in zip(told, kept, strict=True) if one in sure or not must_fail(own, given)]
    return [way for one in found for way in (_either_way(one) if said.invert is None else (one,))]


def _either_way(one: Guess) -> tuple[Guess, ...]:
    """A reading of numbers that fall, by their name, the more alike two texts are: turned round, and as they stand.

    Of documents, those that stand first are never the least relevant, nor those that are not irrelevant.
    """
    scores = [columns["score"] for _, columns in one.tables.values() if "score" in columns]
    if one.task in GRADED and any(map(is_graded_down, scores)):
        return (replace(one, invert=True),)
    labels = [columns["label"] for _, columns in one.tables.values() if "label" in columns]
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
        a.columns[to][0] == b.columns[to][0] or b.columns[to][1] < WELL_NAMED <= a.columns[to][1]
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


def guess(tables: Tables, said: Choices = NOTHING) -> Guess:
    """The reading that is right, as far as that can be told.

    Raises:
        BadDataset: none is complete; the sentence says what the nearest lacks.
        Unclear: several could be meant; it holds them.
    """
    found = guesses(tables, said)
    if found and not found[0].missing and (found[0].worth >= POOR or said.columns):
        if found[0].confidence >= SURE or _is_settled(found[0], said):
            return replace(found[0], invert=None)  # whether numbers are turned round is asked for by itself
        raise _unclear(tables, rivals(found))
    if not found:
        raise BadDataset("No task can be made of the columns {seen}.", seen=_seen(tables))
    nearest = max((one for one in found if one.missing), key=lambda one: one.worth, default=found[0])
    if not nearest.missing:
        raise BadDataset(
            "Nothing in the columns {seen} says what they are for; nearest is {task}. If that is meant, say so with "
            "{option}.",
            seen=_seen(tables), task=nearest.task, option=options(nearest),
        )  # fmt: skip
    raise BadDataset(
        "The columns {seen} are not enough for a task; nearest is {task}, which still needs {missing}.",
        seen=_seen(tables), task=nearest.task, missing=", ".join(nearest.missing),
    )  # fmt: skip


class Unclear(BadDataset):
    """Several readings could be meant; `candidates` are the likeliest, and any of them settles it."""

    candidates: tuple[Guess, ...] = ()


def beside(error: BadDataset, notes: Sequence[Message]) -> BadDataset:
    """The same question or refusal with what the reader did with the file below it."""
    if not notes:
        return error
    made = Unclear(
        "{question}\nWhat was done with the file:\n{notes}", question=str(error), notes="\n".join(map(str, notes))
    )
    if not isinstance(error, Unclear):
        return BadDataset(made.template, **made.values)
    made.candidates = error.candidates
    return made


def _words(tables: Tables, one: Guess) -> list[Message]:
    """What a person should know of a reading before choosing it."""
    left = left_over(tables, one)
    return uncounted(left) + joinable(one, left) + [
        Message("{question} If not, say --label-separator {none}.", {"question": asked.message, "none": NONE})
        for asked in _parted(tables, one)
    ]  # fmt: skip


def _parted(tables: Tables, one: Guess) -> list[Question]:
    """The question whether cells hold several labels, which is asked together with the reading."""
    return [asked for asked in questions(tables, one) if asked.kind == "separator"][:1]


def _option(tables: Tables, one: Guess) -> str:
    """All that chooses this reading, with several labels in a cell where they seem to stand there."""
    signs = [f"--label-separator '{written(asked.proposed[0])}'" for asked in _parted(tables, one)]
    return " ".join([options(one), *signs])


def _unclear(tables: Tables, candidates: Sequence[Guess]) -> Unclear:
    """The question, with each reading's example in words and the options that choose it."""
    readings = "\n".join(
        "\n    ".join([f"  {example(tables, one) or one.task}", *map(str, _words(tables, one)), _option(tables, one)])
        for one in candidates
    )
    error = Unclear(
        "It is not clear what the columns {seen} mean; say which of these is meant:\n{readings}",
        seen=_seen(tables), readings=readings,
    )  # fmt: skip
    error.candidates = tuple(candidates)
    return error


def rivals(found: Sequence[Guess]) -> list[Guess]:
    """The complete readings that a person is asked to choose from, the likeliest first."""
    complete = [one for one in found if not one.missing]
    near = [one for one in complete if one.worth >= 0.6 * complete[0].worth]
    different: list[Guess] = []
    for one in near if len(near) > 1 else complete:
        if not any(_is_same_but(kept, one) for kept in different):
            different.append(one)
    leading = {one.task: one for one in reversed(different)}.values()  # the likeliest of each task
    others = [one for one in different if one not in leading][: max(0, ASKED - len(leading))]
    return [one for one in different if one in leading or one in others][:ASKED]


def _is_same_but(one: Guess, other: Guess) -> bool:
    """Whether two readings differ in nothing but columns that only one of them has, or in how they are written down."""
    if one.task == other.task and one.layout != other.layout and _said(one) == _said(other):
        return True
    if (one.task, one.layout, one.invert, {*one.tables}) != (other.task, other.layout, other.invert, {*other.tables}):
        return False
    pairs = [(one.tables[name], other.tables[name]) for name in one.tables]
    return all(a[0] == b[0] and all(a[1][to] == b[1][to] for to in {*a[1]} & {*b[1]}) for a, b in pairs)


def _said(one: Guess) -> set[tuple[str, str, str]]:
    """What a reading takes for what: an answer is a document, whether it is one of pairs or of samples."""
    return {
        (given, "document" if to == "positive" else to, header)
        for given, columns in one.tables.values()
        for to, header in columns.items()
    }


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


def _seen(tables: Tables) -> str:
    return "; ".join(f"{name} ({', '.join(map(str, table.columns))})" for name, table in tables.items())

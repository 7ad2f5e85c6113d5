"""In which ways can given tables be read for a task, and what is each of them worth?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import prod

from engine.datasets.conversion import has_lists
from engine.datasets.preparation.joined import parts
from engine.datasets.reading.choices import Choices
from engine.datasets.reading.identifiers import REFERENCES, Meetings
from engine.datasets.recognition import tables as names
from engine.datasets.recognition.assignment import Assignment, Offer, assignments
from engine.datasets.recognition.coherence import coherence, others
from engine.datasets.recognition.facts import Facts, facts
from engine.datasets.recognition.judgements import judging
from engine.datasets.recognition.plausibility import left_over, plausibility, preference
from engine.datasets.recognition.strength import strengths
from engine.types import Column, Layout, Tables, Task

OFFERS = 5
"""Given tables, or readings of them, that are weighed for one of a task's tables."""
READINGS = 400
BESIDE = 0.01
"""How much a column counts that need not be there."""
UNJUDGED = 0.8
"""What is left of a reading that counts every document as right, and leaves a column over that may judge them."""
JUDGING = 0.7
"""How much a column of grades counts at least that differs within the queries."""
MET = 0.9
"""How much ids count that are found in the table that they refer to, and labels of a test that are learnt."""
FEW, WORDS = 0.5, 1.2
"""The share of rows that are different labels, at most, and the words from which a column may hold texts."""


@dataclass(frozen=True)
class Candidate:
    """One reading of all tables in one layout of a task: {task's table: offer}, and what it is worth, in 0..1.

    `is_apart`: most ids of one table name nothing in the table that they refer to.
    """

    task: str
    layout: int
    offers: Mapping[str, Offer]
    worth: float
    missing: tuple[str, ...]
    is_apart: bool = False


class Given:
    """The given tables, what their columns hold, and whether a person has named the task."""

    def __init__(self, tables: Tables, *, named: bool) -> None:
        self.tables, self.named = tables, named
        self.held = {name: {str(one): facts(table[one]) for one in table.columns} for name, table in tables.items()}
        self.meetings, self.parts = Meetings(tables), parts(tables)
        self._judging: dict[tuple[str, ...], list[str]] = {}
        self._different: dict[tuple[str, str], frozenset[str]] = {}

    def judging(self, task: str, name: str, offer: Offer) -> list[str]:
        """The columns that may judge the documents of this reading."""
        columns = {to: of for to, (of, _) in offer.columns.items() if to != "score"}
        key = (task, name, offer.given, *(f"{to}={of}" for to, of in sorted(columns.items())))
        if key not in self._judging:
            self._judging[key] = judging(task, name, columns, self.tables[offer.given], self.held[offer.given])
        return self._judging[key]

    def have_same_labels(self, offers: Mapping[str, Offer]) -> bool:
        """Whether tables called train and test have few labels, the test no other ones, and each row one text."""
        if not {"train", "test"} <= {*offers} or any(
            "label" not in one.columns or "title" in one.columns for one in offers.values()
        ):
            return False
        train, test = offers["train"], offers["test"]
        if names.split(train.given) != "train" or names.split(test.given) in ("", "train"):
            return False
        used = {header for header, _ in train.columns.values()}
        if any(held.words > WORDS and header not in used for header, held in self.held[train.given].items()):
            return False
        learnt, known = (self._labels(one.given, one.columns["label"][0]) for one in (train, test))
        return bool(known) and known <= learnt and len(learnt) <= FEW * len(self.tables[train.given])

    def _labels(self, name: str, header: str) -> frozenset[str]:
        """The different cells of a column; none of lists."""
        if (name, header) not in self._different:
            cells = self.tables[name][header].dropna()
            self._different[name, header] = frozenset() if has_lists(cells) else frozenset(cells.astype("str").unique())
        return self._different[name, header]

    def unjudged(self, task: str, name: str, offer: Offer) -> list[str]:
        """Those of them that it passes over, as it counts every document as right."""
        return [] if "score" in offer.columns or task != "retrieval" else self.judging(task, name, offer)


def layouts(task: Task) -> tuple[Layout, ...]:
    """The task's own tables, then the other ways in which people write them down."""
    return (Layout(task.tables, lambda tables: tables), *task.layouts)


def candidates(task: Task, number: int, given: Given, said: Choices) -> list[Candidate]:
    """The readings of the tables in this layout of the task, as far as they agree with what was said."""
    wanted = layouts(task)[number].tables
    known = {name for table, columns in wanted.items() for one in columns for name in (one.name, f"{table}.{one.name}")}
    if not {*said.columns} <= known or not {*said.tables} <= {*wanted}:
        return []
    choices = {name: _offers(task, name, columns, given, said) for name, columns in wanted.items()}
    present = {name: offers for name, offers in choices.items() if offers}
    found = []
    for combination in islice(product(*present.values()), READINGS):
        offers = dict(zip(present, combination, strict=True))
        used = {header for offer in combination for header, _ in offer.columns.values()}
        is_said = {header for header in said.columns.values() if header} <= used and {*said.tables} <= {*offers}
        if offers and is_said and _are_apart(combination, given):
            found.append(_weighed(task, number, offers, given))
    return found


def _are_apart(combination: Sequence[Offer], given: Given) -> bool:
    """Whether no table is used twice, nor a part of what several are together beside it."""
    used = [part for offer in combination for part in given.parts.get(offer.given, (offer.given,))]
    return len({*used}) == len(used)


def _offers(task: Task, name: str, columns: tuple[Column, ...], given: Given, said: Choices) -> list[Offer]:
    """The given tables that could be this one of the task's, each in its likeliest readings, the best first."""
    several = len(next(one for one in layouts(task) if name in one.tables).tables) > 1
    found = []
    for table, held in given.held.items():
        if said.tables.get(name, table) != table:
            continue
        if name in task.optional_tables and name not in names.words(table) and name not in said.tables:
            continue
        likely = strengths(task.name, columns, held)
        for place, one in enumerate(assignments(columns, list(held), _as_said(name, columns, likely, held, said))):
            if one.columns and _keeps(name, columns, one, held, said):
                fits = names.affinity(name, table) if several and name not in said.tables else 1.0
                found.append((_certainty(columns, one.columns) * fits - 0.001 * place, Offer(table, one.columns, fits)))
    found.sort(key=lambda one: -one[0] - 0.01 * names.points(one[1].given))
    return [offer for sure, offer in found[: OFFERS if several else 3 * OFFERS] if sure > 0.05]


def _as_said(
    table: str, columns: tuple[Column, ...], likely: dict[tuple[str, str], float], held: Mapping[str, Facts],
    said: Choices,
) -> dict[tuple[str, str], float]:  # fmt: skip
    """The strengths with what a person has said about columns put above all else."""
    fixed = {column.name: header for column in columns if (header := said.column(table, column.name)) is not None}
    taken = {*fixed.values()}
    rest = {
        (name, header): sure
        for (name, header), sure in likely.items()
        if name not in fixed and header not in taken
    }  # fmt: skip
    return rest | {(name, header): 1.0 for name, header in fixed.items() if header in held}


def _keeps(table: str, columns: tuple[Column, ...], one: Assignment, held: Mapping[str, Facts], said: Choices) -> bool:
    """Whether the reading has every column where a person has put it."""
    fixed = {column.name: said.column(table, column.name) for column in columns}
    meant = {name for name, header in fixed.items() if header in held or f"{table}.{name}" in said.columns}
    return all(one.columns.get(name, ("", 0))[0] == fixed[name] for name in meant if fixed[name])


def _certainty(wanted: tuple[Column, ...], matched: Mapping[str, tuple[str, float]]) -> float:
    """The mean certainty of the columns that are needed; each of the others that is there speaks for it a little."""
    needed = [matched[one.name][1] if one.name in matched else 0.0 for one in wanted if one.required]
    more = sum(matched[one.name][1] for one in wanted if not one.required and one.name in matched)
    return min(1.0, sum(needed) / len(needed) + BESIDE * more)


def _weighed(task: Task, number: int, offers: Mapping[str, Offer], given: Given) -> Candidate:
    """The reading with what it is worth: how sure its columns are, what sense it makes, and what it leaves over."""
    wanted = layouts(task)[number].tables
    needed = [name for name in wanted if name in offers or name not in task.optional_tables]
    missing = tuple(
        f"{name}.{column.name}"
        for name in needed
        for column in wanted[name]
        if column.required and (name not in offers or column.name not in offers[name].columns)
    )
    shares, met, is_apart = _references(offers, given)
    sure = [_table_worth(task, wanted[one], one, offers[one], met, given) if one in offers else 0 for one in needed]
    worth = sum(sure) / len(needed) * shares * coherence(offers, given.held) * others(offers, given.held)
    halves = {part for group in given.parts.values() for part in group}
    worth *= 0.9 if any(one.given in halves for one in offers.values()) else 1.0
    worth *= 0.97 + 0.01 * max(
        names.points(one.given) for name, one in offers.items() if {*offers} == {name} or name != "train"
    )
    return Candidate(task.name, number, offers, worth * (0.5 if missing else 1.0), missing, is_apart)


def _table_worth(
    task: Task, wanted: tuple[Column, ...], name: str, offer: Offer, met: set[tuple[str, str]], given: Given
) -> float:
    """What the reading of one table is worth."""
    held = given.held[offer.given]
    columns = {
        column: (header, max(sure, MET) if (name, column) in met else sure)
        for column, (header, sure) in offer.columns.items()
    }
    if "score" in columns and columns["score"][0] in given.judging(task.name, name, offer):
        columns["score"] = (columns["score"][0], max(columns["score"][1], JUDGING))
    worth = _certainty(wanted, columns) * offer.affinity
    if all(one.name in columns for one in wanted if one.required):
        sides = {to: (of, held[of], sure) for to, (of, sure) in columns.items()}
        worth *= plausibility(task.name, name, sides) * (1.0 if given.named else preference(task.name, name, sides))
    used = {header for header, _ in columns.values()}
    told = {to: (of, held[of]) for to, (of, _) in columns.items()}
    over = prod(left_over(header, one, told) for header, one in held.items() if header not in used)
    return worth * max(0.3, over) * (UNJUDGED if given.unjudged(task.name, name, offer) else 1.0)


def _references(offers: Mapping[str, Offer], given: Given) -> tuple[float, set[tuple[str, str]], bool]:
    """A factor for how well ids meet, the columns whose ids do, and whether most of some meet nowhere."""
    factor, met, is_apart = 1.0, set[tuple[str, str]](), False
    for table, columns in REFERENCES.items():
        for column, other in columns.items():
            if table not in offers or other not in offers:
                continue
            here, there = offers[table].columns.get(column), offers[other].columns.get("id")
            if here is None or there is None:
                continue
            share = given.meetings.share(offers[table].given, here[0], offers[other].given, there[0])
            factor *= 0.6 + 0.4 * share if share else 0.72
            is_apart |= share < 0.5
            if share >= 0.5:
                met |= {(table, column), (other, "id")}
    if given.have_same_labels(offers):
        met |= {("train", "label"), ("test", "label")}
    return factor, met, is_apart


def every(tasks: Mapping[str, Task], given: Given, said: Choices) -> Iterator[Candidate]:
    """All readings of the tables for all tasks, or for the one that was said."""
    for task in tasks.values():
        if said.task in (None, task.name):
            for number in range(len(layouts(task))):
                yield from candidates(task, number, given, said)

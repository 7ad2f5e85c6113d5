"""How is a person asked which of several readings is meant?"""

from collections.abc import Sequence

from engine.datasets.reading.examples import example
from engine.datasets.reading.guess import Guess, joinable, left_over, options, uncounted
from engine.datasets.reading.question import NONE, Question
from engine.datasets.reading.questions import questions, written
from engine.datasets.recognition.headers import tells_machine, tells_satisfaction
from engine.datasets.recognition.labels import JUDGED
from engine.texts.column_names import called
from engine.types import BadDataset, Message, Tables


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


def unclear(tables: Tables, candidates: Sequence[Guess]) -> Unclear:
    """The question, with each reading's example in words and the options that choose it."""
    readings = "\n".join(
        "\n    ".join([f"  {example(tables, one) or one.task}", *map(str, _words(tables, one)), _option(tables, one)])
        for one in candidates
    )
    error = Unclear(
        "It is not clear what the columns {seen} mean; say which of these is meant:\n{readings}",
        seen=seen(tables), readings=readings,
    )  # fmt: skip
    error.candidates = tuple(candidates)
    return error


def _words(tables: Tables, one: Guess) -> list[Message]:
    """What a person should know of a reading before choosing it."""
    left = left_over(tables, one)
    return beforehand(one) + uncounted(left) + joinable(one, left) + [
        Message("{question} If not, say --label-separator {none}.", {"question": asked.message, "none": NONE})
        for asked in _parted(tables, one)
    ]  # fmt: skip


def beforehand(one: Guess) -> list[Message]:
    """What a column is that would say what is right: a machine's score, how content somebody was, a judgement."""
    taken = [columns[to] for _, columns in one.tables.values() for to in JUDGED if to in columns]
    return [
        Message(
            "By its name, {column} was given by a machine and by no person: models would be ranked by how like it they "
            "are.",
            {"column": called(header)},
        )
        for header in taken if tells_machine(header)
    ] + [
        Message(
            "By its name, {column} says how content somebody was, which is not whether two texts belong together.",
            {"column": called(header)},
        )
        for header in taken if tells_satisfaction(header)
    ] + [
        Message("{column} says which of the documents are right.", {"column": called(columns["score"])})
        for _, columns in one.tables.values() if one.task == "retrieval" and "score" in columns
    ]  # fmt: skip


def _parted(tables: Tables, one: Guess) -> list[Question]:
    """The question whether cells hold several labels, which is asked together with the reading."""
    return [asked for asked in questions(tables, one) if asked.kind == "separator"][:1]


def _option(tables: Tables, one: Guess) -> str:
    """All that chooses this reading, with several labels in a cell where they seem to stand there."""
    signs = [f"--label-separator '{written(asked.proposed[0])}'" for asked in _parted(tables, one)]
    return " ".join([options(one), *signs])


def seen(tables: Tables) -> str:
    return "; ".join(f"{name} ({', '.join(map(str, table.columns))})" for name, table in tables.items())

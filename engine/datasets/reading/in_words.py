"""Labels and judgements in words: which of them mean alike or right, and how much does each of them count?"""

import re
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from engine import plugins
from engine.datasets.reading.choices import Choices
from engine.datasets.reading.guess import quoted
from engine.datasets.reading.question import Question, judged
from engine.datasets.recognition.directions import is_inverse, is_undirected
from engine.datasets.recognition.facts import FEW
from engine.texts import label_words
from engine.texts.column_names import called, plain
from engine.types import BadDataset, Message

COMPARED = Message("The labels in the column {column} are {labels}; which of them mean that the two texts are alike?")
JUDGED = Message("The judgements in the column {column} are {labels}; which of them mean that the document is right?")
GRADED = Message(
    "The judgements in the column {column} are {labels}; how much does each of them count, from 0 for a wrong document "
    "up? Or which of them mean that the document is right?"
)
RATED = Message(
    "The scores in the column {column} are words, {labels}; how alike are the two texts by each, from 0 for not at all?"
)
READ_AS = Message("The label {alike} was read as 1, alike; {unlike} as 0.")
JUDGED_AS = Message("The judgement {alike} was read as 1, right; {unlike} as 0.")
NUMBER = re.compile(r"[-+]?(\d+([.,]\d+)?|\.\d+)([eE][-+]?\d+)?\s*[%％]?")
COUNTED = re.compile(r"\D*(\d+)\D*")
"""A word or two around a number that says how much they count: `4 stars`, `2 - partly`, `Grad 3`."""


def alike(header: str, cells: pd.Series, asked: Message = COMPARED) -> Question | None:
    """Labels that are no 0 and 1: which of them mean that the texts are alike?"""
    different = sorted(judged(cells, graded=True).dropna().unique().tolist())
    binary = {one.lower() for one in different} <= {"0", "1", "0.0", "1.0", "true", "false"}
    is_turned = is_inverse(header)
    may_turn = (is_turned or is_undirected(header)) and len(different) == 2
    if (binary and not is_turned and not may_turn) or len(different) > FEW:
        return None
    meant = tuple(one for one in different if plain(one) in label_words.words("alike"))
    unlike = tuple(one for one in different if plain(one) in label_words.words("unlike"))
    if is_turned:
        meant = tuple(one for one in different if one.lower() in ("0", "0.0", "false")) or unlike
    is_clear = len(different) == 2 and len(meant) == len(unlike) == 1 and not is_turned
    ways = [f"--alike {quoted(one)}" for one in (meant or different)]
    if may_turn and not is_clear and (len(meant) == 1 if is_turned else binary):
        ways += ["--invert"] if is_turned else ["--invert", "--no-invert"]
    return Question(
        "alike",
        Message(asked.template, {"column": called(header), "labels": ", ".join(different)}),
        " or ".join(ways),
        tuple(different),
        meant,
        open=not is_clear,
    )


def graded(header: str, labels: pd.Series, *, documents: bool) -> Question | None:
    """Judgements or scores in words: how much does each count, or, of two, which means that the document is right?

    Where the words are known to be in an order, that is proposed, the least first.
    """
    different = sorted(labels.dropna().unique().tolist())
    if not different or any(map(_is_number, different)) or len(different) > FEW:
        return None
    if len(different) < 3 and documents:
        return None if any(map(NUMBER.match, different)) else alike(header, labels, JUDGED)
    known = label_words.ranks(different) or _counted(different)
    if known and is_inverse(header):
        known = {one: max(known.values()) - rank for one, rank in known.items()}
    order = sorted(different, key=lambda one: known.get(one, 0))
    said = " ".join(f"--grade {quoted(f'{one}={known[one]:g}' if known else f'{one}=NUMBER')}" for one in order[::-1])
    right = [one for one in different if plain(one) in label_words.words("alike")] or order[:-2:-1]
    return Question(
        "grades",
        Message((GRADED if documents else RATED).template, {"column": called(header), "labels": ", ".join(order)}),
        said + (f" or --alike {quoted(right[0])}" if documents else ""),
        tuple(order),
        tuple(f"{known[one]:g}" for one in order) if known else (),
    )


def _is_plain(text: str) -> bool:
    """Whether a text is a number as Python reads it."""
    return bool(NUMBER.fullmatch(text)) and text.replace(".", "", 1).lstrip("+-").isdecimal()


def _is_number(text: str) -> bool:
    """Whether a text is a number, be it none that could be counted with."""
    return bool(NUMBER.fullmatch(text)) or text.lower().lstrip("+-") in ("inf", "infinity", "nan")


def _counted(labels: Sequence[str]) -> dict[str, float]:
    """What each label counts by the one number in it; nothing where two share one, or a label has none."""
    found = {one: float(match[1]) for one in labels if (match := COUNTED.fullmatch(one))}
    return found if len(found) == len(labels) == len({*found.values()}) else {}


def without(table: pd.DataFrame, kept: pd.Series, column: str) -> tuple[pd.DataFrame, list[Message]]:
    """The rows to keep, and how many were left out."""
    if kept.all():
        return table, []
    gone = Message(
        "{count} {count:row|rows} without a judgement in {column} {count:was|were} left out.",
        {"count": int((~kept).sum()), "column": column},
    )
    return table[kept].reset_index(drop=True), [gone]


def as_labels(asked: Sequence[Question], said: Choices) -> Choices:
    """What was said, where turning two labels round, or leaving them, says which of them means alike or right."""
    question = next((one for one in asked if one.kind == "alike"), None)
    if question is None or said.invert is None or said.grades or "--invert" not in question.option:
        return said
    least = question.proposed or question.answers[:1]
    rest = tuple(one for one in question.answers if one not in least)
    return replace(said, alike=said.alike or (least if said.invert else rest), invert=None)


def as_alike(
    table: pd.DataFrame, column: str, asked: Sequence[Question], said: Choices
) -> tuple[pd.DataFrame, list[Message]]:
    """Labels of pairs, or judgements of documents, as 1 and 0, where they are other words or numbers."""
    question = next((one for one in asked if one.kind in ("alike", "grades")), None)
    meant = said.alike or (question.proposed if question and question.kind == "alike" else ())
    if not meant or (question is None and column != "label"):
        return table, []
    labels = judged(table[column], graded=True, said=said.words)
    known = set(labels.dropna())
    for one in (*said.alike, *said.unlike):
        plugins.pick(dict.fromkeys(sorted(known)), one, "label")
    notes: list[Message] = []
    if said.unlike:
        table, notes = without(table, labels.isin([*said.alike, *said.unlike]) | labels.isna(), column)
        labels = judged(table[column], said=said.words)
    rest = said.unlike or tuple(sorted(known - {*meant}))
    template = READ_AS if column == "label" else JUDGED_AS
    told = Message(template.template, {"alike": ", ".join(meant), "unlike": ", ".join(rest)})
    return table.assign(**{column: labels.isin(list(meant)).astype(float).where(labels.notna())}), [told, *notes]


def counts_words(one: Question, said: Choices) -> bool:
    """Whether a question is answered by how much words count."""
    return one.kind in ("alike", "grades") or (one.kind == "unjudged" and bool({*one.answers} & {*said.grades}))


def as_grades(
    table: pd.DataFrame, column: str, asked: Sequence[Question], said: Choices
) -> tuple[pd.DataFrame, list[Message]]:
    """Judgements or scores in words as the numbers that a person has said, and what these are.

    Raises:
        BadDataset: a word that was said is not there, or one that is there was not said.
    """
    if not said.grades or not any(counts_words(one, said) for one in asked):
        return table, []
    labels = judged(table[column], graded=True, said=said.words)
    known = dict.fromkeys(sorted(labels.dropna().unique()))
    for one in said.grades:
        plugins.pick(known, one, "label")
    own = {one: float(one) for one in known if one not in said.grades and _is_plain(one)}  # beside none: 1, 2, 3
    if lacking := [one for one in known if one not in {**own, **said.grades}]:
        raise BadDataset(
            "Nothing is said of how much {label!r} counts; say it with {option}.",
            label=lacking[0], option=" ".join(f"--grade {quoted(f'{one}=NUMBER')}" for one in lacking),
        )  # fmt: skip
    grades = ", ".join(f"{one} = {grade:g}" for one, grade in sorted(said.grades.items(), key=lambda one: -one[1]))
    told = Message("The words of {column} were read as grades: {grades}.", {"column": column, "grades": grades})
    return table.assign(**{column: labels.map({**own, **said.grades}).astype(float)}), [told]

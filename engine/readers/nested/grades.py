"""Which of a question's passages are right, as its record says it?"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.texts import label_words
from engine.texts.column_names import plain
from engine.types import Message

FLAGS = (
    "is_selected", "is_supporting", "is_positive", "is_correct", "correct", "relevant", "is_relevant", "label", "score",
    "relevance",
)  # fmt: skip
"""Fields by which a passage says itself whether it answers; the first of them also where others hold nothing."""
KEYS = ("label", "key", "id", "option")
"""Fields by which a choice is called."""
ANSWERS = ("answerkey", "answer_key", "answer", "correct_answer", "correct_option", "答案")
"""Fields of a record that call the right choice; `label` and its like do so only beside choices."""
OF_CHOICES = ("correct", "gold", "label")
CHOICES = {"choices", "options", "endings", "alternatives", "选项"}
"""Columns of which most are wrong."""


class Odd(ValueError):
    """What a record holds and no reading is known for: a sentence with a gap for the {file}."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.template)
        self.message = message


def first(record: Mapping[str, Any], names: Iterable[str]) -> str:
    """The first of these names that the record has; "" if none."""
    return next((name for name in names if record.get(name) not in (None, "")), "")


def one_text(cell: Any) -> str:
    """A text or a number as text; raises Odd for what is neither."""
    if cell is None:
        return ""
    if isinstance(cell, Mapping | list):
        raise Odd(Message("{file}: an object or a list stands where its other records hold a text."))
    return str(cell)


def grades(record: Mapping[str, Any], column: str, passages: Sequence[Mapping[str, Any]]) -> list[float]:
    """How relevant each passage of a column is: as the record says, as its column's name says, or as it says itself.

    Raises:
        Odd: a passage says it in words that are not known, or no field says which of many choices is right.
    """
    titles = _supporting(record)
    if titles is not None:
        return [float(one_text(one.get("title")) in titles) for one in passages]
    right = _chosen(record, column, passages)
    if right is not None:
        return [float(place == right) for place in range(len(passages))]
    return [_grade(column, one) for one in passages]


def _supporting(record: Mapping[str, Any]) -> set[str] | None:
    """The titles of the passages that a question rests on, where the record names them apart: [[title, sentence]]."""
    facts = record.get("supporting_facts")
    if isinstance(facts, Mapping):
        return {one_text(title) for title in facts.get("title") or ()}
    if isinstance(facts, list) and facts and all(isinstance(one, list) and one for one in facts):
        return {one_text(one[0]) for one in facts}
    return None


def _chosen(record: Mapping[str, Any], column: str, passages: Sequence[Mapping[str, Any]]) -> int | None:
    """The place of the one choice that the record calls right by its letter or number; None where it calls none."""
    said = {plain(name): cell for name, cell in record.items() if isinstance(cell, str | int)}
    names = ANSWERS + OF_CHOICES if plain(column) in CHOICES else ANSWERS
    for answer in (str(said[name]).strip() for name in names if name in said):
        for key in KEYS:
            called = [str(one.get(key, "")).strip() for one in passages]
            if len({*called}) == len(called) > 1 and answer in called:
                return called.index(answer)
    return None


def _grade(column: str, one: Mapping[str, Any]) -> float:
    if "neg" in column.lower():
        return 0
    if "pos" in column.lower():
        return 1 if one.get(FLAGS[0]) is None else _number(FLAGS[0], one[FLAGS[0]])
    is_choice = plain(column) in CHOICES
    if flag := first(one, [name for name in FLAGS if not (is_choice and name in KEYS)]):
        return _number(flag, one[flag])
    if is_choice:
        raise Odd(
            Message(
                "{file}: which of the {column} of a question are right is said by no field, such as answerKey beside "
                "them or is_correct inside each.",
                {"column": column},
            )
        )
    return 1


def _number(flag: str, said: Any) -> float:
    """What a passage says of itself as a grade: a number, true or false, or a word that means one of them."""
    try:
        return float(said)
    except (TypeError, ValueError):
        word = plain(said) if isinstance(said, str) else ""
    for meaning, grade in (("alike", 1.0), ("unlike", 0.0)):
        if word in label_words.words(meaning):
            return grade
    raise Odd(
        Message(
            "{file}: the field {field} of a passage is {value!r}, which does not say whether it is right; 1 and 0, "
            "true and false, or numbers that grade it would.",
            {"field": flag, "value": said},
        )
    )

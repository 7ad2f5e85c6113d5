"""Which of a question's passages are right, as its record says it beside them?"""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.readers.nested.grades import (
    ANSWERS,
    CHOICES,
    COUNTING,
    KEYS,
    MARKS,
    NAMING,
    OF_CHOICES,
    Odd,
    by_itself,
    calls_right,
    is_negative,
    is_positive,
    number,
    one_text,
    says,
)
from engine.texts.column_names import names, plain, words
from engine.types import Message

CALLED = ("docid", "pid", "title", "标题", "text", "content", "contents", "passage", "passage_text", "内容")
"""Fields by which a passage is called, beside those that are ids by their name."""


def grades(
    record: Mapping[str, Any], column: str, passages: Sequence[Mapping[str, Any]],
    begin: Sequence[Mapping[str, Any]] = (), others: Sequence[str] = (), known: str = "",
) -> list[float]:  # fmt: skip
    """How relevant each passage of a column is: as the record says, as its column's name says, or as it says itself.

    `begin` are the first records, `others` the other columns of passages, `known` the field that judges in some.

    Raises:
        Odd: a passage says it in words that are not known, or no field says which of many choices is right.
    """
    said = by_record(record, column, passages, begin or [record])
    return said if said is not None else [by_itself(column, one, others, known) for one in passages]


def by_record(
    record: Mapping[str, Any], column: str, passages: Sequence[Mapping[str, Any]], begin: Sequence[Mapping[str, Any]]
) -> list[float] | None:
    """What the record says of its passages beside them; None where it says nothing."""
    titles = _supporting(record)
    if titles is not None:
        return [float(one_text(one.get("title")) in titles) for one in passages]
    right = _chosen(record, column, passages)
    if right is not None:
        return [float(place == right) for place in range(len(passages))]
    if is_positive(column) or is_negative(column) or calls_right(column):
        return None
    for name, cell in record.items():
        said = cell if isinstance(cell, list) else [cell]
        if name == column or not said or not all(isinstance(one, str | int | float) for one in said):
            continue
        found = _marked(name, said, len(passages)) or _named(name, said, column, passages, begin)
        if found is not None:
            return found
    return None


def _marked(name: str, said: list[Any], count: int) -> list[float] | None:
    """A judgement for each passage, in their order."""
    marks = [number(one) for one in said]
    if plain(name) not in MARKS or len(said) != count or None in marks:
        return None
    return [float(one) for one in marks if one is not None]


def _named(
    name: str, said: list[Any], column: str, passages: Sequence[Mapping[str, Any]], begin: Sequence[Mapping[str, Any]]
) -> list[float] | None:
    """The passages that a field beside them names as right: by id, by text, or by place."""
    if not calls_right(name) or COUNTING & {*words(name)}:
        return None
    wanted = {str(one).strip() for one in said}
    for key in dict.fromkeys(key for one in passages for key in one if _calls(key)):
        called = [str(one.get(key, "")).strip() for one in passages]
        if wanted <= {*called}:
            return [float(one in wanted) for one in called]
    if all(isinstance(one, int) and not isinstance(one, bool) and 0 <= one <= len(passages) for one in said):
        start = _start(name, column, begin)
        places = {one - start for one in said}
        if min(places) >= 0 and max(places) < len(passages):
            return [float(place in places) for place in range(len(passages))]
    if says(name, NAMING):
        raise Odd(
            Message(
                "{file}: {field} names {value} as right, which is none of the passages in {column}.",
                {"field": name, "value": ", ".join(sorted(wanted))[:80], "column": column},
            )
        )
    return None


def _calls(key: str) -> bool:
    """Whether a passage is called by this field: an id, its title, its text."""
    said = words(key)
    return bool(said) and (said[-1] in names("id_words") or plain(key) in CALLED)


def _start(name: str, column: str, begin: Sequence[Mapping[str, Any]]) -> int:
    """Whether places are counted from 0 or from 1; raises Odd where the records leave it open."""
    for record in begin:
        cell, count = record.get(name), len(record.get(column) or ())
        said = cell if isinstance(cell, list) else [cell]
        if 0 in said:
            return 0
        if count in said:
            return 1
    raise Odd(
        Message(
            "{file}: {field} may count the passages in {column} from 0 or from 1; ids, or true and false inside each "
            "passage, would say which are right.",
            {"field": name, "column": column},
        )
    )


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

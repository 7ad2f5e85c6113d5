"""What do passages inside a record say of themselves, beside text, title and id: which of them are right?"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from engine.readers.nested.beside import by_record
from engine.readers.nested.grades import (
    CHOICES,
    GRADES,
    KEYS,
    calls_right,
    first,
    flag,
    is_negative,
    is_positive,
    meaning,
    number,
    one_text,
    spread,
)
from engine.readers.nested.passages import DOCUMENT_IDS, QUERY_IDS, QUERY_TEXTS, TEXTS, TITLES, passages
from engine.texts.column_names import names, plain, words
from engine.types import Message, Note

FEW = 12
"""Different words or grades at most that judge passages."""
SHORT = 3
"""Words of a judgement at most."""
Records = Sequence[Mapping[str, Any]]


def untold(records: Records, columns: Sequence[str]) -> tuple[list[str], bool]:
    """The fields that may judge the passages though no reading is sure; whether the first of them does by its name.

    Nothing where the records or the columns' names say what is right, where a known field does, or no field could.
    """
    known = [column for column in columns if calls_right(column) or is_positive(column) or is_negative(column)]
    for column in columns:
        if known or plain(column) in CHOICES or any(by_record(one, column, found, records) is not None
                                                    for one, found in _each(records, column)):  # fmt: skip
            continue
        held = _held(records, column)
        named = flag(held)
        others = [field for field in held if field != named and _may_judge(field, held[field])]
        if named and not _is_graded(held[named]):
            return [named, *others], True
        if (named and meaning(named) in GRADES and others) or (not named and others):
            return [one for one in (named, *others) if one], False
    return [], False


def left(file: str, records: Records, columns: Sequence[str]) -> list[Note]:
    """What passages say of themselves that might judge them, where something else does."""
    over: dict[str, None] = {}
    for column in columns:
        held = _held(records, column)
        over |= dict.fromkeys(one for one in held if one != flag(held) and _may_judge(one, held[one]))
    message = Message(
        "{file}: the fields {fields} of its passages were left over; something else says which of them are right.",
        {"file": file, "fields": ", ".join(over)},
    )
    return [Note(message)] if over else []


def asked(file: str, stem: str, fields: Sequence[str], option: str) -> Note:
    """What a person is asked where nothing but such fields could judge the passages."""
    message = Message(
        "{file}: the fields {fields} of its passages may say which of them are right; the one that does is named by "
        "--column score={first}.",
        {"file": file, "fields": ", ".join(fields), "first": fields[0]},
    )
    return Note(message, stem, option)


def table(records: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """One row a passage: its query, its text, and what else it says of itself."""
    rows = []
    for record in records:
        text, own = first(record, QUERY_TEXTS), first(record, QUERY_IDS)
        asks = {"query_id": one_text(record[own])} if own else {}
        for column in columns:
            for one in passages(record.get(column)):
                body = one[first(one, TEXTS)]
                parts = [one_text(one.get(first(one, TITLES))), *(body if isinstance(body, list) else [body])]
                whole = " ".join(part for part in map(one_text, parts) if part)
                rest = {name: _cell(cell) for name, cell in _rest(one).items() if isinstance(cell, str | int | float)}
                rows.append({**asks, "query": one_text(record.get(text)), "document": whole, **rest})
    return pd.DataFrame(rows).astype("str")


def _cell(cell: str | float) -> str:
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _each(records: Records, column: str) -> Iterable[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    return ((record, found) for record in records if (found := passages(record.get(column))))


def _rest(one: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a passage that are neither its text nor its title or id."""
    used = {first(one, TEXTS), first(one, TITLES), first(one, DOCUMENT_IDS)}
    return {name: cell for name, cell in spread(one).items() if name not in used}


def _held(records: Records, column: str) -> dict[str, list[Any]]:
    """{field: what it holds in every passage of the column; None where one lacks it}"""
    rest = [_rest(one) for _, found in _each(records, column) for one in found]
    fields = dict.fromkeys(name for one in rest for name in one)
    if plain(column) in CHOICES:
        fields = dict.fromkeys(name for name in fields if meaning(name) not in KEYS)
    return {name: [one.get(name) for one in rest] for name in fields}


def _is_graded(cells: Sequence[Any]) -> bool:
    """Whether a field holds a few whole grades, or words that are known to mean right or wrong."""
    there = [number(cell) for cell in cells if cell not in (None, "")]
    return None not in there and len({*there}) <= FEW and not any(one % 1 for one in there if one is not None)


def _may_judge(field: str, cells: Sequence[Any]) -> bool:
    """Whether a field differs between passages and holds true and false, numbers, or a few short words."""
    there = [cell for cell in cells if cell not in (None, "")]
    if any(isinstance(cell, Mapping | list) for cell in there) or len({str(cell) for cell in cells}) < 2:
        return False
    said = words(field)
    if said and said[-1] in names("id_words"):
        return False
    if all(isinstance(cell, bool | int | float) or number(cell) is not None for cell in there):
        return True
    texts = [str(cell) for cell in there]
    is_aside = plain(field) in names("asides") or bool({*said} & {*names("asides")})
    is_short = all(len(one.split()) <= SHORT and len(one) <= 40 and "/" not in one for one in texts)
    return is_short and not is_aside and len({*texts}) <= min(FEW, len(texts) - 1)

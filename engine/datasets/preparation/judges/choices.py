"""Does a column name the right one of several choices that stand in columns of their own (A, B, C, D and answer B)?"""

from collections.abc import Sequence

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.datasets.recognition.facts import facts
from engine.datasets.recognition.headers import SQUEEZED, likeness
from engine.texts.column_names import called, column, names, plain, words
from engine.types import Message, Tables

QUERY, POSITIVE, NEGATIVE = column("query", "text", "query"), "positive", "negative"
LETTERS, NUMBERS = tuple("abcdefgh"), tuple("12345678")
FEWEST = 3
"""Choices of a question, at least."""
VAGUE = {"label", "gold", "key", "solution"}
"""Names of a key that may also be those of classes, where it holds numbers."""
WORDS = 1.2
"""Words that a choice has on average, at least."""


def with_chosen(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with the right choice of each question as its positive, the others as its negatives, and a word."""
    made, notes = dict(tables), []
    for name, table in tables.items():
        headers = [str(header) for header in table.columns if not has_lists(table[header])]
        if {POSITIVE, NEGATIVE} & {*headers} or len([one for one in headers if likeness(QUERY, one) >= SQUEEZED]) != 1:
            continue
        for choices in _families(headers):
            key = next((one for one in headers if one not in choices and plain(one) in names("right_choice")), "")
            places = _places(as_text(table[key]), choices) if key else None
            if places is None or sum(facts(table[one]).words for one in choices) < WORDS * len(choices):
                continue
            made[name] = _turned(table, choices, key, places)
            message = Message(
                "{key} of {table} names which of {choices} is right: that one is the positive of its question, the "
                "others are its negatives.",
                {"key": called(key), "table": name, "choices": tuple(map(called, choices))},
            )
            notes.append(message)
            break
    return made, notes


def _families(headers: Sequence[str]) -> list[list[str]]:
    """Columns whose names differ in nothing but a letter from A on, or a number from 0 or 1 on."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for header in headers:
        said = words(header) or ("",)
        found.setdefault(said[:-1], {})[said[-1]] = header
    runs = []
    for stem, members in found.items():
        counted = ("0", *NUMBERS) if "0" in members else NUMBERS
        for signs in (LETTERS, *([counted] if stem else [])):
            run = [members[sign] for sign in signs[: _length(members, signs)]]
            runs += [run] if len(run) >= FEWEST else []
    return runs


def _length(members: dict[str, str], signs: Sequence[str]) -> int:
    return next((place for place, sign in enumerate(signs) if sign not in members), len(signs))


def _places(key: pd.Series, choices: Sequence[str]) -> pd.Series | None:
    """Which of the choices is right in each row, from 0; None where the key does not say it of all."""
    said = key.str.strip().str.lower().str.removesuffix(".0")
    different = {*said.dropna()}
    signs = [words(one)[-1] for one in choices]
    ways = [{sign: place for place, sign in enumerate(of)} for of in (signs, LETTERS[: len(choices)])]
    if different <= {"0", *NUMBERS} and plain(str(key.name)) in VAGUE and signs[0] != "0":
        return None  # a class, perhaps
    if "0" in different:
        ways = [{str(place): place for place in range(len(choices))}]
    elif different <= {*NUMBERS} and str(len(choices)) not in different and signs[0] != "0":
        return None  # counted from 0 or from 1?
    way = next((one for one in ways if different <= {*one}), None)
    if way is None or len(different) < 2 or said.isna().any():
        return None
    return said.map(way).astype(int)


def _turned(table: pd.DataFrame, choices: list[str], key: str, places: pd.Series) -> pd.DataFrame:
    cells = [as_text(table[one]).to_numpy(object) for one in choices]
    right = [cells[place][row] for row, place in enumerate(places)]
    wrong = [[one[row] for at, one in enumerate(cells) if at != place and isinstance(one[row], str)]
             for row, place in enumerate(places)]  # fmt: skip
    rest = table.drop(columns=[*choices, key])
    return rest.assign(**{POSITIVE: pd.Series(right, index=rest.index, dtype="str"),
                          NEGATIVE: pd.Series(wrong, index=rest.index, dtype=object)})  # fmt: skip

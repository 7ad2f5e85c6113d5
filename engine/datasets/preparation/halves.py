"""Which numbered columns are two texts in parts (q1_title, q1_body), or rows side by side (Answer(1), Answer(2))?"""

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.datasets.recognition.headers import SQUEEZED, likeness
from engine.texts.column_names import called, column, words
from engine.types import Message, Tables

MARKS = {"1": 0, "2": 1, "a": 0, "b": 1, "一": 0, "二": 1, "甲": 0, "乙": 1, "left": 0, "right": 1}
"""Words of a header that say to which of two texts it belongs."""
NAMES = ("text1", "text2")
ASKED, FOUND = column("query", "text", "query"), column("document", "text", "document", "reply")
JUDGING = tuple(column("label", "label", meaning) for meaning in ("label", "alike", "grade", "similarity"))
"""Beside these, numbered texts are compared, not put below one another."""
TITLE, BODY = column("title", "text", "title"), column("text", "text", "text", "request", "document")


def with_halves(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with the title and the body of each of two texts as one text, and what was joined."""
    made, notes = dict(tables), []
    for name, table in tables.items():
        sides = _sides([str(header) for header in table.columns])
        if not sides or {*NAMES} & {*table.columns} or any(has_lists(table[one]) for side in sides for one in side):
            continue
        first = min(list(table.columns).index(one) for side in sides for one in side)
        rest = table.drop(columns=[one for side in sides for one in side])
        for place, (as_one, side) in enumerate(zip(NAMES, sides, strict=True)):
            cells = [as_text(table[one]).fillna("").str.strip() for one in side]
            whole = cells[0].str.cat(cells[1:], sep=" ").str.strip()
            rest.insert(min(first + place, rest.shape[1]), as_one, whole.mask(whole == ""))
            message = Message(
                "{columns} of {table} were joined to one text, {name}.",
                {"columns": tuple(map(called, side)), "table": name, "name": as_one},
            )
            notes.append(message)
        made[name] = rest
    return made, notes


def _sides(headers: list[str]) -> tuple[list[str], list[str]] | None:
    """The columns of either text, its title first; None where they have not a title and a body each."""
    found: dict[tuple[str, ...], dict[int, str]] = {}
    for header in headers:
        said = words(header)
        marks = [place for place, word in enumerate(said) if word in MARKS]
        if len(marks) == 1:
            rest = tuple("" if place == marks[0] else word for place, word in enumerate(said))
            found.setdefault(rest, {})[MARKS[said[marks[0]]]] = header
    both = {rest: sides for rest, sides in found.items() if len(sides) == 2}
    titles = [rest for rest in both if likeness(TITLE, _own(rest)) >= SQUEEZED]
    bodies = [rest for rest in both if likeness(BODY, _own(rest)) >= SQUEEZED and rest not in titles]
    if len(titles) != 1 or len(bodies) != 1:
        return None
    return [both[titles[0]][0], both[bodies[0]][0]], [both[titles[0]][1], both[bodies[0]][1]]


def _own(rest: tuple[str, ...]) -> str:
    """What a header says beside its side, as its last word."""
    return next((word for word in rest[::-1] if word), "")


def with_numbered(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with numbered questions and answers, side by side, below one another; and which these were."""
    made, notes = dict(tables), []
    for name, table in tables.items():
        headers = [str(header) for header in table.columns]
        groups = _numbered(headers)
        used = [header for group in groups for header in group.values()]
        rest = [header for header in headers if header not in used]
        is_judged = any(likeness(meant, one) >= SQUEEZED for meant in JUDGING for one in rest)
        if not groups or is_judged or any(has_lists(table[one]) for one in used) or {*groups[0]} & {*rest}:
            continue
        parts = [table[[*group.values(), *rest]].set_axis([*group, *rest], axis=1) for group in groups]
        parts = [part.dropna(subset=list(group)) for part, group in zip(parts, groups, strict=True)]
        made[name] = pd.concat(parts, ignore_index=True)
        message = Message(
            "{columns} of {table} stand side by side: each question with the answer of its number is a row.",
            {"columns": tuple(map(called, used)), "table": name},
        )
        notes.append(message)
    return made, notes


def _numbered(headers: list[str]) -> list[dict[str, str]]:
    """{question or answer without a number: its header}, one a number from 1 up; none where there are not two."""
    found: dict[str, dict[str, str]] = {}
    for header in headers:
        said = words(header)
        if len(said) > 1 and said[-1].isdigit():
            found.setdefault(said[-1], {})["_".join(said[:-1])] = header
    names = list(found.get("1", {}))
    are_sides = len(names) == 2 and {likeness(ASKED, one) >= SQUEEZED for one in names} == {True, False}
    if not are_sides or not any(likeness(FOUND, one) >= SQUEEZED for one in names):
        return []
    if [*found] != [str(number + 1) for number in range(len(found))] or len(found) < 2:
        return []
    return list(found.values()) if all({*group} == {*names} for group in found.values()) else []

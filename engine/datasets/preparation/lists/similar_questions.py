"""Which columns hold other ways to ask the question beside them, as knowledge bases do (标准问, 相似问, 答案)?"""

import re

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.datasets.recognition.facts import facts
from engine.datasets.recognition.headers import AT_END, SQUEEZED, is_id, is_similar, likeness
from engine.datasets.recognition.judgements import says_right
from engine.texts.column_names import called, column
from engine.types import Column, Message, Tables

QUESTION, TITLE = column("query", "text", "query"), column("title", "text", "title")
ANSWER = column("document", "text", "document", "reply", "expected")
JUDGED = tuple(column("score", "number", meaning) for meaning in ("alike", "grade", "similarity"))
PARTED = re.compile(r"\s*(?:[\r\n]+|\|+|｜|；|;|##+|\$\$|&&|@@)\s*")
"""What parts several questions in one cell."""
LISTED = re.compile(r"[一每]行[一1][个個条條]|one per line|one question per line", re.I)
"""What a header says whose cells hold several questions, one a line."""
WITH_ANSWERS = Message(
    "{similar} of {table} are other ways to ask {question}: each is a question of its own with the same answer, "
    "{rows} rows in all."
)
WITHOUT_ANSWERS = Message(
    "{similar} of {table} are other ways to ask {question}: each stands in a row of its own, {rows} in all."
)
EACH_LINE = Message("Each line of {question} in {table} is a question of its own, as its name says: {rows} in all.")
COUNTED = re.compile(r"^(?:[(（]?\d{1,2}[)）]|\d{1,2}[.、．](?!\d))\s*")
"""The number that stands before each of them."""


def with_similar(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with each other way to ask as a question of its own, with the same answer; and which these were.

    Without an answer each stands beside its question, in a row of its own.
    """
    made, notes = dict(tables), []
    for name, table in tables.items():
        headers = [str(header) for header in table.columns]
        similar = [header for header in headers if is_similar(header)]
        rest = [header for header in headers if header not in similar and not is_id(header)]
        asked = _called(QUESTION, rest, SQUEEZED) or _called(TITLE, rest, AT_END)
        if len(asked) != 1 or has_lists(table[asked[0]]) or any(_judges(table, header) for header in rest):
            continue  # none, several, or pairs of questions that are compared
        if similar:
            answers = [header for header in rest if header not in asked and likeness(ANSWER, header) >= AT_END]
            made[name], told = _apart(table, asked[0], answers, similar)
        elif LISTED.search(asked[0]):
            made[name], told = _each_line(table, asked[0]), EACH_LINE
        else:
            continue
        values = {"table": name, "question": called(asked[0]), "similar": tuple(map(called, similar))}
        if len(made[name]) > len(table):
            notes.append(Message(told.template, {**values, "rows": len(made[name])}))
    return made, notes


def _apart(table: pd.DataFrame, asked: str, answers: list[str], similar: list[str]) -> tuple[pd.DataFrame, Message]:
    """The table with each other way to ask as a question, or beside its question where nothing answers; and a word."""
    if not answers:
        return _beside(table, similar), WITHOUT_ANSWERS
    below = _below(
        _filled(table, [one for one in (asked, *answers) if not has_lists(table[one])]), asked, answers, similar
    )
    is_named = likeness(QUESTION, asked) >= SQUEEZED or QUESTION.name in table
    return below if is_named else below.rename(columns={asked: QUESTION.name}), WITH_ANSWERS


def _judges(table: pd.DataFrame, header: str) -> bool:
    """Whether a column says how alike two texts are, or whether one is right, by its name and what it holds."""
    if has_lists(table[header]) or max(likeness(one, header) for one in JUDGED) < SQUEEZED:
        return False
    held = facts(table[header])
    return held.numbers > 0.5 or says_right(held)


def _called(meant: Column, headers: list[str], least: float) -> list[str]:
    return [header for header in headers if likeness(meant, header) >= least]


def _filled(table: pd.DataFrame, headers: list[str]) -> pd.DataFrame:
    """The table with question and answer from the row above where both are missing, as below a merged cell."""
    cells = table[headers].apply(lambda one: as_text(one).str.strip().replace("", None))
    below = cells.isna().all(axis=1)
    return (
        table.assign(**{one: cells[one].where(~below, cells[one].ffill()) for one in headers}) if below.any() else table
    )


def _below(table: pd.DataFrame, asked: str, answers: list[str], similar: list[str]) -> pd.DataFrame:
    """The rows with their questions, each followed by one row for each other way to ask it."""
    rest = table.drop(columns=similar)
    ways = [_parts(table[one]) for one in similar]
    rows: list[tuple[int, str]] = []
    seen = set()
    keys = table[[asked, *answers]].astype("str").itertuples(index=False)
    for place, (key, own) in enumerate(zip(keys, table[asked], strict=True)):
        if tuple(key) not in seen:
            rows.append((place, own))
            seen.add(tuple(key))
        rows += [(place, one) for way in ways for one in way[place]]
    made = rest.iloc[[place for place, _ in rows]].reset_index(drop=True)
    return made.assign(**{asked: pd.Series([text for _, text in rows], dtype="str")})


def _each_line(table: pd.DataFrame, asked: str) -> pd.DataFrame:
    """The table with a row for each line of its questions."""
    lines = as_text(table[asked]).str.strip().str.split(r"\s*[\r\n]+\s*", regex=True)
    return table.assign(**{asked: lines}).explode(asked, ignore_index=True).astype({asked: "str"})


def _beside(table: pd.DataFrame, similar: list[str]) -> pd.DataFrame:
    """The rows with one other way to ask each, under the first of these columns."""
    first, parts = similar[0], [_parts(table[one]) for one in similar]
    joined = [[one for way in parts for one in way[place]] or [""] for place in range(len(table))]
    single = table.drop(columns=similar[1:]).assign(**{first: pd.Series(joined, index=table.index, dtype=object)})
    made = single.explode(first, ignore_index=True)
    return made.assign(**{first: made[first].astype("str")})


def _parts(cells: pd.Series) -> list[list[str]]:
    """The texts of each cell: of a list, or parted by a sign, without the numbers before them."""
    made = []
    for cell in cells:
        if isinstance(cell, list):
            parts = [str(one).strip() for one in cell if one is not None]
        else:
            parts = [] if pd.isna(cell) else PARTED.split(str(cell).strip())
        if len(parts) > 1 and all(COUNTED.match(one) for one in parts if one):
            parts = [COUNTED.sub("", one) for one in parts]
        made.append([one for one in parts if one])
    return made

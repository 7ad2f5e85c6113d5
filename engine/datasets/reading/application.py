"""What are the task's own tables, once it is known which column is what?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import pandas as pd

from engine import plugins
from engine.datasets.blanks import without_blanks
from engine.datasets.column_checks import repeats
from engine.datasets.conversion import as_text, conform, has_lists, without_percent
from engine.datasets.reading import identifiers
from engine.datasets.reading.choices import NOTHING, Choices
from engine.datasets.reading.guess import Guess
from engine.datasets.reading.identifiers import BLANKS
from engine.datasets.reading.in_words import as_alike, as_grades, as_labels, counts_words, without
from engine.datasets.reading.question import FROM, NONE, Question, judged
from engine.datasets.reading.questions import drawn, questions, unsettled
from engine.datasets.reading.values import fill_down, raters
from engine.datasets.recognition.closeness import GRADED
from engine.datasets.recognition.readings import layouts
from engine.metrics.groups import COLUMN
from engine.texts.column_names import called
from engine.types import BadDataset, Column, Layout, Message, Tables, Task

YES_FROM = Message("In {column}, {threshold} and more was read as 1, less as 0: {count} of {rows} rows are 1.")
KEPT = Message(
    "In {column}, {threshold} and more kept its grade, less was read as 0: {count} of {rows} rows have a grade."
)
ALL_KEPT = Message("The grades of {column} were kept: every document with one above 0 counts as right.")
YES_UP_TO = Message("In {column}, {threshold} and less was read as 1, more as 0: {count} of {rows} rows are 1.")


class Unsettled(BadDataset):
    """A person has to say something first: its value `question` is what is asked, `option` what answers it."""


@dataclass(frozen=True)
class Made:
    """A task's own tables, what was done for them that their owner should know, and settings that tell how."""

    tables: dict[str, pd.DataFrame]
    notes: tuple[Message, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


def apply(tables: Tables, guess: Guess, said: Choices = NOTHING) -> Made:
    """The task's own tables as the guess reads them; columns beyond it are kept.

    Raises:
        BadDataset: a column that the task needs is not there, a cell is not what its column needs.
        Unsettled: a person has to say something first.
    """
    task: Task = plugins.pick(plugins.tasks(), guess.task, "task")
    layout = layouts(task)[guess.layout]
    _refuse_incomplete(task, layout, guess, tables)
    guess = guess if said.invert is None else replace(guess, invert=said.invert)
    asked = questions(tables, guess, said)
    vain = _in_vain(guess, layout, asked, as_labels(asked, said))
    said = as_labels(asked, replace(said, invert=guess.invert))
    for question in unsettled(asked, said):
        raise Unsettled("{question} Say it with {option}.", question=question.message, option=question.option)
    tables, notes = fill_down.filled(tables, guess, said)
    named: dict[str, pd.DataFrame] = {}
    bare: dict[str, pd.DataFrame] = {}
    for name in guess.tables:
        reserved = [*layout.tables[name], *(chain.from_iterable(task.tables.values()) if guess.layout else ())]
        table, told = _as_read(tables, guess, name, {column.name for column in reserved}, layout, said)
        if guess.task == "retrieval" and said.leave_out_unjudged and {"document", "score"} <= {*table}:
            table, rest, apart = _set_aside(table, said)
            bare |= {name: rest} if len(rest) else {}
            notes += apart
        named[name], settled = _settled(guess.task, table, layout.tables[name], asked, said)
        notes += [*told, *settled]
    settings: dict[str, Any] = {}
    if guess.layout:
        settings = {layout.asks: getattr(said, layout.asks)} if layout.asks else {}
        by_rater = conform(named, layout.tables, {name: columns for name, (_, columns) in guess.tables.items()})
        by_rater, agreed = raters.together(by_rater, said.raters or raters.MEDIAN)
        notes += agreed
        for name, table in conform(bare, layout.tables).items():
            by_rater[name] = pd.concat([by_rater[name], table], ignore_index=True)
        named = dict(layout.convert(by_rater, **settings))
        if layout.asks == "test_share":
            notes.append(drawn(len(named["train"]), len(named["test"])))
    groups_by = [columns[COLUMN] for _, columns in guess.tables.values() if COLUMN in columns]
    settings |= {COLUMN: one for one in groups_by if one != COLUMN}  # noqa: B035
    made, met = identifiers.met(conform(named, task.tables))
    asked_for, blank = _with_questions(made)
    asked_for, agreed = raters.together(asked_for, said.raters or raters.MEDIAN)
    blank = [] if guess.layout else blank  # of other layouts the rows were counted
    return Made(asked_for, (*notes, *met, *blank, *agreed, *vain), settings)


def _as_read(
    tables: Tables, guess: Guess, name: str, reserved: set[str], layout: Layout, said: Choices
) -> tuple[pd.DataFrame, list[Message]]:
    """One of the tables under the task's own names, without rows that lack what they need, and a word on that."""
    (given, columns), notes = guess.tables[name], []
    table = _renamed(tables[given], columns, reserved)
    if guess.layout and "title" in columns:
        joined = {to: called(columns[to]) for to in ("title", "text")}
        notes.append(Message("{title} and {text} were joined to one text.", joined))
    if guess.layout or name == "pairs":
        blocks = bool(guess.layout) and said.fill_down is None
        table, blank = without_blanks(table, layout.tables[name], blocks=blocks)
        notes += blank
    return table, [*notes, *(_repeated(given, table) if guess.layout else ())]


def _set_aside(table: pd.DataFrame, said: Choices) -> tuple[pd.DataFrame, pd.DataFrame, list[Message]]:
    """The judged rows, the others without their grade, for their documents are part of what is searched, and a word."""
    there = judged(table["score"], graded=True, said=said.words).notna()
    told = Message(
        "{count} {count:row|rows} without a judgement in {column} {count:was|were} left out; their documents stay in "
        "the corpus.",
        {"count": int((~there).sum()), "column": "score"},
    )
    rest = table[~there].drop(columns="score")
    return table[there].reset_index(drop=True), rest, [told] if len(rest) else []


def _repeated(given: str, table: pd.DataFrame) -> list[Message]:
    """How many rows say in every column what an earlier one says; a task's own tables are checked for that."""
    count = int(repeats(table, list(table.columns)).sum())
    told = Message(
        "{count} {count:row|rows} of {table} {count:repeats|repeat} an earlier row in every column.",
        {"count": count, "table": given},
    )
    return [told] if count else []


def _in_vain(guess: Guess, layout: Layout, asked: list[Question], said: Choices) -> list[Message]:
    """What was said of the values that this reading makes no use of."""
    used = [column.kind for name, (_, columns) in guess.tables.items() for column in layout.tables[name]
            if column.name in columns]  # fmt: skip
    kinds = {one.kind for one in asked}
    needless = {
        "--alike": bool(said.alike) and guess.task != "pair_classification" and not kinds & {"alike", "grades"},
        "--grade": bool(said.grades) and not any(counts_words(one, said) for one in asked),
        "--label-separator": bool(said.separator) and "label" not in used,
        "--test-share": said.test_share is not None and layout.asks != "test_share",
        "--invert": said.invert is not None and (bool(kinds & {"alike", "grades"}) or "number" not in used),
        "--leave-out-unjudged": said.leave_out_unjudged and "unjudged" not in kinds,
        "--fill-down": said.fill_down is not None and "blanks" not in kinds,
        "--raters": bool(said.raters) and "raters" not in kinds,
        "--keep-grades": said.keep_grades and not any("--keep-grades" in one.option for one in asked),
        "--threshold": said.threshold is not None and "threshold" not in kinds,
    }
    return [Message("Nothing here needs {option}; it was passed over.", {"option": option})
            for option, is_needless in needless.items() if is_needless]  # fmt: skip


def _with_questions(tables: dict[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables without queries that have no text, and how many these were."""
    if "queries" not in tables:
        return tables, []
    queries = tables["queries"]
    there = queries["text"].str.strip(BLANKS) != ""
    if there.all() or not there.any():
        return tables, []
    gone = set(queries["id"][~there])
    made = {
        name: table[~table["query_id"].isin(gone)].reset_index(drop=True) if "query_id" in table else table
        for name, table in tables.items()
    } | {"queries": queries[there].reset_index(drop=True)}
    return made, [
        Message("{count} blank {count:question was|questions were} left out.", {"count": int((~there).sum())})
    ]


def _refuse_incomplete(task: Task, layout: Layout, guess: Guess, tables: Tables) -> None:
    for name, (given, columns) in guess.tables.items():
        for column in layout.tables[name]:
            if column.required and column.name not in columns:
                raise BadDataset(
                    "The table {table!r} has no column for {column!r}; it has {seen}.",
                    table=given, column=column.name, seen=tuple(called(str(one)) for one in tables[given].columns),
                )  # fmt: skip
    lacking = [name for name in layout.tables if name not in guess.tables and name not in task.optional_tables]
    if lacking:
        raise BadDataset("There is no table for {table!r}; {task} needs one.", table=lacking[0], task=task.name)


def _renamed(table: pd.DataFrame, columns: Mapping[str, str], reserved: set[str]) -> pd.DataFrame:
    """The table under the task's names, those columns first; others that are called like a task's column are marked."""
    used = {*columns.values()}
    made = {name: table[header] for name, header in columns.items()}
    for header in table.columns:
        if header not in used:
            made[f"{header} (file)" if header in reserved else header] = table[header]
    return pd.DataFrame(made, index=table.index)


def _settled(
    task: str, table: pd.DataFrame, columns: tuple[Column, ...], asked: list[Question], said: Choices
) -> tuple[pd.DataFrame, list[Message]]:
    """The table with its values as a person has said, or as is proposed, and what that was."""
    notes: list[Message] = []
    if "corpus_id" in table and has_lists(table["corpus_id"]):
        table = table.explode("corpus_id", ignore_index=True).dropna(subset="corpus_id")
    for column in columns:
        if column.name not in table or column.kind not in ("label", "number") or has_lists(table[column.name]):
            continue
        is_graded = column.kind == "number" or task == "pair_classification"
        if said.leave_out_unjudged:
            table, told = without(
                table, judged(table[column.name], graded=is_graded, said=said.words).notna(), column.name
            )
            notes += told
        if column.kind == "number":
            turn = as_grades if said.grades else as_alike
            table, told = turn(table, column.name, asked, said) if task in {"sts", *GRADED} else (table, [])
            notes += told
            table, told = _as_numbers(table, column.name)
            notes += told
            table, told = _yes_or_no(table, column.name, asked, said) or _turned(table, column.name, task, asked, said)
            notes += told
        if (task, column.name) == ("pair_classification", "label") and said.threshold is None:
            table, told = as_alike(table, "label", asked, said)
            notes += told
        elif column.kind == "label" and said.separator not in ("", NONE):
            table = table.assign(**{column.name: _parted(table[column.name], said.separator)})
    return table, notes


def _as_numbers(table: pd.DataFrame, column: str) -> tuple[pd.DataFrame, list[Message]]:
    """Percentages as numbers, without their sign."""
    if pd.api.types.is_numeric_dtype(table[column]):
        return table, []
    bare = without_percent(judged(table[column], graded=True))
    if bare is None:
        return table, []
    told = Message("Percentages in {column} were read as numbers, without their sign.", {"column": column})
    return table.assign(**{column: bare}), [told]


def _turned(
    table: pd.DataFrame, column: str, task: str, asked: list[Question], said: Choices
) -> tuple[pd.DataFrame, list[Message]]:
    """Numbers that fall the more alike two texts are, turned round where that was said; of grades the least is 0."""
    numbers = pd.to_numeric(table[column], errors="coerce")
    if not said.invert or numbers.isna().any() or any(one.kind in ("alike", "grades") for one in asked):
        return table, []
    least = 0.0 if task in GRADED else numbers.min()
    told = Message(
        "The numbers of {column} were turned round: the greatest is now {least}.",
        {"column": column, "least": f"{least:g}"},
    )
    return table.assign(**{column: numbers.max() + least - numbers}), [told]


def _yes_or_no(
    table: pd.DataFrame, column: str, asked: list[Question], said: Choices
) -> tuple[pd.DataFrame, list[Message]] | None:
    """Numbers as 1 and 0 on the two sides of the threshold, and how many are 1; nothing where none was said."""
    question = next((one for one in asked if one.kind == "threshold"), None)
    may_keep = said.keep_grades and question is not None and "--keep-grades" in question.option
    if question is None or (said.threshold is None and not may_keep):
        return None
    numbers = pd.to_numeric(judged(table[column], graded=True, said=said.words), errors="coerce")
    if said.threshold is None:
        return table.assign(**{column: numbers}), [Message(ALL_KEPT.template, {"column": column})]
    rises = question.proposed == (FROM,)
    alike = (numbers >= said.threshold if rises else numbers <= said.threshold).astype(float).where(numbers.notna())
    template = KEPT if may_keep else YES_FROM if rises else YES_UP_TO
    values = {"column": column, "threshold": f"{said.threshold:g}", "count": int(alike.sum()), "rows": len(alike)}
    return table.assign(**{column: alike * numbers if may_keep else alike}), [Message(template.template, values)]


def _parted(cells: pd.Series, sign: str) -> pd.Series:
    """Cells with several labels as lists of them."""
    split: Callable[[str], list[str]] = lambda cell: [one.strip() for one in cell.split(sign) if one.strip()]  # noqa: E731
    return as_text(cells).map(split, na_action="ignore").astype(object)

"""Which task are these tables made for, and which column is what?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, product

import pandas as pd

from engine import plugins
from engine.datasets.conversion import conform
from engine.datasets.recognition import BY_CONTENT, Facts, facts, recognise
from engine.types import BadDataset, Column, Layout, Message, Tables, Task

SURE = 0.4
"""A guess with less confidence is shown to a person, but not acted on."""
SYNONYMS = {
    "corpus": {"documents", "docs", "passages", "collection", "语料", "文档"},
    "queries": {"query", "questions", "topics", "查询", "问题"},
    "qrels": {"qrel", "relevance", "judgements", "judgments", "default", "标注", "相关性"},
    "candidates": {"top_ranked", "candidate", "候选"},
    "train": {"training", "训练", "训练集"},
    "test": {"validation", "valid", "dev", "val", "eval", "测试", "测试集", "验证", "验证集"},
}
SPLITS = {3: {"test", "测试", "测试集"}, 2: SYNONYMS["test"], 0: {"train", *SYNONYMS["train"]}}
"""Which split is evaluated where there are several: the one with the most points; 1 for a name that is none."""


@dataclass(frozen=True)
class Guess:
    """How given tables would be read: {task's table: (given table, {task's column: given column})}.

    `layout` counts the task's own tables as 0 and its layouts from 1; `missing` names what no column fits, as
    `table.column`; `confidence` lies in 0..1.
    """

    task: str
    layout: int
    tables: Mapping[str, tuple[str, Mapping[str, str]]]
    confidence: float
    why: Message
    missing: tuple[str, ...] = ()


def layouts(task: Task) -> tuple[Layout, ...]:
    """The task's own tables, then the other ways in which people write them down."""
    return (Layout(task.tables, lambda tables: tables), *task.layouts)


def guess(tables: Tables, task: str | None = None) -> Guess:
    """The best of the complete guesses, for this task if one is named.

    Raises:
        BadDataset: none is complete, or none is sure enough; the sentence says what the nearest lacks.
    """
    found = [one for one in guesses(tables) if task in {None, one.task}]
    if found and not found[0].missing and (task or found[0].confidence >= SURE):
        return found[0]
    seen = "; ".join(f"{name} ({', '.join(map(str, table.columns))})" for name, table in tables.items())
    if not found:
        raise BadDataset("No task can be made of the columns {seen}.", seen=seen)
    if not found[0].missing:
        raise BadDataset(
            "The columns {seen} could be a {task}, but their names do not say so; name the task.",
            seen=seen,
            task=found[0].task,
        )
    raise BadDataset(
        "The columns {seen} are not enough for a task; nearest is {task}, which still needs {missing}.",
        seen=seen, task=found[0].task, missing=", ".join(found[0].missing),
    )  # fmt: skip


def guesses(tables: Tables) -> list[Guess]:
    """What the tables could be, the likeliest first, the incomplete ones last; one for each layout of each task."""
    held = {name: {str(header): facts(table[header]) for header in table.columns} for name, table in tables.items()}
    found = [_fit(task, number, held) for task in plugins.tasks().values() for number in range(len(layouts(task)))]
    return sorted((one for one in found if one.tables), key=lambda one: (bool(one.missing), -one.confidence))


def _fit(task: Task, number: int, held: Mapping[str, Mapping[str, Facts]]) -> Guess:
    """The best reading of the tables in this layout of the task."""
    wanted = layouts(task)[number].tables
    offers = []
    for (name, columns), (given, facts_of) in product(wanted.items(), held.items()):
        if name in task.optional_tables and name not in _words(given):  # nothing is missing without it
            continue
        matched = recognise(task.name, columns, facts_of)
        sure = _certainty(columns, matched) * _affinity(name, given, several=len(wanted) > 1)
        offers.append((sure + 0.01 * _is_evaluated(given), name, given, matched))
    chosen: dict[str, tuple[str, dict[str, tuple[str, float]]]] = {}
    for sure, name, given, matched in sorted(offers, key=lambda one: -one[0]):
        if sure > 0.1 and name not in chosen and given not in {other for other, _ in chosen.values()}:
            chosen[name] = (given, matched)
    return _summed_up(task, number, chosen, held)


def _summed_up(
    task: Task,
    number: int,
    chosen: Mapping[str, tuple[str, Mapping[str, tuple[str, float]]]],
    held: Mapping[str, Mapping[str, Facts]],
) -> Guess:
    """The guess, surer the better the names fit and the less of what was given is left over."""
    wanted = layouts(task)[number].tables
    needed = [name for name in wanted if name in chosen or name not in task.optional_tables]
    missing = [
        f"{name}.{column.name}"
        for name in needed
        for column in wanted[name]
        if column.required and (name not in chosen or column.name not in chosen[name][1])
    ]
    sure = [
        _certainty(wanted[name], chosen[name][1]) * _affinity(name, chosen[name][0], several=len(wanted) > 1)
        if name in chosen
        else 0
        for name in needed
    ]
    matched = [score for _, columns in chosen.values() for _, score in columns.values()]
    columns_used = len(matched) / max(1, sum(len(held[given]) for given, _ in chosen.values()))
    confidence = sum(sure) / len(needed) * (0.5 + 0.4 * columns_used + 0.1 * len(chosen) / len(held))
    return Guess(
        task=task.name,
        layout=number,
        tables={
            name: (given, {to: of for to, (of, _) in columns.items()}) for name, (given, columns) in chosen.items()
        },
        confidence=confidence * (0.5 if missing else 1.0),
        why=Message(
            "{named} columns were recognised by their names, {others} by what they hold.",
            {"named": sum(score > BY_CONTENT for score in matched), "others": matched.count(BY_CONTENT)},
        ),
        missing=tuple(missing),
    )


def _certainty(wanted: tuple[Column, ...], matched: Mapping[str, tuple[str, float]]) -> float:
    """The mean certainty of the columns that are needed or there."""
    scores = [matched[column.name][1] if column.name in matched else 0.0 for column in wanted if column.required]
    scores += [matched[column.name][1] for column in wanted if not column.required and column.name in matched]
    return sum(scores) / len(scores)


def _affinity(name: str, given: str, *, several: bool) -> float:
    """How well a given table's name fits, in 0..1, where a task has several."""
    if not several:
        return 1.0
    said = _words(given)
    if name in said:
        return 1.0
    return 0.95 if said & SYNONYMS.get(name, set()) else 0.6


def _is_evaluated(given: str) -> int:
    """How rather this table is evaluated than others of its kind, by its name: 0..3."""
    return next((points for points, words in SPLITS.items() if _words(given) & words), 1)


def _words(given: str) -> set[str]:
    lower = given.lower()
    return {lower, lower.rpartition("/")[2], *re.split(r"[\W_]+", lower)}


def apply(tables: Tables, guess: Guess) -> dict[str, pd.DataFrame]:
    """The task's own tables as the guess reads them; columns beyond it are kept.

    Raises:
        BadDataset: a column that the task needs is not there, or a cell is not what its column needs.
    """
    task: Task = plugins.pick(plugins.tasks(), guess.task, "task")
    layout = layouts(task)[guess.layout]
    named = {}
    for name, (given, columns) in guess.tables.items():
        table = tables[given]
        for column in layout.tables[name]:
            if column.required and column.name not in columns:
                raise BadDataset(
                    "The table {table!r} has no column for {column!r}; it has {seen}.",
                    table=given, column=column.name, seen=", ".join(map(str, table.columns)),
                )  # fmt: skip
        reserved = [*layout.tables[name], *(chain.from_iterable(task.tables.values()) if guess.layout else ())]
        named[name] = _renamed(table, columns, {column.name for column in reserved})
    lacking = [name for name in layout.tables if name not in named and name not in task.optional_tables]
    if lacking:
        raise BadDataset("There is no table for {table!r}; {task} needs one.", table=lacking[0], task=task.name)
    if guess.layout:
        named = dict(layout.convert(conform(named, layout.tables)))
    return conform(named, task.tables)


def _renamed(table: pd.DataFrame, columns: Mapping[str, str], reserved: set[str]) -> pd.DataFrame:
    """The table under the task's names, those columns first; others that are called like a task's column are marked."""
    used = {*columns.values()}
    made = {name: table[header] for name, header in columns.items()}
    for header in table.columns:
        if header not in used:
            made[f"{header} (file)" if header in reserved else header] = table[header]
    return pd.DataFrame(made, index=table.index)

"""Is every layout that people have read rightly, asked about, or refused? The collection, and its judge.

Each case is a file or a folder beside this one; `<group>.toml` says of each what its right reading is:

path, like            where it lies, and whose layout it is in (the contents are invented)
outcomes              what is right: any of "read", "asked", "refused"
tasks                 the tasks that a right reading may be for
rows                  how many rows a table has, where the reading has this table
cells                 "table.row.column" -> what stands there; a text that ends in … is a beginning
relevant              [query, document, grade]: judged so, by their texts; a pair without a judgement has grade 0
either                as `relevant`, but one of them is enough
says                  words that the notes, the question or the refusal must hold
settle                what a question is about
said                  what a person says to the question (`Choices`), after which the reading must be the right one
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from engine.datasets import library
from engine.datasets.mapping import Unclear
from engine.datasets.preparation.steps import prepared
from engine.datasets.reading.application import apply
from engine.datasets.reading.choices import SHARE, Choices
from engine.datasets.reading.guess import Guess, left_over
from engine.datasets.reading.opening import Opened, open_file, told
from engine.readers.choice import read
from engine.types import Dataset, UserError

HERE = Path(__file__).parent
RIGHT = ("right at once", "asked rightly", "refused rightly")
WRONG = ("WRONG", "CRASHED")


@dataclass(frozen=True)
class Case:
    """One file or folder, and what is right for it; see the module."""

    path: str
    like: str
    outcomes: list[str]
    tasks: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    relevant: list[list[Any]] = field(default_factory=list)
    either: list[list[Any]] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    settle: str = ""
    said: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """How a case went, and what was seen."""

    kind: str
    seen: str = ""


def cases() -> list[Case]:
    """The whole collection, in the order of its tables."""
    tables = [tomllib.loads(path.read_text(encoding="utf-8"))["case"] for path in sorted(HERE.glob("*.toml"))]
    return [Case(**case) for table in tables for case in table]


def judge(case: Case) -> Verdict:
    """What the engine makes of a case when nothing is said about it, held against what is right."""
    try:
        opened = open_file(HERE / case.path)
        dataset = library.from_file(Path(case.path).name, opened)
    except UserError as error:
        verdict = _judge_words(case, "asked" if "--" in str(error) else "refused", str(error))
        if isinstance(error, Unclear) and case.tasks and not any(_is_right(case, one) for one in error.candidates):
            return Verdict("asked, but the right reading is not offered", str(error))
        wrong = _answered(case) if case.said else []
        return Verdict("WRONG", f"once {case.said} was said: {wrong[0]}") if wrong else verdict
    except Exception as error:  # noqa: BLE001 - a crash is what is looked for here
        return Verdict("CRASHED", f"{type(error).__name__}: {error}"[:200])
    wrong = differences(case, dataset)
    if wrong:
        return Verdict("WRONG", f"as {dataset.task}: {wrong[0]}")
    said = " ".join(map(str, told(opened)))
    return _judge_words(case, "read", said)


def _answered(case: Case) -> list[str]:
    """In what the reading is not the right one once a person has answered."""
    try:
        opened = open_file(HERE / case.path, Choices(**case.said))
        return differences(case, library.from_file(Path(case.path).name, opened))
    except UserError as error:
        return [str(error)]


def _is_right(case: Case, one: Guess) -> bool:
    """Whether a reading that is offered is the right one, as far as nothing more has to be said about it."""
    found = read(HERE / case.path)
    tables, _ = prepared(found.tables, found.notes)
    try:
        made = apply(
            tables, one, Choices(test_share=SHARE, leave_out_unjudged=True, fill_down=case.said.get("fill_down"))
        )
        dataset = library.from_file(case.path, Opened(one.task, made.tables, one, left_over(tables, one)))
    except UserError:
        return one.task in case.tasks
    return not differences(case, dataset)


def _judge_words(case: Case, outcome: str, said: str) -> Verdict:
    unsaid = [word for word in case.says if word not in said]
    if outcome not in case.outcomes:
        return Verdict(f"{outcome} without need", said)
    if unsaid and (outcome != "read" or case.outcomes == ["read"]):
        return Verdict(f"{outcome}, but not said: {', '.join(unsaid)}", said)
    return Verdict("right at once" if outcome == "read" else f"{outcome} rightly", said)


def differences(case: Case, dataset: Dataset) -> list[str]:
    """In what this reading is not the right one."""
    if "read" not in case.outcomes and not case.tasks:
        return ["it was read"]
    if dataset.task not in case.tasks:
        return [f"not {' or '.join(case.tasks)}"]
    wrong = [
        f"{len(dataset.tables[name])} rows in {name}, not {count}"
        for name, count in case.rows.items()
        if name in dataset.tables and len(dataset.tables[name]) != count
    ]
    wrong += [f"{cell}: {seen!r}, not {right!r}" for cell, right in case.cells.items()
              if not _same(seen := _cell(dataset, cell), right)]  # fmt: skip
    wrong += [f"{one} is not judged so" for one in case.relevant if not _judged(dataset, one)]
    if case.either and not any(_judged(dataset, one) for one in case.either):
        wrong.append("neither of the readings")
    return wrong


def _cell(dataset: Dataset, cell: str) -> object:
    table, row, column = cell.split(".", 2)
    if table not in dataset.tables and dataset.task == "classification" and table == "documents":
        parts = pd.concat([dataset.tables["train"], dataset.tables["test"]])
        return parts[column].tolist() if column in parts else None
    try:
        return dataset.tables[table][column].iloc[int(row)]
    except (KeyError, IndexError):
        return None


def _same(seen: object, right: str) -> bool:
    if isinstance(seen, list):
        return any(_same(one, right) for one in seen)
    if right.endswith("…"):
        return str(seen).startswith(right[:-1])
    try:
        return abs(float(str(seen)) - float(right)) < 1e-9 and str(seen).startswith("0") == right.startswith("0")
    except ValueError:
        return str(seen) == right


def _judged(dataset: Dataset, wanted: list[Any]) -> bool:
    """Whether a query and a document of these texts are judged so; without a judgement the grade is 0."""
    query, document, grade = wanted
    if not {"corpus", "queries", "qrels"} <= {*dataset.tables}:
        return False
    queries, corpus, qrels = (dataset.tables[name] for name in ("queries", "corpus", "qrels"))
    texts = (corpus["title"] + " " if "title" in corpus else "") + corpus["text"]
    asked = queries.loc[[_same(text, query) for text in queries["text"]], "id"]
    found = corpus.loc[[document.rstrip("…") in text for text in texts], "id"]
    if asked.empty or found.empty:
        return False
    judged = qrels[qrels["query_id"].isin(asked) & qrels["corpus_id"].isin(found)]
    if "score" not in judged:
        return grade == float(len(judged) > 0)
    return float(judged["score"].max() if len(judged) else 0) == grade

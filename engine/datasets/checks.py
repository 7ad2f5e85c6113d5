"""Is this data any good: what would stop a task, and what would happen otherwise than its owner thinks?"""

from engine import plugins
from engine.datasets.column_checks import check_column, found, repeats
from engine.datasets.task_checks import CHECKS
from engine.types import Message, Problem, Tables, Task

PAIRED = {"sts", "pair_classification"}
"""Tasks of pairs of texts, each of which is judged once."""


def check(task: str, tables: Tables) -> list[Problem]:
    """All that is wrong with a task's own tables, errors first. Errors stop a run; warnings tell what it will do.

    Nothing is changed or left out here. Rows count from 1, the header not counted.
    """
    record: Task = plugins.pick(plugins.tasks(), task, "task")
    problems = _missing(record, tables)
    if problems:
        return problems
    for name, columns in record.tables.items():
        if name in tables:
            for column in columns:
                if column.name in tables[name]:
                    problems += check_column(name, column, tables[name])
            problems += _repeated(record, name, tables) + _label_is_text(record, name, tables)
    if not any(problem.level == "error" for problem in problems):
        problems += CHECKS[task](tables) if task in CHECKS else []
    return sorted(problems, key=lambda problem: problem.level != "error")


def _missing(task: Task, tables: Tables) -> list[Problem]:
    """Tables, columns and rows that the task cannot do without."""
    problems = []
    for name, columns in task.tables.items():
        if name not in tables:
            if name not in task.optional_tables:
                problems.append(Problem("error", Message("There is no table {table}.", {"table": name}), name))
            continue
        problems += [
            Problem("error", Message("{table} has no column {column}.", {"table": name, "column": column.name}), name)
            for column in columns
            if column.required and column.name not in tables[name]
        ]
        if not len(tables[name]):
            problems.append(Problem("error", _empty(name, tables), name))
    return problems


def _empty(name: str, tables: Tables) -> Message:
    """Why a table has no rows: nobody has handed in a test part that was to be drawn from one labelled table."""
    learnt = tables.get("train") if name == "test" else None
    if learnt is not None and "label" in learnt and len(learnt) and not learnt["label"].explode().duplicated().any():
        return Message("Every label has only one text; at least two are needed, one to learn from and one to test on.")
    return Message("{table} has no rows.", {"table": name})


def _label_is_text(task: Task, name: str, tables: Tables) -> list[Problem]:
    """A text and a label that were read from one column: every model would score perfectly."""
    kinds, frame = {column.kind: column.name for column in task.tables[name]}, tables[name]
    if not {"text", "label"} <= {*kinds} or len(frame) < 2:
        return []
    text, label = frame[kinds["text"]].astype(str), frame[kinds["label"]].astype(str)
    if not (text == label).all():
        return []
    said = Message(
        "In {table}, {text} and {label} are the same in every row: choose another column for one of them.",
        {"table": name, "text": kinds["text"], "label": kinds["label"]},
    )
    return [Problem("error", said, name)]


def _repeated(task: Task, name: str, tables: Tables) -> list[Problem]:
    """Ids that stand twice where each should stand once, and rows that say what another has said."""
    frame, columns = tables[name], [column.name for column in task.tables[name]]
    if "id" in columns:
        twice = Message(
            "In {count} {count:row|rows} of {table}, the id is that of an earlier row; every id may stand once."
        )
        problems = found("error", name, frame["id"].notna() & frame["id"].duplicated(), twice)
        if task.name == "reranking" and name == "corpus":  # the candidates of each query may be copies of their own
            return problems
        again = Message("In {count} {count:row|rows} of {table}, the text is that of an earlier row under another id.")
        return problems + found("warning", name, repeats(frame, [one for one in columns if one != "id"]), again)
    if {"query_id", "corpus_id"} <= {*columns}:
        return found(
            "warning", name, repeats(frame, ["query_id", "corpus_id"]),
            Message("In {count} {count:row|rows} of {table}, query and document are as in an earlier "
            "row; the last counts."),
        )  # fmt: skip
    twice = Message("{count} {count:row|rows} of {table} {count:repeats|repeat} an earlier row; each still counts.")
    again = repeats(frame, columns)
    problems = found("warning", name, again, twice)
    if task.name not in PAIRED:
        return problems
    otherwise = Message(
        "In {count} {count:row|rows} of {table}, a pair of an earlier row is judged otherwise; each counts by "
        "itself. Where several people judged the same pair, put their mean into one row first."
    )
    return problems + found("warning", name, repeats(frame, ["sentence1", "sentence2"]) & ~again, otherwise)

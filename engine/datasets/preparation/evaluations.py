"""Is a table what a system of retrieval and answers was evaluated by? What it said and found is no gold."""

import re

import pandas as pd

from engine.datasets.conversion import has_lists
from engine.datasets.recognition.facts import Facts, facts
from engine.datasets.recognition.headers import AT_END, SQUEEZED, likeness
from engine.datasets.recognition.judgements import GRADE, says_right
from engine.texts.column_names import called, column, names, plain
from engine.types import BadDataset, Message, Tables

QUERY = column("query", "text", "query")
PROVIDER = re.compile(r"\[.+\]\s*\S+")
"""A column of promptfoo: the model, and its prompt."""
MARK = re.compile(r"outputs\.\w+\.\w+")
"""A column of Azure AI's evaluations: a measure, and what it gave."""
SCORES = 2
"""Scores of such an evaluation from which a table is one, whatever else it holds."""


def without_answers(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables without what a system said, what it found, and how that was scored, where the gold stands beside it.

    Raises:
        BadDataset: there are such scores, and no gold.
    """
    made, notes = dict(tables), []
    for name, given in tables.items():
        table, marks = _of_parts(given)
        headers = [str(header) for header in table.columns]
        scores = [header for header in headers if header in marks or plain(header) in names("evaluation_score")]
        gold = [header for header in headers if plain(header) in names("expected") and _holds_texts(table[header])]
        said = [
            header
            for header in headers
            if _is_said(header, surely=not gold and len(scores) < SCORES) and header not in gold
        ]
        if not (said or gold) or not any(_asks(header, gold or scores) for header in headers):
            continue
        held = {header: facts(table[header]) for header in headers}
        if not gold and len(scores) >= SCORES:
            raise BadDataset(
                "{table} is the result of an evaluation: {said} is what a system answered, {scores} score that, and "
                "no column holds the right answer. Add one, called ground_truth, reference or expected_output.",
                table=name, said=tuple(map(called, said)), scores=tuple(map(called, scores)),
            )  # fmt: skip
        found = [header for header in headers if plain(header) in names("found_by_system")] if said or scores else []
        found += [header for header in headers if marks and header == "context"]
        over = [*said, *found, *scores]
        if not gold or not over or any(_judges(header, held[header]) for header in headers if header not in over):
            continue
        rest = table.drop(columns=over)
        side = "positive" if has_lists(table[gold[0]]) else "document"
        renamed = {gold[0]: side} if side not in headers else {}
        if not any(likeness(QUERY, header) >= SQUEEZED for header in headers):
            renamed |= {header: "query" for header in headers if _asks(header, gold)}
        made[name] = rest.rename(columns=renamed)
        message = Message(
            "{table} is the result of an evaluation: {columns}, what a system answered, found or was scored, were "
            "left out, and {gold} is what is right.",
            {"columns": tuple(map(called, over)), "table": name, "gold": called(gold[0])},
        )
        notes.append(message)
    return made, notes


def _of_parts(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """A table of Azure AI's evaluations with its columns called as they are inside `inputs` and `outputs`, and marks.

    What a measure gave lies one deeper, as `outputs.relevance.relevance`; such a table holds what went in, too.
    """
    headers = [str(header) for header in table.columns]
    marks = [header for header in headers if MARK.fullmatch(header)]
    parts = {header: header.partition(".")[2] for header in headers
             if header not in marks and header.startswith(("inputs.", "outputs."))}  # fmt: skip
    is_clear = len({*parts.values()} | ({*headers} - {*parts})) == len(headers)
    if not marks or not is_clear or not any(header.startswith("inputs.") for header in headers):
        return table, []
    return table.rename(columns=parts), marks


def _is_said(header: str, *, surely: bool) -> bool:
    """Whether a column holds what a system answered; one called `answer` or `response` only beside the gold."""
    listed = plain(header) in names("system_answer") or PROVIDER.fullmatch(header) is not None
    return listed or (not surely and plain(header) in names("system_answer", surely=False))


def _asks(header: str, beside: list[str]) -> bool:
    return likeness(QUERY, header) >= SQUEEZED or (bool(beside) and plain(header) in ("input", "inputs"))


def _judges(header: str, held: Facts) -> bool:
    """Whether a column judges the answers: which of them is meant is asked."""
    return says_right(held) or (likeness(GRADE, header) >= AT_END and not held.is_constant and bool(held.values))


def _holds_texts(cells: pd.Series) -> bool:
    held = facts(cells)
    return has_lists(cells) or (held.words > 1 and held.numbers < 0.5 and not held.is_link and held.distinct > 0.3)

"""Does a column name which of two others is nearer to a third text (A, B, C: the label is B)? Those are triplets."""

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.datasets.recognition.facts import Facts, facts
from engine.datasets.recognition.headers import is_unnamed
from engine.texts.column_names import called
from engine.types import Message, Tables

SIDES = ("query", "positive", "negative")
WORDS = 2.5
"""Words that a text has on average, at least."""


def with_triplets(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with the third text as the query and the two others on their sides, and what was done.

    Only columns called by a letter are looked at: an answer that somebody preferred is not the right one.
    """
    made, notes = dict(tables), []
    for name, table in tables.items():
        held = {str(one): facts(table[one]) for one in table.columns if not has_lists(table[one])}
        texts = [header for header, one in held.items() if is_unnamed(header) and _is_text(one)]
        for header in held:
            named = {one.lower() for one in held[header].values}
            sides = [one for one in texts if one.lower() in named]
            if len(texts) != 3 or len(named) != 2 or len(sides) != 2 or {*SIDES} & {*table.columns}:
                continue
            (third,) = (one for one in texts if one not in sides)
            made[name] = _turned(table, third, sides, header)
            message = Message(
                "{column} of {table} names which of {first} and {second} is nearer to {third}: {third} is the query, "
                "the one that is named the positive, the other the negative.",
                {"column": called(header), "table": name, "first": sides[0], "second": sides[1], "third": third},
            )
            notes.append(message)
            break
    return made, notes


def _is_text(held: Facts) -> bool:
    return held.words >= WORDS and held.numbers < 0.5 and held.distinct > 0.5


def _turned(table: pd.DataFrame, third: str, sides: list[str], header: str) -> pd.DataFrame:
    said = as_text(table[header]).str.strip().str.lower()
    rows = table[said.notna()]
    is_first = (said[said.notna()] == sides[0].lower()).to_numpy(bool)
    first, second = (as_text(rows[one]) for one in sides)
    texts = (as_text(rows[third]), first.where(is_first, second), second.where(is_first, first))
    rest = rows.drop(columns=[third, *sides, header])
    return pd.DataFrame(dict(zip(SIDES, texts, strict=True)), index=rows.index).join(rest).reset_index(drop=True)

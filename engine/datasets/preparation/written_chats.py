"""Are a chosen and a rejected answer written with all that was said before, as `Human: … Assistant: …`?"""

import re

import pandas as pd

from engine.datasets.conversion import as_text, has_lists
from engine.texts.column_names import plain
from engine.types import Message, Tables

SIDES = ("chosen", "rejected")
"""Anthropic's HH-RLHF and what is derived from it."""
TURN = r"((?:(?!\s(?:Human|User|Assistant):).)+)"
LAST = re.compile(rf"(?:^|\s)(?:Human|User):\s*{TURN}\s+Assistant:\s*{TURN}$", re.DOTALL)
"""What the user says last in a chat, and the answer to it."""


def with_questions(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with what was asked last as their query beside both answers, and a word of that."""
    made, said = dict(tables), []
    for name, table in tables.items():
        headers = {plain(str(header)): str(header) for header in table.columns}
        if not {*SIDES} <= {*headers} or "query" in headers or any(has_lists(table[headers[one]]) for one in SIDES):
            continue
        parts = {
            one: as_text(table[headers[one]]).str.extract(LAST).apply(lambda said: said.str.strip()) for one in SIDES
        }
        if any(part.isna().any(axis=None) for part in parts.values()):
            continue
        same = parts["chosen"][0] == parts["rejected"][0]
        answers = {headers[one]: parts[one][1] for one in SIDES}
        made[name] = table.assign(query=parts["chosen"][0], **answers)[same].reset_index(drop=True)
        said.append(
            Message(
                "{table} holds preferences: what the user says last is the query, the last turn of {chosen} its right "
                "answer and that of {rejected} a wrong one; {count} {count:row|rows} whose sides were asked something "
                "else {count:is|are} left out.",
                {"table": name, "chosen": headers["chosen"], "rejected": headers["rejected"],
                 "count": int((~same).sum())},
            )
        )  # fmt: skip
    return made, said

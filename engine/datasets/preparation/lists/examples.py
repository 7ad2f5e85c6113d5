"""Which rows are intents of a chat bot, with what people say for each in a list (tag, patterns, responses)?"""

import pandas as pd

from engine.datasets.conversion import has_lists
from engine.datasets.recognition.facts import facts
from engine.datasets.recognition.headers import SQUEEZED, likeness
from engine.texts.column_names import called, column
from engine.types import Message, Tables

LABEL, SAID = column("label", "label", "label"), column("examples", "texts", "utterances")
WORDS = 4.0
"""Words on average from which another column is what such a list belongs to."""


def with_examples(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """The tables with each of these texts in a row of its own beside its intent, and what was done."""
    made, notes = dict(tables), []
    for name, table in tables.items():
        listed = [header for header in map(str, table.columns) if has_lists(table[header])]
        said = [header for header in listed if likeness(SAID, header) >= SQUEEZED]
        labels = [header for header in map(str, table.columns) if header not in listed
                  and likeness(LABEL, header) >= SQUEEZED]  # fmt: skip
        rest = [header for header in map(str, table.columns) if header not in {*listed, *labels}]
        if len(said) != 1 or not labels or any(_is_text(table[one]) for one in rest):  # they belong to that text
            continue
        (header,) = said
        each = table.explode(header, ignore_index=True).dropna(subset=header)
        each = each[each[header].astype("str").str.strip() != ""].reset_index(drop=True)
        others = [one for one in listed if one != header and not _holds_texts(table[one])]
        made[name] = each.drop(columns=others).astype({header: "str"})
        message = Message(
            "Each of the texts that {column} of {table} lists stands in a row of its own, beside its {label}: {rows} "
            "in all.",
            {"column": called(header), "table": name, "label": called(labels[0]), "rows": len(each)},
        )
        notes.append(message)
    return made, notes


def _is_text(cells: pd.Series) -> bool:
    held = facts(cells)
    return held.words >= WORDS and held.numbers < 0.5 and held.distinct > 0.5


def _holds_texts(cells: pd.Series) -> bool:
    """Whether any list holds more than blanks."""
    return any(str(one).strip() for cell in cells if isinstance(cell, list) for one in cell)

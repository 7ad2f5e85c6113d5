"""Do the ids of one table meet those of another, and which way of writing them keeps them apart?"""

from collections.abc import Mapping

import pandas as pd

from engine.datasets.conversion import spread
from engine.types import Message, Tables

REFERENCES: Mapping[str, Mapping[str, str]] = {
    table: {"query_id": "queries", "corpus_id": "corpus"} for table in ("qrels", "candidates", "changed")
}
"""Whose ids stand in a table's columns."""
BLANKS = " \t\r\n\xa0\u3000\u200b\ufeff"
SAMPLE = 2_000
LOOKED_AT = 100_000
"""Ids that are all written anew to compare them; of more, only the usual ways to write one are looked for."""
SHOWN = 3


def trimmed(ids: pd.Series) -> pd.Series:
    """The ids without blanks, no-break spaces and invisible marks at their ends."""
    return ids.str.strip(BLANKS)


def whole(ids: pd.Series) -> pd.Series:
    """The ids with whole numbers written without a point: `7.0` and `7` are one id; `07` stays another."""
    return ids.str.replace(r"^(-?(?:0|[1-9][0-9]*))\.0+$", r"\1", regex=True)


def plain(ids: pd.Series) -> pd.Series:
    """The ids as they are compared where they do not meet as they are written."""
    return whole(trimmed(ids))


class Meetings:
    """Which share of some ids is known in another column; every pair of columns is looked at once."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self._asked: dict[tuple[str, str], set[str]] = {}
        self._shares: dict[tuple[str, str, str, str], float] = {}

    def share(self, table: str, column: str, other: str, others: str) -> float:
        """The share, in 0..1, of some hundred ids of `table.column` that stand in `other.others` too."""
        key = (table, column, other, others)
        if key not in self._shares:
            asked, known = self._some(table, column), self.tables[other][others].dropna()
            self._shares[key] = len(asked & _found(known, asked)) / max(1, len(asked))
        return self._shares[key]

    def _some(self, table: str, column: str) -> set[str]:
        """Ids of any kind in the plain way; lists of them one by one."""
        if (table, column) not in self._asked:
            ids = spread(self.tables[table][column].dropna(), SAMPLE)
            ids = ids.explode().dropna() if ids.dtype == object else ids
            self._asked[table, column] = set(plain(ids.astype("str")))
        return self._asked[table, column]


def _found(known: pd.Series, asked: set[str]) -> set[str]:
    """Which of the plain ids stand in a column, however they are written there where it is not too long to look."""
    texts = known.astype("str")
    if len(texts) <= LOOKED_AT:
        return set(plain(texts)) & asked
    spelled = {form: one for one in asked for form in (one, f"{one}.0", f"{one} ", f"{one}\xa0")}
    there = texts.to_numpy(object)
    return {spelled[form] for form in there[pd.Series(there, dtype=object).isin(set(spelled)).to_numpy()]}


def met(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """A task's own tables with ids that meet, and what had to be done for it.

    Ids are changed only where one side does not find the other as it is written, and only if no two become one.
    """
    said: list[Message] = []
    made = dict(tables)
    for make, message in (
        (trimmed, Message("Blanks at the ends of ids were taken away, so that they meet those of the other tables.")),
        (plain, Message("Whole numbers with a point, such as 7.0, were read as 7, so that ids meet.")),
    ):
        if _unmet(made) and (changed := _rewritten(made, make)) is not None and _unmet(changed) < _unmet(made):
            made, said = changed, [*said, message]
    if {"train", "test"} <= {*made} and (agreed := _labels(made)) is not None:
        made |= agreed
        said.append(
            Message("Whole numbers with a point, such as 1.0, were read as 1, so that labels of test meet train's.")
        )
    return made, said


def _labels(tables: Tables) -> dict[str, pd.DataFrame] | None:
    """Training and test labels as whole numbers, where those of the test stand in train only so."""
    labels = {name: tables[name]["label"] for name in ("train", "test")}
    if (
        any(column.dtype == object for column in labels.values())
        or labels["test"].dropna().isin(set(labels["train"])).all()
    ):
        return None
    written = {name: plain(column.astype("str")) for name, column in labels.items()}
    if not written["test"].isin(set(written["train"])).all() or written["train"].nunique() < labels["train"].nunique():
        return None
    numbers = all(column.str.fullmatch("-?(0|[1-9][0-9]{0,14})").all() for column in written.values())
    return {
        name: tables[name].assign(label=written[name].astype("int64") if numbers else written[name]) for name in written
    }


def _unmet(tables: Tables) -> int:
    """How many references name no row of the table that they refer to."""
    return sum(
        int((~pd.Index(tables[table][column]).isin(pd.Index(tables[other]["id"]))).sum())
        for table, columns in REFERENCES.items()
        for column, other in columns.items()
        if table in tables and other in tables and column in tables[table]
    )


def _rewritten(tables: Tables, make: object) -> dict[str, pd.DataFrame] | None:
    """The tables with their ids written another way; None where two ids of a table would become one."""
    made = dict(tables)
    for table in ("corpus", "queries"):
        if table in made:
            ids = make(made[table]["id"])  # type: ignore[operator]
            if ids.nunique() < made[table]["id"].nunique():
                return None
            made[table] = made[table].assign(id=ids)
    for table, columns in REFERENCES.items():
        if table in made:
            changed = {column: make(made[table][column]) for column in columns if column in made[table]}  # type: ignore[operator]
            made[table] = made[table].assign(**changed)
    return made


def apart(tables: Tables, table: str, column: str) -> Message:
    """Some ids of a reference beside some of the table that it refers to, to see how they differ; fills no {count}."""
    other = REFERENCES[table][column]
    known = set(tables[other]["id"])
    lost = [one for one in tables[table][column].dropna().unique().tolist() if one not in known]
    return Message(
        "In {count} {count:row|rows} of {table}, {column} is no id of {other}: {here} here, where there "
        "are such as {there}.",
        {
            "column": column, "other": other, "here": ", ".join(lost[:SHOWN]),
            "there": ", ".join(tables[other]["id"].dropna().head(SHOWN)),
        },
    )  # fmt: skip

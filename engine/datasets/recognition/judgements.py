"""Which columns may tell the right documents of a query from the wrong ones, though a reading counts all as right?"""

from collections.abc import Mapping

import pandas as pd

from engine.datasets.recognition.facts import Facts
from engine.datasets.recognition.headers import WITH_FILLER, is_aside, is_id, likeness
from engine.texts.column_names import column

GRADE, POSITIVE = column("score", "number", "grade"), column("positive", "texts", "positive")
ASKED = {("retrieval", "pairs"), ("retrieval", "samples"), ("retrieval", "qrels"), ("reranking", "pairs")}
"""Readings of queries with documents."""
ROWS = 5_000
"""Rows that are looked at."""
SEVERAL = 0.2
"""The share of queries that must have several documents, and of these the share that a judgement tells apart."""
SHORT = 3
"""Words of a judgement at most."""


def judging(
    task: str, name: str, columns: Mapping[str, str], table: pd.DataFrame, held: Mapping[str, Facts]
) -> list[str]:
    """The columns that a reading {task's column: given column} makes no use of, and that differ within its queries."""
    if (task, name) not in ASKED or "negative" in columns or not {"query", "query_id"} & {*columns}:
        return []
    answer = next((columns[to] for to in ("document", "positive", "corpus_id") if to in columns), "")
    if answer not in held or held[answer].has_lists or likeness(POSITIVE, answer) >= WITH_FILLER:
        return []  # a name says that all of them are right
    able = [header for header, facts in held.items() if header not in columns.values() and _may_judge(header, facts)]
    asked = columns.get("query", columns.get("query_id", ""))
    if not able or held[asked].has_lists or held[asked].distinct > 0.95:
        return []
    rows = table[[*dict.fromkeys([asked, answer, *able])]].head(ROWS)
    counts = rows.groupby(asked, sort=False).nunique()
    several = counts[counts[answer] > 1]
    if len(several) < SEVERAL * len(counts):
        return []
    return [header for header in able if (several[header] > 1).mean() >= SEVERAL]


def _may_judge(header: str, held: Facts) -> bool:
    """Whether what a column holds could be a judgement: a few short words, or numbers that count no rows."""
    if held.is_constant or held.is_running or held.is_padded or held.has_lists or held.has_objects or is_id(header):
        return False
    if is_aside(header) and likeness(GRADE, header) < WITH_FILLER:
        return False
    return held.numbers > 0.5 or (len(held.values) > 1 and held.words <= SHORT)

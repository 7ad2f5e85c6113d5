"""What do several people say together who judged one document for a query, each in a row of its own?"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from engine.types import Message, Tables

MEDIAN, MEAN = "median", "mean"
"""What several grades of one pair are together."""
JUDGED: Mapping[str, Sequence[str]] = {"qrels": ("query_id", "corpus_id"), "pairs": ("query", "document")}
"""Tables of judgements, and the columns that say which pair is judged."""
TOLD = {
    MEDIAN: Message(
        "{count} {count:pair|pairs} of a query and a document {count:is|are} judged more than once in {table}, "
        "differently; the median of the grades is used, of two in the middle the lower one. Their mean can be used "
        "instead (--raters mean)."
    ),
    MEAN: Message(
        "{count} {count:pair|pairs} of a query and a document {count:is|are} judged more than once in {table}, "
        "differently; the mean of the grades is used, rounded to whole ones, a half down."
    ),
}
ROWS = 100_000
"""Judgements that are looked at at once: their ids as objects of Python take many times what they take in a table."""


def together(tables: Tables, how: str = MEDIAN) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """Tables with one judgement a pair where several rows judge it differently, and what was done."""
    made = dict(tables)
    for name, pair in JUDGED.items():
        judged = tables.get(name)
        if judged is None or judged.empty or not {*pair, "score"} <= {*judged}:
            continue
        kept, differing = _agreed(judged, [*pair], how)
        if not differing:
            continue
        made[name] = kept
        if "candidates" in made:  # a document that several judged is one candidate
            made["candidates"] = made["candidates"].drop_duplicates([*pair], ignore_index=True)
        return made, [Message(TOLD[how].template, {"count": differing, "table": name})]
    return made, []


def _agreed(judged: pd.DataFrame, pair: list[str], how: str) -> tuple[pd.DataFrame, int]:
    """One row a pair, and of how many the rows differed."""
    pairs = _numbered(judged[pair])
    repeated = pairs.duplicated(keep=False).to_numpy()
    grades = judged[repeated].groupby(pair, sort=False)["score"]
    differing = int((grades.nunique() > 1).sum())
    if not differing:
        return judged, 0
    # Grades are whole: a half goes down.
    middle = np.ceil(grades.mean() - 0.5) + 0.0 if how == MEAN else grades.quantile(0.5, interpolation="lower")
    kept = judged[~pairs.duplicated().to_numpy()].reset_index(drop=True)
    agreed = kept.join(middle.rename("middle"), on=pair)["middle"]
    return kept.assign(score=agreed.fillna(kept["score"])), differing


def differ(table: pd.DataFrame, pair: list[str], score: str) -> bool:
    """Whether one pair has several grades in some first rows."""
    rows = table[[*pair, score]].head(ROWS)
    several = rows[rows.duplicated(pair, keep=False)]
    return bool(len(several)) and bool((several.groupby(pair, sort=False)[score].nunique() > 1).any())


def _numbered(pairs: pd.DataFrame) -> pd.Series:
    """A number of 64 bits for each pair, equal where the pair is."""
    parts = (pairs.iloc[start : start + ROWS] for start in range(0, len(pairs), ROWS))
    return pd.concat([pd.util.hash_pandas_object(part, index=False, categorize=False) for part in parts])

"""What do several people say together who judged one document for a query, each in a row of its own?"""

import pandas as pd

from engine.types import Message, Tables

PAIR = ["query_id", "corpus_id"]
ROWS = 100_000
"""Judgements that are looked at at once: their ids as objects of Python take many times what they take in a table."""


def together(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """A task's own tables with one judgement a pair where several rows judge it differently, and what was done."""
    made, qrels = dict(tables), tables.get("qrels")
    if qrels is None or "score" not in qrels or qrels.empty:
        return made, []
    pairs = _numbered(qrels)
    repeated = pairs.duplicated(keep=False).to_numpy()
    grades = qrels[repeated].groupby(PAIR, sort=False)["score"]
    differing = int((grades.nunique() > 1).sum())
    if not differing:
        return made, []
    median = grades.quantile(0.5, interpolation="lower").rename("median")
    kept = qrels[~pairs.duplicated().to_numpy()].reset_index(drop=True)
    agreed = kept.join(median, on=PAIR)["median"]
    made["qrels"] = kept.assign(score=agreed.fillna(kept["score"]))
    if "candidates" in made:  # a document that several judged is one candidate
        made["candidates"] = made["candidates"].drop_duplicates(PAIR, ignore_index=True)
    return made, [
        Message(
            "{count} {count:pair|pairs} of a query and a document {count:is|are} judged more than once in {table}, "
            "differently; the median of the grades is used, of two in the middle the lower one.",
            {"count": differing, "table": "qrels"},
        )
    ]


def _numbered(qrels: pd.DataFrame) -> pd.Series:
    """A number of 64 bits for each pair, equal where the pair is."""
    parts = (qrels[PAIR].iloc[start : start + ROWS] for start in range(0, len(qrels), ROWS))
    return pd.concat([pd.util.hash_pandas_object(part, index=False, categorize=False) for part in parts])

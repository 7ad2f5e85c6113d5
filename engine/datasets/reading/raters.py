"""What do several people say together who judged one document for a query, each in a row of its own?"""

import pandas as pd

from engine.types import Message, Tables

PAIR = ["query_id", "corpus_id"]


def together(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[Message]]:
    """A task's own tables with one judgement a pair where several rows judge it differently, and what was done."""
    made, qrels = dict(tables), tables.get("qrels")
    if qrels is None or "score" not in qrels:
        return made, []
    pairs = pd.MultiIndex.from_frame(qrels[PAIR])
    repeated = pairs.duplicated(keep=False)
    grades = qrels[repeated].groupby(PAIR, sort=False)["score"]
    differing = int((grades.nunique() > 1).sum())
    if not differing:
        return made, []
    median = grades.quantile(0.5, interpolation="lower").rename("median")
    kept = qrels[~pairs.duplicated()].reset_index(drop=True)
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

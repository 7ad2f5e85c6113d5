"""What must hold between the rows and tables of each task, beyond every single column?"""

from collections.abc import Callable, Mapping
from itertools import chain

import pandas as pd

from engine.column_checks import among, found, hashable, repeats
from engine.types import Message, Problem, Tables


def _sts(tables: Tables) -> list[Problem]:
    pairs = tables["pairs"]
    constant = pd.Series(pairs["score"].nunique() < 2, index=pairs.index)
    return found(
        "error", "pairs", constant, Message("All scores of {table} are equal; nothing can correlate with them.")
    )


def _pair_classification(tables: Tables) -> list[Problem]:
    pairs = tables["pairs"]
    other = ~pairs["label"].isin([0, 1])
    if other.any():
        return found("error", "pairs", other, Message("{count} labels of {table} are neither 1 (alike) nor 0."))
    constant = pd.Series(pairs["label"].nunique() < 2, index=pairs.index)
    return found(
        "error", "pairs", constant, Message("All labels of {table} are equal; there is nothing to tell apart.")
    )


def _bitext_mining(tables: Tables) -> list[Problem]:
    pairs = tables["pairs"]
    return [
        *found(
            "warning", "pairs", repeats(pairs, ["sentence2"]),
            Message("{count} rows of {table} have a sentence2 that stands before; finding that one counts as wrong."),
        ),
        *found(
            "warning", "pairs", pairs["sentence1"] == pairs["sentence2"],
            Message("{count} rows of {table} have the same text on both sides."),
        ),
    ]  # fmt: skip


def _labels(frame: pd.DataFrame) -> pd.Series:
    """How many rows have each label, most first; those of lists one by one."""
    return pd.Series(list(chain.from_iterable(_each(frame)))).value_counts()


def _each(frame: pd.DataFrame) -> list[list[object]]:
    return [cell if isinstance(cell, list) else [cell] for cell in frame["label"]]


def _rare(table: str, frame: pd.DataFrame) -> list[Problem]:
    counts = _labels(frame)
    rare = {*counts.index[counts == 1]}
    alone = pd.Series([bool(rare & {*labels}) for labels in _each(frame)], index=frame.index)
    return found("warning", table, alone, Message("{count} rows of {table} have a label that no other row has."))


def _classification(tables: Tables) -> list[Problem]:
    train, test = tables["train"], tables["test"]
    known = _labels(train)
    if len(known) < 2:
        every = pd.Series(True, index=train.index)
        return found(
            "error", "train", every, Message("All rows of {table} have the same label; nothing can be learnt.")
        )
    new = pd.Series([not {*labels} <= {*known.index} for labels in _each(test)], index=test.index)
    leaked = among(test["text"], train["text"])
    unlearnt = Message("{count} rows of {table} have a label that train lacks; they cannot be predicted rightly.")
    overlap = Message("{count} rows of {table} have a text that stands in train too; they are easier than new ones.")
    return [
        *_rare("train", train),
        *found("warning", "test", new, unlearnt),
        *found("warning", "test", leaked, overlap),
    ]


def _clustering(tables: Tables) -> list[Problem]:
    documents = tables["documents"]
    labels = documents["label"].map(hashable)
    every = pd.Series(True, index=documents.index)
    if labels.nunique() < 2:
        return found("error", "documents", every, Message("All rows of {table} have the same label."))
    if labels.nunique() == len(labels):
        return found("error", "documents", every, Message("No two rows of {table} have the same label."))
    return _rare("documents", documents)


def _retrieval(tables: Tables) -> list[Problem]:
    queries, corpus, qrels = tables["queries"], tables["corpus"], tables["qrels"]
    grades = qrels["score"] if "score" in qrels else pd.Series(1.0, index=qrels.index)
    broken = found("error", "qrels", grades % 1 != 0, Message("{count} scores of {table} are not whole numbers."))
    asked = among(qrels["query_id"], queries["id"])
    if broken or not asked.any():
        lost = Message("No row of {table} names a query that is there.")
        return broken or found("error", "qrels", ~asked, lost)
    positive = qrels["query_id"][(grades >= 1) & asked]
    if positive.empty:
        return found(
            "error", "qrels", asked, Message("No row of {table} says that a document is relevant (1 or more).")
        )
    judged = among(queries["id"], qrels["query_id"])
    return [
        *found(
            "warning", "qrels", ~asked,
            Message("{count} rows of {table} are about queries that are not there; they are passed over."),
        ),
        *found(
            "warning", "qrels", (grades >= 1) & ~among(qrels["corpus_id"], corpus["id"]),
            Message("{count} rows of {table} call a document relevant that is not in corpus; it counts as not found."),
        ),
        *found(
            "warning", "queries", ~judged,
            Message("{count} rows of {table} have no judgement in qrels; they are left out of the scores."),
        ),
        *found(
            "warning", "queries", judged & ~among(queries["id"], positive),
            Message("{count} rows of {table} have judgements but no relevant document; they score 0."),
        ),
    ]  # fmt: skip


def _reranking(tables: Tables) -> list[Problem]:
    problems = _retrieval(tables)
    queries, candidates, qrels = tables["queries"], tables["candidates"], tables["qrels"]
    lost = ~among(candidates["corpus_id"], tables["corpus"]["id"]) & among(candidates["query_id"], queries["id"])
    grades = qrels["score"] if "score" in qrels else pd.Series(1.0, index=qrels.index)
    relevant = pd.MultiIndex.from_frame(qrels[["query_id", "corpus_id"]][grades >= 1])
    right = pd.MultiIndex.from_frame(candidates[["query_id", "corpus_id"]]).isin(relevant)
    offered, good = candidates["query_id"], candidates["query_id"][right]
    judged = among(queries["id"], qrels["query_id"])
    return [
        *found("error", "candidates", lost, Message("{count} rows of {table} name a document that is not in corpus.")),
        *problems,
        *found(
            "warning", "queries", judged & ~among(queries["id"], offered),
            Message("{count} rows of {table} have no candidates; they score 0."),
        ),
        *found(
            "warning", "queries", among(queries["id"], qrels["query_id"][grades >= 1])
            & among(queries["id"], offered) & ~among(queries["id"], good),
            Message("{count} rows of {table} have no relevant document among their candidates; they score 0."),
        ),
        *found(
            "warning", "queries", among(queries["id"], good) & ~among(queries["id"], offered[~right]),
            Message("{count} rows of {table} have relevant candidates only; every model puts them first."),
        ),
    ]  # fmt: skip


def _summarization(tables: Tables) -> list[Problem]:
    summaries = tables["summaries"]
    same = summaries.groupby("text_id")["score"].transform("nunique") < 2
    if same.all():
        return found("error", "summaries", same, Message("No text of {table} has summaries with different scores."))
    skipped = Message("{count} rows of {table} belong to a text whose summaries all score the same; it is left out.")
    return found("warning", "summaries", same, skipped)


CHECKS: Mapping[str, Callable[[Tables], list[Problem]]] = {
    "sts": _sts,
    "pair_classification": _pair_classification,
    "bitext_mining": _bitext_mining,
    "classification": _classification,
    "clustering": _clustering,
    "retrieval": _retrieval,
    "reranking": _reranking,
    "summarization": _summarization,
}

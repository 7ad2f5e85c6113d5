"""What must hold between the rows and tables of each task, beyond every single column?"""

from collections.abc import Callable, Mapping

import pandas as pd

from engine.datasets.column_checks import among, found, hashable, repeats
from engine.datasets.reading.identifiers import apart
from engine.types import Message, Problem, Tables

MANY = 0.1
"""A larger share of ids that meet nothing is no matter of single rows."""

LEAKED = Message(
    "In {count} {count:row|rows} of {table}, the text stands in train too, which makes it easier than a new one."
)


def _of_all(table: str, message: Message) -> list[Problem]:
    """An error of a table as a whole: no row of it has a part in it that the others have not."""
    return [Problem("error", Message(message.template, {"table": table, **message.values}), table)]


def _sts(tables: Tables) -> list[Problem]:
    pairs = tables["pairs"]
    equal = Message("All scores of {table} are equal; nothing can correlate with them.")
    return _of_all("pairs", equal) if pairs["score"].nunique() < 2 else []


def _pair_classification(tables: Tables) -> list[Problem]:
    pairs = tables["pairs"]
    other = ~pairs["label"].isin([0, 1])
    if other.any():
        return found(
            "error",
            "pairs",
            other,
            Message("In {count} {count:row|rows} of {table}, the label is neither 1 (alike) nor 0."),
        )
    equal = Message("All labels of {table} are equal; there is nothing to tell apart.")
    return _of_all("pairs", equal) if pairs["label"].nunique() < 2 else []


def _bitext_mining(tables: Tables) -> list[Problem]:
    pairs = tables["pairs"]
    return [
        *found(
            "warning", "pairs", repeats(pairs, ["sentence2"]),
            Message("In {count} {count:row|rows} of {table}, sentence2 is that of an earlier row; "
            "finding that one is wrong."),
        ),
        *found(
            "warning", "pairs", pairs["sentence1"] == pairs["sentence2"],
            Message("In {count} {count:row|rows} of {table}, both sides are the same text."),
        ),
    ]  # fmt: skip


def _labels(frame: pd.DataFrame) -> pd.Series:
    """The labels one by one, those of a list under the index of their row."""
    return frame["label"].explode()


def _any(of_labels: pd.Series) -> pd.Series:
    """What holds for a row because it does for one of its labels."""
    return of_labels.groupby(level=0).any()


def _rare(table: str, frame: pd.DataFrame) -> list[Problem]:
    labels = _labels(frame)
    alone = _any(labels.notna() & ~labels.duplicated(keep=False))
    return found(
        "warning",
        table,
        alone,
        Message("In {count} {count:row|rows} of {table}, the label is one that no other row has."),
    )


def _never(known: pd.Series, asked: pd.Series) -> Message:
    """No label is both learnt and asked for: some of each."""
    some = {"known": known, "asked": asked}
    return Message(
        "No label of {table} stands in train: test has labels such as {asked}, train such as {known}.",
        {name: ", ".join(map(str, labels.dropna().unique()[:3])) for name, labels in some.items()},
    )


def _classification(tables: Tables) -> list[Problem]:
    train, test = tables["train"], tables["test"]
    known, asked = _labels(train), _labels(test)
    if known.nunique() < 2:
        return _of_all("train", Message("All rows of {table} have the same label; nothing can be learnt."))
    if not among(asked, known).any():
        return _of_all("test", _never(known, asked))
    new = _any(asked.notna() & ~among(asked, known))
    leaked = among(test["text"], train["text"])
    unlearnt = Message(
        "In {count} {count:row|rows} of {table}, the label is one that train lacks; it cannot be predicted."
    )
    return [
        *_rare("train", train),
        *found("warning", "test", new, unlearnt),
        *found("warning", "test", leaked, LEAKED),
    ]


def _clustering(tables: Tables) -> list[Problem]:
    documents = tables["documents"]
    labels = documents["label"]
    labels = labels.map(hashable) if labels.dtype == object else labels
    if labels.nunique() < 2:
        return _of_all("documents", Message("All rows of {table} have the same label."))
    if labels.nunique() == len(labels):
        return _of_all("documents", Message("No two rows of {table} have the same label."))
    return _rare("documents", documents)


def _many(table: str, lost: pd.Series, message: Message) -> list[Problem]:
    """Said first where more than a tenth of the rows name what is not there: the ids are written otherwise, rather."""
    return found("warning", table, lost, message) if lost.mean() > MANY else []


def own_documents(tables: Tables) -> pd.Series:
    """Which queries stand in the corpus under their own id, as in ArguAna: each finds itself first."""
    queries, corpus = tables["queries"], tables["corpus"]
    known = pd.Series(corpus["text"].to_numpy(object), index=corpus["id"].to_numpy(object))
    own = pd.Series(queries["id"].to_numpy(object), index=queries.index).map(known[~known.index.duplicated()])
    return own.notna() & (own.str.strip() == queries["text"].str.strip())


def _own(tables: Tables) -> list[Problem]:
    return found(
        "warning", "queries", own_documents(tables),
        Message(
            "In {count} {count:row|rows} of {table}, the query stands in corpus under its own id and "
            "finds itself first, which "
            "lowers the score; the setting ignore_identical_ids passes it over, as mteb does for such data."
        ),
    )  # fmt: skip


def _retrieval(tables: Tables) -> list[Problem]:
    queries, corpus, qrels = tables["queries"], tables["corpus"], tables["qrels"]
    grades = qrels["score"] if "score" in qrels else pd.Series(1.0, index=qrels.index)
    broken = found(
        "error",
        "qrels",
        grades % 1 != 0,
        Message(
            "In {count} {count:row|rows} of {table}, the score is not a whole number, as grades of "
            "documents must be: round "
            "them, or read the pairs of texts as sts."
        ),
    )
    asked = among(qrels["query_id"], queries["id"])
    if broken or not asked.any():
        return broken or found("error", "qrels", ~asked, apart(tables, "qrels", "query_id"))
    positive = qrels["query_id"][(grades >= 1) & asked]
    if positive.empty:
        return found(
            "error", "qrels", asked, Message("No row of {table} says that a document is relevant (1 or more).")
        )
    judged, lost = among(queries["id"], qrels["query_id"]), (grades >= 1) & ~among(qrels["corpus_id"], corpus["id"])
    if lost.sum() == (grades >= 1).sum():
        return found("error", "qrels", lost, apart(tables, "qrels", "corpus_id"))
    return [
        *_many("qrels", ~asked, apart(tables, "qrels", "query_id")),
        *_many("qrels", lost, apart(tables, "qrels", "corpus_id")),
        *_own(tables),
        *found(
            "warning", "qrels", ~asked,
            Message("In {count} {count:row|rows} of {table}, the query is not there; the judgement is passed over."),
        ),
        *found(
            "warning", "qrels", lost,
            Message("In {count} {count:row|rows} of {table}, a relevant document is not in corpus; it "
            "counts as not found."),
        ),
        *found(
            "warning", "queries", ~judged,
            Message("In {count} {count:row|rows} of {table}, the query has no judgement in qrels; it is "
            "left out of the scores."),
        ),
        *found(
            "warning", "queries", judged & ~among(queries["id"], positive),
            Message("In {count} {count:row|rows} of {table}, the query has judgements but no relevant "
            "document; it scores 0."),
        ),
    ]  # fmt: skip


def _reranking(tables: Tables) -> list[Problem]:
    problems = _retrieval(tables)
    queries, candidates, qrels = tables["queries"], tables["candidates"], tables["qrels"]
    lost = ~among(candidates["corpus_id"], tables["corpus"]["id"]) & among(candidates["query_id"], queries["id"])
    grades = qrels["score"] if "score" in qrels else pd.Series(1.0, index=qrels.index)
    relevant = pd.MultiIndex.from_frame(qrels[["query_id", "corpus_id"]][grades >= 1])
    right = pd.MultiIndex.from_frame(candidates[["query_id", "corpus_id"]]).isin(relevant)
    if not among(candidates["query_id"], queries["id"]).any():
        return found("error", "candidates", candidates["query_id"].notna(), apart(tables, "candidates", "query_id"))
    offered, good = candidates["query_id"], candidates["query_id"][right]
    judged = among(queries["id"], qrels["query_id"])
    return [
        *found("error", "candidates", lost, Message("In {count} {count:row|rows} of {table}, the "
        "document is not in corpus.")),
        *problems,
        *found(
            "warning", "queries", judged & ~among(queries["id"], offered),
            Message("In {count} {count:row|rows} of {table}, the query has no candidates; it scores 0."),
        ),
        *found(
            "warning", "queries", among(queries["id"], qrels["query_id"][grades >= 1])
            & among(queries["id"], offered) & ~among(queries["id"], good),
            Message("In {count} {count:row|rows} of {table}, no candidate of the query is relevant; it scores 0."),
        ),
        *found(
            "warning", "queries", among(queries["id"], good) & ~among(queries["id"], offered[~right]),
            Message("In {count} {count:row|rows} of {table}, the query's candidates are all relevant; it "
            "tells nothing."),
        ),
    ]  # fmt: skip


def _summarization(tables: Tables) -> list[Problem]:
    summaries = tables["summaries"]
    same = summaries.groupby("text_id")["score"].transform("nunique") < 2
    if same.all():
        return found("error", "summaries", same, Message("No text of {table} has summaries with different scores."))
    skipped = Message(
        "In {count} {count:row|rows} of {table}, all summaries of the text score the same; it is left out."
    )
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

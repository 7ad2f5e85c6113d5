"""What is in a dataset: how long are its texts, in which scripts, how often the same, how labelled and judged?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd

from engine import plugins
from engine.datasets.column_checks import among
from engine.texts.profile import TextProfile, profile_texts
from engine.types import Dataset, Tables

BARS = 20


@dataclass(frozen=True)
class Profile:
    """What is in a dataset.

    labels: table, label, rows, the commonest first · numbers: table, column, low, high, rows · judgements: per number
    of documents, how many queries have so many judged and so many relevant · overlaps: shares in 0..1 of the queries
    that stand word for word in a document that answers them, that are a document, and of test texts that are in train.
    """

    texts: tuple[TextProfile, ...]
    labels: pd.DataFrame
    numbers: pd.DataFrame
    judgements: pd.DataFrame
    overlaps: Mapping[str, float]


def profile(dataset: Dataset) -> Profile:
    """What is in this dataset; two seconds for 100,000 short texts."""
    tables = dataset.tables
    there = [
        (name, column, tables[name][column.name])
        for name, columns in plugins.tasks()[dataset.task].tables.items()
        for column in columns
        if name in tables and column.name in tables[name]
    ]
    labels = [_labels(name, values) for name, column, values in there if column.kind == "label"]
    numbers = [_numbers(name, values) for name, column, values in there if column.kind == "number"]
    return Profile(
        texts=tuple(
            profile_texts(name, column.name, _flat(values))
            for name, column, values in there
            if column.kind in {"text", "texts"}
        ),
        labels=_joined(labels, ["table", "label", "rows"]),
        numbers=_joined(numbers, ["table", "column", "low", "high", "rows"]),
        judgements=_joined([_judgements(tables)] if "qrels" in tables else [], ["documents", "judged", "relevant"]),
        overlaps=_overlaps(tables),
    )


def _joined(parts: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _flat(values: pd.Series) -> pd.Series:
    """The texts of a column, also where its cells are lists of them."""
    return pd.Series(list(chain.from_iterable(values)), dtype="str") if values.dtype == object else values


def _labels(table: str, values: pd.Series) -> pd.DataFrame:
    """How many rows have each label, those in lists one by one."""
    counts = values.explode().astype("str").value_counts()
    return pd.DataFrame({"table": table, "label": counts.index, "rows": counts.to_numpy()})


def _numbers(table: str, values: pd.Series) -> pd.DataFrame:
    """Rows per value, or per range where there are many values; both ends included, but for a range's upper one."""
    finite = values[np.isfinite(values)].to_numpy()
    different, rows = np.unique(finite, return_counts=True)
    lows, highs = different, different
    if len(different) > BARS + 1:
        rows, edges = np.histogram(finite, BARS)
        lows, highs = edges[:-1], edges[1:]
    return pd.DataFrame({"table": table, "column": values.name, "low": lows, "high": highs, "rows": rows})


def _judgements(tables: Tables) -> pd.DataFrame:
    """How many queries have 0, 1, 2 … judged documents, and how many so many relevant ones."""
    queries, qrels = tables["queries"]["id"], tables["qrels"].drop_duplicates(["query_id", "corpus_id"], keep="last")
    per_query = [
        one["query_id"].value_counts().reindex(queries, fill_value=0).to_numpy() for one in (qrels, _relevant(qrels))
    ]
    most = int(max(counts.max(initial=0) for counts in per_query))
    judged, relevant = (np.bincount(counts, minlength=most + 1) for counts in per_query)
    table = pd.DataFrame({"documents": np.arange(most + 1), "judged": judged, "relevant": relevant})
    return table[(table["judged"] > 0) | (table["relevant"] > 0)].reset_index(drop=True)


def _relevant(qrels: pd.DataFrame) -> pd.DataFrame:
    return qrels[qrels["score"] >= 1] if "score" in qrels else qrels


def _overlaps(tables: Tables) -> dict[str, float]:
    if "train" in tables:
        return {"test_in_train": float(among(tables["test"]["text"], tables["train"]["text"]).mean())}
    if "qrels" not in tables:
        return {}
    queries, corpus = tables["queries"].set_index("id")["text"], tables["corpus"].set_index("id")["text"]
    pairs = _relevant(tables["qrels"])
    pairs = pairs[pairs["query_id"].isin(queries.index) & among(pairs["corpus_id"], corpus.index.to_series())]
    asked = queries.reindex(pairs["query_id"]).str.casefold().str.strip()
    answers = corpus.reindex(pairs["corpus_id"]).str.casefold()
    inside = [query in answer for query, answer in zip(asked, answers, strict=True)]
    return {
        "query_in_answer": float(pairs["query_id"][inside].nunique() / max(1, pairs["query_id"].nunique())),
        "query_is_document": float(among(queries.reset_index(drop=True), corpus).mean()),
    }

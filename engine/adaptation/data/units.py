"""What of a dataset is learnt from or judged as one, and how is the dataset of some of it made?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.adaptation.data.examples import documents_of, relevant
from engine.types import Dataset, Tables, UserError

Rows = npt.NDArray[np.int64]
TABLES = {
    "sts": "pairs", "pair_classification": "pairs", "bitext_mining": "pairs", "summarization": "summaries",
    "clustering": "documents", "classification": "train", "retrieval": "queries", "reranking": "queries",
}  # fmt: skip
"""The table whose rows are split, by task. A classification's `test` is judged as it is."""


@dataclass(frozen=True)
class Units:
    """The rows that are split, in the order of their table, and the texts that each one shows: query and documents."""

    table: str
    texts: Sequence[Sequence[str]]

    def __len__(self) -> int:
        return len(self.texts)


def units(dataset: Dataset) -> Units:
    """The units of a dataset.

    Raises:
        UserError: its task has none.
    """
    if dataset.task not in TABLES:
        raise UserError("Nothing can be learnt from a dataset of the task {task}.", task=dataset.task)
    table = dataset.tables[TABLES[dataset.task]]
    if dataset.task in ("retrieval", "reranking"):
        return Units("queries", _asked(dataset))
    names = [name for name in ("sentence1", "sentence2", "text", "machine_summary") if name in table]
    return Units(TABLES[dataset.task], list(zip(*(table[name].astype(str) for name in names), strict=True)))


def _asked(dataset: Dataset) -> list[list[str]]:
    """Each query with the documents that answer it."""
    documents, judged = documents_of(dataset), relevant(dataset)
    answers = judged.assign(text=judged["corpus_id"].map(documents)).dropna(subset="text").groupby("query_id")["text"]
    known = answers.agg(list).to_dict()
    queries = dataset.tables["queries"]
    return [[text, *known.get(name, [])] for name, text in zip(queries["id"], queries["text"], strict=True)]


def part(
    dataset: Dataset, rows: Rows, *, keep: int | None = None, without: Sequence[str] = (), seed: int = 0
) -> Dataset:
    """The dataset of some of its units.

    keep: of a corpus, the documents that are judged for these queries and others drawn, so many in all · without:
    documents that are left out, by their ids.
    """
    table = TABLES[dataset.task]
    chosen = dataset.tables[table].iloc[np.sort(rows)].reset_index(drop=True)
    tables: Tables = dict(dataset.tables) | {table: chosen}
    if table == "queries":
        tables = _asked_part(dataset, chosen, keep, frozenset(without), seed)
    return replace(dataset, tables=tables, fingerprint="")


def _asked_part(
    dataset: Dataset, queries: pd.DataFrame, keep: int | None, without: frozenset[str], seed: int
) -> dict[str, pd.DataFrame]:
    names = ("qrels", "candidates")
    tables = {name: dataset.tables[name] for name in names if name in dataset.tables}
    tables = {name: one[one["query_id"].isin(queries["id"])].reset_index(drop=True) for name, one in tables.items()}
    corpus = dataset.tables["corpus"]
    corpus = corpus[~corpus["id"].isin(without)]
    if keep is not None and len(corpus) > keep:
        needed = corpus["id"].isin({name for one in tables.values() for name in one["corpus_id"]}).to_numpy()
        others = np.flatnonzero(~needed)
        drawn = np.random.default_rng(seed).permutation(others)[: max(keep - int(needed.sum()), 0)]
        corpus = corpus.iloc[np.sort(np.concatenate([np.flatnonzero(needed), drawn]))]
    return {"queries": queries, "corpus": corpus.reset_index(drop=True), **tables}

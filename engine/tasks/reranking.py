"""Does the model put the right ones among a query's candidate documents first?"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.metrics import abstention, following, ranked_items, ranking
from engine.metrics.judged_tables import (
    TABLES,
    constant,
    from_pairs,
    pair_columns,
    sample_columns,
    samples_as_pairs,
    texts,
)
from engine.metrics.ranked_items import (
    SETTINGS,
    Judgements,
    apply_settings,
    item_table,
    judged_items,
    judgements,
    request,
)
from engine.metrics.subqueries import merge, merged
from engine.rankings import Ranking, Request
from engine.search.top_k import search
from engine.texts.column_names import column
from engine.types import BadDataset, Dataset, Layout, Ranked, Similarity, Tables, Task, Vectors

MAIN = "map_at_1000"
CANDIDATES = (column("query_id", "id", "query_id"), column("corpus_id", "id", "document_id"))
CHANGED = "changed"
"""The optional table of the documents whose relevance a changed instruction changes; see `following`."""


def judge(dataset: Dataset, vectors: Mapping[str, Vectors], similarity: Similarity) -> pd.DataFrame:
    """One row per judged query, ranked over its own candidates; a query without any scores 0. See `item_table`.

    With the setting `merge_subqueries`, queries that ask for the same are judged as one; see `merge`. With a table
    `changed`, the items say how well the ranking follows a changed instruction.

    Raises:
        BadDataset: as for retrieval, or a candidate is not in the corpus.
        BadModel: a vector holds a value that is not a finite number.
    """
    judged = judgements(dataset)
    wanted = _request(dataset, judged)
    asked = vectors["queries"][wanted.query_rows]
    return _items(dataset, judged, search(wanted, asked, vectors["corpus"], similarity=similarity))


def _request(dataset: Dataset, judged: Judgements) -> Request:
    return request(dataset, judged, _candidates(dataset.tables["candidates"], judged))


def _items(dataset: Dataset, judged: Judgements, found: Ranking) -> pd.DataFrame:
    found = apply_settings(found, judged, dataset.settings)
    if dataset.settings.get("merge_subqueries"):
        judged, found = merge(judged, found)
    items = item_table(judged, found, MAIN, further=dataset.settings.get("further_k_values", ()))
    if CHANGED not in dataset.tables:
        return items
    return items.assign(**{following.COLUMN: following.followed(judged, found, dataset.tables[CHANGED])})


RANKED = Ranked(
    request=lambda dataset: _request(dataset, judgements(dataset)),
    judge=lambda dataset, found: _items(dataset, judgements(dataset), found),
)


def judged_queries(dataset: Dataset) -> pd.DataFrame:
    """The queries that `judge` gives a row, those that ask for the same as one where they are merged."""
    judged = judgements(dataset)
    return judged_items(merged(judged) if dataset.settings.get("merge_subqueries") else judged)


def metrics(items: pd.DataFrame) -> dict[str, Any]:
    """The metrics of a ranking, and p-MRR where queries were asked anew with another instruction."""
    return ranked_items.metrics(items) | following.scores(items, ranked_items.metrics)


def resampled(items: pd.DataFrame, counts: npt.NDArray[Any]) -> dict[str, npt.NDArray[np.float64]]:
    """The means of a ranking's metrics, and p-MRR where there is one."""
    return ranking.resampled_means(items, counts) | following.resampled(items, counts)


def _candidates(table: pd.DataFrame, judged: Judgements) -> list[npt.NDArray[np.int64]]:
    """The corpus rows of each judged query's candidates, in the order of the table."""
    queries = pd.Index(judged.query_ids, dtype=object).get_indexer(table["query_id"].astype(str))
    documents = pd.Index(judged.corpus_ids, dtype=object).get_indexer(table["corpus_id"].astype(str))
    lost = np.flatnonzero((queries >= 0) & (documents < 0))
    if len(lost):
        raise BadDataset(
            "The table candidates names the document {id!r} in row {row}, which is not in the corpus.",
            id=table["corpus_id"].iloc[lost[0]],
            row=int(lost[0]) + 1,
        )
    pairs = pd.DataFrame({"query": queries, "document": documents}).query("query >= 0").drop_duplicates()
    pairs = pairs.sort_values("query", kind="stable")
    ends = np.searchsorted(pairs["query"], np.arange(1, len(judged.query_ids)))
    return np.split(pairs["document"].to_numpy(), ends)


def from_long(tables: Tables) -> dict[str, pd.DataFrame]:
    """Rows of query, document and label as the four tables: a query's candidates are the documents of its rows."""
    made = from_pairs(tables["pairs"])
    return made | {"candidates": made["qrels"][["query_id", "corpus_id"]]}


def from_samples(tables: Tables) -> dict[str, pd.DataFrame]:
    """Queries with their positive and negative documents as mteb turns them into tables.

    Every copy of a document is one of its own. The ids are mteb's: as equal scores go to the higher id, they go to
    `negative_…` before `apositive_…`, so that ties count against the model. Queries that lack either side are left out.
    Where the documents stand one a row instead of in lists, the rows of one query belong together.
    """
    samples = tables["samples"]
    if (samples["positive"].map(len) <= 1).all() and (samples["negative"].map(len) <= 1).all():
        samples = _gathered(tables)
    samples = samples[(samples["positive"].map(len) > 0) & (samples["negative"].map(len) > 0)]
    if samples.empty:
        raise BadDataset("No query has both a positive and a negative document; there is nothing to rerank.")
    ids = [f"test_query{number}" for number in range(len(samples))]
    documents = [
        (query, f"{name}_{query}_{number:05d}", text, score)
        for query, positives, negatives in zip(ids, samples["positive"], samples["negative"], strict=True)
        for name, score, own in (("apositive", 1, positives), ("negative", 0, negatives))
        for number, text in enumerate(own)
    ]
    table = pd.DataFrame(documents, columns=["query_id", "corpus_id", "text", "score"])
    queries = samples.drop(columns=["positive", "negative"]).rename(columns={"query": "text"})
    return {
        "corpus": table[["corpus_id", "text"]].rename(columns={"corpus_id": "id"}),
        "queries": queries.reset_index(drop=True).assign(id=ids),
        "qrels": table[["query_id", "corpus_id", "score"]],
        "candidates": table[["query_id", "corpus_id"]],
    }


def _gathered(tables: Tables) -> pd.DataFrame:
    """One row per query with lists, out of rows with one document on each side."""
    pairs = samples_as_pairs(tables).drop_duplicates(["query", "document", "score"])
    told = tables["samples"].drop(columns=["positive", "negative"])
    queries = told[constant(told, told["query"])].drop_duplicates("query").set_index("query")
    for side, score in (("positive", 1), ("negative", 0)):
        own = pairs[pairs["score"] == score].groupby("query")["document"].agg(list)
        queries[side] = [own.get(query, []) for query in queries.index]
    return queries.reset_index()


TASK = Task(
    name="reranking",
    title="Reranking",
    question=__doc__,
    tables={**TABLES, "candidates": CANDIDATES, CHANGED: CANDIDATES},
    optional_tables=(CHANGED,),
    main_metric=MAIN,
    per_item="the main metric of the query alone",
    texts=texts,
    judge=judge,
    ranked=RANKED,
    judged=judged_queries,
    metrics=metrics,
    resampled=resampled,
    signed=(following.KEY,),
    source="https://arxiv.org/abs/2210.07316",
    together="{n} queries that ask for {groups} different documents",
    settings={**SETTINGS, "merge_subqueries": False},
    layouts=(
        Layout({"pairs": pair_columns(score_required=True)}, from_long),
        Layout({"samples": sample_columns(negative_required=True)}, from_samples),
    ),
    definitions=ranking.DEFINITIONS | abstention.DEFINITIONS | {following.KEY: following.DEFINITION},
)

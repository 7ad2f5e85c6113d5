"""How do people write down queries, documents and judgements, and which tables and texts are that?"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from engine.texts.column_names import column
from engine.texts.text_columns import TextColumn
from engine.types import BadDataset, Column, Dataset, Tables, Texts

TABLES: Mapping[str, tuple[Column, ...]] = {
    "corpus": (
        column("id", "id", "id", "document_id"),
        column("title", "text", "title", required=False),
        column("text", "text", "document"),
    ),
    "queries": (
        column("id", "id", "id", "query_id"),
        column("text", "text", "query"),
        column("group", "id", "group", required=False),
    ),
    "qrels": (
        column("query_id", "id", "query_id"),
        column("corpus_id", "id", "document_id"),
        column("score", "number", "grade", required=False),
    ),
}


def texts(dataset: Dataset) -> dict[str, Texts]:
    """Every query and every document, row by row; a title stands before its document's text, as mteb joins them."""
    corpus, queries = dataset.tables["corpus"], dataset.tables["queries"]
    documents = TextColumn(corpus["text"], corpus.get("title"), stripped=True)
    return {"queries": Texts(TextColumn(queries["text"]), "query"), "corpus": Texts(documents, "document")}


def pair_columns(score_required: bool) -> tuple[Column, ...]:
    """The columns of a table with a query, a document and perhaps a grade in a row; ids only where people have them."""
    return (
        column("query_id", "id", "query_id", required=False),
        column("query", "text", "query"),
        column("document_id", "id", "document_id", required=False),
        column("document", "text", "document"),
        column("score", "number", "grade", required=score_required),
        column("group", "id", "group", required=False),
    )


def sample_columns(negative_required: bool) -> tuple[Column, ...]:
    """The columns of a table with a query, its right and its wrong documents in a row: lists, or one each."""
    return (
        column("query", "text", "query"),
        column("positive", "texts", "positive"),
        column("negative", "texts", "negative", required=negative_required),
        column("group", "id", "group", required=False),
    )


def from_pairs(pairs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """corpus, queries and qrels out of rows of query, document and perhaps score (1 where there is none).

    Without ids equal texts are one query or one document. Document ids that start anew with each query are told apart
    by the query's id. A row whose score is missing gives its document, and no judgement. What else the rows hold goes
    to what it is the same for throughout: a query, or else a document that stands in several rows; what differs from
    judgement to judgement stays with these.

    Raises:
        BadDataset: one query id has two texts.
    """
    pairs = pairs.reset_index(drop=True)
    score = pairs["score"] if "score" in pairs else pd.Series(1, index=pairs.index)
    query_id = _ids(pairs, "query", "q")
    document_id = _ids(pairs, "document", "d")
    _refuse_two_texts(query_id, pairs["query"])
    if pairs["document"].groupby(document_id).nunique().max() > 1:
        document_id = query_id + ":" + document_id
    extra = pairs.drop(columns=["query_id", "query", "document_id", "document", "score"], errors="ignore")
    of_query = constant(extra, query_id)
    others = extra.drop(columns=of_query)
    of_document = constant(others, document_id) if document_id.duplicated().any() else []
    queries = pd.DataFrame({"id": query_id, "text": pairs["query"]}).join(extra[of_query])
    corpus = pd.DataFrame({"id": document_id, "text": pairs["document"]}).join(extra[of_document])
    ids = pd.DataFrame({"query_id": query_id, "corpus_id": document_id})
    most = score.groupby([query_id, document_id]).transform("max")
    qrels = ids.assign(score=most).join(others.drop(columns=of_document))[score.notna()]
    return {
        "corpus": _first(corpus, ["id"]),
        "queries": _first(queries[query_id.isin(qrels["query_id"])], ["id"]),
        "qrels": _first(qrels, [*ids]),
    }


def constant(table: pd.DataFrame, ids: pd.Series) -> list[str]:
    """The columns that hold one value in all rows of an id, whichever it is; missing is a value."""
    plain = table.apply(lambda cells: cells.astype(str) if cells.dtype == object else cells)  # lists have no hash
    return [name for name in table if plain[name].groupby(ids).nunique(dropna=False).max() <= 1]


def samples_as_pairs(tables: Tables) -> pd.DataFrame:
    """Rows of a query with lists of positive and negative documents as rows of query, document and score (1 or 0)."""
    samples = tables["samples"]
    sides = {1: "positive", 0: "negative"} if "negative" in samples else {1: "positive"}
    parts = [
        samples.drop(columns=[*sides.values()]).assign(document=samples[side], score=score).explode("document")
        for score, side in sides.items()
    ]
    return pd.concat(parts).dropna(subset="document").sort_index(kind="stable")


def _ids(pairs: pd.DataFrame, side: str, letter: str) -> pd.Series:
    """The ids of one side as strings, made from the order of the different texts where there are none."""
    if f"{side}_id" in pairs:
        return pairs[f"{side}_id"].astype(str)
    return letter + pd.Series(pd.factorize(pairs[side])[0], index=pairs.index).astype(str)


def _first(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return table.drop_duplicates(keys).reset_index(drop=True)


def _refuse_two_texts(ids: pd.Series, queries: pd.Series) -> None:
    first = queries.groupby(ids).transform("first")
    wrong = np.flatnonzero((queries != first).to_numpy())
    if len(wrong):
        raise BadDataset(
            "Row {row}: the query id {id!r} stands for {here!r} here and for {before!r} before; one id is one query.",
            row=int(wrong[0]) + 1,
            id=ids.iloc[wrong[0]],
            here=queries.iloc[wrong[0]],
            before=first.iloc[wrong[0]],
        )

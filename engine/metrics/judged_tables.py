"""How do people write down queries, documents and judgements, and which tables and texts are that?"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from engine.texts.text_columns import TextColumn
from engine.types import BadDataset, Column, Dataset, Tables, Texts

QUERY_IDS = ("query-id", "queryid", "qid", "q_id", "question_id", "topic_id", "topic", "查询编号", "问题编号")
DOCUMENT_IDS = (
    "corpus-id", "doc_id", "doc-id", "docid", "document_id", "document-id", "did", "pid", "passage_id", "docno",
    "文档编号", "段落编号",
)  # fmt: skip
QUERY_TEXTS = ("query", "question", "search", "q", "问题", "查询", "提问", "检索词")
DOCUMENT_TEXTS = ("document", "doc", "passage", "paragraph", "content", "contents", "body", "answer", "article",
                  "文档", "内容", "正文", "段落", "答案", "文章")  # fmt: skip
GRADES = ("relevance", "rel", "label", "labels", "grade", "judgement", "judgment", "rating", "gain",
          "相关性", "相关度", "标签", "得分", "分数", "等级")  # fmt: skip
POSITIVES = (
    "positives",
    "pos",
    "positive_passages",
    "positive_documents",
    "positive_doc",
    "relevant",
    "正例",
    "正样本",
)
NEGATIVES = ("negatives", "neg", "negative_passages", "negative_documents", "negative_doc", "irrelevant",
             "hard_negative", "hard_negatives", "负例", "负样本")  # fmt: skip

TABLES: Mapping[str, tuple[Column, ...]] = {
    "corpus": (
        Column("id", "id", aliases=("_id", "corpus_id", *DOCUMENT_IDS, "编号")),
        Column("title", "text", required=False, aliases=("heading", "headline", "subject", "name", "标题", "题目")),
        Column("text", "text", aliases=(*DOCUMENT_TEXTS, "文本")),
    ),
    "queries": (
        Column("id", "id", aliases=("_id", "query_id", *QUERY_IDS, "编号")),
        Column("text", "text", aliases=(*QUERY_TEXTS, "content", "文本", "内容")),
    ),
    "qrels": (
        Column("query_id", "id", aliases=QUERY_IDS),
        Column("corpus_id", "id", aliases=DOCUMENT_IDS),
        Column("score", "number", required=False, aliases=GRADES),
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
        Column("query_id", "id", required=False, aliases=QUERY_IDS),
        Column("query", "text", aliases=QUERY_TEXTS),
        Column("document_id", "id", required=False, aliases=("corpus_id", *DOCUMENT_IDS)),
        Column("document", "text", aliases=(*DOCUMENT_TEXTS, "text", "文本")),
        Column("score", "number", required=score_required, aliases=GRADES),
    )


def sample_columns(negative_required: bool) -> tuple[Column, ...]:
    """The columns of a table with a query, its right and its wrong documents in a row: lists, or one each."""
    return (
        Column("query", "text", aliases=QUERY_TEXTS),
        Column("positive", "texts", aliases=POSITIVES),
        Column("negative", "texts", required=negative_required, aliases=NEGATIVES),
    )


def from_pairs(pairs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """corpus, queries and qrels out of rows of query, document and perhaps score (1 where there is none).

    Without ids equal texts are one query or one document. Document ids that start anew with each query are told apart
    by the query's id. What else a row holds goes to the query where it first stands.

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
    queries = pd.concat([pd.DataFrame({"id": query_id, "text": pairs["query"]}), extra], axis=1)
    qrels = pd.DataFrame({"query_id": query_id, "corpus_id": document_id, "score": score})
    return {
        "corpus": _first(pd.DataFrame({"id": document_id, "text": pairs["document"]}), ["id"]),
        "queries": _first(queries, ["id"]),
        "qrels": qrels.groupby(["query_id", "corpus_id"], sort=False, as_index=False)["score"].max(),
    }


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

"""Our retrieval and reranking and mteb's on the same vectors."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from datasets import Dataset as Rows
from mteb.abstasks.retrieval import AbsTaskRetrieval

from engine.metrics.ranking import cutoffs
from engine.types import Dataset, Task
from tests.oracle import GivenVectors, in_memory, mteb_scores

Judged = Sequence[tuple[str, str, int]]


def dataset(
    queries: int, documents: int, qrels: Judged, *, candidates: Sequence[tuple[str, str]] = (), **settings: Any
):
    """Queries q0, q1 … and documents d0, d1 …, all with texts of their own."""
    tables = {
        "queries": numbered("q", queries),
        "corpus": numbered("d", documents),
        "qrels": pd.DataFrame(qrels, columns=["query_id", "corpus_id", "score"]),
    }
    if candidates:
        tables["candidates"] = pd.DataFrame(candidates, columns=["query_id", "corpus_id"])
    return Dataset("given", "reranking" if candidates else "retrieval", tables, settings=settings)


def numbered(letter: str, number: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"id": [f"{letter}{row}" for row in range(number)], "text": [f"{letter} text {row}" for row in range(number)]}
    )


def judgements(random: np.random.Generator, queries: int, documents: int, *, per_query: int = 4, grades=(1,)) -> Judged:
    return [
        (f"q{query}", f"d{document}", int(random.choice(grades)))
        for query in range(queries)
        for document in random.choice(documents, min(per_query, documents), replace=False)
    ]


def vectors(random: np.random.Generator, queries: int, documents: int, *, values: int = 0) -> dict[str, Any]:
    """Normally distributed vectors, or vectors of few coordinates with so many different whole values: heavy ties."""
    if values:
        draws = (random.integers(0, values, (number, 4)).astype(np.float32) for number in (queries, documents))
    else:
        draws = (random.normal(size=(number, 24)).astype(np.float32) for number in (queries, documents))
    return dict(zip(("queries", "corpus"), draws, strict=True))


def theirs(given: Dataset, texts: Mapping[str, Any], vectors: Mapping[str, Any], similarity: str) -> dict[str, Any]:
    """mteb's scores; its model knows a text only if ours reads the tables as the same text."""
    relevant: dict[str, dict[str, int]] = {}
    for query, document, grade in given.tables["qrels"].itertuples(index=False):
        relevant.setdefault(query, {})[document] = int(grade)
    candidates = None
    if "candidates" in given.tables:
        candidates = given.tables["candidates"].groupby("query_id", sort=False)["corpus_id"].agg(list).to_dict()
    split = {
        name: Rows.from_dict({header: column.tolist() for header, column in given.tables[name].items()})
        for name in ("corpus", "queries")
    }
    model = GivenVectors({texts[name].role: (texts[name].items, vectors[name]) for name in split}, similarity)
    data = {"test": {**split, "relevant_docs": relevant, "top_ranked": candidates}}
    settings = {"k_values": cutoffs(given.settings.get("further_k_values", ())), **given.settings}
    task = in_memory(AbsTaskRetrieval, data, task_type="Retrieval", main_score="ndcg_at_10", **settings)
    return {key: value for key, value in mteb_scores(task, model).items() if key != "main_score"}


def assert_parity(task: Task, given: Dataset, vectors: Mapping[str, Any], similarity: str = "cosine") -> None:
    """Every one of mteb's values within 1e-6, nan where it is nan: 148, and 21 more at each further k."""
    ours = task.metrics(task.judge(given, vectors, similarity))
    scores = theirs(given, task.texts(given), vectors, similarity)
    assert len(scores) == 148 + 21 * len(given.settings.get("further_k_values", ()))
    assert set(ours) == set(scores)
    wrong = {key: (ours[key], value) for key, value in scores.items() if not same(ours[key], value)}
    assert not wrong


def same(one: float, two: float) -> bool:
    return (math.isnan(one) and math.isnan(two)) or abs(one - two) <= 1e-6

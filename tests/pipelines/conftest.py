"""A small retrieval set with a dense model and a reranker."""

import numpy as np
import pandas as pd
import pytest

from engine.datasets import library
from engine.models import catalogue
from engine.types import ModelEntry, Pipeline
from tests import checkpoints, rerankers

WORDS = ["cat", "dog", "mat", "market", "rises", "today", "reset", "password", "query", "sat", "how", "do"]


def pipeline(name: str, **stages) -> ModelEntry:
    """An entry of a pipeline with these stages."""
    return ModelEntry(name, "pipeline", pipeline=Pipeline(**stages))


@pytest.fixture
def made(home, tmp_path):
    """A small retrieval set, a dense model, a reranker."""
    random = np.random.default_rng(3)
    documents = [" ".join(random.choice(WORDS, 6)) for _ in range(60)]
    queries = [" ".join(text.split()[:3]) for text in documents[:20]]
    library.save(
        "small",
        "retrieval",
        {
            "corpus": pd.DataFrame({"id": [f"d{row}" for row in range(60)], "text": documents}),
            "queries": pd.DataFrame({"id": [f"q{row}" for row in range(20)], "text": queries}),
            "qrels": pd.DataFrame({"query_id": [f"q{row}" for row in range(20)],
                                   "corpus_id": [f"d{row}" for row in range(20)], "score": 1}),
        },
    )  # fmt: skip
    catalogue.add(ModelEntry("dense", "sentence_transformer", str(checkpoints.bert(tmp_path / "dense"))))
    catalogue.add(ModelEntry("judge", "cross_encoder", str(rerankers.bert(tmp_path / "judge"))))
    return library.load("small")

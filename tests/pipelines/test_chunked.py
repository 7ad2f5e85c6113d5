"""A model over chunks ranks documents as any ranker does, and encodes no text twice."""

import numpy as np
import pandas as pd
import pytest

from engine import plugins
from engine.models import catalogue
from engine.pipelines.chunked import ChunkRanker
from engine.pipelines.chunks import Cut
from engine.types import Dataset, Ranker

NOISE = "The weather was fine and nothing happened all day. " * 12
DATASET = Dataset(
    "long",
    "retrieval",
    {
        "corpus": pd.DataFrame(
            {
                "id": ["a", "b", "c"],
                "title": ["Harbour", "Forest", None],
                "text": [f"{NOISE} The lighthouse keeper wrote a letter. {NOISE}", f"{NOISE} Foxes dig dens.", ""],
            }
        ),
        "queries": pd.DataFrame({"id": ["q", "r"], "text": ["lighthouse keeper letter", "foxes dens"]}),
        "qrels": pd.DataFrame({"query_id": ["q", "r"], "corpus_id": ["a", "b"], "score": 1}),
    },
)


@pytest.mark.parametrize("model", ["bm25", "tfidf"])
@pytest.mark.parametrize("title", [False, True])
def test_every_document_is_ranked_an_empty_one_too(home: object, model: str, title: bool):
    ranker = ChunkRanker(catalogue.find(model), Cut("sentences", 24, 8, title))
    assert isinstance(ranker, Ranker)
    task = plugins.tasks()["retrieval"]
    found = ranker.rank(task.ranked.request(DATASET))
    assert found.rows[:, 0].tolist() == [0, 1] and np.sort(found.rows, axis=1).tolist() == [[0, 1, 2]] * 2
    assert task.metrics(task.ranked.judge(DATASET, found))["ndcg_at_10"] == 1.0
    assert "sentences" in ranker.key and ranker.settings["chunks"] > 10


def test_the_same_chunks_are_encoded_once(home: object):
    request = plugins.tasks()["retrieval"].ranked.request(DATASET)
    one, again = (ChunkRanker(catalogue.find("tfidf"), Cut("tokens", 32)) for _ in range(2))
    first, second = one.rank(request), again.rank(request)
    assert again.counts["cached"] == again.counts["distinct"] and one.counts["cached"] == 0
    assert one.key == again.key and (first.rows == second.rows).all()
    other = ChunkRanker(catalogue.find("tfidf"), Cut("tokens", 32), best=2)
    other.rank(request)
    assert other.key != one.key

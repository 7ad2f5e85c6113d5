"""A late interaction model in a pipeline: it retrieves as it does alone, and reranks by MaxSim what others found."""

import numpy as np
import pytest
from sentence_transformers import MultiVectorEncoder

from engine.encoding.store import shelves
from engine.models import catalogue
from engine.results.store import Results
from engine.runs.evaluate import evaluate
from tests.checkpoints import colbert
from tests.pipelines.conftest import pipeline


@pytest.fixture
def late(made, tmp_path):
    catalogue.add(catalogue.inspect(str(colbert(tmp_path / "colbert").rename(tmp_path / "late"))))
    return made


def test_its_scores_order_the_candidates_as_the_librarys_do_and_only_those_are_encoded(late):
    entry = pipeline("p", retrievers=("bm25",), reranker="late", depth=5)
    result = Results().result(evaluate(entry, late))
    theirs = MultiVectorEncoder(catalogue.find("late").source, device="cpu")
    corpus, queries = (late.tables[name].set_index("id")["text"] for name in ("corpus", "queries"))
    for item in result.items.itertuples():
        documents = theirs.encode_document([corpus[one] for one in item.top_ids[:5]])
        scores = theirs.similarity(theirs.encode_query([queries[item.item]]), documents)[0].numpy()
        np.testing.assert_allclose(item.top_scores[:5], scores, atol=1e-5)
        assert (np.diff(item.top_scores) <= 0).all()
    found = {one for item in result.items.itertuples() for one in item.top_ids[:5]}
    kept = next(one for one in shelves() if one.name == "late")
    assert kept.texts == len({*queries}) + len({corpus[one] for one in found})


def test_as_a_first_stage_it_finds_what_it_finds_alone(late):
    results = Results()
    alone = results.result(evaluate(catalogue.find("late"), late))
    piped = results.result(evaluate(pipeline("p", retrievers=("late",)), late))
    assert piped.metrics == pytest.approx(alone.metrics, nan_ok=True)

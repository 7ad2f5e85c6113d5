"""What the leaderboard is filtered by: shapes of texts, sizes of models."""

import pytest

from engine.datasets import library, shapes
from engine.models import catalogue


@pytest.mark.usefixtures("home")
def test_shapes_tell_sentences_from_passages_in_both_languages():
    assert shapes.shape(library.load("sts_zh")) == shapes.shape(library.load("sts_en")) == "s2s"
    assert shapes.shape(library.load("rerank_en")) in shapes.SHAPES


@pytest.mark.usefixtures("home")
def test_sizes_come_from_parameters_and_lexical_models_are_their_own():
    known = catalogue.entries()
    assert shapes.size(known["tfidf"]) == shapes.size(known["bm25"]) == "0"
    assert shapes.size(known["all-MiniLM-L6-v2"]) == "1"
    assert shapes.size(known["bge-m3"]) == "4"
    assert shapes.size(None) == "5"

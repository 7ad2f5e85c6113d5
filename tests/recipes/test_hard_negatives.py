"""Negatives that look right: no answer, not too near to one, found by vectors and by words, shown beforehand."""

import numpy as np
import pandas as pd
import pytest

from engine import plugins
from engine.recipes.hard_negatives import DRAWN, VECTORS, WORDS, mine
from engine.training import Examples
from tests.recipes.courses import PAIRS, base, defaults

RECIPE = plugins.recipes()["hard_negatives"]
CORPUS = ["the market today", "a dog sat", "how do i reset", "cat on mat", "password", "mat today"]
TWICE = pd.concat([PAIRS, pd.DataFrame({"query": ["the cat"], "document": ["cat on mat"]})], ignore_index=True)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PARALLAX_HOME", str(tmp_path / "home"))


def given() -> Examples:
    return Examples("pairs", TWICE, {"query": "query", "document": "document"}, CORPUS)


@pytest.mark.parametrize("margin", [-1.0, 0.0])
def test_negatives_are_no_answers_of_their_query_and_less_alike_by_the_margin(tmp_path, margin: float):
    examples = given()
    found = mine(base(tmp_path / "old"), examples, defaults(RECIPE, negatives=2, first=1, margin=margin))
    assert found.places.shape == (5, 2)
    for query, right, places, alike, finders in zip(
        TWICE["query"], found.right, found.places, found.similarity, found.finders, strict=True
    ):
        texts = [found.corpus[place] for place in places]
        assert len(set(texts)) == 2 and not set(texts) & set(TWICE[TWICE["query"] == query]["document"])
        assert all(
            value <= right - margin + 1e-6 for value, finder in zip(alike, finders, strict=True) if finder != DRAWN
        )
    assert {VECTORS, WORDS} <= set(found.finders.ravel())


def test_where_the_margin_leaves_none_they_are_drawn_and_say_so(tmp_path):
    found = mine(base(tmp_path / "old"), given(), defaults(RECIPE, negatives=2, margin=1.0))
    assert set(found.finders.ravel()) == {DRAWN}


def test_the_similarities_are_the_models_own(tmp_path):
    one = base(tmp_path / "old")
    found = mine(one, given(), defaults(RECIPE, negatives=1, first=1, margin=-1.0))
    sides = [one.model.encode(texts, normalize_embeddings=True) for texts in (
        TWICE["query"].tolist(), TWICE["document"].tolist(), [found.corpus[place] for place in found.places[:, 0]],
    )]  # fmt: skip
    np.testing.assert_allclose(found.right, (sides[0] * sides[1]).sum(1), atol=1e-5)
    np.testing.assert_allclose(found.similarity[:, 0], (sides[0] * sides[2]).sum(1), atol=1e-5)


def test_what_is_learnt_from_is_shown_with_the_most_doubtful_first(tmp_path):
    course = RECIPE.train(base(tmp_path / "old"), [given()], defaults(RECIPE, negatives=2, first=1, margin=-1.0))
    rows, shown = course.lessons[0].rows, course.shown
    assert list(rows) == ["query", "document", "negative_1", "negative_2"] and len(shown) == 2 * len(rows)
    assert list(shown) == ["query", "document", "negative", "finder", "similarity", "right"]
    assert (shown["right"] - shown["similarity"]).is_monotonic_increasing
    learnt = {(one.query, one.document, text) for one in rows.itertuples() for text in (one.negative_1, one.negative_2)}
    assert learnt == set(shown[["query", "document", "negative"]].itertuples(index=False, name=None))

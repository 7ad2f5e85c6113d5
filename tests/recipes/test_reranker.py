import numpy as np
import pandas as pd
import pytest
import torch
from sentence_transformers import CrossEncoder

from engine import plugins
from engine.training import Examples
from engine.types import Dataset
from tests.recipes.courses import PAIRS, base, defaults, loss_of, pairs, taught

RECIPE = plugins.recipes()["reranker"]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PARALLAX_HOME", str(tmp_path / "home"))


def reranking() -> Dataset:
    corpus = pd.DataFrame({"id": list("abcd"), "text": PAIRS["document"]})
    queries = pd.DataFrame({"id": list("1234"), "text": PAIRS["query"]})
    qrels = pd.DataFrame({"query_id": queries["id"], "corpus_id": corpus["id"], "score": 1})
    return Dataset("tiny", "retrieval", {"corpus": corpus, "queries": queries, "qrels": qrels})


def test_negatives_are_what_the_base_ranks_first_and_never_an_answer(tmp_path):
    given = base(tmp_path / "old")
    twice = pd.concat([PAIRS, pd.DataFrame({"query": ["the cat"], "document": ["a second answer"]})])
    course = RECIPE.train(
        given, [Examples("pairs", twice, corpus=["a mat", "the market"])], defaults(RECIPE, negatives=3)
    )
    rows = course.lessons[0].rows
    assert rows["label"].sum() == 5
    assert rows[rows["label"] == 0].groupby("query").size().tolist() == [3, 3, 3, 3]
    answers = set(twice.itertuples(index=False, name=None))
    assert not answers & set(rows.loc[rows["label"] == 0, ["query", "document"]].itertuples(index=False, name=None))
    texts = ["a second answer", *PAIRS["document"], "a mat", "the market"]
    vectors = (
        given.model.encode(texts) @ given.model.encode("a dog") / np.linalg.norm(given.model.encode(texts), axis=1)
    )
    best = [texts[place] for place in np.argsort(-vectors) if texts[place] != "dog on a mat"][:3]
    assert set(rows[(rows["query"] == "a dog") & (rows["label"] == 0)]["document"]) == set(best)


def test_it_learns_to_rank_is_judged_by_its_own_scores_and_loads_as_a_cross_encoder(tmp_path):
    course = RECIPE.train(base(tmp_path / "old"), [pairs()], defaults(RECIPE, negatives=3))
    course.model.eval()
    before = float(loss_of(course).detach())
    model = taught(course, 60, 2e-3)
    assert float(loss_of(course).detach()) < 0.5 * before
    items = course.judge(model, reranking())
    assert items["measure"].mean() == 1.0
    model.save_pretrained(str(tmp_path / "new"))
    loaded = CrossEncoder(str(tmp_path / "new"), device="cpu")
    asked = list(PAIRS.itertuples(index=False, name=None))
    np.testing.assert_allclose(loaded.predict(asked), model.predict(asked), atol=1e-6)


def test_its_loss_is_the_librarys_with_answers_weighed_by_the_number_of_negatives(tmp_path):
    course = RECIPE.train(base(tmp_path / "old"), [pairs()], defaults(RECIPE, negatives=3))
    course.model.eval()
    rows = course.lessons[0].rows
    chances = torch.tensor(course.model.predict(list(rows[["query", "document"]].itertuples(index=False, name=None))))
    labels = torch.tensor(rows["label"].to_numpy("float32"))
    expected = -(3 * labels * chances.log() + (1 - labels) * (1 - chances).log()).mean()
    assert torch.allclose(loss_of(course), expected, atol=1e-5)


def test_pairs_of_one_document_are_refused():
    one = PAIRS.assign(document="the same")
    assert "one document" in str(RECIPE.refuses([Examples("pairs", one)]))
    assert RECIPE.refuses([pairs()]) is None


def test_it_reads_and_keeps_as_many_tokens_as_are_asked_for(tmp_path):
    course = RECIPE.train(base(tmp_path / "old"), [pairs()], defaults(RECIPE, max_length=5))
    assert max(course.lessons[0].tokens(course.lessons[0].rows)) == 5
    course.model.save_pretrained(str(tmp_path / "new"))
    assert CrossEncoder(str(tmp_path / "new"), device="cpu").max_seq_length == 5

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from sentence_transformers import CrossEncoder

from engine import plugins
from engine.adaptation.watching import watch
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
    items = course.judge(model, reranking(), 100)
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


def asked(number: int) -> Dataset:
    """So many queries over a corpus of 500 documents, of which each has one answer."""
    corpus = pd.DataFrame({"id": [f"d{n}" for n in range(500)], "text": [f"document {n}" for n in range(500)]})
    queries = pd.DataFrame({"id": [f"q{n}" for n in range(number)], "text": [f"query {n}" for n in range(number)]})
    qrels = pd.DataFrame({"query_id": queries["id"], "corpus_id": corpus["id"][:number], "score": 1})
    return Dataset("d", "retrieval", {"corpus": corpus, "queries": queries, "qrels": qrels})


@pytest.mark.parametrize(("learnt", "depth", "judged"), [(100_000, 100, 159), (10_000, 50, 50), (4_770, 20, 59)])
def test_the_looks_at_the_dev_part_read_no_more_than_a_third_of_what_the_learning_does(tmp_path, learnt, depth, judged):
    course = RECIPE.train(base(tmp_path / "old"), [pairs()], defaults(RECIPE, negatives=3))
    rows = pd.DataFrame({"query": ["a"] * learnt, "document": ["b"] * learnt, "label": 1.0})
    course = replace(course, lessons=(replace(course.lessons[0], rows=rows),))
    seen = watch(course, asked(159), epochs=1, seed=0)
    n = len(seen.dataset.tables["queries"])
    assert (seen.depth, n) == (depth, judged) and seen.searched.get("queries", n) == n
    assert (seen.looks + 1) * n * seen.depth <= learnt  # reading is a third of learning
    among = str(seen.measured)
    assert f"first {depth} of 500 documents" in among and (n == 159) == (f"for {n} queries" not in among)


def test_pairs_of_one_document_are_refused():
    one = PAIRS.assign(document="the same")
    assert "one document" in str(RECIPE.refuses([Examples("pairs", one)]))
    assert RECIPE.refuses([pairs()]) is None


def test_it_reads_and_keeps_as_many_tokens_as_are_asked_for(tmp_path):
    course = RECIPE.train(base(tmp_path / "old"), [pairs()], defaults(RECIPE, max_length=5))
    assert max(course.lessons[0].tokens(course.lessons[0].rows)) == 5
    course.model.save_pretrained(str(tmp_path / "new"))
    assert CrossEncoder(str(tmp_path / "new"), device="cpu").max_seq_length == 5

"""Searches and similarities of a handful of texts, from models that stay warm."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.datasets import library
from engine.inspection import live_search
from engine.models import catalogue
from engine.types import BadModel, Dataset, Message

PAGES = {
    "d1": ("Refunds", "How to get your money back"),
    "d2": ("Passwords", "How to choose a new password"),
    "d3": ("", "Opening hours of the shop"),
}


def quiet(share: float, message: Message) -> None:
    assert 0 <= share <= 1


@pytest.fixture
def shop(home: Path) -> str:
    corpus = pd.DataFrame([{"id": name, "title": title, "text": text} for name, (title, text) in PAGES.items()])
    queries = pd.DataFrame({"id": ["q"], "text": ["refund"]})
    qrels = pd.DataFrame({"query_id": ["q"], "corpus_id": ["d1"], "score": [1]})
    return library.save("shop", "retrieval", {"corpus": corpus, "queries": queries, "qrels": qrels}).name


def ask(dataset: str, *queries: str, names: tuple[str, ...] = ("tfidf",), k: int = 2):
    return live_search.search({"models": list(names), "dataset": dataset, "queries": list(queries), "k": k}, quiet)


def test_a_search_gives_the_best_documents_with_title_text_and_score(shop: str):
    (ranking,) = ask(shop, "new password")["tfidf"]
    best = ranking[0]
    assert (best["id"], best["title"], best["text"]) == ("d2", *PAGES["d2"])
    assert 0 < ranking[1]["score"] < best["score"] <= 1.0


def test_every_model_answers_every_query(shop: str):
    found = ask(shop, "refunds", "opening hours", names=("tfidf", "bm25"), k=1)
    assert {name: [ranking[0]["id"] for ranking in rankings] for name, rankings in found.items()} == {
        "tfidf": ["d1", "d3"], "bm25": ["d1", "d3"],
    }  # fmt: skip


def test_a_lexical_model_shows_nothing_where_no_word_is_shared(shop: str):
    assert ask(shop, "zzz", names=("bm25",))["bm25"] == [[]]


def test_a_second_search_encodes_only_the_query(shop: str, monkeypatch: pytest.MonkeyPatch):
    ask(shop, "refunds")
    monkeypatch.setattr(live_search, "encode", None)
    monkeypatch.setattr(catalogue, "load", None)
    assert ask(shop, "opening hours")["tfidf"][0][0]["id"] == "d3"


def test_a_changed_dataset_is_searched_as_it_is_now(shop: str):
    ask(shop, "refunds")
    tables = dict(library.load(shop).tables)
    tables["corpus"] = tables["corpus"].assign(text=["one", "two", "three"], title="")
    library.save(shop, "retrieval", tables, replace=True)
    assert ask(shop, "two")["tfidf"][0][0]["text"] == "two"


def test_a_model_that_does_not_fit_the_dataset_is_refused(home: Path):
    with pytest.raises(BadModel, match="bm25"):
        ask("sts_en", "hello", names=("bm25",))


def test_datasets_without_documents_offer_all_their_distinct_texts():
    pairs = pd.DataFrame({"sentence1": ["a", "b"], "sentence2": ["c", "a"], "score": [1.0, 2.0]})
    corpus = live_search.corpus_of(Dataset("pairs", "sts", {"pairs": pairs}))
    assert corpus.table["text"].tolist() == ["a", "b", "c"]
    assert corpus.table["id"].tolist() == ["sentence1 1", "sentence1 2", "sentence2 1"]
    assert (corpus.sought.role, corpus.query_role) == (None, None)


def test_similarities_are_the_cosines_of_the_models_own_vectors(home: Path):
    texts = ["A man plays the guitar.", "Someone makes music.", "It rains."]
    (matrix,) = live_search.similarity({"models": ["all-MiniLM-L6-v2"], "texts": texts}, quiet).values()
    vectors = catalogue.load(catalogue.find("all-MiniLM-L6-v2")).encode(texts)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert matrix == pytest.approx(unit @ unit.T, abs=1e-5)


def test_what_is_kept_warm_is_bounded_and_the_oldest_leaves_first():
    shelf: dict[object, int] = {}
    for key in (1, 2, 1, 3):
        live_search._kept(shelf, key, lambda key=key: key, most=2)
    assert list(shelf) == [1, 3]


def test_equal_texts_have_equal_scores_and_stand_in_the_order_of_the_data_whatever_is_asked(home: Path):
    texts = ["Refunds", "Refunds", "Refunds", "", "Passwords", "Hours", "Refunds", "Shops", ""]
    corpus = pd.DataFrame({"id": [f"d{row}" for row in range(9)], "text": texts})
    queries = pd.DataFrame({"id": ["q"], "text": ["refund"]})
    qrels = pd.DataFrame({"query_id": ["q"], "corpus_id": ["d0"], "score": [1]})
    name = library.save("twins", "retrieval", {"corpus": corpus, "queries": queries, "qrels": qrels}).name
    asked = ("money back", "退款", "hello", "when are you open", "🙂", "a new password")
    for query in asked:
        (ranking,) = ask(name, query, names=("all-MiniLM-L6-v2",), k=8)["all-MiniLM-L6-v2"]
        assert len(ranking) == 8  # no more than asked for, though the last two may be equal
        for text in ("Refunds", ""):
            alike = [(one["id"], one["score"]) for one in ranking if one["text"] == text]
            assert [name for name, _ in alike] == sorted(name for name, _ in alike)
            assert len({score for _, score in alike}) == 1

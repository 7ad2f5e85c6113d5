"""What may go wrong is said before a run, and what the vectors look like is kept after it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from transformers import AutoTokenizer

from engine.benchmarks import published
from engine.datasets import library as dataset_library
from engine.encoding import health
from engine.families import checkpoints
from engine.models import catalogue, variants
from engine.results.store import Results
from engine.runs import evaluate, preflight
from engine.types import Dataset, ModelEntry, Texts
from tests.checkpoints import bert

pytestmark = pytest.mark.usefixtures("home")
LONG = "The market rises today, as it did yesterday. " * 60


def pairs(*texts: str, **more) -> Dataset:
    table = pd.DataFrame({"sentence1": texts, "sentence2": texts, "score": range(len(texts))})
    return Dataset("pairs", "sts", {"pairs": table}, fingerprint="f0", **more)


def search(languages=()) -> Dataset:
    tables = {
        "corpus": pd.DataFrame({"id": ["d1"], "text": ["a cat"]}),
        "queries": pd.DataFrame({"id": ["q1"], "text": ["cats"]}),
        "qrels": pd.DataFrame({"query_id": ["q1"], "corpus_id": ["d1"], "score": [1]}),
    }
    return Dataset("search", "retrieval", tables, fingerprint="s0", languages=languages)


def told(entry: ModelEntry, dataset: Dataset) -> str:
    return "\n".join(map(str, preflight.warnings(entry, dataset, preflight.reading(entry, dataset))))


def test_cut_texts_and_lost_tokens_are_those_of_the_models_own_tokenizer():
    entry = catalogue.find("all-MiniLM-L6-v2")
    read = preflight.reading(entry, pairs("a short one", LONG))
    library = AutoTokenizer.from_pretrained(checkpoints.locate(entry))
    library.model_max_length = 10**9
    sizes = [len(library(text, truncation=False)["input_ids"]) for text in ("a short one", LONG)]
    assert read.cut == 0.5 and read.limit == 256
    assert read.lost == pytest.approx((sizes[1] - 256) / sum(sizes))
    assert read.per_character == pytest.approx((sum(sizes) - 4) / (len(LONG) + len("a short one")))
    assert "50% of the texts have more than 256 tokens" in told(entry, pairs("a short one", LONG))


def test_chinese_on_an_english_vocabulary_shows_at_once():
    entry = catalogue.find("all-MiniLM-L6-v2")
    library = AutoTokenizer.from_pretrained(checkpoints.locate(entry))
    text = "怎么重置我的登录密码？"
    ids = library(text, add_special_tokens=False)["input_ids"]
    read = preflight.reading(entry, pairs(text))
    assert read.unknown == pytest.approx(ids.count(library.unk_token_id) / len(ids)) and read.unknown > 0.3
    assert "unknown to its vocabulary" in told(entry, pairs(text))
    assert "unknown" not in told(entry, pairs("how do I reset my password"))


def test_texts_that_become_a_single_unknown_token_are_counted_by_texts():
    entry, thai = catalogue.find("all-MiniLM-L6-v2"), "ฉันลืมรหัสผ่านของฉันแล้วควรทำอย่างไรดี" * 4
    read = preflight.reading(entry, pairs(thai, *(f"how do I reset the password of account {n}" for n in range(19))))
    assert read.unknown < 0.05 and read.unread == 1 / 20
    assert "5.0% of the texts are unknown to its vocabulary for the most part" in preflight_warnings(entry, read)


def preflight_warnings(entry, read) -> str:
    return " ".join(map(str, preflight.warnings(entry, pairs("a"), read)))


def test_languages_that_a_model_was_not_made_for_are_named():
    english = catalogue.find("all-MiniLM-L6-v2")
    assert "texts are in zh; the model was made for en" in told(english, search(("cmn-Hans",)))
    assert "made for" not in told(english, search(("eng-Latn",))) + told(catalogue.find("bge-m3"), search(("zh",)))


def test_a_missing_prompt_is_named_word_for_word_where_the_task_has_queries(tmp_path):
    known = catalogue.find("bge-small-zh-v1.5")
    silent = variants.variant(known, variants.Changes(prompts={"query": ""}))
    assert repr(known.prompts["query"]) in told(silent, search())
    assert "prompt" not in told(known, search()) and "prompt" not in told(silent, pairs("a"))
    tuned = ModelEntry("my-bge-small-zh-v1.5-tuned", "sentence_transformer", "/srv/my-bge-small-zh-v1.5-tuned")
    assert "bge-small-zh-v1.5 was trained with a prompt before each query" in told(tuned, search())
    assert "prompt" not in told(catalogue.find("bge-large-zh-noinstruct"), search())


def test_dot_products_of_vectors_of_any_length_and_unsaid_pooling_are_told(tmp_path):
    entry = catalogue.inspect(str(bert(tmp_path)))
    assert "dot product" in told(replace(entry, similarity="dot"), search()) and not told(entry, search())
    checkpoints.locate(entry).joinpath("modules.json").unlink()
    assert "does not say how to pool: mean is taken" in told(entry, search())


def test_a_model_that_was_trained_on_the_task_is_told(monkeypatch):
    trained = next(name for name, tasks in published._training().items() if "T2Retrieval" in tasks)
    entry = next(one for one in catalogue.entries().values() if published.public_name(one) == trained)
    dataset = replace(search(("zh",)), name="mteb:T2Retrieval/default/dev")
    assert "trained on T2Retrieval" in told(entry, dataset)
    assert "trained on" not in told(entry, search()) + told(catalogue.find("tfidf"), dataset)


def test_a_model_that_runs_code_of_its_own_says_so_before_it_is_fetched():
    assert "runs Python code" in told(catalogue.find("stella_en_400M_v5"), search())
    assert "runs Python code" not in told(catalogue.find("bge-m3"), search())


def test_a_model_without_a_tokenizer_here_is_not_read():
    assert preflight.reading(catalogue.find("bm25"), search()) is None
    assert preflight.reading(catalogue.find("bge-m3"), search()) is None


def test_the_samples_can_be_read_by_the_model_that_comes_along():
    entry, dataset = catalogue.find("all-MiniLM-L6-v2"), dataset_library.load("helpcentre_zh")
    read = preflight.reading(entry, dataset)
    assert read.texts > 100 and read.unknown > 0.3


def test_health_figures_are_those_of_the_definition():
    rng = np.random.default_rng(1)
    narrow = (rng.normal(size=(400, 16)) * 0.01 + 1).astype(np.float32)
    wide = rng.normal(size=(400, 16)).astype(np.float32)
    wide[1] = wide[0]
    texts = {"sentence1": Texts([f"t{row}" for row in range(400)])}
    one, other = (health.health(texts, {"sentence1": vectors}) for vectors in (narrow, wide))
    assert one["random_cosine"] > 0.99 and abs(other["random_cosine"]) < 0.05
    lengths = np.linalg.norm(wide, axis=1)
    assert other["norm_spread"] == pytest.approx(lengths.std() / lengths.mean(), rel=1e-5)
    assert (one["identical"], other["identical"]) == (0, pytest.approx(2 / 400))
    thin = health.health(texts, {"sentence1": sparse.csr_array(wide)})
    assert thin == pytest.approx(other, rel=1e-4)


def test_texts_that_are_the_same_do_not_count_as_vectors_that_are():
    vectors = np.ones((3, 4), np.float32)
    vectors[2] = [1, 2, 3, 4]
    assert health.health({"a": Texts(["x", "x", "y"])}, {"a": vectors})["identical"] == 0
    assert health.health({"a": Texts(["x", "x", "x"])}, {"a": vectors}) == {}


def test_health_is_kept_with_the_result():
    run = evaluate.evaluate(ModelEntry("tfidf", "tfidf"), pairs("the cat sat", "a dog ran", "market prices rise"))
    told = Results().result(run).settings["vectors"]
    figures = {"random_cosine", "norm_spread", "identical", "bytes", "bytes_a_document"}
    assert set(told) == figures and told["norm_spread"] < 1e-6


def test_documents_and_queries_that_are_cut_are_counted_apart():
    entry, tables = catalogue.find("all-MiniLM-L6-v2"), dict(search().tables)
    tables["corpus"] = pd.DataFrame({"id": ["d1", "d2"], "text": [LONG, "a cat"]})
    tables["queries"] = pd.DataFrame({"id": ["q1", "q2", "q3"], "text": ["a", "b", "c"]})
    said = told(entry, replace(search(), tables=tables))
    assert "50% of the documents have more than 256 tokens and are cut off there" in said

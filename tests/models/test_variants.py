"""Variants of a model: rows of their own, made from stored vectors wherever that is possible."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine import __main__ as command
from engine import plugins
from engine.comparison import compression
from engine.encoding import stored
from engine.families import sentence_transformer
from engine.inspection import live_search
from engine.models import catalogue, quantisation, variants
from engine.models.variants import Changes, Kept
from engine.results import frames
from engine.results.store import Results
from engine.runs import evaluate
from engine.types import Asked, BadModel, Dataset, ModelEntry
from tests.checkpoints import WORDS, bert

RNG = np.random.default_rng(7)


def shop() -> Dataset:
    texts = [" ".join(RNG.choice(WORDS, 6)) for _ in range(60)]
    corpus = pd.DataFrame({"id": [f"d{row:02}" for row in range(60)], "text": texts})
    asked = [" ".join(text.split()[:4]) for text in texts[:20]]
    queries = pd.DataFrame({"id": [f"q{row}" for row in range(20)], "text": asked})
    qrels = pd.DataFrame({"query_id": queries["id"], "corpus_id": corpus["id"][:20], "score": 1})
    return Dataset("shop", "retrieval", {"corpus": corpus, "queries": queries, "qrels": qrels}, fingerprint="s0")


SHOP = shop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return bert(tmp_path_factory.mktemp("tiny"), "cls", normalize=True, prompts={"query": "query : "})


@pytest.fixture
def tiny(folder: Path, home: Path) -> ModelEntry:
    entry = replace(catalogue.inspect(str(folder)), name="tiny")
    catalogue.add(entry)
    return entry


def run(entry: ModelEntry) -> str:
    return evaluate.evaluate(entry, SHOP, precision="float32")


@pytest.mark.parametrize(
    ("dimension", "vectors", "pca"),
    [
        (None, "int8", False),
        (None, "binary", False),
        (None, "float16", False),
        (8, "float32", False),
        (8, "binary", False),
        (8, "float32", True),
        (8, "int8", True),
    ],
)
def test_smaller_vectors_score_as_the_curves_say_and_encode_nothing(tiny, dimension, vectors, pca, monkeypatch):
    base = Results().result(run(tiny))
    monkeypatch.setattr(sentence_transformer.TokenisingEncoder, "forward", None)  # encoding anything would fail
    entry = variants.variant(tiny, Changes(dimension=dimension, vectors=vectors, pca=pca))
    assert evaluate.estimate(entry, SHOP).texts == 0
    result = Results().result(run(entry))
    assert result.timings["encoded"] == 0 and result.model == entry.name != "tiny"
    uses = stored.uses(Results().runs())
    assert uses.loc[base.encoder_key].tolist() == ["float32", [SHOP.name], 0.5]
    full = stored.vectors_of("tiny", base.encoder_key, base.settings, plugins.tasks()["retrieval"].texts(SHOP))
    method = "pca" if pca else "truncation" if dimension else "full"
    form = quantisation.Form(method, dimension or 32, vectors)
    judging = compression.Judging(plugins.tasks()["retrieval"], SHOP, "cosine")
    wanted = judging.items(quantisation.Source(full, "cosine"), form)["measure"].mean()
    assert result.metrics["ndcg_at_10"] == pytest.approx(wanted, abs=1e-5)
    again = stored.vectors_of(entry.name, result.encoder_key, result.settings, plugins.tasks()["retrieval"].texts(SHOP))
    assert again["corpus"].shape[1] == (dimension or 32)
    assert result.settings["options"]["vectors" if vectors != "float32" else "dimension"] in (vectors, dimension)


def test_cut_vectors_are_of_length_one_again():
    vectors = RNG.normal(size=(5, 8)).astype(np.float32)
    cut = Kept(4).applied({"corpus": vectors}, "cosine")["corpus"]
    np.testing.assert_allclose(cut, vectors[:, :4] / np.linalg.norm(vectors[:, :4], axis=1, keepdims=True), atol=1e-6)
    np.testing.assert_array_equal(Kept(4).applied({"corpus": vectors}, "dot")["corpus"], vectors[:, :4])
    with pytest.raises(BadModel, match="8 numbers; 9 cannot be kept"):
        Kept(9).applied({"corpus": vectors}, "cosine")


def test_principal_axes_need_a_dimension_and_as_many_texts_to_learn_from(tiny):
    with pytest.raises(BadModel, match="one below 32"):
        variants.variant(tiny, Changes(pca=True))
    with pytest.raises(BadModel, match="5 texts have 5 principal axes at most; 6 cannot be kept"):
        Kept(6, pca=True).applied({"corpus": RNG.normal(size=(5, 8)).astype(np.float32)}, "cosine")
    assert Kept.read(Kept(6, "int8", pca=True).key("k")) == Kept(6, "int8", pca=True)


def test_ranges_of_int8_are_learnt_from_the_corpus_and_queries_are_rounded_to_them():
    vectors = {name: RNG.normal(size=(50, 6)).astype(np.float32) for name in ("queries", "corpus")}
    made = Kept(None, "int8").applied(vectors, "dot")
    low, high = vectors["corpus"].min(axis=0), vectors["corpus"].max(axis=0)
    np.testing.assert_array_equal(made["queries"], quantisation.rounded(vectors["queries"], low, high))
    assert len(np.unique(made["corpus"][:, 0])) <= 256


def test_a_prompt_a_length_and_a_pooling_are_asked_of_the_model(tiny, folder):
    for changes, option in (
        (Changes(max_length=6), Asked(max_length=6)),
        (Changes(pooling="mean"), Asked(pooling="mean")),
    ):
        entry = variants.variant(tiny, changes)
        result = Results().result(run(entry))
        other = sentence_transformer.load(replace(tiny, asked=option), "cpu", "float32")
        assert result.encoder_key == other.key and result.timings["encoded"] > 0
    silent = variants.variant(tiny, Changes(prompts={"query": ""}))
    result, base = Results().result(run(silent)), Results().result(run(tiny))
    assert (base.settings["prompts"]["query"], result.settings["prompts"]["query"]) == ("query : ", "")
    assert result.encoder_key == base.encoder_key  # the documents are not encoded again
    assert result.items["measure"].tolist() != base.items["measure"].tolist()


def test_every_variant_is_a_row_of_the_board_and_named_by_what_differs(tiny):
    entries = [tiny] + [
        variants.variant(tiny, changes)
        for changes in (
            Changes(dimension=8, vectors="int8"),
            Changes(dimension=8, pca=True),
            Changes(prompts={"query": ""}),
            Changes(prompts={"query": "find: ", "document": "text: "}, max_length=12),
            Changes(pooling="mean"),
        )
    ]
    names = ["tiny", "tiny · 8d · int8 vectors", "tiny · PCA · 8d", "tiny · no prompt",
             "tiny · query “find: ” · document “text: ” · 12 tokens", "tiny · mean pooling"]  # fmt: skip
    assert [entry.name for entry in entries] == names
    for entry in entries[:3]:
        run(entry)
    assert frames.latest(Results().runs())["label"].tolist() == names[:3]


def test_long_prompts_of_one_beginning_stay_apart(tiny):
    long = "Given a web search query, retrieve relevant passages that "
    one, two = (variants.variant(tiny, Changes(prompts={"query": long + end})).name for end in ("answer", "refute"))
    assert one != two and len(one) < 90 and "\n" not in one


def test_nothing_changed_is_the_model_itself(tiny):
    assert variants.variant(tiny, Changes()) is tiny
    same = Changes({"query": "query : "}, tiny.max_length, tiny.pooling, tiny.dimension)
    assert variants.variant(tiny, same) is tiny


@pytest.mark.parametrize(
    ("name", "changes", "sentence"),
    [
        ("bm25", Changes(dimension=8), "bm25 is of the kind Lexical, words, which cannot be changed in that way"),
        ("tfidf", Changes(prompts={"query": "a"}), "cannot be changed in that way"),
        ("tiny", Changes(dimension=33), "tiny gives 32 numbers a text; 33 of them cannot be kept"),
        ("tiny", Changes(vectors="int3"), "there are: float32, float16, int8, binary"),
        ("tiny", Changes(pooling="sum"), "There is no pooling sum"),
        ("tiny", Changes(max_length=2), "at least 4 tokens"),
    ],
)
def test_changes_that_make_no_sense_are_refused_in_a_sentence(tiny, name, changes, sentence):
    with pytest.raises(BadModel, match=sentence):
        variants.variant(catalogue.find(name), changes)


def test_search_looks_through_the_vectors_of_the_variant(tiny, monkeypatch):
    entry = variants.keep(tiny, Changes(vectors="binary"))
    monkeypatch.setattr(live_search.library, "entries", lambda: {"shop": SHOP})
    monkeypatch.setattr(live_search.library, "load", lambda name: SHOP)
    asked = {"dataset": "shop", "models": ["tiny", entry.name], "queries": ["a cat sat"], "k": 3}
    found = live_search.search(asked, lambda share, message: None)
    scores = [one["score"] for one in found[entry.name][0]]
    assert all(score == int(score) and abs(score) <= 32 for score in scores)  # 32 − 2 × Hamming distance
    assert all(abs(one["score"]) <= 1.0001 for one in found["tiny"][0])


def test_a_variant_is_made_and_kept_by_the_command_line(tiny, capsys, tmp_path):
    pairs = "sentence1,sentence2,score\n" + "\n".join(f"the {word} cat,a {word},{len(word)}" for word in WORDS[:12])
    (tmp_path / "pairs.csv").write_text(pairs)
    asked = ["run", "--model", "tiny", "--dataset", str(tmp_path / "pairs.csv"), "--task", "sts", "--vectors", "int8"]
    for _ in range(2):
        assert command.main([*asked, "--dimension", "16"]) == 0
    assert "tiny · 16d · int8 vectors × pairs" in capsys.readouterr().out
    assert catalogue.own() == ["tiny", "tiny · 16d · int8 vectors"]
    assert command.main([*asked, "--dimension", "99"]) == 2

"""Are models of other kinds refused with a sentence instead of being scored by a pooling that nobody trained?"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from sentence_transformers import CrossEncoder, MultiVectorEncoder, SentenceTransformer
from transformers import BertForSequenceClassification, XLMRobertaForSequenceClassification

from engine import plugins
from engine.families import kinds
from engine.models import catalogue, truncation
from engine.runs import preflight
from engine.types import BadModel, ModelEntry
from tests.checkpoints import KINDS, TEXTS, bert, splade, static
from tests.runs.test_preflight import pairs, search, told

pytestmark = pytest.mark.usefixtures("home")


def cross_encoder(folder: Path) -> Path:
    CrossEncoder(str(bert(folder / "base").parent / "plain"), num_labels=1, device="cpu").save_pretrained(
        str(folder / "x")
    )
    return folder / "x"


def older_reranker(folder: Path) -> Path:
    """As rerankers lie on the hub: a classifier with one label, and no word of any library."""
    plain = KINDS["xlm-roberta"](folder / "base").parent / "plain"
    XLMRobertaForSequenceClassification.from_pretrained(str(plain), num_labels=1).save_pretrained(str(plain))
    return plain


def multi_vector(folder: Path) -> Path:
    MultiVectorEncoder(str(bert(folder / "base").parent / "plain"), device="cpu").save_pretrained(str(folder / "x"))
    return folder / "x"


def classifier(folder: Path) -> Path:
    plain = bert(folder / "base").parent / "plain"
    BertForSequenceClassification.from_pretrained(str(plain), num_labels=3).save_pretrained(str(plain))
    return plain


def adapter(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "adapter_config.json").write_text(
        json.dumps({"base_model_name_or_path": "org/base", "peft_type": "LORA"})
    )
    save_file({"lora_A": np.zeros((2, 2), np.float32)}, folder / "adapter_model.safetensors")
    return folder


@pytest.mark.parametrize(
    ("make", "kind", "sentence"),
    [
        (cross_encoder, "cross_encoder", "holds a cross-encoder"),
        (older_reranker, "cross_encoder", "holds a cross-encoder"),
        (classifier, "classifier", "holds a classifier, not an embedding model"),
        (adapter, "adapter", "holds an adapter of org/base, not a whole model"),
    ],
)
def test_a_model_of_another_kind_is_refused_when_it_is_read_and_when_it_is_loaded(tmp_path, make, kind, sentence):
    folder = make(tmp_path)
    assert kinds.kind(folder) == kind
    if kind in plugins.families():
        assert catalogue.inspect(str(folder)).family == kind
    else:
        with pytest.raises(BadModel, match=sentence):
            catalogue.inspect(str(folder))
    with pytest.raises(BadModel, match=sentence):
        catalogue.load(ModelEntry("mine", "sentence_transformer", str(folder)))
    kinds.refuse_others(ModelEntry("mine", kind, str(folder)), folder)  # a family of that name may take it


def test_a_late_interaction_model_is_known_for_one_and_refused_as_a_plain_encoder(tmp_path):
    folder = multi_vector(tmp_path)
    assert kinds.kind(folder) == catalogue.inspect(str(folder)).family == "multi_vector"
    with pytest.raises(BadModel, match="Its family is multi_vector"):
        catalogue.load(ModelEntry("mine", "sentence_transformer", str(folder)))


@pytest.mark.parametrize("kind", KINDS)
def test_embedding_models_are_taken_for_nothing_else(tmp_path, kind):
    assert kinds.kind(KINDS[kind](tmp_path)) in ("", "static")


def test_a_prompt_for_passages_that_the_library_never_uses_is_told_with_what_to_do(tmp_path):
    folder = bert(tmp_path, prompts={"query": "query : ", "passage": "a "})
    entry = catalogue.inspect(str(folder))
    assert "a prompt called passage, 'a ', which the library (and so mteb) never puts" in told(entry, search())
    assert "called passage" not in told(entry, pairs("a"))
    assert "called passage" not in told(replace(entry, prompts={"document": "a "}), search())
    assert "called" not in told(catalogue.inspect(str(bert(tmp_path / "b", prompts={"document": "a "}))), search())


def test_a_table_of_whole_numbers_gives_the_vectors_of_the_same_numbers_as_floats(tmp_path):
    folder, floats = static(tmp_path / "int8"), static(tmp_path / "float")
    table = (load_file(folder / "model.safetensors")["embedding.weight"] * 20).round().clip(-127, 127)
    save_file({"embeddings": table.astype(np.int8)}, folder / "model.safetensors")
    save_file({"embedding.weight": table}, floats / "model.safetensors")
    entry = catalogue.inspect(str(folder))
    assert (entry.family, entry.dimension) == ("static", 16)
    wanted = SentenceTransformer(str(floats), device="cpu").encode(TEXTS)
    np.testing.assert_allclose(catalogue.load(entry).encode(TEXTS), wanted, atol=1e-6)


def test_a_vocabulary_without_tokenizer_json_keeps_all_warnings_on_what_is_read(tmp_path):
    folder = bert(tmp_path)
    entry = catalogue.inspect(str(folder))
    texts = ["the cat sat on the mat " * 9, "Ω Ж Ψ"]
    before = told(entry, pairs(*texts)), truncation.ends(entry, texts), truncation.cut_off(entry, texts).tolist()
    vocabulary = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    (folder / "vocab.txt").write_text("\n".join(sorted(vocabulary, key=vocabulary.get)), encoding="utf-8")
    config = folder / "tokenizer_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"tokenizer_class": "BertTokenizer"}))
    (folder / "tokenizer.json").unlink()
    after = told(entry, pairs(*texts)), truncation.ends(entry, texts), truncation.cut_off(entry, texts).tolist()
    assert after == before and "unknown to its vocabulary" in after[0] and "cut off" in after[0]
    (folder / "vocab.txt").unlink()
    assert "tokenizer cannot be opened before the run" in told(entry, pairs(*texts))


def test_a_card_of_a_sparse_model_shows_its_dimension_and_the_dot_product(tmp_path):
    entry = catalogue.inspect(str(splade(tmp_path)))
    encoder = catalogue.load(entry)
    assert (entry.family, entry.similarity) == ("sparse_encoder", "dot") == ("sparse_encoder", encoder.similarity)
    assert entry.dimension == encoder.encode(["a cat"]).shape[1]


@pytest.mark.parametrize("similarity", ["cosine", "dot", "euclidean", "manhattan"])
def test_the_similarity_that_a_folder_names_is_that_of_its_runs(tmp_path, similarity):
    folder = bert(tmp_path)
    SentenceTransformer(str(folder), similarity_fn_name=similarity, device="cpu").save_pretrained(str(folder))
    assert catalogue.inspect(str(folder)).similarity == similarity
    silent = ModelEntry("mine", "sentence_transformer", str(folder))  # an entry that does not say
    assert catalogue.load(silent).similarity == similarity
    assert catalogue.load(replace(silent, similarity="cosine")).similarity == "cosine"


def test_a_length_or_pooling_of_the_entry_that_its_files_do_not_bear_out_is_told(tmp_path):
    entry = catalogue.inspect(str(bert(tmp_path)))
    said = told(replace(entry, max_length=99, pooling="cls"), search())
    assert "Its entry says 99 tokens; its files say 24" in said and "cls pooling; its files say mean" in said
    assert "Its entry says" not in told(entry, search()) + told(replace(entry, max_length=9), search())
    assert preflight.reading(replace(entry, max_length=9), search()).limit == 9

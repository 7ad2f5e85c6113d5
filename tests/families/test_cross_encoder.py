"""Cross-encoders: the library's own scores, whatever the architecture, and one score for equal pairs."""

import numpy as np
import pytest
from sentence_transformers import CrossEncoder

from engine.encoding.encode import encode
from engine.families.cross_encoder import FAMILY, load
from engine.models import catalogue
from engine.texts.pairs import joined, parted
from engine.types import BadModel, ModelEntry, Texts
from tests import checkpoints, rerankers
from tests.rerankers import PAIRS


@pytest.mark.parametrize("kind", rerankers.KINDS)
def test_scores_are_those_of_the_library(kind: str, tmp_path, home):
    folder = rerankers.KINDS[kind](tmp_path)
    encoder = load(ModelEntry(kind, "cross_encoder", str(folder)), "cpu", "float32")
    theirs = CrossEncoder(str(folder), device="cpu")
    expected = theirs.predict(PAIRS, batch_size=4)
    assert np.ptp(expected) > 0.05
    found = encode(encoder, Texts([joined(*pair) for pair in PAIRS]))
    np.testing.assert_allclose(found.vectors[:, 0], expected, atol=1e-5)
    assert found.vectors[7] == found.vectors[8]
    assert encode(encoder, Texts([joined(*pair) for pair in PAIRS[:5]])).cached == 5


def test_a_prompt_is_put_where_the_library_puts_it(tmp_path, home):
    folder = rerankers.qwen3(tmp_path)
    entry = ModelEntry("asked", "cross_encoder", str(folder), prompts={"query": "the market"})
    found = encode(load(entry, "cpu", "float32"), Texts([joined(*pair) for pair in PAIRS]))
    theirs = CrossEncoder(str(folder), device="cpu")
    np.testing.assert_allclose(found.vectors[:, 0], theirs.predict(PAIRS, prompt="the market"), atol=1e-5)
    assert abs(found.vectors[:, 0] - theirs.predict(PAIRS)).max() > 1e-3


def test_a_shorter_length_and_another_precision_make_other_keys(tmp_path, home):
    folder = rerankers.bert(tmp_path)
    entry = ModelEntry("one", "cross_encoder", str(folder))
    keys = {
        load(entry, "cpu", "float32").key,
        load(entry, "cpu", "bfloat16").key,
        load(ModelEntry("one", "cross_encoder", str(folder), max_length=12), "cpu", "float32").key,
    }
    assert len(keys) == 3


def test_what_gives_several_scores_for_a_pair_is_refused(tmp_path, home):
    folder = rerankers.bert(tmp_path, labels=3)
    with pytest.raises(BadModel):
        load(ModelEntry("three", "cross_encoder", str(folder)), "cpu", "float32")


def test_a_folder_is_recognised_and_weights_as_pickles_are_refused(tmp_path, home):
    folder = rerankers.bert(tmp_path)
    assert catalogue.inspect(str(folder)).family == FAMILY.name
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(BadModel, match="may run code when opened"):
        catalogue.inspect(str(folder))


def test_an_embedding_model_is_not_scored_by_a_layer_drawn_at_random(tmp_path, home):
    with pytest.raises(BadModel, match="holds no reranker"):
        load(ModelEntry("dense", "cross_encoder", str(checkpoints.bert(tmp_path))), "cpu", "float32")


@pytest.mark.parametrize("template", ["", "{{ messages | selectattr('role', 'eq', 'user') | list | length }} yes no"])
def test_a_decoder_of_which_nobody_says_how_it_is_asked_is_refused(template: str, tmp_path, home):
    rerankers.qwen3(tmp_path)
    place = tmp_path / "plain" / "chat_template.jinja"
    place.write_text(template) if template else place.unlink()
    with pytest.raises(BadModel, match="does not say how the model is asked"):
        load(ModelEntry("mute", "cross_encoder", str(tmp_path / "plain")), "cpu", "float32")


@pytest.mark.parametrize("pair", [("", ""), ("3\0a", "\0b"), ("猫", "🙂\0"), ("12", "3")])
def test_a_pair_is_parted_as_it_was_joined(pair):
    assert parted(joined(*pair)) == pair

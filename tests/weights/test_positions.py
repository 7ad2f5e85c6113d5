import copy

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from engine.types import BadModel
from engine.weights import positions
from tests import checkpoints

LONG = "the cat sat on the mat " * 7


def test_the_old_rows_stay_to_the_last_bit_and_further_ones_are_the_formulas():
    table = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    found = positions.decomposed(table, 12, alpha=0.4)
    assert torch.equal(found[:5], table)

    def base(i: int) -> torch.Tensor:
        return (table[i] - 0.4 * table[0]) / 0.6

    for row, (i, j) in {5: (1, 0), 9: (1, 4), 11: (2, 1)}.items():
        assert torch.allclose(found[row], 0.4 * base(i) + 0.6 * base(j), atol=1e-6)


@pytest.mark.parametrize(("rows", "alpha"), [(4, 0.4), (26, 0.4), (8, 0.5), (8, 0.0), (8, 1.0)])
def test_rows_and_shares_for_which_the_formula_has_no_meaning_are_refused(rows, alpha):
    with pytest.raises(ValueError, match="cannot become"):
        positions.decomposed(torch.ones(5, 3), rows, alpha)


@pytest.mark.parametrize("kind", ["bert mean", "mpnet", "xlm-roberta"])
def test_an_extended_model_gives_short_texts_their_old_vectors_and_reads_long_ones_after_saving(tmp_path, kind):
    model = SentenceTransformer(str(checkpoints.KINDS[kind](tmp_path / "old")), device="cpu")
    table = positions._table(model[0].auto_model)
    known = model.max_seq_length = positions._known(model[0].auto_model, *table)
    old, first = model.encode(["the cat", LONG]), getattr(*table).weight.detach().clone()
    assert positions.extend(model, 2 * known) == "decomposed"
    assert torch.equal(getattr(*table).weight[: len(first)], first)
    new = model.encode(["the cat", LONG])
    model.save_pretrained(str(tmp_path / "new"))
    loaded = SentenceTransformer(str(tmp_path / "new"), device="cpu")
    assert loaded.max_seq_length == 2 * known
    assert abs(new[0] - old[0]).max() < 1e-6
    assert abs(new[1] - old[1]).max() > 1e-4
    assert abs(loaded.encode(["the cat", LONG]) - new).max() < 1e-6


@pytest.mark.parametrize("longer", [1_024, 2_048])
def test_the_512_positions_of_a_bert_stay_to_the_last_bit_and_further_ones_are_the_formulas(longer):
    table = torch.randn(512, 8, generator=torch.Generator().manual_seed(1))
    found = positions.decomposed(table, longer, alpha=0.2)
    assert found.shape == (longer, 8) and torch.equal(found[:512], table)
    base = (table - 0.2 * table[0]) / 0.8
    whole = torch.cat([0.2 * base[[row]] + 0.8 * base for row in range(longer // 512)])
    assert torch.allclose(found[512:], whole[512:], atol=1e-6)


@pytest.mark.parametrize("kind", ["modernbert", "qwen3"])
def test_rotary_positions_are_scaled_by_the_library_and_stay_so_after_saving(tmp_path, kind):
    model = SentenceTransformer(str(checkpoints.KINDS[kind](tmp_path / "old")), device="cpu")
    old, known = model.encode([LONG]), model[0].auto_model.config.max_position_embeddings
    assert positions.extend(model, 2 * known) == "rotary"
    new = model.encode([LONG])
    model.save_pretrained(str(tmp_path / "new"))
    loaded = SentenceTransformer(str(tmp_path / "new"), device="cpu")
    assert loaded.max_seq_length == 2 * known
    assert abs(new - old).max() > 1e-5
    assert abs(loaded.encode([LONG]) - new).max() < 1e-6
    with pytest.raises(BadModel, match="scaled already"):
        positions.extend(model, 4 * known)


def test_layers_that_see_a_window_of_neighbours_only_are_not_scaled(tmp_path):
    model = SentenceTransformer(str(checkpoints.gemma(tmp_path / "old")), device="cpu")
    config = model[0].auto_model.config
    assert set(config.layer_types) == {"sliding_attention"}
    old = model.encode(["the cat sat on the mat"])
    assert positions.extend(model, 2 * config.max_position_embeddings) == "rotary"
    kinds = config.rope_parameters
    assert (kinds["sliding_attention"]["rope_type"], kinds["full_attention"]["rope_type"]) == ("default", "yarn")
    model.save_pretrained(str(tmp_path / "new"))
    loaded = SentenceTransformer(str(tmp_path / "new"), device="cpu")
    assert loaded.max_seq_length == config.max_position_embeddings == 48
    np.testing.assert_array_equal(loaded.encode(["the cat sat on the mat"]), old)


def test_positions_that_are_there_already_or_of_another_kind_are_refused_in_a_sentence(tmp_path):
    model = SentenceTransformer(str(checkpoints.bert(tmp_path)), device="cpu")
    with pytest.raises(BadModel, match="24 tokens already"):
        positions.extend(model, 24)
    with pytest.raises(BadModel, match="at most 576"):
        positions.extend(model, 577)
    bare = copy.deepcopy(model)
    del bare[0].auto_model.embeddings.position_embeddings
    table = SentenceTransformer(str(checkpoints.static(tmp_path / "table")), device="cpu")
    for other in (bare, table):
        with pytest.raises(BadModel, match="neither a table nor rotary"):
            positions.extend(other, 48)

"""Models that come out at once: longer positions, mixed weights, a linear map, a table of token vectors."""

import numpy as np
import pandas as pd
import pytest
import torch
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from engine import plugins
from engine.recipes import adapter, static_table
from engine.training import Examples
from engine.types import UserError
from tests.recipes.courses import PAIRS, base, defaults, pairs


def computed(name: str, given, examples=(), **chosen):
    recipe = plugins.recipes()[name]
    return recipe.compute(given, list(examples), defaults(recipe, **chosen), lambda done, what: str(what))


def saved(model, folder) -> SentenceTransformer:
    model.save_pretrained(str(folder))
    return SentenceTransformer(str(folder), device="cpu")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PARALLAX_HOME", str(tmp_path / "home"))


def test_positions_are_extended_to_the_length_that_is_asked(tmp_path):
    model = saved(computed("positions", base(tmp_path / "old"), length=48), tmp_path / "new")
    assert model.max_seq_length == 48
    assert model.encode("the cat " * 30).shape == (32,)


def test_a_mix_lies_between_its_parents_and_the_other_one_must_be_named(tmp_path):
    given = base(tmp_path / "old")
    other = given.fresh(given.entry.name)
    with torch.no_grad():
        for one in other.parameters():
            one += 0.2
    other.save_pretrained(str(tmp_path / "other"))
    mixed = computed("merge", given, other=str(tmp_path / "other"), share=0.25)
    first, last = (next(iter(model.parameters())) for model in (given.model, mixed))
    assert torch.allclose(last, first + 0.05, atol=1e-6)
    with pytest.raises(UserError, match="Name the model"):
        computed("merge", given)


@pytest.mark.parametrize("shape", ["pairs", "scored pairs"])
def test_an_adapter_learns_from_stored_vectors_and_is_a_map_behind_the_model(tmp_path, shape):
    given, examples = base(tmp_path / "old"), pairs()
    if shape == "scored pairs":
        rows = pd.DataFrame(
            {"sentence1": PAIRS["query"], "sentence2": PAIRS["document"], "score": [0.1, 0.9, 0.4, 0.6]}
        )
        examples = Examples(shape, rows)
    texts = PAIRS["query"].tolist()
    before = given.model.encode(texts)
    model = saved(computed("adapter", given, [examples], epochs=20, learning_rate=1e-2), tmp_path / "new")
    assert [type(one).__name__ for one in model] == ["Transformer", "Pooling", "Dense", "Normalize"]
    matrix = model[2].linear.weight.detach().numpy()
    mapped = before @ matrix.T
    np.testing.assert_allclose(model.encode(texts), mapped / np.linalg.norm(mapped, axis=1, keepdims=True), atol=1e-5)
    assert 0.01 < abs(matrix - np.eye(32)).max() < 1


def test_an_adapter_finds_a_planted_map(tmp_path):
    dice = np.random.default_rng(0)
    queries, turn = dice.normal(size=(300, 8)).astype("f4"), np.linalg.qr(dice.normal(size=(8, 8)))[0].astype("f4")
    documents = np.concatenate([queries[:, :4], np.zeros((300, 4), "f4") + dice.normal(size=4).astype("f4") * 9], 1)
    rows = pd.DataFrame({"query": range(300), "document": range(300)})
    settings = defaults(adapter.RECIPE, epochs=60, learning_rate=3e-2, batch_size=64)
    torch.manual_seed(0)
    of = adapter.objective(pairs(), settings)
    matrix = adapter.fitted([[queries @ turn, documents @ turn]], [rows], [of], settings).numpy()

    def hits(one, other):
        one, other = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (one, other))
        return float((np.argmax(one @ other.T, axis=1) == np.arange(300)).mean())

    raw, mapped = (hits(queries @ turn @ m.T, documents @ turn @ m.T) for m in (np.eye(8), matrix))
    assert mapped > raw + 0.2


def test_a_static_table_is_tokens_alone_their_components_and_zipfs_weights(tmp_path):
    given = base(tmp_path / "old")
    transformer, tokenizer = given.model[0].auto_model, given.model.tokenizer
    count = len(tokenizer)
    with torch.inference_mode():
        ids = [torch.tensor([[tokenizer.cls_token_id, one, tokenizer.sep_token_id]]) for one in range(count)]
        rows = [transformer(one).last_hidden_state[0].mean(0) for one in ids]
    plain = [one for one in range(count) if one not in tokenizer.all_special_ids]
    rows = np.stack(rows)[plain]
    left, sizes, _ = np.linalg.svd(rows - rows.mean(0), full_matrices=False)
    chances = 1 / np.arange(2, len(plain) + 2)
    expected = left[:, :8] * sizes[:8] * (1e-4 / (1e-4 + chances / chances.sum()))[:, None]
    model = saved(computed("static_table", given, dimensions=8), tmp_path / "new")
    found = model[0].embedding.weight.detach().numpy()
    assert not found[tokenizer.all_special_ids].any()
    np.testing.assert_allclose(abs(found[plain]), abs(expected), atol=1e-4)  # a component may point either way
    cat = found[tokenizer.convert_tokens_to_ids("cat")]
    np.testing.assert_allclose(model.encode("cat"), cat / np.linalg.norm(cat), atol=1e-5)
    assert model.encode("") @ model.encode("") == 0


def test_tokens_that_no_text_holds_take_no_rank_in_a_static_table():
    words = Tokenizer(WordLevel({"[PAD]": 0, "[unused0]": 1, "the": 2, "[unused1]": 3, "cat": 4}, "[PAD]"))
    assert static_table.spoken(words, [0]).tolist() == [2, 4]

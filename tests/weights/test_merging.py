import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from engine.types import BadModel
from engine.weights import merging
from tests import checkpoints


@pytest.fixture
def pair(tmp_path):
    """A model with a head, and the same with other weights."""
    folder = str(checkpoints.bert_with_head(tmp_path))
    old, new = (SentenceTransformer(folder, device="cpu") for _ in range(2))
    with torch.no_grad():
        for one in new.parameters():
            one += 0.1 * torch.randn(one.shape, generator=torch.Generator().manual_seed(1))
    return old, new


def test_mixed_weights_lie_between_and_are_the_old_and_the_new_ones_at_the_ends(pair):
    old, new = (model.state_dict() for model in pair)
    for share in (0.0, 0.25, 1.0):
        for name, one in merging.mixed(old, new, share).items():
            assert torch.allclose(one, (1 - share) * old[name] + share * new[name], atol=1e-7)
    assert all(torch.equal(one, old[name]) for name, one in merging.mixed(old, new, 0.0).items())
    assert all(torch.equal(one, new[name]) for name, one in merging.mixed(old, new, 1.0).items())


def test_a_merged_model_keeps_prompts_and_modules_and_leaves_its_parents_alone(pair, tmp_path):
    old, new = pair
    before = [model.encode(["a dog"]) for model in pair]
    merged = merging.merge(old, new, 0.5)
    merged.save_pretrained(str(tmp_path / "merged"))
    loaded = SentenceTransformer(str(tmp_path / "merged"), device="cpu")
    assert loaded.prompts["query"] == "query : "
    assert [type(one).__name__ for one in loaded] == ["Transformer", "Pooling", "Dense", "Normalize"]
    np.testing.assert_allclose(loaded.encode(["a dog"]), merged.encode(["a dog"]), atol=1e-6)
    for model, vectors in zip(pair, before, strict=True):
        np.testing.assert_array_equal(model.encode(["a dog"]), vectors)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda model: model.prompts.update(query="another : "), "prompts"),
        (lambda model: setattr(model, "max_seq_length", 12), "max_seq_length"),
        (lambda model: setattr(model[1], "pooling_mode", "cls"), "modules"),
        (lambda model: setattr(model, "truncate_dim", 8), "truncate_dim"),
        (lambda model: setattr(model[2], "activation_function", torch.nn.Identity()), "modules"),
    ],
)
def test_models_that_differ_in_more_than_weights_are_refused_by_name(pair, change, said):
    change(pair[1])
    with pytest.raises(BadModel, match=f"differ in {said}"):
        merging.merge(*pair, 0.5)

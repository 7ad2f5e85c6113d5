"""What is added to other recipes: penalties, low-rank adapters, vectors that can be cut."""

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MatryoshkaLoss, MultipleNegativesRankingLoss

from engine import plugins
from engine.training import Course, Lesson
from engine.types import UserError
from engine.weights import penalties
from tests.recipes.courses import PAIRS, base, defaults, embedded, loss_of, taught

SIDES = {"query": None, "document": None}


def course(folder, **more) -> Course:
    found = base(folder, **more)
    loss = MultipleNegativesRankingLoss(None)
    of = lambda vectors, rows: loss.compute_loss_from_embeddings(list(vectors), torch.empty(0))  # noqa: E731
    found.model.eval()  # no dropout: losses can be compared
    return Course(found, found.model, (Lesson(PAIRS, SIDES, of),))


def added(name: str, given: Course, **chosen) -> Course:
    recipe = plugins.recipes()[name]
    return recipe.add(given, defaults(recipe, **chosen))


def test_a_penalty_is_nought_at_first_and_grows_as_its_formula_says(tmp_path):
    given = course(tmp_path, old=["the cat sat", "how do i reset my password"])
    plain, held, ewc = loss_of(given), added("l2sp", given), added("ewc", given)
    assert torch.equal(loss_of(held), plain) and torch.equal(loss_of(ewc), plain)
    before = {name: one.detach().clone() for name, one in given.model.named_parameters()}
    weights = dict(given.model.named_parameters())
    information = penalties.evened(
        penalties.fisher(lambda texts: embedded(given.model, texts), weights, given.base.old, seed=0)
    )
    with torch.no_grad():
        for one in weights.values():
            one += 0.01
    distance = {name: (weights[name] - one) ** 2 for name, one in before.items()}
    plain = loss_of(given)
    assert torch.allclose(loss_of(held) - plain, 10 * sum(one.sum() for one in distance.values()), rtol=1e-4)
    weighed = 10 * sum((information[name] * one).sum() for name, one in distance.items())
    assert torch.allclose(loss_of(ewc) - plain, weighed, rtol=1e-4)


def test_held_weights_stay_nearer_than_free_ones(tmp_path):
    moved = {}
    for name, strength in (("free", 0.0), ("held", 100.0)):
        given = course(tmp_path / name)
        old = torch.nn.utils.parameters_to_vector(given.model.parameters()).detach().clone()
        model = taught(added("l2sp", given, strength=strength), 10)
        moved[name] = float((torch.nn.utils.parameters_to_vector(model.parameters()) - old).detach().norm())
    assert moved["held"] < 0.5 * moved["free"]


def test_ewc_without_old_texts_says_what_it_wants(tmp_path):
    with pytest.raises(UserError, match="name at least one dataset"):
        added("ewc", course(tmp_path))


def test_lora_trains_only_its_matrices_and_saves_as_plain_a_model_as_it_was(tmp_path):
    given = course(tmp_path / "base")
    before = given.model.encode(PAIRS["query"].tolist())
    names = [name for name, _ in given.model.named_parameters()]
    wrapped = added("lora", given, rank=4, alpha=8, dropout=0.0)
    learning = [name for name, one in wrapped.model.named_parameters() if one.requires_grad]
    assert learning and all("lora_" in name for name in learning)
    np.testing.assert_allclose(wrapped.model.encode(PAIRS["query"].tolist()), before, atol=1e-6)
    first = float(loss_of(wrapped).detach())
    model = taught(wrapped, 20)
    assert float(loss_of(given).detach()) < first
    assert [name for name, _ in model.named_parameters()] == names
    model.save_pretrained(str(tmp_path / "new"))
    loaded = SentenceTransformer(str(tmp_path / "new"), device="cpu")
    after = model.encode(PAIRS["query"].tolist())
    np.testing.assert_allclose(loaded.encode(PAIRS["query"].tolist()), after, atol=1e-6)
    assert abs(after - before).max() > 1e-3


def test_lora_and_a_penalty_go_together_in_either_order(tmp_path):
    for number, order in enumerate([("lora", "l2sp"), ("l2sp", "lora")]):
        given = course(tmp_path / str(number))
        for name in order:
            given = added(name, given)
        assert torch.isfinite(loss_of(given))
        taught(given, 1)


def test_the_matryoshka_loss_and_its_slopes_are_the_librarys(tmp_path):
    given = course(tmp_path)
    ours = loss_of(added("matryoshka", given, lengths=3))
    ours.backward()
    slopes = [one.grad.clone() for one in given.model.parameters() if one.grad is not None]
    given.model.zero_grad()
    library = MatryoshkaLoss(given.model, MultipleNegativesRankingLoss(given.model), [32, 16, 8])
    features = [given.model.preprocess(PAIRS[name].tolist()) for name in SIDES]
    theirs = library(features, torch.empty(0))
    theirs.backward()
    assert torch.allclose(ours, theirs, rtol=1e-5)
    for one, other in zip(slopes, (one.grad for one in given.model.parameters() if one.grad is not None), strict=True):
        assert torch.allclose(one, other, atol=1e-5)

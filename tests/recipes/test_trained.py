"""RetroMAE, and labels."""

import numpy as np
import pandas as pd
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Transformer
from sentence_transformers.sentence_transformer.losses import BatchAllTripletLoss
from sentence_transformers.sentence_transformer.modules import Pooling

from engine import plugins
from engine.recipes import labels
from engine.training import Base, Examples
from engine.types import BadModel, ModelEntry
from tests import checkpoints
from tests.recipes.courses import base, defaults, embedded, loss_of, pairs, taught

RECIPES = plugins.recipes()


def test_retromae_learns_from_the_texts_of_any_examples_and_says_that_another_recipe_must_follow(tmp_path):
    model = SentenceTransformer(modules=[Transformer(str(checkpoints._bert_with_marks(tmp_path))), Pooling(32, "cls")])
    recipe = RECIPES["retromae"]
    given = Base(ModelEntry("tiny", "sentence_transformer"), model, tmp_path, lambda name: model)
    course = recipe.train(given, [pairs()], defaults(recipe, max_length=24))
    assert sorted(course.lessons[0].rows["text"]) == sorted(pairs().texts)
    assert "another recipe" in recipe.then
    model.eval()
    torch.manual_seed(1)
    first, other = loss_of(course), loss_of(course)
    torch.manual_seed(1)
    assert torch.equal(loss_of(course), first) and not torch.equal(first, other)  # masks follow the state that is kept
    taught(course, 30, 3e-3).save_pretrained(str(tmp_path / "new"))
    assert SentenceTransformer(str(tmp_path / "new"), device="cpu").encode("a dog").shape == (32,)
    torch.manual_seed(1)
    assert loss_of(course) < first


@pytest.mark.parametrize("kind", ["bert mean", "static"])
def test_retromae_refuses_a_base_without_masks_in_a_sentence(tmp_path, kind):
    recipe = RECIPES["retromae"]
    with pytest.raises(BadModel, match="no mask token"):
        recipe.train(base(tmp_path, kind), [pairs()], defaults(recipe))


ROWS = pd.DataFrame(
    {"text": ["a cat", "the cat", "a cat", "a dog", "dog on mat", "market"], "label": [*"ccc", *"dd", "m"]}
)


def test_texts_of_a_label_come_by_two_and_lonely_ones_stay_out():
    found = labels.paired(ROWS, seed=0)
    assert sorted(found["text"]) == sorted(found["other"]) == ["a cat", "a dog", "dog on mat", "the cat"]
    assert (found["text"] != found["other"]).all()
    assert found.groupby("label")["text"].agg(set).tolist() == [{"a cat", "the cat"}, {"a dog", "dog on mat"}]


def test_the_loss_of_labels_is_the_librarys_on_all_texts_of_the_batch(tmp_path):
    given, recipe = base(tmp_path), RECIPES["labels"]
    given.model.eval()
    course = recipe.train(given, [Examples("labelled texts", ROWS)], defaults(recipe))
    rows = course.lessons[0].rows
    theirs = BatchAllTripletLoss(given.model)
    texts = [*rows["text"], *rows["other"]]
    expected = theirs.compute_loss_from_embeddings(
        [embedded(given.model, texts)], torch.tensor([*rows["label"], *rows["label"]])
    )
    assert torch.allclose(loss_of(course), expected)


def test_learning_labels_brings_their_texts_together(tmp_path):
    given, recipe = base(tmp_path), RECIPES["labels"]

    def apart(model) -> float:
        one, same, other = model.encode(["a cat", "the cat", "a dog"])
        return float(np.linalg.norm(one - other) - np.linalg.norm(one - same))

    before = apart(given.model)
    model = taught(recipe.train(given, [Examples("labelled texts", ROWS)], defaults(recipe)), 20, 1e-3)
    assert apart(model) > before


def test_labels_that_cannot_be_told_apart_are_refused():
    refuses = RECIPES["labels"].refuses
    assert "two different texts" in str(refuses([Examples("labelled texts", ROWS[ROWS["label"] != "d"])]))
    assert refuses([Examples("labelled texts", ROWS)]) is None

import pandas as pd
import torch

from engine import plugins
from engine.recipes import contrastive, cosent, labels
from engine.training import Examples
from tests.recipes.courses import PAIRS, base, defaults, loss_of, pairs

RECIPE = plugins.recipes()["mixed"]
SCORED = PAIRS.set_axis(["sentence1", "sentence2"], axis=1).assign(score=[0.1, 0.9, 0.4, 0.6])
LABELLED = pd.DataFrame({"text": ["a cat", "the cat", "a dog", "dog on mat"], "label": list("ccdd")})


def test_each_kind_of_data_has_the_loss_of_its_own_recipe(tmp_path):
    given = base(tmp_path)
    given.model.eval()
    examples = [Examples("scored pairs", SCORED), pairs(), Examples("labelled texts", LABELLED)]
    course = RECIPE.train(given, examples, defaults(RECIPE))
    own = [(cosent.RECIPE, {}), (contrastive.RECIPE, {"temperature": 1 / 30}), (labels.RECIPE, {})]
    for at, (recipe, said) in enumerate(own):
        alone = recipe.train(given, [examples[at]], defaults(recipe, **said))
        assert torch.allclose(loss_of(course, at), loss_of(alone))
    assert [one.distinct for one in course.lessons] == [False, True, False]


def test_what_one_of_the_recipes_refuses_is_refused():
    bad = [pairs(), Examples("scored pairs", SCORED.assign(score=0.5))]
    assert "no order" in str(RECIPE.refuses(bad))
    assert RECIPE.refuses([pairs()]) is None

"""Every registered recipe: what it says of itself, and that what it makes of a tiny model is a model that learns."""

import pytest

from engine import plugins
from engine.training import COLUMNS, LOOP, Recipe

RECIPES = list(plugins.recipes())


@pytest.fixture(params=RECIPES)
def recipe(request: pytest.FixtureRequest) -> Recipe:
    return plugins.recipes()[request.param]


def test_a_recipe_does_exactly_one_of_training_computing_and_adding(recipe: Recipe):
    assert [bool(one) for one in (recipe.train, recipe.compute, recipe.add)].count(True) == 1


def test_a_recipe_says_what_it_learns_from_and_where_it_comes_from(recipe: Recipe):
    assert set(recipe.shapes) <= set(COLUMNS)
    assert all((recipe.title, recipe.question, recipe.source, recipe.costs, recipe.fails))


def test_the_settings_of_a_recipe_hold_their_own_defaults(recipe: Recipe):
    assert (set(LOOP) <= set(recipe.settings)) == (recipe.kind == "trained")
    for name, one in recipe.settings.items():
        assert not one.choices or one.default in one.choices, name
        assert one.least is None or one.most is None or one.least <= one.default <= one.most, name

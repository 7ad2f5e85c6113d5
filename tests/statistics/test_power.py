"""Which difference a dataset can show: by what was compared on it, by its task, or by what is assumed."""

import pandas as pd
import pytest

from engine.datasets import library
from engine.statistics.power import detectable, items_of, power

PAIRS = pd.DataFrame({"low": [-0.0588, -0.1176], "high": [0.0588, 0.1176], "n": [100, 100]})


def test_what_was_compared_on_the_dataset_comes_before_what_was_on_others_and_that_before_an_assumption():
    here, none = power(100, PAIRS, PAIRS.head(1)), PAIRS.head(0)
    assert here.here and "2 pairs compared on it" in str(here.said())
    assert here.least == pytest.approx((0.0971, 0.1804), abs=1e-4)
    elsewhere = power(400, none, PAIRS.head(1))
    assert not elsewhere.here and "other datasets of this task" in str(elsewhere.said())
    assert elsewhere.least == pytest.approx((0.042, 0.042), abs=1e-4)
    assert "assumed" in str(power(100, none).said()) and "0.084" in str(power(100, none).said())


def test_the_items_needed_are_those_whose_smallest_difference_is_the_one_asked_for():
    found = power(100, PAIRS.head(1))
    assert detectable(found.wide, found.needed(0.02)) == pytest.approx(0.02, abs=1e-4)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("name", "items"), [("helpcentre_zh", 217), ("sts_zh", 322), ("topics_zh", 66)])
def test_the_items_are_counted_before_a_run_as_they_are_judged(name: str, items: int):
    assert items_of(library.load(name)) == items

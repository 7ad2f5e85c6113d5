"""Is a number written the same way wherever it stands?"""

import math

import pytest

from engine import notation
from engine.types import Message


@pytest.mark.parametrize(
    ("value", "digits", "sign", "text"),
    [
        (0.6884, 3, False, "0.688"),
        (-0.0029, 4, False, "−0.0029"),
        (0.0029, 3, True, "+0.003"),
        (-0.0001, 3, True, "0.000"),
        (12345.6, 0, False, "12,346"),
        (math.nan, 3, True, "–"),
    ],
)
def test_a_number_has_one_minus_grouped_thousands_and_no_sign_where_it_rounds_to_nothing(value, digits, sign, text):
    assert notation.fixed(value, digits, sign=sign) == text


def test_an_interval_stands_in_brackets_behind_its_number_and_is_left_out_where_there_is_none():
    assert notation.interval(0.688, 0.667, 0.709) == "0.688 [0.667, 0.709]"
    assert notation.interval(-0.01, -0.02, 0.001, sign=True) == "−0.010 [−0.020, 0.001]"
    assert notation.interval(0.5, math.nan, math.nan) == "0.500"


def test_the_numbers_in_a_sentence_are_written_so_too_and_its_texts_as_they_are():
    said = Message("{n} of {name}: {gap:+.3f}, {none:.2f}", {"n": 1190, "name": "-1190", "gap": -0.5, "none": math.nan})
    assert str(said) == "1,190 of -1190: −0.500, –"

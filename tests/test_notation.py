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


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0.3, 0, "< 1"), (0.6, 0, "1"), (0.04, 1, "< 0.1"), (0.0, 1, "0.0"), (1234.5, 1, "1,234.5"), (math.nan, 0, "–")],
)
def test_an_amount_below_what_is_shown_is_said_as_less_than_that(value, digits, text):
    assert notation.amount(value, digits) == text


def test_an_interval_stands_in_brackets_behind_its_number_and_is_left_out_where_there_is_none():
    assert notation.interval(0.688, 0.667, 0.709) == "0.688 [0.667, 0.709]"
    assert notation.interval(-0.01, -0.02, 0.001, sign=True) == "−0.010 [−0.020, 0.001]"
    assert notation.interval(0.5, math.nan, math.nan) == "0.500"


def test_the_numbers_in_a_sentence_are_written_so_too_and_its_texts_as_they_are():
    said = Message("{n} of {name}: {gap:+.3f}, {none:.2f}", {"n": 1190, "name": "-1190", "gap": -0.5, "none": math.nan})
    assert str(said) == "1,190 of -1190: −0.500, –"


@pytest.mark.parametrize(
    ("p", "text"), [(0.8961, "0.896"), (0.0349, "0.035"), (0.00015, "0.00015"), (1.0, "1.000"), (math.nan, "–")]
)
def test_a_p_value_has_three_decimals_or_its_first_two_digits(p, text):
    assert notation.chance(p) == text
    assert str(Message("p = {p:p}", {"p": p})) == f"p = {text}"


def test_a_small_difference_shows_its_digits_and_so_does_its_interval():
    assert notation.interval(0.0039, -0.0226, 0.0276, sign=True) == "+0.0039 [−0.0226, 0.0276]"


def test_amounts_held_against_each_other_have_decimals_alike():
    assert notation.alike(438.76, 54.394) == ("438.8", "54.4")
    assert notation.alike(1536.0, 512.0) == ("1,536", "512")
    assert notation.alike(0.3512, 12.0) == ("0.351", "12.000")


def test_a_share_is_whole_unless_it_is_small_or_nearly_all():
    assert [*map(notation.percent, (0.66, 0.844, 0.034, 0.996, 1.0, 0.0))] == [
        "66%",
        "84%",
        "3.4%",
        "99.6%",
        "100%",
        "0%",
    ]


@pytest.mark.parametrize(("n", "text"), [(1, "1 row repeats it"), (1200, "1,200 rows repeat it")])
def test_words_of_a_sentence_fit_its_numbers(n, text):
    assert str(Message("{n} {n:row|rows} {n:repeats|repeat} it", {"n": n})) == text

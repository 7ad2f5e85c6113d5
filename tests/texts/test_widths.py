"""Widths: Chinese counts double, lines break where people break them, and what is cut says so."""

from engine.texts.widths import lines, shortened, width


def test_a_chinese_letter_is_as_wide_as_two_latin_ones():
    assert (width("model"), width("模型"), width("a模")) == (5, 4, 3)


def test_lines_break_between_words_and_anywhere_in_chinese_but_before_closing_marks():
    assert lines("one two three", 7) == ["one two", "three"]
    assert lines("哪个模型最好？为什么", 12) == ["哪个模型最", "好？为什么"]
    assert lines("a-word-that-is-longer b", 5) == ["a-word-that-is-longer", "b"]
    assert lines("", 5) == []


def test_a_text_that_is_too_wide_ends_in_an_ellipsis_and_others_are_left_alone():
    assert shortened("all-MiniLM", 10) == "all-MiniLM"
    assert shortened("all-MiniLM", 9) == "all-Mini…"
    assert shortened("模型模型", 6) == "模型…"

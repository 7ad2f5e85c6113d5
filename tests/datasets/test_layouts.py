"""Layouts that people have are read rightly, asked about or refused; none becomes a wrong dataset without a word."""

from collections import Counter
from functools import cache

from tests.layouts import RIGHT, WRONG, Case, Verdict, cases, judge


@cache
def verdicts() -> list[tuple[Case, Verdict]]:
    """Every case of the collection as the engine takes it now."""
    return [(case, judge(case)) for case in cases()]


def test_the_collection_holds_what_is_to_be_read_to_be_asked_and_to_be_refused():
    counts = Counter(outcome for case in cases() for outcome in case.outcomes)
    assert len({case.path for case in cases()}) == len(cases()) >= 120
    assert min(counts[outcome] for outcome in ("read", "asked", "refused")) >= 30


def test_no_layout_of_the_collection_is_read_wrongly_without_a_word(home):
    assert [(case.path, verdict.seen) for case, verdict in verdicts() if verdict.kind in WRONG] == []


def test_what_is_not_ambiguous_is_read_right_at_once(home):
    clear = [verdict.kind for case, verdict in verdicts() if case.outcomes == ["read"]]
    assert clear.count("right at once") >= 0.95 * len(clear)


def test_nearly_every_layout_goes_as_is_right_for_it_with_the_words_that_it_needs(home):
    others = [(case.path, verdict.kind, verdict.seen) for case, verdict in verdicts() if verdict.kind not in RIGHT]
    assert len(others) <= 0.03 * len(verdicts()), others

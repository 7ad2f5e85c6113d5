"""A confidence means something: above the line at which nothing is asked, readings of the collection are right."""

from engine.datasets import mapping
from tests.layouts import cases
from tests.layouts.calibration import likeliest


def test_readings_that_are_sure_are_right_and_rightness_grows_with_confidence():
    judged = [one for case in cases() if (one := likeliest(case)) is not None]
    sure = [right for confidence, right in judged if confidence >= mapping.SURE]
    rest = [right for confidence, right in judged if confidence < mapping.SURE]
    assert len(sure) > 100 and all(sure)
    assert sum(rest) < len(rest)

"""Do the names beside the points of a chart keep clear of one another?"""

from itertools import combinations

import numpy as np
import pytest

from pages.parts.cost.point_labels import MOST, WIDTH, annotations, around, beside, places, width

HEIGHT = 255
NAMES = ["all-MiniLM-L6-v2", "all-MiniLM-L6-v2 · 128d", "all-MiniLM-L6-v2 · int8 vectors", "多语言模型", "bm25"]


def boxes(x, y, names):
    found = places(x, y, names, HEIGHT)
    at = [(WIDTH * across, HEIGHT * up) for across, up in zip(x, y, strict=True)]
    return [around(point, place, width(name)) for point, place, name in zip(at, found, names, strict=True) if place]


def test_models_at_the_same_speed_and_score_keep_their_names_apart():
    kept = boxes([0.9, 0.9, 0.9, 0.9, 0.1], [0.9, 0.9, 0.89, 0.88, 0.1], NAMES)
    assert len(kept) == 5
    assert not [pair for pair in combinations(kept, 2) if pair[0].meets(pair[1])]


@pytest.mark.parametrize("seed", range(20))
def test_no_two_names_meet_wherever_the_points_lie(seed: int):
    rng = np.random.default_rng(seed)
    x, y = rng.beta(0.5, 0.5, (2, MOST))
    kept = boxes(x, y, [NAMES[number % 5] for number in range(MOST)])
    assert len(kept) >= MOST // 2
    assert not [pair for pair in combinations(kept, 2) if pair[0].meets(pair[1])]


def test_a_name_goes_out_of_the_way_of_a_line_where_there_is_room():
    level = [(0.2, 0.5), (0.8, 0.5)]
    crossed = beside(level, HEIGHT)
    found = places([0.2, 0.8], [0.5, 0.5], ["one", "other"], HEIGHT, crossed=crossed)
    kept = [around((WIDTH * x, HEIGHT * 0.5), place, 30) for x, place in zip([0.2, 0.8], found, strict=True)]
    assert not any(box.meets(other) for box in kept for other in crossed)


def test_a_name_without_a_place_is_not_drawn_and_one_that_stands_apart_has_a_line():
    found = places([0.5, 0.5, 0.5], [0.5, 0.5, 0.5], ["one", "other", "third"], HEIGHT)
    drawn = annotations([1, 1, 1], [2, 2, 2], ["one", "other", "third"], [*found[:2], None])
    assert [one["text"] for one in drawn] == ["one", "other"]
    assert [bool(one["ay"]) for one in drawn] == [bool(place.lift) for place in found[:2]]

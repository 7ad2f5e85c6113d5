"""Rankings: retrieval and reranking are judged from them, whoever made them."""

import numpy as np
import pandas as pd
import pytest

from engine import plugins
from engine.rankings import ranked
from engine.search.top_k import search
from engine.types import Task
from tests.oracle_ranking import dataset, judgements, vectors


@pytest.mark.parametrize("candidates", [False, True])
def test_a_ranking_is_judged_as_the_vectors_that_gave_it(candidates: bool):
    random = np.random.default_rng(1)
    own = [(f"q{query}", f"d{one}") for query in range(12) for one in random.choice(60, 9, replace=False)]
    given = dataset(12, 60, judgements(random, 12, 60), **({"candidates": own} if candidates else {}))
    task: Task = plugins.tasks()[given.task]
    held = vectors(random, 12, 60, values=3)  # so few that many documents tie
    assert task.ranked
    request = task.ranked.request(given)
    found = search(request, held["queries"][request.query_rows], held["corpus"], similarity="dot")
    pd.testing.assert_frame_equal(task.ranked.judge(given, found), task.judge(given, held, "dot"))


def test_equal_scores_stand_in_the_order_of_the_ids_and_missing_places_are_told():
    order = np.array([0, 2, 1])
    found = ranked([np.array([0, 1, 2]), np.array([], int)], [np.array([1.0, 1.0, -0.0]), np.array([])], order, 3)
    assert found.rows.tolist() == [[1, 0, 2], [-1, -1, -1]]
    assert np.isnan(found.scores[1]).all()
    assert ranked([np.array([0, 1])], [np.array([1.0, 2.0])], order, 1).rows.tolist() == [[1]]

"""Cross-encoders: all of mteb's numbers on the same scores, for reranking and for retrieval from given candidates."""

from dataclasses import replace

import numpy as np
import pytest
from datasets import Dataset as Rows
from mteb.abstasks.retrieval import AbsTaskRetrieval

from engine import plugins
from engine.metrics.ranking import CUTOFFS
from engine.rankings import ranked
from tests.oracle import ModelMeta, in_memory, mteb_scores
from tests.oracle_ranking import dataset, judgements, same


def score(query: str, document: str) -> float:
    """Of few values, so that many documents tie."""
    return round(float(np.sin(sum(map(ord, query)) * 3 + sum(map(ord, document)) * 7)), 1)


class GivenScores:
    """A cross-encoder that mteb asks, and that gives these scores."""

    mteb_model_meta = ModelMeta.create_empty({"name": "given/scores", "revision": "1"})

    def predict(self, inputs1, inputs2, *, task_metadata, hf_split, hf_subset, prompt_type=None, **kwargs):
        sides = ([text for batch in side for text in batch["text"]] for side in (inputs1, inputs2))
        return np.array([score(*pair) for pair in zip(*sides, strict=True)])


@pytest.mark.parametrize("task_name", ["reranking", "retrieval"])
def test_scores_of_pairs_are_judged_as_mteb_judges_them(task_name: str):
    random = np.random.default_rng(5)
    own = [(f"q{query}", f"d{one}") for query in range(25) for one in random.choice(80, 30, replace=False)]
    given = dataset(25, 80, judgements(random, 25, 80, per_query=9, grades=(0, 1, 2)), candidates=own)
    texts = {name: dict(zip(given.tables[name]["id"], given.tables[name]["text"], strict=True))
             for name in ("queries", "corpus")}  # fmt: skip
    listed = given.tables["candidates"].groupby("query_id", sort=False)["corpus_id"].agg(list).to_dict()
    relevant: dict[str, dict[str, int]] = {}
    for query, document, grade in given.tables["qrels"].itertuples(index=False):
        relevant.setdefault(query, {})[document] = int(grade)
    split = {name: Rows.from_dict({header: column.tolist() for header, column in given.tables[name].items()})
             for name in ("corpus", "queries")}  # fmt: skip
    data = {"test": {**split, "relevant_docs": relevant, "top_ranked": listed}}
    theirs = in_memory(AbsTaskRetrieval, data, task_type="Reranking", main_score="map_at_1000", k_values=CUTOFFS)
    expected = {key: value for key, value in mteb_scores(theirs, GivenScores()).items() if key != "main_score"}
    task = plugins.tasks()[task_name]
    request = task.ranked.request(replace(given, task=task_name))
    places = {name: row for row, name in enumerate(given.tables["corpus"]["id"])}
    rows = [np.array([places[one] for one in listed[query]]) for query in given.tables["queries"]["id"]]
    scores = [np.array([score(query, request.corpus[row]) for row in line])
              for query, line in zip(texts["queries"].values(), rows, strict=True)]  # fmt: skip
    found = task.metrics(task.ranked.judge(given, ranked(rows, scores, request.order, request.depth)))
    assert len(expected) == 148 and set(found) == set(expected)
    assert not {key: (found[key], value) for key, value in expected.items() if not same(found[key], value)}

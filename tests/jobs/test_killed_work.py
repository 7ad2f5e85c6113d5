"""What a killed worker has done is not done again: a run, the stages of a pipeline, the arms of a study."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.comparison.chunking import kept
from engine.datasets import library
from engine.jobs import queue
from engine.models import catalogue
from engine.pipelines import checks
from engine.results.store import Results
from engine.runs import evaluate
from engine.types import Job, ModelEntry, Pipeline
from tests import rerankers
from tests.workers import ended, until, victim

WORDS = ["cat", "dog", "mat", "market", "rises", "today", "reset", "password", "query", "sat"]


def killed(home: Path, start: Callable[..., object], arguments: dict[str, Any]) -> Job:
    """The job, done by the second worker, for the first one was killed before a step."""
    job = queue.submit("halt", arguments | {"folder": str(home)})
    start()
    until((home / "half").exists)
    os.kill(victim(job), signal.SIGKILL)
    assert ended(job.id).state == "done" and queue.job(job.id).attempts == 2
    return job


def small(documents: int) -> str:
    """A retrieval set in the library."""
    random = np.random.default_rng(3)
    texts = [" ".join(random.choice(WORDS, 40)) for _ in range(documents)]
    ids = [str(row) for row in range(documents)]
    library.save(
        "small",
        "retrieval",
        {
            "corpus": pd.DataFrame({"id": ids, "text": texts}),
            "queries": pd.DataFrame({"id": ids, "text": [text[:20] for text in texts]}),
            "qrels": pd.DataFrame({"query_id": ids, "corpus_id": ids, "score": 1}),
        },
    )
    return "small"


def test_an_evaluation_killed_half_way_ends_with_the_same_scores_and_encodes_nothing_twice(
    home: Path, start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    arguments = {"model": "tfidf", "dataset": "sts_en"}
    job = killed(home, start, {"kind": "evaluate", "before": "Resampling", **arguments})
    resumed = Results().result(queue.result(job.id)["run"])
    assert resumed.timings["cached"] >= len(set(library.load("sts_en").tables["pairs"]["sentence1"]))
    (tmp_path / "another").mkdir()
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("PARALLAX_HOME", str(tmp_path / "another"))
        alone = Results().result(evaluate.work(arguments, lambda share, message: None)["run"])
    assert (resumed.metrics, resumed.intervals) == (alone.metrics, alone.intervals)
    assert resumed.items.equals(alone.items)


def test_a_pipeline_killed_behind_its_reranker_searches_nothing_and_scores_no_pair_again(home: Path, start, tmp_path):
    catalogue.add(ModelEntry("judge", "cross_encoder", str(rerankers.bert(tmp_path / "judge"))))
    checks.add(ModelEntry("p", "pipeline", pipeline=Pipeline(("bm25",), reranker="judge", depth=5)))
    arguments = {"kind": "evaluate", "before": "judge is timed", "model": "p", "dataset": small(20)}
    job = killed(home, start, arguments)
    found, reranked = Results().result(queue.result(job.id)["run"]).settings["stages"]
    assert found["cached"] and (reranked["pairs"], reranked["scored"]) == (100, 0)


def test_a_study_of_chunks_killed_half_way_encodes_only_what_it_had_not_reached(home: Path, start):
    arguments = {"kind": "chunking", "before": "tfidf over tokens 16/0", "models": ["tfidf"], "splitters": ["tokens"]}
    killed(home, start, arguments | {"dataset": small(20), "sizes": [32, 16]})
    study = kept.known(library.load("small").fingerprint)
    assert study is not None
    assert (study.cells.set_index("arm")["fresh"] > 0).to_dict() == {
        "whole": False, "tokens 32/0": False, "tokens 16/0": True
    }  # fmt: skip

"""Are the jobs of the queue done by a cluster as one machine does them: at once, none twice, each to be stopped?"""

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.cluster import jobs
from engine.datasets import library
from engine.entries import ModelEntry
from engine.jobs import queue, workers
from engine.models import catalogue
from engine.results.store import Results
from engine.runs.evaluate import evaluate
from engine.types import UserError
from tests.cluster.conftest import texts
from tests.cluster.driving import SOON, wait_for
from tests.conftest import ROOT


@pytest.fixture
def worker(there, home):
    """A worker of the queue beside the test."""
    command = [sys.executable, "-m", "engine.worker", "--idle", "60"]
    process = subprocess.Popen(command, cwd=ROOT, env=there.environment | os.environ | {"PARALLAX_HOME": str(home)})
    process.there = there
    yield process
    process.terminate()
    process.wait(SOON)


def pairs(name, number):
    sides = [texts(number), texts(number)[::-1]]
    scores = np.arange(number) % 5
    return library.save(
        name, "sts", {"pairs": pd.DataFrame({"sentence1": sides[0], "sentence2": sides[1], "score": scores})}
    )


def devices(cluster):
    """The processes of actors on the cluster's nodes."""
    nodes = {node.pid for node in cluster.nodes}
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if path.read_bytes().startswith(b"ray::Device") and os.getsid(int(path.parent.name)) in nodes:
                found.append(int(path.parent.name))
    return found


def state(job):
    return queue.job(job.id).state


def test_runs_are_measured_on_devices_at_once_with_the_scores_of_one_machine(
    home, worker, model, tmp_path, monkeypatch
):
    small, _ = pairs("small", 60), pairs("large", 3_000)
    long = queue.submit("evaluate", {"model": str(model), "dataset": "large"})
    assert queue.submit("evaluate", {"model": str(model), "dataset": "large"}).id == long.id
    wait_for(lambda: "Loading model" in queue.log(long.id), "the long run", lambda: queue.log(long.id))
    (device,) = devices(worker.there)
    os.kill(device, signal.SIGSTOP)
    short = queue.submit("evaluate", {"model": str(model), "dataset": "small"})
    words = queue.submit("evaluate", {"model": "tfidf", "dataset": "small"})
    wait_for(lambda: state(short) == state(words) == "done", "the short ones", lambda: queue.log(short.id))
    assert state(long) == "running"
    queue.cancel(long.id)
    wait_for(lambda: "Cancelled" in queue.log(long.id), "the end of the long run")
    assert worker.poll() is None and workers.alive("batch")
    again = queue.retry(long.id)
    wait_for(lambda: state(again) in ("running", "done"), "the second try")
    assert len(set(re.findall(r"Process (\d+) begins", queue.log(long.id)))) == 1  # whoever cancels ends no worker
    queue.cancel(again.id)
    runs = Results().runs()
    (run,) = runs[(runs["dataset"] == "small") & (runs["model"] != "tfidf")]["id"]
    there = Results().result(run)
    monkeypatch.setenv("PARALLAX_HOME", str(tmp_path / "alone"))
    library.save("small", "sts", small.tables)
    here = Results().result(evaluate(catalogue.find(str(model)), library.load("small")))
    assert there.settings["versions"] == here.settings["versions"] and there.intervals.keys() == here.intervals.keys()
    for name, value in here.metrics.items():
        assert there.metrics[name] == pytest.approx(value, abs=1e-6)


def test_what_no_node_has_the_memory_for_is_refused():
    entry = ModelEntry("giant", "sentence_transformer", "org/giant", parameters=70_000_000_000)
    node = {"Alive": True, "Resources": {"CPU": 4.0, "memory": 8 * 2.0**30}}
    with pytest.raises(UserError, match="no node of the cluster has more than 8"):
        jobs.needs(entry, [node])
    assert jobs.needs(ModelEntry("small", "sentence_transformer", "org/small"), [node])["num_cpus"] == 4
    assert jobs.needs(entry, [{"Alive": True, "Resources": {"GPU": 2.0, "CPU": 8.0}}]) == {"num_cpus": 0, "num_gpus": 1}

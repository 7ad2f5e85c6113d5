"""The page that lists the jobs tells which machines work on them."""

import pytest

from engine.cluster.status import Node
from engine.types import Message
from pages.parts.runs import cluster
from tests.pages.test_pages import ended_well, visit

pytestmark = pytest.mark.usefixtures("home", "fresh_caches")
RUNS = "pages/work/runs.py"


def test_nodes_their_devices_and_what_they_do_are_told(monkeypatch):
    busy = Message("{done} of {total} texts, {rate} texts/s", {"done": 10, "total": 20, "rate": 5})
    found = [Node("10.0.0.2", True, 2, "GPU", 2**36, (busy,)), Node("10.0.0.3", True, 1, "CPU", 2**30)]
    found.append(Node("10.0.0.4", False, 0, "CPU", 0))
    monkeypatch.setenv("PARALLAX_CLUSTER", "10.0.0.1:6379")
    monkeypatch.setattr(cluster.status, "look", lambda place: found)
    at = visit(RUNS)
    assert ended_well(at) and "Cluster" in [one.value for one in at.header]
    (table,) = [one.value for one in at.dataframe if "does" in one.value]
    assert table["does"].tolist() == ["10 of 20 texts, 5 texts/s", "free", "gone"]
    assert table["devices"].tolist()[:2] == ["2 × GPU", "1 × CPU"] and table["memory"].tolist()[:2] == [64, 1]
    assert table[["devices", "memory"]].isna().all(axis=1).tolist() == [False, False, True]  # nothing of what is gone


def test_a_cluster_that_does_not_answer_is_said_and_none_is_nothing(monkeypatch):
    monkeypatch.setenv("PARALLAX_CLUSTER", "127.0.0.1:9")
    at = visit(RUNS)
    assert "No cluster answers at 127.0.0.1:9" in "".join(one.value.replace("\\", "") for one in at.warning)
    monkeypatch.delenv("PARALLAX_CLUSTER")
    assert "Cluster" not in [one.value for one in visit(RUNS).header]

"""A small model and texts in Parquet, on a home of the module's own."""

from pathlib import Path

import pandas as pd
import pytest

from tests import checkpoints
from tests.cluster.driving import wait_for
from tests.cluster.nodes import Cluster

WORDS = checkpoints.WORDS


def texts(number: int) -> list[str]:
    """Different texts of one to twelve words, and every tenth as the one before."""
    made = [
        " ".join(WORDS[(row * 7 + place * place) % len(WORDS)] for place in range(row % 12 + 1))
        for row in range(number)
    ]
    return [f"{text} {row // 10}" if row % 10 else text for row, text in enumerate(made)]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkpoints.bert(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 texts in two files, of small groups of rows."""
    folder = tmp_path_factory.mktemp("texts")
    table = pd.DataFrame({"id": [f"d{row}" for row in range(300)], "text": texts(300), "other": 1})
    table[:170].to_parquet(folder / "a.parquet", row_group_size=50, index=False)
    table[170:].to_parquet(folder / "b.parquet", row_group_size=1000, index=False)
    return folder


@pytest.fixture(scope="session")
def clusters():
    """The cluster of all tests, and another one if its head has been killed."""
    found: list[Cluster] = []
    yield found
    for one in found:
        one.close()


@pytest.fixture
def there(clusters, monkeypatch, home):
    """A head without devices and two nodes of one core, which PARALLAX_CLUSTER names."""
    if not clusters or clusters[-1].head.poll() is not None:
        one = Cluster()
        for _ in range(2):  # of two that start at once on one machine, one may not come up
            wait_for(lambda: one.started(one.processes[-1]), "a node")
            one.nodes.append(one.add())
        clusters.append(one)
    monkeypatch.setenv("PARALLAX_CLUSTER", clusters[-1].address)
    return clusters[-1]

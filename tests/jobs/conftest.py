"""Worker processes that a test starts, and that end with it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.jobs import workers
from tests.workers import DEADLINE, ROOT, STARTER


@pytest.fixture
def start(home: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    started = []

    def begin(*arguments: str) -> subprocess.Popen[bytes]:
        environment = os.environ | {"PARALLAX_HOME": str(home)}
        process = subprocess.Popen([sys.executable, "-c", STARTER, *arguments], cwd=ROOT, env=environment)
        started.append(process)
        return process

    yield begin
    for lane in workers.LANES:
        workers.stop(lane)
    for process in started:
        process.wait(DEADLINE)

"""What a job is said to have held is its own."""

import subprocess
import sys

import numpy as np

from engine.compute import peak_memory

LARGE = 300_000_000


def test_what_was_held_before_does_not_count():
    held = np.ones(LARGE, np.uint8)
    before = peak_memory.most()
    assert before > LARGE
    del held
    peak_memory.begin()
    assert peak_memory.most() < before - LARGE / 2


def test_what_the_process_that_began_this_one_holds_does_not_count():
    held = np.ones(LARGE, np.uint8)
    code = "from engine.compute import peak_memory; print(peak_memory.most())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(said.stdout) < LARGE < held.nbytes + 1

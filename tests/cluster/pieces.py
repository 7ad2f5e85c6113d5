"""Work that nodes of a test do: real shards, that stop where the test wants to kill somebody."""

import os
import resource
import time
from pathlib import Path

import numpy as np

from engine.cluster import sharding

PATIENCE = 60.0


class Letters:
    """A model that is loaded at once: a vector counts a text's letters."""

    name, key, similarity = "letters", "letters", "cosine"

    def prompt(self, role):
        return ""

    def fit(self, documents):
        return self

    def encode(self, texts, role=None):
        return np.array([np.bincount([ord(sign) % 31 for sign in text], minlength=31) for text in texts], np.float32)


LETTERS = Letters()


def counted(plan, number, folder, step):
    """Encodes a shard and writes down who did."""
    (folder / f"{number}.{os.getpid()}.{time.monotonic_ns()}").touch()
    return sharding.encode_shard(plan, number, LETTERS, step)


def without_room(plan, number, folder, step):
    """As `counted`; the device that comes first may write no file of more than a hundred bytes."""
    if _first(folder / "full"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
    return counted(plan, number, folder, step)


def held(plan, number, folder, step):
    """As `counted`, but in the midst of its vectors it waits to be killed, unless somebody waited here before."""

    def part(share, message):
        step(share, message)
        if share > 0 and _first(folder / f"held.{number}"):
            _until(lambda: False)

    return counted(plan, number, folder, part)


def patient(plan, number, folder, other, step):
    """As `counted`, once the other shard is done, by somebody else."""
    done = counted(plan, number, folder, step)
    (folder / f"waits.{number}").touch()
    _until(lambda: any(folder.glob(f"{other}.done")))
    return done


def noted(plan, number, folder, step):
    """As `held`, and says when it is done."""
    done = held(plan, number, folder, step)
    (folder / f"{number}.done").touch()
    return done


def _first(path: Path) -> bool:
    try:
        with path.open("x") as file:
            file.write(str(os.getpid()))
            return True
    except FileExistsError:
        return False


def _until(there):
    deadline = time.monotonic() + PATIENCE
    while not there() and time.monotonic() < deadline:
        time.sleep(0.05)

"""What do the stored vectors cost: writing them, opening them, and looking some up?

python -m benchmarks.store [--texts 1000000] [--dimension 384] [--asked 100000]

CPU seconds and seconds on the wall. Opening sorts the keys once; looking up fetches the vectors too.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.encoding import store
from engine.encoding.store import Shelf

BLOCK = 50_000


def told(name: str, work: Callable[[], Any]) -> Any:
    """Do it and print what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    print(f"{name:50} {time.process_time() - cpu:7.3f} CPU s {time.perf_counter() - wall:7.3f} s", flush=True)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--asked", type=int, default=100_000)
    wanted = parser.parse_args()
    random = np.random.default_rng(0)
    keys = random.integers(0, 2**64, (wanted.texts, 2), dtype=np.uint64)
    rows = random.standard_normal((BLOCK, wanted.dimension), dtype=np.float32)
    with tempfile.TemporaryDirectory() as home:
        os.environ["PARALLAX_HOME"] = home
        shelf = Shelf("measured", "measured")

        def write() -> None:
            for start in range(0, wanted.texts, BLOCK):
                block = keys[start : start + BLOCK]
                shelf.append(block, rows[: len(block)])

        told(f"write {wanted.texts} x {wanted.dimension}, {BLOCK} at a time", write)
        told("append 1,000 more", lambda: shelf.append(keys[:1000] + np.uint64(1), rows[:1000]))
        fresh = told("open, the last block checked", lambda: Shelf("measured", "measured"))
        asked = keys[random.permutation(wanted.texts)[: wanted.asked]]
        told("the first key", lambda: fresh.find(asked[:1]))
        found = told(f"find {wanted.asked} keys", lambda: fresh.find(asked))
        told("fetch their vectors", lambda: fresh.rows(found))
        (one,) = store.shelves()
        print(f"{one.bytes / 1e6:.0f} MB on disk for {one.texts} texts, all found: {bool((found >= 0).all())}")


if __name__ == "__main__":
    main()

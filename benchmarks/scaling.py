"""How do time and memory grow with the number of texts, encoding and searching them?

python -m benchmarks.scaling texts.parquet [--sizes 1000 10000 100000] [--precision bfloat16] [--queries 100]

Each size runs in a process of its own: encode the texts, then find the ten nearest of some of them. Where the file has
fewer texts than wanted, its texts come again with a number behind them. The exponent is the slope between the smallest
and the largest size, of the logarithms: 1 is linear.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from math import log
from pathlib import Path

import numpy as np
import pandas as pd

from engine import models
from engine.encoding import encode
from engine.search import top_k
from engine.types import Texts


def texts_of(path: Path, count: int) -> list[str]:
    """So many distinct texts."""
    known = pd.read_parquet(path, columns=["text"])["text"].drop_duplicates().tolist()
    return [known[row % len(known)] + ("" if row < len(known) else f" {row // len(known)}") for row in range(count)]


def one_size(path: Path, count: int, precision: str, queries: int) -> None:
    """Encode and search in this process and print what it took."""
    texts = texts_of(path, count)
    encoder = models.load(models.find("all-MiniLM-L6-v2"), precision)
    encode(encoder, Texts([f"a text to warm up with {number}" for number in range(64)]))
    start = time.perf_counter(), time.process_time()
    vectors = encode(encoder, Texts(texts)).vectors
    between = time.perf_counter(), time.process_time()
    rows = np.linspace(0, count - 1, queries).astype(int)
    top_k(vectors[rows], vectors, 10, similarity="cosine")
    end = time.perf_counter(), time.process_time()
    took = {"encode": between[0] - start[0], "encode cpu": between[1] - start[1]}
    took |= {"search": end[0] - between[0], "search cpu": end[1] - between[1]}
    print(json.dumps(took | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--precision", default="bfloat16")
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.one:
        return one_size(wanted.file, wanted.one, wanted.precision, wanted.queries)
    names = ("encode", "encode cpu", "search", "search cpu", "peak")
    print(f"| texts | {' | '.join(names)} |\n|--:|{'--:|' * len(names)}")
    found = {}
    for size in wanted.sizes:
        with tempfile.TemporaryDirectory() as home:
            command = [sys.executable, "-m", "benchmarks.scaling", str(wanted.file), "--one", str(size)]
            command += ["--precision", wanted.precision, "--queries", str(wanted.queries)]
            environment = os.environ | {"PARALLAX_HOME": home, "HF_HUB_OFFLINE": "1"}
            told = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
        found[size] = json.loads(told.splitlines()[-1])
        print(f"| {size} | {' | '.join(f'{found[size][name]:.2f}' for name in names)} |", flush=True)
    few, many = min(found), max(found)
    if few < many:
        slopes = [log(found[many][name] / found[few][name]) / log(many / few) for name in names]
        print(f"| exponent | {' | '.join(f'{slope:.2f}' for slope in slopes)} |")
    return None


if __name__ == "__main__":
    main()

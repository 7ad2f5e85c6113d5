"""How do time and memory grow with the number of texts, encoding and searching them?

python -m benchmarks.scaling texts.parquet [--sizes 1000 10000 100000] [--precision bfloat16] [--queries 100]

Each size runs in a process of its own: the texts are read from a dataset's saved table and encoded, and the ten nearest
of some of them are found. Where the file has fewer texts than wanted, its texts come again with a number behind them.
`own` is the most memory in MB that the process had for itself since the model was loaded; files that are mapped into
memory, which the system takes back when it needs the room, are left out. The exponent is the slope between the smallest
and the largest size, of the logarithms: 1 is linear.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from math import log
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pandas as pd
import pyarrow as pa

from engine.encoding.encode import encode
from engine.models import catalogue
from engine.search.top_k import top_k
from engine.storage import saved_tables
from engine.texts.text_columns import TextColumn
from engine.types import Texts


def save(path: Path, count: int, folder: Path) -> None:
    """So many distinct texts in a dataset's table."""
    known = pd.read_parquet(path, columns=["text"])["text"].drop_duplicates().tolist()
    texts = [known[row % len(known)] + ("" if row < len(known) else f" {row // len(known)}") for row in range(count)]
    saved_tables.write(pd.DataFrame({"text": texts}), folder, "corpus")


class Memory(Thread):
    """The most memory in MB that the process has for itself, files mapped into memory left out."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        gc.collect()
        pa.default_memory_pool().release_unused()
        self.before, self.most, self.over = own(), 0.0, Event()

    def run(self) -> None:
        while not self.over.wait(0.05):
            self.most = max(self.most, own() - self.before)


def own() -> float:
    """The megabytes that this process has for itself."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("RssAnon:")[1].split()[0]) / 1024


def one_size(count: int, precision: str, queries: int) -> None:
    """Encode and search in this process and print what it took."""
    texts = Texts(TextColumn(saved_tables.read(Path(os.environ["PARALLAX_HOME"]))["corpus"]["text"]))
    encoder = catalogue.load(catalogue.find("all-MiniLM-L6-v2"), precision)
    encode(encoder, Texts([f"a text to warm up with {number}" for number in range(64)]))
    memory = Memory()
    memory.start()
    start = time.perf_counter(), time.process_time()
    vectors = encode(encoder, texts).vectors
    between = time.perf_counter(), time.process_time()
    rows = np.linspace(0, count - 1, queries).astype(int)
    top_k(vectors[rows], vectors, 10, similarity="cosine")
    end = time.perf_counter(), time.process_time()
    took = {"encode": between[0] - start[0], "encode cpu": between[1] - start[1]}
    took |= {"search": end[0] - between[0], "search cpu": end[1] - between[1]}
    memory.over.set()
    print(json.dumps(took | {"own": memory.most}))


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
        return one_size(wanted.one, wanted.precision, wanted.queries)
    names = ("encode", "encode cpu", "search", "search cpu", "own")
    print(f"| texts | {' | '.join(names)} |\n|--:|{'--:|' * len(names)}")
    found = {}
    for size in wanted.sizes:
        with tempfile.TemporaryDirectory() as home:
            save(wanted.file, size, Path(home))
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

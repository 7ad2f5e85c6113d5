"""How fast are large files read into tables, and how much memory does it take beyond what the process had?

python -m benchmarks.reading [--megabytes 200] [--rounds 3] [--against PATH of another checkout] [--forms csv jsonl]

Each reading is a process of its own; the two builds take turns. `own` is the peak of the process's own memory over what
it had before it read, as a share of the file. Invented texts of 40 to 400 letters with quotes, commas and line ends.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
BATCH = 20_000
CHILD = """
import sys, time
from pathlib import Path
try:
    from engine.readers.choice import read
except ImportError:
    try:
        from engine.datasets.library import read
    except ImportError:
        from engine.datasets import read
import engine.readers.csv, engine.readers.jsonl, engine.readers.parquet, engine.plugins
engine.plugins.readers(); engine.plugins.tasks()
def kilobytes(name):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name))
def peak():
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
peak()
before = kilobytes("VmRSS")
wall, cpu = time.perf_counter(), time.process_time()
tables = read(Path(sys.argv[1]))
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
tables = getattr(tables, "tables", tables)
print(wall, cpu, kilobytes("VmHWM") - before, sum(map(len, tables.values())))
"""


def texts(count: int, seed: int) -> list[str]:
    """Invented texts; every tenth has a quote, a comma and a line end in it."""
    random = np.random.default_rng(seed)
    words = np.array([f"word{number:03d}" for number in range(400)])
    made = [" ".join(random.choice(words, size)) for size in random.integers(5, 55, count)]
    return [f'{text}, "so\\nto say"' if at % 10 == 0 else text for at, text in enumerate(made)]


def batches(size: int) -> "list[pd.DataFrame]":
    """Rows of id, title, text until they make up so many bytes; one batch, repeated under other ids."""
    one = pd.DataFrame({"title": texts(BATCH, 1), "text": texts(BATCH, 2)})
    one["title"] = one["title"].str[:40]
    bytes_each = int(one["title"].str.len().sum() + one["text"].str.len().sum())
    return [
        one.assign(id=[f"d{number * BATCH + row}" for row in range(BATCH)])[["id", "title", "text"]]
        for number in range(max(1, size // bytes_each))
    ]


def write_csv(path: Path, size: int) -> None:
    """As pandas writes it."""
    for at, batch in enumerate(batches(size)):
        batch.to_csv(path, mode="a", index=False, header=at == 0)


def write_jsonl(path: Path, size: int) -> None:
    """As BEIR writes it."""
    with path.open("w", encoding="utf-8") as file:
        for batch in batches(size):
            file.writelines(json.dumps(record) + "\n" for record in batch.to_dict("records"))


def write_parquet(path: Path, size: int) -> None:
    """Uncompressed, in several row groups."""
    pd.concat(batches(size)).to_parquet(path, compression=None, row_group_size=50_000)


WRITERS: dict[str, Callable[[Path, int], None]] = {"csv": write_csv, "jsonl": write_jsonl, "parquet": write_parquet}


def measured(path: Path, checkout: Path) -> list[float]:
    """Seconds, CPU seconds, kilobytes and rows of one reading by this checkout."""
    environment = {**os.environ, "PYTHONPATH": str(checkout), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(number) for number in done.stdout.split()]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--forms", nargs="+", default=list(WRITERS), choices=WRITERS)
    wanted = parser.parse_args()
    builds = {"this build": ROOT} | ({"the other": wanted.against.resolve()} if wanted.against else {})
    print("| form | MB | build | s | CPU s | MB/s | own memory / file | rows |\n|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for form in wanted.forms:
            path = Path(folder) / f"table.{form}"
            WRITERS[form](path, wanted.megabytes * 1_000_000)
            size = path.stat().st_size
            found: dict[str, list[list[float]]] = {name: [] for name in builds}
            for _ in range(wanted.rounds):
                for name, checkout in builds.items():
                    found[name].append(measured(path, checkout))
            for name, rounds in found.items():
                wall, cpu, memory, rows = np.median(np.array(rounds), axis=0)
                print(f"| {form} | {size / 1e6:.0f} | {name} | {wall:.2f} | {cpu:.2f} | {size / 1e6 / cpu:.0f} | "
                      f"{memory * 1024 / size:.2f} | {rows:.0f} |", flush=True)  # fmt: skip
            path.unlink()


if __name__ == "__main__":
    main()

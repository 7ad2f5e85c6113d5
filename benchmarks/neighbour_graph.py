"""What does a graph of neighbours cost as texts grow in number: all with all, by cells and descent, by others?

All by 15 neighbours and cosine. Every size and way runs in a process of its own, after a small set that compiles it.
The processor's seconds count, for a busy machine tells little by the clock; `own` is the most memory in MB that the
process has for itself beyond the vectors that it was given. Recall is measured on 1,000 rows that the search's own
sample does not know of. Where more rows are wanted than the file has, they come again with noise (see `drawn`).

python -m benchmarks.neighbour_graph VECTORS.npy [--sizes 25000 50000 100000] [--ways exact approximate hnsw]
"""

import argparse
import json
import subprocess
import sys
import time
from math import log

import numpy as np

from benchmarks.scaling import Memory
from engine.search import neighbours, rescoring

NEAR, ASKED, NOISE = 15, 1_000, 0.35
"""Neighbours; rows whose recall is measured; length of the noise beside a vector of length one that comes again."""


def drawn(path: str, count: int) -> np.ndarray:
    """So many rows at length one, drawn at random; beyond those of the file again, each moved by random noise."""
    every, rng = np.load(path, mmap_mode="r"), np.random.default_rng(0)
    rows = np.array(every[np.sort(rng.choice(len(every), min(count, len(every)), replace=False))], np.float32)
    parts = [neighbours.unit(rows)]
    while sum(map(len, parts)) < count:
        again = parts[0][: count - sum(map(len, parts))]
        noise = rng.standard_normal(again.shape, np.float32)
        parts.append(again + noise * np.float32(NOISE / again.shape[1] ** 0.5))
    return neighbours.unit(np.concatenate(parts))


def graph(way: str, rows: np.ndarray) -> np.ndarray:
    """The indices of the nearest rows by one of the ways; itself may be among them."""
    if way in ("exact", "approximate"):
        return neighbours.graph(rows, NEAR, exact=way == "exact").indices
    if way == "hnsw":
        import faiss

        faiss.omp_set_num_threads(1)
        index = faiss.IndexHNSWFlat(rows.shape[1], 16, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction, index.hnsw.efSearch = 80, 64
        index.add(rows)
        return index.search(rows, NEAR + 1)[1]
    from pynndescent import NNDescent

    return NNDescent(rows, metric="cosine", n_neighbors=NEAR + 1, random_state=42, n_jobs=1).neighbor_graph[0]


def recall(rows: np.ndarray, found: np.ndarray) -> float:
    """The share of the true nearest that were found, on rows drawn at random; what is as similar as the last counts."""
    asked = np.random.default_rng(7).choice(len(rows), min(ASKED, len(rows)), replace=False)
    parts = [best.similarities.min(axis=1) for best in rescoring.nearest(rows[asked], rows, NEAR + 1)]
    others = np.where(found[asked] == asked[:, None], -1, found[asked])
    alike = rescoring.scored(rows[asked], rows, np.maximum(others, 0).astype(np.int64))
    good = (alike >= np.concatenate(parts)[:, None] - 1e-6) & (others >= 0)
    return float(good.sum(axis=1).clip(0, NEAR).mean() / NEAR)


def one(path: str, count: int, way: str) -> None:
    """Measures in this process and prints what it took."""
    rows = drawn(path, count)
    graph(way, rows[:40_000] if way == "approximate" else rows[:5_000])
    memory = Memory()
    memory.start()
    start = time.process_time()
    found = graph(way, rows)
    took = time.process_time() - start
    memory.over.set()
    print(json.dumps({"seconds": took, "own": memory.most, "recall": recall(rows, found)}))


def main() -> None:
    """Prints a row for every size and way, and how each grows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--sizes", type=int, nargs="+", default=[25_000, 50_000, 100_000])
    parser.add_argument("--ways", nargs="+", default=["exact", "approximate", "hnsw", "pynndescent"])
    parser.add_argument("--one", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.one:
        return one(wanted.file, wanted.sizes[0], wanted.one)
    print("| points | by | CPU s | own MB | recall@15 | exact takes |\n|--:|---|--:|--:|--:|--:|")
    taken: dict[str, dict[int, float]] = {}
    for size in wanted.sizes:
        for way in wanted.ways:
            command = [sys.executable, "-m", "benchmarks.neighbour_graph", wanted.file, "--sizes", str(size)]
            told = subprocess.run([*command, "--one", way], stdout=subprocess.PIPE, text=True, check=True).stdout
            found = json.loads(told.splitlines()[-1])
            taken.setdefault(way, {})[size] = found["seconds"]
            ratio = taken.get("exact", {}).get(size, float("nan")) / found["seconds"]
            cost = f"{found['seconds']:.1f} | {found['own']:.0f}"
            print(f"| {size:,} | {way} | {cost} | {found['recall']:.3f} | {ratio:.2f} |", flush=True)
    for way, seconds in taken.items():
        few, many = min(seconds), max(seconds)
        if few < many:
            print(f"{way}: exponent {log(seconds[many] / seconds[few]) / log(many / few):.2f}")
    return None


if __name__ == "__main__":
    main()

"""How fast is the exact search, against faiss on the same cores and against mteb's own, and does it find the same?

python -m benchmarks.search [VECTORS.npy] [--queries 1000] [--documents 100000] [--dimension 384] [--k 10 100 1000]

Vectors of length one: those of real texts from the file, some of which are the queries, and which come again with noise
where more are wanted; or random ones. faiss.knn breaks ties as they come and knows no document ids; mteb's search gives
them, and ours must give the same ones. Seconds on the wall and CPU seconds, medians of interleaved rounds; the product
alone is the floor in float32.
"""

import argparse
import resource
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import faiss
import numpy as np
import torch

from engine import config
from engine.search import rescoring
from engine.search.top_k import top_k

MTEB_CHUNK = 50_000


def floor(queries: np.ndarray, documents: np.ndarray, k: int) -> None:
    """The products alone, chunk by chunk."""
    asked = torch.from_numpy(queries)
    for start in range(0, len(documents), MTEB_CHUNK):
        chunk = torch.from_numpy(documents[start : start + MTEB_CHUNK])
        for block in asked.split(512):
            _products = block @ chunk.T


def ours(queries: np.ndarray, documents: np.ndarray, k: int) -> np.ndarray:
    """Parallax: rows of documents, equal scores to the later one."""
    rows, _ = top_k(queries, documents, k, similarity="dot", order=np.arange(len(documents)))
    return rows


def coarse_first(queries: np.ndarray, documents: np.ndarray, k: int) -> np.ndarray:
    """Parallax's search for neighbours: a product in bfloat16 where the device is made for it, then float32."""
    found = []
    for part in rescoring.nearest(queries, documents, k):
        order = np.argsort(-part.similarities, axis=1, kind="stable")
        found.append(np.take_along_axis(part.rows, order, axis=1))
    return np.concatenate(found)


def peer(queries: np.ndarray, documents: np.ndarray, k: int) -> np.ndarray:
    """faiss, without an index."""
    _, rows = faiss.knn(queries, documents, k, metric=faiss.METRIC_INNER_PRODUCT)
    return rows


def of_mteb(queries: np.ndarray, documents: np.ndarray, k: int) -> np.ndarray:
    """The arithmetic of mteb's search: products of a chunk, torch.topk, and a heap for each query in Python."""
    import heapq

    heaps: list[list[tuple[float, str]]] = [[] for _ in queries]
    for start in range(0, len(documents), MTEB_CHUNK):
        scores = torch.from_numpy(queries) @ torch.from_numpy(documents[start : start + MTEB_CHUNK]).T
        values, places = (x.tolist() for x in torch.topk(scores, min(k, scores.shape[1]), dim=1, sorted=False))
        for heap, some, at in zip(heaps, values, places, strict=True):
            for score, place in zip(some, at, strict=True):
                entry = (score, f"{start + place:09}")
                if len(heap) < k:
                    heapq.heappush(heap, entry)
                else:
                    heapq.heappushpop(heap, entry)
    return np.array([[int(name) for _, name in sorted(heap, reverse=True)] for heap in heaps])


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds on the wall, CPU seconds, and what came of it."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - wall, time.process_time() - cpu, found


def vectors(wanted: argparse.Namespace) -> tuple[np.ndarray, np.ndarray]:
    """Queries and documents."""
    random, shape = np.random.default_rng(0), (wanted.documents, wanted.dimension)
    if wanted.file:
        known = np.load(wanted.file)
        documents = known[np.arange(wanted.documents) % len(known)].astype(np.float32)
        for start in range(len(known), len(documents), len(known)):
            again = documents[start : start + len(known)]
            again += random.normal(scale=0.02, size=again.shape).astype(np.float32)
        queries = documents[random.choice(len(documents), wanted.queries, replace=False)]
        queries = queries + random.normal(scale=0.01, size=queries.shape).astype(np.float32)
    else:
        documents = random.standard_normal(shape, dtype=np.float32)
        queries = random.standard_normal((wanted.queries, wanted.dimension), dtype=np.float32)
    for rows in (queries, documents):
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return queries, documents


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?")
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--k", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--without-mteb", action="store_true")
    wanted = parser.parse_args()
    torch.set_num_threads(config.machine().cores)
    faiss.omp_set_num_threads(config.machine().cores)
    queries, documents = vectors(wanted)
    ways = {"the product alone": floor, "faiss.knn": peer, "mteb's search": of_mteb, "Parallax": ours}
    ways["Parallax, coarse first"] = coarse_first
    if wanted.without_mteb:
        ways.pop("mteb's search")
    print(f"{len(queries)} x {len(documents)} x {queries.shape[1]}, {config.machine().cores} cores")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ours(queries, documents, max(wanted.k))
    print(f"Parallax takes {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024:.0f} MB on top")
    for k in wanted.k:
        seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        found: dict[str, Any] = {}
        for _round in range(wanted.rounds):
            for name, way in ways.items():
                wall, cpu, found[name] = timed(partial(way, queries, documents, k))
                seconds[name].append((wall, cpu))
        for name, times in seconds.items():
            wall, cpu = np.median(np.array(times), axis=0)
            ratio = median(other[0] / mine[0] for mine, other in zip(seconds["Parallax"], times, strict=True))
            same = "" if found[name] is None else f"{(found[name] == found['Parallax']).mean():.5f} of places the same"
            print(f"k = {k:4}  {name:22} {wall:7.2f} s {cpu:7.2f} CPU s  ours is {ratio:5.2f} x as fast  {same}")


if __name__ == "__main__":
    main()

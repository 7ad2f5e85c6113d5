"""How fast is exact MaxSim search against sentence-transformers' own, in the same memory, and does it find the same?

python -m benchmarks.maxsim [--queries 200] [--documents 20000] [--dimension 128] [--k 100] [--rounds 5]

Random token vectors of length one, 32 of a query, of a document as many as passages have (log-normal, median 74, 8 to
300). The library scores all pairs and torch.topk takes the best; ours is `top_k`. Both on all cores, interleaved; of
each the memory on top of its input, in a process of its own.
"""

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import torch
from sentence_transformers.util.similarity import maxsim

from engine import config
from engine.search.top_k import top_k
from engine.types import TokenVectors


def vectors(random: np.random.Generator, counts: np.ndarray, width: int) -> TokenVectors:
    """Of length one, so many for each text."""
    values = random.standard_normal((int(counts.sum()), width), dtype=np.float32)
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    return TokenVectors(values, np.concatenate([[0], np.cumsum(counts)]))


def ours(queries: TokenVectors, documents: TokenVectors, k: int) -> np.ndarray:
    """Parallax: rows of documents."""
    return top_k(queries, documents, k, similarity="maxsim")[0]


def theirs(queries: TokenVectors, documents: TokenVectors, k: int) -> np.ndarray:
    """The library's own function on its own form of the vectors: a list with a tensor of each text."""
    asked, known = (list(torch.from_numpy(one.values).split(one.counts.tolist())) for one in (queries, documents))
    return torch.topk(maxsim(asked, known), k, dim=1).indices.numpy()


def peak(way: Callable[..., Any], *given: Any) -> float:
    """The megabytes that it takes on top of what is there already, in a child of this process."""

    def child(pipe: Any) -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        way(*given)
        pipe.send((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)

    mine, other = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=child, args=(other,))
    process.start()
    found: float = mine.recv()
    process.join()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--dimension", type=int, default=128)
    parser.add_argument("--k", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    random = np.random.default_rng(0)
    lengths = np.clip(random.lognormal(4.3, 0.6, wanted.documents).astype(np.int64), 8, 300)
    queries = vectors(random, np.full(wanted.queries, 32), wanted.dimension)
    documents = vectors(random, lengths, wanted.dimension)
    ways = {"sentence-transformers": theirs, "Parallax": ours}
    for name, way in ways.items():  # before torch has threads, which a child would wait for
        print(f"{name} takes {peak(way, queries, documents, wanted.k):.0f} MB on top")
    torch.set_num_threads(config.machine().cores)
    print(f"{len(queries)} x {len(documents)}, {documents.nbytes / 1e6:.0f} MB, {torch.get_num_threads()} cores")
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    found: dict[str, np.ndarray] = {}
    for _round in range(wanted.rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            found[name] = way(queries, documents, wanted.k)
            seconds[name].append(time.perf_counter() - start)
    same = (found["Parallax"] == found["sentence-transformers"]).mean()
    ratio = median(one / mine for one, mine in zip(*seconds.values(), strict=True))
    for name, times in seconds.items():
        print(f"{name:22} {median(times):8.2f} s")
    print(f"ours is {ratio:.2f} x as fast (median of {wanted.rounds} rounds); {same:.5f} of places the same")


if __name__ == "__main__":
    main()

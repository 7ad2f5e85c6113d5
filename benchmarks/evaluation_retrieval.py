"""How long does ranking given vectors take, against mteb on the same vectors, and are the scores equal?

python -m benchmarks.evaluation_retrieval [rounds]
"""

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

from engine import plugins
from engine.types import Dataset
from tests import oracle, oracle_ranking
from tests.oracle_ranking import dataset, judgements, same, theirs

# queries, documents, dimensions, candidates a query (0: retrieval)
SIZES = ((1_000, 100_000, 384, 0), (2_000, 107_525, 384, 0), (300, 60_000, 1_024, 0), (2_000, 60_000, 384, 30))


class Timed(oracle.GivenVectors):
    """Looks vectors up and adds up the processor seconds of doing so, which no evaluation should be charged with."""

    spent = 0.0

    def encode(self, *arguments: Any, **named: Any) -> Any:
        start = time.process_time()
        found = super().encode(*arguments, **named)
        Timed.spent += time.process_time() - start
        return found


def clouds(queries: int, documents: int, width: int) -> dict[str, np.ndarray]:
    """Vectors around 300 centres, one document in a hundred a copy of another."""
    random = np.random.default_rng(documents)
    centres = random.normal(size=(300, width)).astype(np.float32)
    made = {}
    for name, number in (("queries", queries), ("corpus", documents)):
        noise = random.standard_normal(size=(number, width), dtype=np.float32)
        made[name] = centres[random.integers(0, 300, number)] + 0.8 * noise
    made["corpus"][-(documents // 100) :] = made["corpus"][: documents // 100]
    return made


def workload(queries: int, documents: int, candidates: int) -> Dataset:
    random = np.random.default_rng(queries)
    qrels = judgements(random, queries, documents, grades=(1, 2))
    if not candidates:
        return dataset(queries, documents, qrels)
    own = [
        (f"q{query}", f"d{document}")
        for query in range(queries)
        for document in random.choice(documents, candidates, replace=False)
    ]
    return dataset(queries, documents, [*qrels, *[(*pair, 1) for pair in own[::10]]], candidates=own)


def clocked(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gives, processor seconds, seconds."""
    processor, wall = time.process_time(), time.perf_counter()
    result = work()
    return result, time.process_time() - processor, time.perf_counter() - wall


def ours(given: Dataset, vectors: dict[str, np.ndarray]) -> dict[str, float]:
    task = plugins.tasks()[given.task]
    return task.metrics(task.judge(given, vectors, "cosine"))


def compare(queries: int, documents: int, width: int, candidates: int, rounds: int) -> str:
    given, vectors = workload(queries, documents, candidates), clouds(queries, documents, width)
    texts = plugins.tasks()[given.task].texts(given)
    own, other, equal = [], [], set()
    for _ in range(rounds):
        scores, processor, wall = clocked(lambda: ours(given, vectors))
        own.append((processor, wall))
        Timed.spent = 0.0
        reference, processor, wall = clocked(lambda: theirs(given, texts, vectors, "cosine"))
        other.append((processor - Timed.spent, wall - Timed.spent))
        equal.add(sum(same(scores[key], value) for key, value in reference.items()))
    (mine, mine_wall), (mteb, mteb_wall) = (
        tuple(median(part) for part in zip(*runs, strict=True)) for runs in (own, other)
    )
    kind = f"reranking, {candidates} candidates" if candidates else "retrieval"
    return (
        f"| {kind} | {queries} × {documents} × {width} | {mteb:.1f} ({mteb_wall:.1f}) | {mine:.1f} ({mine_wall:.1f})"
        f" | {mteb / mine:.1f} | {min(equal)} of 148 |"
    )


def main(rounds: int) -> None:
    oracle_ranking.GivenVectors = Timed
    print("| task | queries × documents × dimensions | mteb CPU s (wall) | ours CPU s (wall) | × | equal scores |")
    print("|---|---|---|---|---|---|")
    for size in SIZES:
        print(compare(*size, rounds), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)

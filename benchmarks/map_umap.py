"""What does UMAP cost from the graph that the map has anyway, against plain umap-learn, and which is truer?

Both seeded, by 15 neighbours and cosine; umap-learn then works on one thread, ours on every core.
Compilation, once a process, is told apart: both draw a small set twice first, though one above 4,096 points, where
umap-learn begins to search by descent. The processor's seconds count, for a busy machine tells little by the clock.

python -m benchmarks.map_umap VECTORS.npy [n …]
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.maps import trust
from engine.projections import umap as ours
from engine.search import neighbours

NEAR = 15
trust.SAMPLE = 3_000


def timed(work: Callable[[], Any]) -> tuple[Any, np.ndarray]:
    """What comes of it, and the seconds that it took: of the processor, and by the clock."""
    start = np.array([time.process_time(), time.perf_counter()])
    found = work()
    return found, np.array([time.process_time(), time.perf_counter()]) - start


def plain(vectors: np.ndarray) -> np.ndarray:
    """umap-learn as its documentation has it, seeded."""
    import umap

    return umap.UMAP(n_neighbors=NEAR, metric="cosine", random_state=42, n_jobs=1).fit_transform(vectors)


def main(path: str, *counts: str) -> None:
    """Prints two rows per number of points."""
    every = np.load(path)
    small = neighbours.unit(every[:5000])
    near = neighbours.graph(small)
    for name, draw in (("ours", lambda: ours.project(small, neighbours=near)), ("umap-learn", lambda: plain(small))):
        first, again = timed(draw)[1], timed(draw)[1]
        print(f"{name} compiles for {first[0] - again[0]:.1f} CPU s, {first[1] - again[1]:.1f} by the clock")
    print("| points | by | CPU s | graph | wall s | ratio | without the graph | trustworthiness | continuity | kept |")
    print("|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for count in map(int, counts or ("20000",)):
        rows = neighbours.unit(every[np.sort(np.random.default_rng(0).choice(len(every), count, replace=False))])
        graph, searched = timed(lambda rows=rows: neighbours.graph(rows))
        places, drawn = timed(lambda rows=rows, graph=graph: ours.project(rows, neighbours=graph))
        theirs, alone = timed(lambda rows=rows: plain(rows))
        (cpu, wall), ratio = searched + drawn, f"{alone[0] / (searched + drawn)[0]:.2f} | {alone[0] / drawn[0]:.2f}"
        cost = f"{cpu:.1f} | {searched[0]:.1f} | {wall:.1f}"
        print(f"| {count:,} | shared graph | {cost} | {ratio} | {truth(rows, places, graph)} |")
        cost = f"{alone[0]:.1f} | | {alone[1]:.1f}"
        print(f"| {count:,} | umap-learn | {cost} | | | {truth(rows, theirs, graph)} |", flush=True)


def truth(rows: np.ndarray, places: np.ndarray, graph: neighbours.Graph) -> str:
    """Trustworthiness, continuity and the share of true neighbours kept, at 15 neighbours."""
    places = np.asarray(places, np.float32)
    near, torn = trust.pointwise(rows, places)
    kept = neighbours.shared(graph.indices[:, :NEAR], trust.drawn(places, NEAR)).mean() / NEAR
    return f"{np.nanmean(near):.4f} | {np.nanmean(torn):.4f} | {kept:.4f}"


if __name__ == "__main__":
    main(*sys.argv[1:])

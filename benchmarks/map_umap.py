"""What does UMAP cost from the graph that the map has anyway, against plain umap-learn, and which is truer?

Both seeded, so on one thread, by 15 neighbours and cosine. Compilation is left out: both draw a small set first. The
processor's seconds count, for a busy machine tells little by the clock.

python -m benchmarks.map_umap VECTORS.npy [n …]
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from engine import neighbours
from engine.projections import umap as ours


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What comes of it, and the processor's seconds that it took."""
    start = time.process_time()
    found = work()
    return found, time.process_time() - start


def plain(vectors: np.ndarray) -> np.ndarray:
    """umap-learn as its documentation has it, seeded."""
    import umap

    return umap.UMAP(n_neighbors=15, metric="cosine", random_state=42, n_jobs=1).fit_transform(vectors)


def main(path: str, *counts: str) -> None:
    """Prints two rows per number of points."""
    every = np.load(path)
    small = neighbours.unit(every[:500])
    ours.project(small, neighbours=neighbours.graph(small))
    plain(small)
    print("| points | by | CPU s | graph | ratio | without the graph | trustworthiness | continuity |")
    print("|--:|---|--:|--:|--:|--:|--:|--:|")
    for count in map(int, counts or ("20000",)):
        rows = neighbours.unit(every[np.sort(np.random.default_rng(0).choice(len(every), count, replace=False))])
        graph, searched = timed(lambda rows=rows: neighbours.graph(rows))
        places, drawn = timed(lambda rows=rows, graph=graph: ours.project(rows, neighbours=graph))
        theirs, alone = timed(lambda rows=rows: plain(rows))
        ratio = f"{alone / (searched + drawn):.2f} | {alone / drawn:.2f}"
        print(
            f"| {count:,} | shared graph | {searched + drawn:.1f} | {searched:.1f} | {ratio} | {truth(rows, places)} |"
        )
        print(f"| {count:,} | umap-learn | {alone:.1f} | | | | {truth(rows, theirs)} |", flush=True)


def truth(rows: np.ndarray, places: np.ndarray) -> str:
    """Trustworthiness and continuity at 15 neighbours."""
    near, torn = neighbours.pointwise(rows, np.asarray(places, np.float32))
    return f"{np.nanmean(near):.4f} | {np.nanmean(torn):.4f}"


if __name__ == "__main__":
    main(*sys.argv[1:])

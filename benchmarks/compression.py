"""How long do the compression curves of a large retrieval set take? Vectors made up, none encoded.

python -m benchmarks.compression [documents queries dimensions]
"""

import sys
import time

import numpy as np
import pandas as pd

from engine.comparison.compression import curves
from engine.types import Dataset


def main(documents: int = 100_000, queries: int = 1_000, dimensions: int = 384) -> None:
    """Prints the curves and what they took."""
    rng = np.random.default_rng(0)
    spectrum = np.linspace(1.0, 0.2, dimensions, dtype=np.float32)  # the first numbers tell more, as learnt ones do
    corpus = rng.normal(size=(documents, dimensions)).astype(np.float32) * spectrum
    right = rng.integers(0, documents, queries)
    asked = corpus[right] + 1.6 * rng.normal(size=(queries, dimensions)).astype(np.float32) * spectrum
    ids = [f"d{row:06d}" for row in range(documents)]
    names = [f"q{row:04d}" for row in range(queries)]
    qrels = pd.DataFrame({"query_id": names, "corpus_id": [ids[row] for row in right], "score": 1})
    given = {
        "corpus": pd.DataFrame({"id": ids, "text": ids}),
        "queries": pd.DataFrame({"id": names, "text": names}),
        "qrels": qrels,
    }
    vectors = {"queries": asked, "corpus": corpus}
    wall, processor = time.perf_counter(), time.process_time()
    table = curves(Dataset("made-up", "retrieval", given), vectors, "cosine", lambda share, message: None)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(
        table[["method", "dimension", "precision", "bytes", "n", "score", "low", "high"]]
        .round(4)
        .to_string(index=False)
    )
    print(f"{len(table)} forms of {documents:,} × {dimensions}: {wall:.0f} s, {processor:.0f} s of processor")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

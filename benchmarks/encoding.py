"""How fast do texts become vectors, against `SentenceTransformer.encode` at its best batch size, and are they the same?

python -m benchmarks.encoding texts.txt [--model all-MiniLM-L6-v2] [--texts 4000] [--rounds 5] [--precision float32]

The texts come one a line, or from the column `text` of a parquet file. Both sides get the same distinct texts, device,
threads and precision; ours also hashes them, looks them up and stores them. The rounds are interleaved and medians
compared: seconds on the wall, and CPU seconds, which other work on the machine disturbs less.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from engine import config, models, vectors
from engine.encoding import encode
from engine.types import Texts

BATCHES = (8, 16, 32, 64, 128)


def read(path: Path, count: int) -> list[str]:
    """The first distinct texts of the file."""
    if path.suffix == ".parquet":
        lines = pd.read_parquet(path, columns=["text"])["text"].tolist()
    else:
        lines = path.read_text(encoding="utf-8").splitlines()
    return list(dict.fromkeys(lines))[:count]


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds on the wall, CPU seconds, and what came of it."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - wall, time.process_time() - cpu, found


def peak() -> float:
    """The most memory that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--model", default="all-MiniLM-L6-v2")
    parser.add_argument("--texts", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--precision", default="float32")
    wanted = parser.parse_args()
    texts = read(wanted.file, wanted.texts)
    with tempfile.TemporaryDirectory() as home:
        os.environ["PARALLAX_HOME"] = home
        encoder = models.load(models.find(wanted.model), wanted.precision)
        compare(encoder, texts, wanted.rounds)


def compare(encoder: Any, texts: list[str], rounds: int) -> None:
    """Interleave ours with the library's best batch size."""

    def ours() -> Any:
        vectors.clear(encoder.key)
        return encode(encoder, Texts(texts))

    def theirs(size: int) -> Any:
        return encoder.model.encode(texts, batch_size=size, show_progress_bar=False)

    encode(encoder, Texts(texts[:200]))
    before = peak()
    tokens = ours().tokens
    print(f"{len(texts)} texts, {tokens / len(texts):.1f} tokens each, {config.machine().name}, ", end="")
    print(f"{config.machine().cores} cores, peak {peak():.0f} MB ({peak() - before:.0f} MB more than for 200 texts)")
    few = texts[:: max(1, len(texts) // 400)]
    sizes = {size: timed(lambda size=size: encoder.model.encode(few, batch_size=size))[1] for size in BATCHES}
    best = min(sizes, key=lambda size: sizes[size])
    seconds: dict[str, list[tuple[float, float]]] = {"ours": [], "library": []}
    for _round in range(rounds):
        *one, mine = timed(ours)
        *other, reference = timed(lambda: theirs(best))
        seconds["ours"].append((one[0], one[1]))
        seconds["library"].append((other[0], other[1]))
    mid = {name: np.median(np.array(found), axis=0) for name, found in seconds.items()}
    for name, (wall, cpu) in mid.items():
        label = name if name == "ours" else f"SentenceTransformer.encode, batch {best}"
        print(f"{label:40} {len(texts) / wall:8.0f} texts/s   {wall:6.2f} s   {cpu:6.2f} CPU s")
    ratios = [median(b[part] / a[part] for a, b in zip(*seconds.values(), strict=True)) for part in (0, 1)]
    print(f"{'ratio (median of rounds)':40} {ratios[0]:8.2f} on the wall, {ratios[1]:.2f} in CPU seconds")
    print(f"largest 1 - cosine {largest(mine.vectors, np.asarray(reference, dtype=np.float32)):.1e}")
    again = timed(lambda: encode(encoder, Texts(texts)))
    print(f"again, all stored: {again[0]:.2f} s, {again[2].distinct - again[2].cached} texts encoded")


def largest(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest 1 - cosine of two vectors of one text."""
    one, other = (
        x.astype(np.float64) / np.linalg.norm(x.astype(np.float64), axis=1, keepdims=True) for x in (ours, theirs)
    )
    return float((1 - (one * other).sum(axis=1)).max())


if __name__ == "__main__":
    main()

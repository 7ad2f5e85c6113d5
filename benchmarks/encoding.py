"""How fast do texts become vectors, against `SentenceTransformer.encode` at its best batch size, and are they the same?

python -m benchmarks.encoding texts.txt [--model all-MiniLM-L6-v2] [--texts 4000] [--rounds 5] [--precision float32]

The texts come one a line, or from the column `text` of a parquet file. All get the same distinct texts, device and
number of threads; ours also hashes them, looks them up and stores them. Beside the library in the same precision stands
its default, float32. The rounds are interleaved and medians
compared: seconds on the wall, and CPU seconds, which other work on the machine disturbs less.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from engine import config
from engine.encoding import store
from engine.encoding.encode import encode
from engine.families import sentence_transformer
from engine.models import catalogue
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
        compare(wanted.model, wanted.precision, texts, wanted.rounds)


def compare(name: str, precision: str, texts: list[str], rounds: int) -> None:
    """Interleave ours with the library at its best batch size, in the same precision and in float32."""
    encoders = {
        one: sentence_transformer.load(catalogue.find(name), config.machine().device, one)
        for one in dict.fromkeys((precision, "float32"))
    }
    encoder = encoders[precision]

    def ours() -> Any:
        store.clear(encoder.key)
        return encode(encoder, Texts(texts))

    encode(encoder, Texts(texts[:200]))
    before = peak()
    tokens = ours().tokens
    print(f"{len(texts)} texts, {tokens / len(texts):.1f} tokens each, {config.machine().name}, ", end="")
    print(f"{config.machine().cores} cores, peak {peak():.0f} MB ({peak() - before:.0f} MB more than for 200 texts)")
    ways: dict[str, Callable[[], Any]] = {f"Parallax, {precision}": ours}
    for one, other in encoders.items():
        size = best_size(other, texts)
        ways[f"SentenceTransformer.encode, {one}, batch {size}"] = partial(
            other.model.encode, texts, batch_size=size, show_progress_bar=False
        )
    seconds: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    last: dict[str, Any] = {}
    for _round in range(rounds):
        for way, work in ways.items():
            wall, cpu, last[way] = timed(work)
            seconds[way].append((wall, cpu))
    report(seconds, len(texts), tokens * operations(encoder), {one: gemm(one) for one in encoders})
    for way, found in [*last.items()][1:]:
        difference = largest(last[next(iter(last))].vectors, np.asarray(found, dtype=np.float32))
        print(f"largest 1 - cosine against {way}: {difference:.1e}")
    again = timed(lambda: encode(encoder, Texts(texts)))
    print(f"again, all stored: {again[0]:.2f} s, {again[2].distinct - again[2].cached} texts encoded")


def report(seconds: dict[str, list[tuple[float, float]]], texts: int, work: float, peaks: dict[str, float]) -> None:
    """A line for each way: medians, the ratio of the rounds against ours, and the share of the products' peak."""
    mine = next(iter(seconds.values()))
    for way, found in seconds.items():
        wall, cpu = np.median(np.array(found), axis=0)
        ratios = [median(b[part] / a[part] for a, b in zip(mine, found, strict=True)) for part in (0, 1)]
        peak_here = next(rate for precision, rate in peaks.items() if f", {precision}" in way)
        print(
            f"{way:50} {texts / wall:7.0f} texts/s {wall:7.2f} s {cpu:7.2f} CPU s   ours is {ratios[0]:.2f} x as fast "
            f"({ratios[1]:.2f} x in CPU s)   {work / wall / 1e9:6.0f} GFLOP/s, {work / wall / peak_here:.0%} of peak"
        )


def best_size(encoder: Any, texts: list[str]) -> int:
    """The library's best batch size for a sample of the texts, by CPU seconds."""
    few = texts[:: max(1, len(texts) // 200)]
    sizes = {size: timed(lambda size=size: encoder.model.encode(few, batch_size=size))[1] for size in BATCHES}
    return min(sizes, key=lambda size: sizes[size])


def operations(encoder: Any) -> float:
    """Floating-point operations of a token in the model's products with its weights; attention itself comes on top."""
    import torch

    linear = (module for module in encoder.model.modules() if isinstance(module, torch.nn.Linear))
    return 2.0 * sum(module.weight.numel() for module in linear)


def gemm(precision: str) -> float:
    """Operations a second of a large product on all cores: what the machine can do at best."""
    import torch

    left, right = (torch.randn(2048, 2048).to(getattr(torch, precision)) for _ in range(2))
    return 2 * 2048**3 / min(timed(lambda: left @ right)[0] for _ in range(8))


def largest(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest 1 - cosine of two vectors of one text."""
    one, other = (
        x.astype(np.float64) / np.linalg.norm(x.astype(np.float64), axis=1, keepdims=True) for x in (ours, theirs)
    )
    return float((1 - (one * other).sum(axis=1)).max())


if __name__ == "__main__":
    main()

"""Pairs a second: our reranker against `CrossEncoder.predict` at its best batch size, on the same weights.

python -m benchmarks.rerank [--rounds 5] [--pairs 400]

A MiniLM of six layers with a head drawn at random (a trained one is as fast); pairs of a query of 10 words with a
document of about 30 or 300 tokens. The library's best batch size is found first, then both run alternately, on as many
cores as OMP_NUM_THREADS says, or all. The clock tells how long a user waits, the time of the processors what a busy
machine can still tell.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from engine.compute import kernels
from engine.encoding.batching import batches
from engine.encoding.token_copies import Copies
from engine.families import checkpoints
from engine.families.cross_encoder import PairEncoder, load
from engine.models import catalogue
from engine.texts.pairs import joined
from engine.types import ModelEntry, Texts

BASE = "all-MiniLM-L6-v2"
SIZES = (8, 16, 32, 64, 128)
LENGTHS = {"short": 30, "long": 300}
WORDS = "time year people way day man thing woman life child world school state family student group country problem"


def model(folder: Path) -> Path:
    """The weights of MiniLM with a layer that scores."""
    from sentence_transformers import CrossEncoder

    made = CrossEncoder(str(checkpoints.fetch(catalogue.find(BASE))), num_labels=1, device="cpu", max_length=512)
    made.save_pretrained(str(folder))
    return folder


def pairs(number: int, length: int) -> list[tuple[str, str]]:
    """Queries of ten words, documents of half to three halves of so many."""
    random, words = np.random.default_rng(0), np.array(WORDS.split())
    return [
        (
            " ".join(random.choice(words, 10)),
            " ".join(random.choice(words, random.integers(length // 2, 3 * length // 2))),
        )
        for _ in range(number)
    ]


def ours(encoder: PairEncoder, given: list[tuple[str, str]]) -> np.ndarray:
    """The scores by our own engine, without the store."""
    texts, found = Texts([joined(*pair) for pair in given]), np.empty(len(given), np.float32)
    for places, vectors, _ in batches(encoder, texts, lambda message: None, Copies()):
        found[places] = np.asarray(vectors)[:, 0]
    return found


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """How long it takes, by the clock and of the processors."""
    start, own = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - own


def measure(encoder: PairEncoder, theirs: Any, given: list[tuple[str, str]], rounds: int) -> str:
    """A line of the table, without its name."""
    best = min(SIZES, key=lambda size: seconds(lambda: theirs.predict(given, batch_size=size)))
    difference = float(abs(ours(encoder, given) - theirs.predict(given, batch_size=best)).max())
    times = np.array(
        [
            (seconds(lambda: ours(encoder, given)), seconds(lambda: theirs.predict(given, batch_size=best)))
            for _ in range(rounds)
        ]
    )  # (rounds, ours and theirs, clock and processors)
    mine, other = len(given) / np.median(times[:, :, 0], axis=0)
    clock, processors = np.median(times[:, 1] / times[:, 0], axis=0)
    return f"{mine:.0f} | {other:.0f} ({best}) | {clock:.2f} | {processors:.2f} | {difference:.1e}"


def main() -> None:
    """Measures both lengths."""
    import torch
    from sentence_transformers import CrossEncoder

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=400)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = model(Path(folder))
        theirs = CrossEncoder(str(place), device="cpu")
        encoder = load(ModelEntry("bench", "cross_encoder", str(place)), "cpu", "float32")
        print(f"{torch.get_num_threads()} cores, {kernels.chosen()} multiplies: {kernels.measured()} GFLOP/s on one")
        print("| pairs | ours (pairs/s) | library (pairs/s, best batch) | clock | processors | largest difference |")
        print("|---|--:|--:|--:|--:|--:|")
        for name, length in LENGTHS.items():
            given = pairs(asked.pairs if name == "short" else asked.pairs // 4, length)
            print(f"| {name} | {measure(encoder, theirs, given, asked.rounds)} |", flush=True)


if __name__ == "__main__":
    main()

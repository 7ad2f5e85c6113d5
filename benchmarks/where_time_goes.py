"""Where do the processor's seconds of encoding go, and how many of them could not be fewer?

python -m benchmarks.where_time_goes texts.parquet [--texts 2000] [--precision float32] [--tokens 1024]

One thread, the texts of the column `text`. The floor of the products is what their operations take at the rate of a
large square product on the same core.
"""

import argparse
import os
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.encoding import gemm, operations, read
from engine import config
from engine.encoding.encode import text_keys
from engine.encoding.store import Shelf
from engine.families import sentence_transformer
from engine.models import catalogue

KINDS = {
    "products with the weights": ("addmm", "linear", "::mm", "matmul"),
    "attention": ("attention", "softmax", "bmm", "baddbmm"),
    "activation": ("gelu", "relu", "tanh"),
    "normalisation": ("norm",),
    "embeddings": ("embedding",),
    "adding": ("::add",),
    "moving numbers about": ("copy", "index", "cat", "gather", "contiguous", "clone", "pad", "fill", "zero", "empty"),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--texts", type=int, default=2_000)
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--tokens", type=int, default=1_024)
    wanted = parser.parse_args()
    entry = catalogue.find("all-MiniLM-L6-v2")
    encoder = sentence_transformer.load(entry, config.machine().device, wanted.precision)
    torch.set_num_threads(1)  # loading sets it too
    texts = read(wanted.file, wanted.texts)
    with tempfile.TemporaryDirectory() as home:
        os.environ["PARALLAX_HOME"] = home
        seconds, tokens = stages(encoder, texts, wanted.tokens)
    total = sum(seconds.values())
    floor = tokens * operations(encoder) / gemm(wanted.precision)
    print(f"{len(texts)} texts, {tokens} tokens, {wanted.precision}, one thread: {total:.2f} CPU s")
    print("| part | CPU s | share |\n|---|--:|--:|")
    for name, took in sorted(seconds.items(), key=lambda one: -one[1]):
        print(f"| {name} | {took:.3f} | {took / total:.1%} |")
    print(f"| (floor of the products) | {floor:.3f} | {floor / total:.1%} |")


def stages(encoder: Any, texts: list[str], budget: int) -> tuple[dict[str, float], int]:
    """The seconds of every part of encoding, and how many tokens there were."""
    found: dict[str, float] = {}
    keys, found["hashing the texts"] = timed(lambda: text_keys(encoder, texts, None))
    tokens, found["tokenising"] = timed(lambda: encoder.tokenise(texts, None))
    batches = cut(tokens, budget)
    for batch in batches:
        encoder.forward(batch)  # every shape once, for what is compiled at first sight
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        vectors = np.concatenate([encoder.forward(batch) for batch in batches])
    counted = Counter[str]()
    for one in profile.key_averages():
        kind = next((kind for kind, names in KINDS.items() if any(name in one.key for name in names)), "the rest")
        counted[kind] += one.self_cpu_time_total / 1e6
    _, whole = timed(lambda: [encoder.forward(batch) for batch in batches])
    scale = min(1.0, whole / sum(counted.values()))  # watching takes time of its own
    found |= {kind: took * scale for kind, took in counted.items()}
    found["Python between the operations"] = whole - sum(counted.values()) * scale
    _, found["storing the vectors"] = timed(lambda: Shelf(encoder.name, encoder.key).append(keys, vectors))
    return found, sum(map(len, tokens))


def cut(tokens: list[Any], budget: int) -> list[list[Any]]:
    """The texts by length, in batches of so many tokens."""
    order, batches = sorted(tokens, key=len, reverse=True), []
    while order:
        size = max(1, budget // max(1, len(order[0])))
        batches.append(order[:size])
        order = order[size:]
    return batches


def timed(work: Any) -> tuple[Any, float]:
    """What came of it, and its CPU seconds."""
    start = time.process_time()
    found = work()
    return found, time.process_time() - start


if __name__ == "__main__":
    main()

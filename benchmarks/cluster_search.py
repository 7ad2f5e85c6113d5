"""Does a search over shards lose anything when two nodes do it instead of one process?

python -m benchmarks.cluster_search texts.parquet [--documents 1000000] [--queries 10000] [--rounds 3] [-k 10]

The texts come one a line, or from the column `text` of a parquet file; where they are too few they come again with a
number behind them. A table of token vectors made of all-MiniLM-L6-v2's embeddings (384 numbers) encodes them once.
Then `engine search` is timed in turn: in one process on both cores, and in a cluster of a head without devices and two
nodes that are each bound to a core. Seconds are those of the whole command, starts included. Both must find the same.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import pandas as pd

from benchmarks.cluster import ROOT, Nodes
from benchmarks.encoding import read


def table(folder: Path) -> Path:
    """A static model of 384 numbers, as a folder: quick to encode with, for what is timed is the search."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    from engine.models import catalogue

    first = catalogue.load(catalogue.find("all-MiniLM-L6-v2")).model[0]
    weights = first.auto_model.get_input_embeddings().weight.detach().numpy()
    static = StaticEmbedding(first.tokenizer.backend_tokenizer, embedding_weights=weights)
    SentenceTransformer(modules=[static], device="cpu").save(str(folder))
    return folder


def many(texts: list[str], count: int) -> list[str]:
    """So many texts, the same ones again with a number behind them."""
    return [texts[row % len(texts)] + (f" {row // len(texts)}" if row >= len(texts) else "") for row in range(count)]


def engine(*words: str | Path, environment: dict[str, str]) -> float:
    """Seconds of a command."""
    start = time.perf_counter()
    told = subprocess.run(
        [sys.executable, "-m", "engine", *map(str, words)], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    if told.returncode:
        raise RuntimeError(told.stderr or told.stdout)
    return time.perf_counter() - start


def compare(texts: list[str], documents: int, queries: int, rounds: int, k: int) -> None:
    """Measure both ways in turn; print each round, medians and their ratio, and whether they found the same."""
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        folder = Path(place)
        model, shards = table(folder / "model"), folder / "shards"
        for name, some in (("documents", many(texts, documents)), ("queries", many(texts[::-1], queries))):
            given = pd.DataFrame({"id": [f"{name[0]}{row}" for row in range(len(some))], "text": some})
            given.to_parquet(folder / f"{name}.parquet", row_group_size=10_000)
        nodes = Nodes(folder, sorted(os.sched_getaffinity(0))[:2])
        ways = {
            "one process": os.environ | {"OMP_NUM_THREADS": "2", "PARALLAX_HOME": str(folder / "alone")},
            "two nodes": nodes.environment | {"PARALLAX_CLUSTER": nodes.address},
        }
        asked = ("--model", model, "--in", shards, "-k", str(k))
        found: dict[str, list[float]] = {name: [] for name in ways}
        try:
            whole = ("encode", folder / "documents.parquet", "--model", model, "--out", shards)
            print(f"{documents:,} texts encoded in {engine(*whole, environment=ways['one process']):.1f} s", flush=True)
            for turn in range(rounds + 1):  # the first round encodes the queries and fills the page cache
                for name, environment in ways.items():
                    out = folder / f"{name.replace(' ', '')}.parquet"
                    words = ("search", folder / "queries.parquet", *asked, "--out", out)
                    seconds = engine(*words, environment=environment)
                    print(f"round {turn}: {name} {seconds:.1f} s", flush=True)
                    found[name] += [seconds] if turn else []
        finally:
            nodes.stop()
        one, two = (pd.read_parquet(folder / f"{name.replace(' ', '')}.parquet") for name in ways)
        same = one[["query_id", "rank", "id"]].equals(two[["query_id", "rank", "id"]])
        apart = abs(one["score"] - two["score"]).max() if same else float("nan")
    print(f"one process {median(found['one process']):.1f} s, two nodes {median(found['two nodes']):.1f} s: ", end="")
    print(f"{median(found['two nodes']) / median(found['one process']):.2f} of its time")
    print(f"{len(one):,} places, the same ids: {same}, scores at most {apart:.1e} apart")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("-k", type=int, default=10)
    asked = parser.parse_args()
    compare(read(asked.file, asked.documents), asked.documents, asked.queries, asked.rounds, asked.k)


if __name__ == "__main__":
    main()

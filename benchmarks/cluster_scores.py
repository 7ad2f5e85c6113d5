"""Are scores, vectors and maps those of one machine, however many nodes encoded the texts?

python -m benchmarks.cluster_scores FOLDER [--model all-MiniLM-L6-v2] [--rows 1500]   (FOLDER holds kind/name/*.parquet)

Retrieval, clustering and STS. The texts of every dataset are encoded by `engine encode` in shards: in one process
without a cluster, then by 1, 2 and 3 nodes of one core; with each, `engine run` scores from these shards, and a map is
drawn by UMAP. Everything is compared with a run that knows of no shards at all.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.cluster import ROOT, Nodes

LOOK = "import sys; from benchmarks.cluster_scores import look; look(*sys.argv[1:])"
SETS = {"retrieval": "retrieval/xquad_en", "clustering": "clustering/stackoverflow_titles", "sts": "sts/stsb_en"}


def look(model: str, out: str, *names: str) -> None:
    """Keeps vectors and a map of each dataset and prints the scores; in a process of its own, whose home it reads."""
    from engine import plugins
    from engine.datasets import library
    from engine.encoding.encode import encode
    from engine.maps import build, points
    from engine.models import catalogue
    from engine.results.store import Results

    scores, kept, encoder = {}, {}, catalogue.load(catalogue.find(model))
    runs = Results().runs()
    for name in names:
        (run,) = runs[runs["dataset"] == name]["id"]
        metrics = pd.json_normalize(dict(Results().result(run).metrics), sep=" ").iloc[0]
        scores |= {f"{name} {metric}": float(value) for metric, value in metrics.items() if np.isscalar(value)}
        data = library.load(name)
        for side, texts in plugins.tasks()[data.task].texts(data).items():
            found = encode(encoder, texts)
            assert found.cached == found.distinct, "texts were encoded once more"
            kept[f"vectors {name} {side}"] = np.asarray(found.vectors)
        wanted = {"dataset": name, "models": [model], "fields": [*points.fields(data)]}
        table = build.load(Path(build.build(wanted, lambda share, said: None))).points
        kept[f"map {name}"] = table[["x_0", "y_0"]].to_numpy()
    np.savez(out, **kept)
    print(json.dumps(scores))


def said(words: list[str], environment: dict[str, str]) -> str:
    """What a command of this Python says."""
    told = subprocess.run([sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True)
    if told.returncode:
        raise RuntimeError(told.stderr or told.stdout)
    return told.stdout


def prepared(folder: Path, place: Path, rows: int) -> Path:
    """The dataset's test part, a retrieval set as it is and of the others so many rows."""
    place.mkdir(parents=True)
    for path in sorted(folder.glob("*.parquet")):
        table = pd.read_parquet(path)
        retrieval = (folder / "qrels.parquet").exists()
        if retrieval or path.stem == "test":
            table = table if retrieval or len(table) <= rows else table.sample(rows, random_state=0)
            table.to_parquet(place / path.name, index=False)
    return place


def largest(kept: dict[str, np.ndarray], known: dict[str, np.ndarray], kind: str) -> float:
    """The largest difference of two numbers of that kind."""
    return max(float(np.abs(kept[name] - known[name]).max()) for name in kept if name.startswith(kind))


def compare(data: Path, model: str, rows: int) -> None:
    """Prints a row for every way to encode: how far scores, vectors and places lie from those without shards."""
    with tempfile.TemporaryDirectory(dir="/tmp") as temporary:
        folder = Path(temporary)
        sets = {task: prepared(data / place, folder / "sets" / task, rows) for task, place in SETS.items()}
        nodes = Nodes(folder, [])
        known: tuple[dict[str, float], dict[str, np.ndarray]] | None = None
        print("| encoded by | scores apart | vectors apart | the same bits | places apart |\n|---|--:|--:|---|--:|")
        first: dict[str, np.ndarray] = {}
        try:
            for way in ("no shards", "one process", "1 node", "2 nodes", "3 nodes"):
                if "node" in way:
                    nodes.add(folder)
                alone = os.environ | {"PARALLAX_HOME": str(folder / way), "OMP_NUM_THREADS": "1"}
                spread = nodes.environment | {"PARALLAX_HOME": str(folder / way), "PARALLAX_CLUSTER": nodes.address}
                for task, place in sets.items():
                    said(["-m", "engine", "import", str(place), "--name", task, "--task", task], alone)
                    if way != "no shards":
                        shards = ["--out", str(folder / way / "shards" / task), "--shards", "6"]
                        words = ["-m", "engine", "encode", task, "--model", model, *shards]
                        said(words, spread if "node" in way else alone)
                    said(["-m", "engine", "run", "--model", model, "--dataset", task], alone)
                out = folder / f"{way}.npz"
                scores = json.loads(said(["-c", LOOK, model, str(out), *sets], alone).splitlines()[-1])
                with np.load(out) as archive:
                    kept = dict(archive)
                known = known or (scores, kept)
                first = first or (kept if way == "one process" else {})
                apart = max(abs(value - known[0][name]) for name, value in scores.items())
                furthest = {
                    kind: max(
                        float(np.abs(kept[name] - known[1][name]).max()) for name in kept if name.startswith(kind)
                    )
                    for kind in ("vectors", "map")
                }
                same = all(np.array_equal(kept[name], first[name]) for name in kept) if first else ""
                print(
                    f"| {way} | {apart:.1e} | {furthest['vectors']:.1e} | {same} | {furthest['map']:.1e} |", flush=True
                )
        finally:
            nodes.stop()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="all-MiniLM-L6-v2")
    parser.add_argument("--rows", type=int, default=1_500)
    asked = parser.parse_args()
    compare(asked.folder, asked.model, asked.rows)


if __name__ == "__main__":
    main()

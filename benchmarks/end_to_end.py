"""What does a whole evaluation take, from texts to scores, against `mteb.evaluate` with the same model and data?

python -m benchmarks.end_to_end DATA [--rows 2000] [--rounds 3] [--precision float32 bfloat16]

Each side runs in a process of its own: the model is loaded, all texts are encoded afresh, the scores computed. Given
are the seconds after the imports, CPU seconds, the peak memory of the process, and the main score.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.precision import part
from engine import plugins
from engine.encoding.encode import encode
from engine.models import catalogue
from engine.types import Dataset

CHOSEN = ("sts/stsb_en", "clustering/stackoverflow_titles", "retrieval/oewn_gloss_107k")


def ours(dataset: Dataset, model: str, precision: str) -> float:
    """The main score, by Parallax."""
    task = plugins.pick(plugins.tasks(), dataset.task, "task")
    encoder = catalogue.load(catalogue.find(model), precision)
    vectors = {name: encode(encoder, texts).vectors for name, texts in task.texts(dataset).items()}
    return float(task.metrics(task.judge(dataset, vectors, encoder.similarity))[task.main_metric])


def of_mteb(dataset: Dataset, model: str) -> float:
    """The main score, by mteb with the model in the library's own hands."""
    from mteb.models import SentenceTransformerEncoderWrapper
    from sentence_transformers import SentenceTransformer

    from engine.families import checkpoints
    from tests.oracle import mteb_scores

    folder = checkpoints.fetch(catalogue.find(model))
    wrapped = SentenceTransformerEncoderWrapper(SentenceTransformer(str(folder), device="cpu", local_files_only=True))
    return float(mteb_scores(mteb_task(dataset), wrapped)[plugins.tasks()[dataset.task].main_metric])


def mteb_task(dataset: Dataset) -> Any:
    """The dataset as a task of mteb's, held in memory."""
    from datasets import Dataset as Rows
    from datasets import DatasetDict
    from mteb.abstasks.clustering import AbsTaskClustering
    from mteb.abstasks.retrieval import AbsTaskRetrieval
    from mteb.abstasks.sts import AbsTaskSTS

    from tests.oracle import in_memory

    tables = dataset.tables
    if dataset.task == "retrieval":
        relevant: dict[str, dict[str, int]] = {}
        for row in tables["qrels"].itertuples():
            relevant.setdefault(row.query_id, {})[row.corpus_id] = int(row.score)
        split = {name: Rows.from_pandas(tables[name], preserve_index=False) for name in ("corpus", "queries")}
        data: Any = {"test": {**split, "relevant_docs": relevant, "top_ranked": None}}
        return in_memory(AbsTaskRetrieval, data, task_type="Retrieval", main_score="ndcg_at_10")
    if dataset.task == "sts":
        columns = {name: tables["pairs"][name].tolist() for name in ("sentence1", "sentence2", "score")}
        data = DatasetDict({"test": Rows.from_dict(columns)})
        return in_memory(AbsTaskSTS, data, task_type="STS", main_score="cosine_spearman", min_score=0, max_score=5)
    columns = {"sentences": tables["documents"]["text"].tolist(), "labels": tables["documents"]["label"].tolist()}
    data = DatasetDict({"test": Rows.from_dict(columns)})
    settings = {"max_fraction_of_documents_to_embed": None}
    return in_memory(AbsTaskClustering, data, task_type="Clustering", main_score="v_measure", **settings)


def one_side(side: str, folder: Path, model: str, rows: int) -> None:
    """Run this side in this process and print what it took."""
    import sentence_transformers  # noqa: F401  its import is not what is measured

    import tests.oracle  # noqa: F401

    dataset = part(folder, folder.parent.name, rows)
    wall, cpu = time.perf_counter(), time.process_time()
    score = of_mteb(dataset, model) if side == "mteb" else ours(dataset, model, side)
    took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "score": score}
    print(json.dumps(took | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--model", default="all-MiniLM-L6-v2")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--precision", nargs="+", default=["float32", "bfloat16"])
    parser.add_argument("--datasets", nargs="+", default=CHOSEN)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.side:
        return one_side(wanted.side, wanted.data, wanted.model, wanted.rows)
    print("| dataset | way | wall s | CPU s | peak MiB | main score |\n|---|---|--:|--:|--:|--:|")
    for name in wanted.datasets:
        sides = ("mteb", *wanted.precision)
        found: dict[str, list[dict[str, float]]] = {side: [] for side in sides}
        for _round in range(wanted.rounds):
            for side in sides:
                found[side].append(measured(side, wanted.data / name, wanted.model, wanted.rows))
        for side, took in found.items():
            wall, cpu, peak, score = (median(one[key] for one in took) for key in ("wall", "cpu", "peak", "score"))
            way = "mteb.evaluate" if side == "mteb" else f"Parallax, {side}"
            print(f"| {name} | {way} | {wall:.1f} | {cpu:.1f} | {peak:.0f} | {score:.5f} |", flush=True)
    return None


def measured(side: str, folder: Path, model: str, rows: int) -> dict[str, float]:
    """What this side takes in a fresh process with a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "benchmarks.end_to_end", str(folder), "--side", side, "--model", model]
        environment = os.environ | {"PARALLAX_HOME": home, "HF_HUB_OFFLINE": "1"}
        run = subprocess.run(
            [*command, "--rows", str(rows)], env=environment, capture_output=True, text=True, check=False
        )
        if run.returncode:
            raise RuntimeError(run.stderr[-2000:])
        took: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
        return took


if __name__ == "__main__":
    main()

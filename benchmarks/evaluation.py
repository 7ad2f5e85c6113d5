"""How long does evaluating given vectors take, against mteb on the same vectors, and are the scores the same?

python -m benchmarks.evaluation [rounds] [share of the sizes] [tasks, all if none is named]
"""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from datasets import Dataset as Rows
from datasets import DatasetDict
from mteb.abstasks.classification import AbsTaskClassification
from mteb.abstasks.clustering import AbsTaskClustering
from mteb.abstasks.clustering_legacy import AbsTaskClusteringLegacy
from mteb.abstasks.pair_classification import AbsTaskPairClassification
from mteb.abstasks.sts import AbsTaskSTS
from mteb.abstasks.text.bitext_mining import AbsTaskBitextMining
from mteb.abstasks.text.summarization import AbsTaskSummarization

from engine import plugins
from engine.types import Dataset
from tests.oracle import GivenVectors, in_memory, mteb_scores
from tests.oracle_tasks import differences

Vectors = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Workload:
    """The same data for both: mteb's class, columns by split and attributes; our dataset; a vector for every text."""

    title: str
    kind: type
    mteb_type: str
    columns: Mapping[str, Mapping[str, list[Any]]]
    dataset: Dataset
    vectors: Vectors
    attributes: Mapping[str, Any] = field(default_factory=dict)


def random_pairs(size: int, width: int, side: str = "sentence") -> tuple[dict[str, list[str]], Vectors]:
    rng = np.random.default_rng(size)
    left = rng.normal(size=(size, width)).astype(np.float32)
    right = (left + rng.normal(size=(size, width)) * 2 * rng.random((size, 1))).astype(np.float32)
    texts = {f"{side}{number}": [f"{number} {row}" for row in range(size)] for number in (1, 2)}
    return texts, dict(zip([*texts["sentence1"], *texts["sentence2"]], [*left, *right], strict=True))


def random_clouds(size: int, width: int, labels: int) -> tuple[list[int], list[str], Vectors]:
    rng = np.random.default_rng(size)
    label = rng.integers(labels, size=size)
    points = (0.15 * rng.normal(size=(labels, width))[label] + rng.normal(size=(size, width))).astype(np.float32)
    texts = [f"text {row}" for row in range(size)]
    return label.tolist(), texts, dict(zip(texts, points, strict=True))


def sts(size: int) -> Workload:
    columns, vectors = random_pairs(size, 384)
    columns["score"] = np.random.default_rng(0).integers(0, 6, size).astype(float).tolist()
    dataset = Dataset("pairs", "sts", {"pairs": pd.DataFrame(columns)})
    return Workload(f"STS, {size:,} pairs", AbsTaskSTS, "STS", {"test": columns}, dataset, vectors)


def pair_classification(size: int) -> Workload:
    columns, vectors = random_pairs(size, 384)
    labels = np.random.default_rng(0).integers(0, 2, size).tolist()
    dataset = Dataset("pairs", "pair_classification", {"pairs": pd.DataFrame(columns | {"label": labels})})
    title, splits = f"pair classification, {size:,} pairs", {"test": columns | {"labels": labels}}
    return Workload(title, AbsTaskPairClassification, "PairClassification", splits, dataset, vectors)


def bitext(size: int) -> Workload:
    columns, vectors = random_pairs(size, 384)
    dataset = Dataset("pairs", "bitext_mining", {"pairs": pd.DataFrame(columns)})
    title = f"bitext mining, {size:,} pairs"
    return Workload(title, AbsTaskBitextMining, "BitextMining", {"test": columns}, dataset, vectors)


def classification(train: int, test: int, width: int, labels: int) -> Workload:
    label, texts, vectors = random_clouds(train + test, width, labels)
    cut = {"train": slice(0, train), "test": slice(train, train + test)}
    splits = {split: {"text": texts[rows], "label": label[rows]} for split, rows in cut.items()}
    tables = {split: pd.DataFrame(columns) for split, columns in splits.items()}
    title, dataset = f"classification, {labels} labels, {test:,} texts", Dataset("texts", "classification", tables)
    return Workload(title, AbsTaskClassification, "Classification", splits, dataset, vectors)


def clustering(size: int, width: int, labels: int) -> Workload:
    label, texts, vectors = random_clouds(size, width, labels)
    dataset = Dataset("texts", "clustering", {"documents": pd.DataFrame({"text": texts, "label": label})})
    title, attributes = f"clustering, {size:,} documents, {labels} labels", {"max_fraction_of_documents_to_embed": None}
    splits = {"test": {"sentences": texts, "labels": label}}
    return Workload(title, AbsTaskClustering, "Clustering", splits, dataset, vectors, attributes)


def clustering_of_sets(sets: int, size: int, width: int) -> Workload:
    label, texts, vectors = random_clouds(sets * size, width, 20)
    cuts = [slice(one * size, (one + 1) * size) for one in range(sets)]
    table = pd.DataFrame({"text": texts, "label": label, "set": np.repeat(np.arange(sets), size).astype(str)})
    splits = {"test": {"sentences": [texts[rows] for rows in cuts], "labels": [label[rows] for rows in cuts]}}
    title, dataset = f"clustering, {sets} sets of {size:,}", Dataset("texts", "clustering", {"documents": table})
    return Workload(title, AbsTaskClusteringLegacy, "Clustering", splits, dataset, vectors)


def summarization(texts: int) -> Workload:
    rng, rows, vectors = np.random.default_rng(0), [], {}
    for text in range(texts):
        references = [f"human {text} {one}" for one in range(11)]
        for one in range(16):
            rows.append((str(text), f"machine {text} {one}", references, float(rng.integers(0, 6))))
        for name in (*references, *(f"machine {text} {one}" for one in range(16))):
            vectors[name] = rng.normal(size=384).astype(np.float32)
    table = pd.DataFrame(rows, columns=["text_id", "machine_summary", "human_summaries", "score"])
    groups = [group for _, group in table.groupby("text_id", sort=False)]
    columns = {
        "text": [group["text_id"].iloc[0] for group in groups],
        "human_summaries": [group["human_summaries"].iloc[0] for group in groups],
        "machine_summaries": [group["machine_summary"].tolist() for group in groups],
        "relevance": [group["score"].tolist() for group in groups],
    }
    title, dataset = f"summarization, {texts} texts × 16", Dataset("texts", "summarization", {"summaries": table})
    attributes = {"min_score": 0, "max_score": 5}
    return Workload(title, AbsTaskSummarization, "Summarization", {"test": columns}, dataset, vectors, attributes)


def theirs(work: Workload) -> Callable[[], dict[str, Any]]:
    """Scoring by mteb; a fresh task each time, for a task's random state moves on."""
    model = GivenVectors({None: (list(work.vectors), np.stack(list(work.vectors.values())))})
    data = DatasetDict({split: Rows.from_dict(dict(columns)) for split, columns in work.columns.items()})
    main = plugins.tasks()[work.dataset.task].main_metric
    return lambda: mteb_scores(
        in_memory(work.kind, data, task_type=work.mteb_type, main_score=main, **work.attributes), model
    )


def ours(work: Workload) -> Callable[[], dict[str, Any]]:
    """Scoring by our task, its item table included."""
    task = plugins.tasks()[work.dataset.task]
    sides = {
        name: np.stack([work.vectors[text] for text in texts.items]) for name, texts in task.texts(work.dataset).items()
    }
    return lambda: task.metrics(task.judge(work.dataset, sides, "cosine"))


def timed(score: Callable[[], dict[str, Any]]) -> tuple[float, float, dict[str, Any]]:
    """CPU seconds, seconds on the clock, and the scores."""
    cpu, wall = time.process_time(), time.perf_counter()
    scores = score()
    return time.process_time() - cpu, time.perf_counter() - wall, scores


def main(rounds: int, share: float, tasks: list[str]) -> None:
    """Runs both in turn and prints medians."""
    n = lambda size: int(size * share)  # noqa: E731
    workloads = (
        ("sts", lambda: sts(n(20_000))),
        ("pair_classification", lambda: pair_classification(n(100_000))),
        ("classification", lambda: classification(n(5_000), n(20_000), 384, 2)),
        ("classification", lambda: classification(n(10_000), n(3_000), 1024, 77)),
        ("bitext_mining", lambda: bitext(n(20_000))),
        ("summarization", lambda: summarization(n(100))),
        ("clustering", lambda: clustering(n(20_000), 768, 50)),
        ("clustering", lambda: clustering_of_sets(3, n(20_000), 768)),
    )
    print(
        f"{'':44s} {'mteb CPU s':>10s} {'ours':>8s} {'ratio':>6s}   {'mteb s':>8s} {'ours':>8s} {'ratio':>6s}  scores"
    )
    for work in (make() for task, make in workloads if task in (tasks or [task])):
        runs = {"mteb": theirs(work), "ours": ours(work)}
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
        for _ in range(rounds):
            scores = {}
            for name, run in runs.items():
                cpu, wall, scores[name] = timed(run)
                times[name].append((cpu, wall))
        scores["mteb"].pop("main_score")
        wrong = differences(scores["ours"], scores["mteb"])
        cpu, wall = ({name: median(one[at] for one in runs) for name, runs in times.items()} for at in (0, 1))
        numbers = (f"{one['mteb']:>10.2f} {one['ours']:>8.2f} {one['mteb'] / one['ours']:>6.1f}" for one in (cpu, wall))
        print(f"{work.title:44s} {'  '.join(numbers)}  {'equal' if not wrong else wrong[:2]}", flush=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    main(int(given[0]) if given else 3, float(given[1]) if len(given) > 1 else 1.0, given[2:])

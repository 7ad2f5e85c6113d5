"""Is a reranker worth it? MiniLM trained as a cross-encoder on one half of a question set, behind BM25 and MiniLM, and
held against their tuned fusion on three sets: the other half, and two that it has never seen, one of them Chinese.

python -m benchmarks.reranker train FOLDER MODEL     (FOLDER holds retrieval/NAME/*.parquet; needs `accelerate`)
python -m benchmarks.reranker run FOLDER MODEL [--only NAME …] [--depth 50] [--queries 300]
"""

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine import plugins
from engine.comparison import worth
from engine.datasets import library, mapping
from engine.datasets.reading.application import apply
from engine.datasets.reading.choices import Choices
from engine.metrics.ranked_items import read_judgements
from engine.models import catalogue
from engine.results.store import Results
from engine.runs.evaluate import evaluate
from engine.types import Dataset, ModelEntry, Pipeline

BASE = "all-MiniLM-L6-v2"
TRAIN = "trecqa_sentences_50k"
SETS = (TRAIN, "xquad_en", "xquad_zh")
QUERIES, NEGATIVES, POSITIVES, HARD = 600, 3, 2, 30
SEED = 0


def tables(folder: Path, name: str) -> dict[str, pd.DataFrame]:
    """A retrieval set as the tables of the task."""
    found = {path.stem: pd.read_parquet(path) for path in sorted((folder / "retrieval" / name).glob("*.parquet"))}
    return dict(apply(found, mapping.guess(found, Choices(task="retrieval"))).tables)


def split(given: dict[str, pd.DataFrame]) -> tuple[set[str], set[str]]:
    """Judged queries to train on, and those to test on."""
    judged = sorted(set(given["qrels"]["query_id"].astype(str)))
    order = np.random.default_rng(SEED).permutation(len(judged))
    return {judged[row] for row in order[:QUERIES]}, {judged[row] for row in order[QUERIES:]}


def pairs(given: dict[str, pd.DataFrame], queries: set[str]) -> list[tuple[str, str, float]]:
    """(query, document, label): relevant ones, and others that BM25 puts among the first."""
    own = {**given, "qrels": given["qrels"][given["qrels"]["query_id"].astype(str).isin(queries)]}
    data = Dataset("train", "retrieval", own)
    task = plugins.tasks()["retrieval"]
    texts = task.texts(data)
    bm25 = catalogue.load(catalogue.find("bm25")).fit(texts["corpus"].items)
    vectors = {name: bm25.encode(list(one.items), one.role) for name, one in texts.items()}
    items = task.judge(data, vectors, bm25.similarity)
    judged = read_judgements(own)
    documents = dict(zip(judged.corpus_ids, texts["corpus"].items, strict=True))
    asked = dict(zip(own["queries"]["id"].astype(str), own["queries"]["text"], strict=True))
    random, found = np.random.default_rng(SEED), []
    for item in items.itertuples():
        right = [one for one in item.relevant_ids if one in documents]
        wrong = [one for one in item.top_ids[:HARD] if one not in set(right)]
        for ids, most, label in ((right, POSITIVES, 1.0), (wrong, NEGATIVES, 0.0)):
            chosen = random.permutation(len(ids))[:most]
            found += [(asked[item.item], documents[ids[place]], label) for place in chosen]
    return found


def train(folder: Path, target: Path) -> None:
    """Trains with the library's trainer, and saves the model."""
    from datasets import Dataset as Rows
    from sentence_transformers import CrossEncoder
    from sentence_transformers.cross_encoder import CrossEncoderTrainer, CrossEncoderTrainingArguments
    from sentence_transformers.cross_encoder.losses import BinaryCrossEntropyLoss

    from engine.families import checkpoints

    given = tables(folder, TRAIN)
    rows = pairs(given, split(given)[0])
    print(f"{len(rows)} pairs of {QUERIES} queries, {np.mean([label for *_, label in rows]):.0%} relevant", flush=True)
    model = CrossEncoder(str(checkpoints.fetch(catalogue.find(BASE))), num_labels=1, device="cpu", max_length=96)
    texts = dict(zip(("query", "document", "label"), map(list, zip(*rows, strict=True)), strict=True))
    arguments: dict[str, Any] = {
        "num_train_epochs": 1, "per_device_train_batch_size": 16, "learning_rate": 5e-5, "warmup_steps": 20,
        "seed": SEED, "save_strategy": "no", "report_to": "none", "use_cpu": True, "logging_steps": 50,
    }  # fmt: skip
    trainer = CrossEncoderTrainer(
        model=model,
        args=CrossEncoderTrainingArguments(output_dir=str(target / "runs"), **arguments),
        train_dataset=Rows.from_dict(texts),
        loss=BinaryCrossEntropyLoss(model),
    )
    start = time.perf_counter()
    trainer.train()
    print(f"trained in {time.perf_counter() - start:.0f} s", flush=True)
    model.save_pretrained(str(target))


def keep(folder: Path, name: str, most: int) -> str:
    """The set in the library, with as many judged queries: of the one that was trained on, some that were not."""
    if name not in library.entries():
        given = tables(folder, name)
        if name == TRAIN:
            rest = given["qrels"]["query_id"].astype(str).isin(split(given)[1])
            given["qrels"] = given["qrels"][rest].reset_index(drop=True)
        asked = given["qrels"]["query_id"]
        chosen = np.random.default_rng(SEED).permutation(sorted(set(asked)))[:most]
        given["qrels"] = given["qrels"][asked.isin(chosen)].reset_index(drop=True)
        library.save(name, "retrieval", given)
    return name


def run(folder: Path, model: Path, names: list[str], *, depth: int, queries: int) -> None:
    """Runs the retrievers and pipelines, and prints what each stage gives."""
    known = catalogue.entries()
    wanted = [
        ModelEntry("trained reranker", "cross_encoder", str(model.resolve())),
        ModelEntry("tuned fusion", "pipeline", pipeline=Pipeline(("bm25", BASE), "weighted")),
        ModelEntry("fusion + reranker", "pipeline",
                   pipeline=Pipeline(("bm25", BASE), "rrf", None, "trained reranker", depth)),
    ]  # fmt: skip
    for entry in wanted:
        if entry.name not in known:
            catalogue.add(entry)
    results = Results()
    for name in names:
        data = library.load(keep(folder, name, queries))
        for model_name in ("bm25", BASE, "tuned fusion", "fusion + reranker"):
            start = time.perf_counter()
            result = results.result(evaluate(catalogue.find(model_name), data))
            main = plugins.tasks()["retrieval"].main_metric
            low, high = result.intervals.get(main, (float("nan"),) * 2)
            print(f"| {name} | {model_name} | {result.metrics[main]:.3f} [{low:.3f}, {high:.3f}] | "
                  f"{time.perf_counter() - start:.0f} s |", flush=True)  # fmt: skip
        for said in worth.sentences(worth.of(plugins.tasks()["retrieval"], result)):
            print(said, flush=True)


def main() -> None:
    """Trains, or runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["train", "run"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--only", nargs="+", default=list(SETS))
    parser.add_argument("--depth", type=int, default=50)
    parser.add_argument("--queries", type=int, default=300)
    asked = parser.parse_args()
    if asked.what == "train":
        train(asked.folder, asked.model)
    else:
        run(asked.folder, asked.model, asked.only, depth=asked.depth, queries=asked.queries)


if __name__ == "__main__":
    main()

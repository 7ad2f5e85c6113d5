"""Does a step of training cost less than one of sentence-transformers' own trainer, with the same losses?

    OMP_NUM_THREADS=1 python -m benchmarks.training --data FOLDER [--kind sentences] [--steps 200] [--rounds 5]

The peer is `SentenceTransformerTrainer` at its defaults, and with mixed precision where `--bfloat16` asks for it: same
weights, recipe, rows in the same batches, AdamW, rate and clipping; dropout is off, so that the losses can be compared.
`--data` holds train.parquet with sentence1, sentence2 and score (sentences), or corpus, queries and qrels (passages).
Both run in turn, `--rounds` times some steps each, on one model each; CPU seconds are those of the process. With
`--memory` each takes its steps in a process of its own instead, and the most memory that it held is printed.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import torch

from engine import plugins
from engine.adaptation.plans import values
from engine.adaptation.training.steps import backward
from engine.families import checkpoints
from engine.models import catalogue
from engine.training import Base, Course, Examples
from engine.types import ModelEntry

MODEL = "all-MiniLM-L6-v2"
BATCH = 32


def rows_of(folder: Path, kind: str, number: int) -> pd.DataFrame:
    """So many examples in a drawn order."""
    if kind == "sentences":
        table = pd.read_parquet(folder / "train.parquet")
        table = table.assign(score=table["score"] / table["score"].max())
    else:
        corpus = pd.read_parquet(folder / "corpus.parquet").set_index("id")["text"]
        queries = pd.read_parquet(folder / "queries.parquet").set_index("id")["text"]
        judged = pd.read_parquet(folder / "qrels.parquet").drop_duplicates("corpus_id")
        table = pd.DataFrame({"query": judged["query_id"].map(queries), "document": judged["corpus_id"].map(corpus)})
    order = np.random.default_rng(0).permutation(len(table))
    order = np.resize(order, number) if number > len(order) else order[:number]
    return table.iloc[order].reset_index(drop=True)


def opened() -> Any:
    """The model in float32 without dropout."""
    from sentence_transformers import SentenceTransformer

    folder = checkpoints.fetch(catalogue.find(MODEL))
    model = SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": torch.float32})
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return model


class Ours:
    """Steps as the adaptation does them."""

    def __init__(self, kind: str, rows: pd.DataFrame, settings: dict) -> None:
        model = opened()
        base = Base(ModelEntry(MODEL, "sentence_transformer"), model, Path(), lambda name: model)
        recipe = plugins.recipes()["cosent" if kind == "sentences" else "contrastive"]
        shape = "scored pairs" if kind == "sentences" else "pairs"
        self.settings = values(recipe, settings)
        self.course: Course = recipe.train(base, [Examples(shape, rows)], self.settings)
        self.optimiser = torch.optim.AdamW(model.parameters(), lr=self.settings["learning_rate"], weight_decay=0.0)
        self.at = 0

    def steps(self, number: int) -> list[float]:
        """The losses of the next steps."""
        losses, lesson = [], self.course.lessons[0]
        for _ in range(number):
            rows = lesson.rows.iloc[self.at : self.at + BATCH]
            self.course.model.train()
            losses.append(backward(self.course, lesson, rows, self.settings))
            torch.nn.utils.clip_grad_norm_(self.course.model.parameters(), 1.0)
            self.optimiser.step()
            self.optimiser.zero_grad()
            self.at += BATCH
        return losses


class Peer:
    """Steps of the library's trainer, whose start is not counted."""

    def __init__(self, kind: str, rows: pd.DataFrame, settings: dict) -> None:
        from sentence_transformers.sentence_transformer import losses

        self.model, self.rows, self.settings, self.at = opened(), rows, settings, 0
        if kind == "sentences":
            self.loss, self.names = losses.CoSENTLoss(self.model), ["sentence1", "sentence2", "score"]
        else:
            self.loss = losses.MultipleNegativesRankingLoss(self.model, scale=20.0)
            self.names = ["query", "document"]
        self.model.max_seq_length = settings["max_length"]
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=settings["learning_rate"], weight_decay=0.0)
        self.spent = (0.0, 0.0)

    def steps(self, number: int) -> list[float]:
        """The losses of the next steps."""
        from datasets import Dataset
        from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments
        from torch.utils.data import BatchSampler, SequentialSampler
        from transformers import TrainerCallback

        found, clock = [], []

        class Recorded(SentenceTransformerTrainer):
            def compute_loss(self, *given, **more):
                loss = super().compute_loss(*given, **more)
                found.append(float((loss[0] if isinstance(loss, tuple) else loss).detach()))
                return loss

        class Watch(TrainerCallback):
            def on_step_begin(self, *given, **more):
                if not clock:
                    clock.append((time.perf_counter(), time.process_time()))

            def on_step_end(self, *given, **more):
                clock.append((time.perf_counter(), time.process_time()))

        part = self.rows[self.names].iloc[self.at : self.at + number * BATCH]
        with tempfile.TemporaryDirectory() as folder:
            arguments = SentenceTransformerTrainingArguments(
                folder, per_device_train_batch_size=BATCH, num_train_epochs=1, report_to="none", save_strategy="no",
                logging_strategy="no", disable_tqdm=True, use_cpu=True, bf16=self.settings["precision"] == "bfloat16",
                batch_sampler=lambda dataset, batch_size, drop_last, **more: BatchSampler(
                    SequentialSampler(dataset), batch_size, drop_last
                ),
            )  # fmt: skip
            constant = torch.optim.lr_scheduler.LambdaLR(self.optimiser, lambda step: 1.0)
            trainer = Recorded(
                self.model, arguments, train_dataset=Dataset.from_pandas(part, preserve_index=False), loss=self.loss,
                optimizers=(self.optimiser, constant), callbacks=[Watch()],
            )  # fmt: skip
            trainer.train()
        self.at += number * BATCH
        self.spent = tuple(end - start for start, end in zip(clock[0], clock[-1], strict=True))
        return found


def held() -> float:
    """The most memory that this process has held so far, in MB."""
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert peak is not None
    return int(peak[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--kind", choices=["sentences", "passages"], default="sentences")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--bfloat16", action="store_true")
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--side", choices=["ours", "peer"], help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.memory and not asked.side:
        for side in ("ours", "peer"):
            subprocess.run([sys.executable, "-m", "benchmarks.training", *sys.argv[1:], "--side", side], check=True)
        return
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", os.cpu_count() or 1)))
    precision = "bfloat16" if asked.bfloat16 else "float32"
    settings = {"learning_rate": 2e-5, "max_length": asked.length, "precision": precision}
    rows = rows_of(asked.data, asked.kind, asked.steps * BATCH)
    if asked.side:
        trained = Ours(asked.kind, rows, settings) if asked.side == "ours" else Peer(asked.kind, rows, settings)
        before = held()
        trained.steps(asked.steps)
        print(
            f"{asked.side}, {precision}: {held():.0f} MB at most, {held() - before:.0f} MB more than before the steps"
        )
        return
    ours, peer = Ours(asked.kind, rows, settings), Peer(asked.kind, rows, settings | {"precision": "float32"})
    each, table, curves = asked.steps // asked.rounds, [], ([], [])
    for _ in range(asked.rounds):
        curves[1].extend(peer.steps(each))
        began = time.perf_counter(), time.process_time()
        curves[0].extend(ours.steps(each))
        spent = time.perf_counter() - began[0], time.process_time() - began[1]
        table.append((each / spent[0], each / peer.spent[0], peer.spent[0] / spent[0], peer.spent[1] / spent[1]))
    mine, their, wall, processor = (median(column) for column in zip(*table, strict=True))
    apart = np.abs(np.array(curves[0]) - curves[1]) / np.abs(curves[1])
    print(f"{asked.kind}, {precision}, batches of {BATCH}, {asked.rounds} rounds of {each} steps, medians")
    print(f"ours {mine:.3f} steps/s, peer {their:.3f} steps/s")
    print(f"{wall:.2f} x by the clock, {processor:.2f} x by CPU seconds")
    print(f"losses part by {apart.max():.2e} at most, relative, over {len(apart)} steps")


if __name__ == "__main__":
    main()

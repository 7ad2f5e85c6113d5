"""Do the pages stay quick with 60 models on 60 datasets of 2,000 items? Results made up, in a home of their own.

PARALLAX_HOME=… python -m benchmarks.many_results [models datasets items]; then python -m benchmarks.dashboard made-00
"""

import sys
import time
from dataclasses import fields
from itertools import combinations

import numpy as np
import pandas as pd

from engine import plugins
from engine.datasets import library
from engine.results.schema import count_write
from engine.results.store import Results
from engine.statistics.draws import DRAWS
from engine.types import Comparison, Dataset, Result

TASKS = ("sts", "pair_classification", "bitext_mining")
WORDS = ["meter", "charger", "invoice", "parcel", "发票", "充电桩", "快递", "退款", "heating", "客服", "电价"]


def made(number: int, items: int, rng: np.random.Generator) -> Dataset:
    """A dataset of pairs of made-up sentences."""
    task = TASKS[number % 3]
    first, second = ([" ".join(rng.choice(WORDS, 6)) + f" {row}" for row in range(items)] for _side in "ab")
    judged = {"sts": rng.random(items) * 5, "pair_classification": rng.integers(0, 2, items)}
    pairs = pd.DataFrame({"sentence1": first, "sentence2": second})
    if task in judged:
        pairs["score" if task == "sts" else "label"] = judged[task]
    return library.save(f"made {number:02d}", task, {"pairs": pairs})


def vectors(dataset: Dataset, quality: float, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Vectors whose cosine follows what was judged, the more so the better the model is."""
    pairs = dataset.tables["pairs"]
    left = rng.normal(size=(len(pairs), 16)).astype(np.float32)
    alike = next((pairs[name] / pairs[name].max() for name in ("score", "label") if name in pairs), 1.0)
    right = quality * np.reshape(alike, (-1, 1)) * left + rng.normal(size=left.shape)
    return {"sentence1": left, "sentence2": right.astype(np.float32)}


def result(dataset: Dataset, model: str, quality: float, rng: np.random.Generator) -> tuple[Result, np.ndarray]:
    """A result, its interval made up from the spread of its items."""
    task = plugins.tasks()[dataset.task]
    items = task.judge(dataset, vectors(dataset, quality, rng), "cosine")
    metrics = task.metrics(items)
    score = metrics[task.main_metric]
    spread = float(items["measure"].std() / np.sqrt(len(items)))
    values = rng.normal(score, spread, DRAWS)
    sure = {task.main_metric: tuple(np.quantile(values, [0.025, 0.975]))}
    settings = {"precision": "float32", "similarity": "cosine", "prompts": {}}
    known = {"fingerprint": dataset.fingerprint, "encoder_key": f"key-{model}", "settings": settings}
    timings = {"total": 1.0, "encode": 1.0, "encoded": 100}
    return Result(model, dataset.name, dataset.task, metrics, items, intervals=sure, timings=timings, **known), values


def compare(results: Results, runs: list[tuple[str, float]]) -> None:
    """Paired tests between all runs on a dataset, made up from their scores: only the pages are timed here."""
    rows = [
        (*sorted((a, b)), 2_000, one - other, one - other - 0.02, one - other + 0.02,
         float(np.exp(-abs(one - other) / 0.005)), "randomisation", 900, 300, 800, 0.1,
         float(np.exp(-abs(one - other) / 0.005)), len(runs) * (len(runs) - 1) // 2, 2_000, 1.0, 0)
        for (a, one), (b, other) in combinations(runs, 2)
    ]  # fmt: skip
    names = ["a", "b", *(field.name for field in fields(Comparison))]
    with results.database.write() as connection:
        connection.executemany(f"INSERT INTO comparisons ({', '.join(names)}) VALUES ({', '.join('?' * 17)})", rows)
        count_write(connection)


def main(models: int = 60, sets: int = 60, items: int = 2_000) -> None:
    """Makes the results, and says how long the intervals of a real one take."""
    rng, results, start = np.random.default_rng(0), Results(), time.perf_counter()
    names = list(names_of_models())[:models]
    for number in range(sets):
        dataset = made(number, items, rng)
        qualities = rng.normal(np.linspace(0.4, 1.0, models), 0.1)
        runs = []
        for model, quality in zip(names, qualities, strict=True):
            one, values = result(dataset, model, quality, rng)
            runs.append((results.save(one, values), float(one.metrics[plugins.tasks()[one.task].main_metric])))
        compare(results, runs)
    print(f"{models} × {sets} results in {time.perf_counter() - start:.0f} s")


def names_of_models() -> list[str]:
    """The names of the catalogue, so that sizes and colours are real ones; made-up ones after them."""
    from engine.models import catalogue

    known = list(catalogue.entries())
    return known + [f"made-up-{number}" for number in range(60)]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

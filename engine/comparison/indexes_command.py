"""How are approximate indexes compared from a terminal, and what does that say?"""

import argparse
from typing import Any

import pandas as pd

from engine import plugins
from engine.comparison import indexes
from engine.datasets import library
from engine.models import catalogue
from engine.runs.evaluate import evaluate
from engine.types import Dataset, Step, Task

COLUMNS = ["kind", "setting", "effort", "recall", "score", "gap", "least", "p50", "p95", "build", "bytes"]


def add_parser(commands: Any) -> None:
    """The command `indexes`."""
    search = commands.add_parser("indexes", help="what approximate indexes lose and save on one dataset")
    search.add_argument("--model", required=True, help="a name of the catalogue, a hub id, or a folder")
    search.add_argument("--dataset", required=True, help="a name of the library")
    search.add_argument("--margin", type=float, default=0.01, help="a loss of the main metric that nobody would mind")
    search.add_argument("--cost", choices=["p50", "p95", "bytes", "build"], default="p50", help="cheapest in what")
    search.add_argument("--json", action="store_true", help="every index as JSON and nothing else on standard output")


def measure(asked: argparse.Namespace, step: Step) -> tuple[Dataset, pd.DataFrame]:
    """The dataset, and what every index loses and saves on it, measured unless it is known.

    Raises:
        UserError: the dataset, the model or the margin cannot be had.
    """
    dataset, entry = library.load(asked.dataset), catalogue.find(asked.model)
    indexes.check(entry, dataset, asked.margin)
    run = evaluate(entry, dataset, step=step)
    table = indexes.known(run)
    if table is None:
        indexes.work({"run": run}, step)
        table = indexes.known(run)
    assert table is not None
    return dataset, table


def said(asked: argparse.Namespace, dataset: Dataset, table: pd.DataFrame) -> list[str]:
    """Every index as JSON, or as a table with the verdict below it."""
    if asked.json:
        return [table.to_json(orient="records", indent=1)]
    task: Task = plugins.tasks()[dataset.task]
    shown = table[COLUMNS].to_string(index=False, float_format=lambda value: f"{value:.4f}")
    return [shown, str(indexes.verdict(table, asked.cost, asked.margin, task.main_metric))]

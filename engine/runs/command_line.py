"""How is a run asked for in a terminal, and what does it say?"""

import argparse
from typing import Any

import pandas as pd

from engine import plugins
from engine.datasets.reading.command_line import add_options
from engine.models import catalogue, variants
from engine.results import export
from engine.statistics.draws import FEWEST
from engine.types import Message, ModelEntry, Result, Task


def add_parser(commands: Any) -> None:
    """The command `run`."""
    run = commands.add_parser("run", help="evaluate one model on one dataset")
    which = run.add_mutually_exclusive_group(required=True)
    which.add_argument("--model", help="a name of the catalogue, a pipeline's too, a hub id, or a folder")
    which.add_argument("--pipeline", help="the name of a pipeline")
    run.add_argument("--dataset", required=True, help="a name of the library, or a file or folder")
    run.add_argument(
        "--precision", choices=["float32", "bfloat16", "float16"], help="default: what the device does best"
    )
    _add_changes(run)
    add_options(run)
    run.add_argument("--json", action="store_true", help="the metrics as JSON and nothing else on standard output")
    run.add_argument("--force", action="store_true", help="run even if the result is there")


def _add_changes(run: argparse.ArgumentParser) -> None:
    """What makes a variant of a model: a row of its own, named by what differs."""
    changed = run.add_argument_group("variants", "the model, changed: kept in the catalogue under a name of its own")
    changed.add_argument("--query-prompt", metavar="TEXT", help="what to put before queries; '' for nothing")
    changed.add_argument("--document-prompt", metavar="TEXT", help="what to put before documents; '' for nothing")
    changed.add_argument("--max-length", type=int, metavar="TOKENS", help="cut texts there")
    changed.add_argument("--pooling", choices=variants.POOLINGS, help="instead of the model's own")
    changed.add_argument("--dimension", type=int, metavar="NUMBERS", help="keep the first ones of each vector")
    changed.add_argument("--pca", action="store_true", help="keep those on the principal axes of the documents instead")
    changed.add_argument("--pool-factor", type=float, metavar="FACTOR", help="make one of so many vectors of tokens")
    changed.add_argument("--vectors", choices=variants.VECTORS, default="float32", help="precision to keep them in")


def entry_of(asked: argparse.Namespace) -> ModelEntry:
    """The model that is asked for, or its variant, which is kept.

    Raises:
        BadModel: there is none of that name, or it cannot be changed so.
    """
    prompts = {"query": asked.query_prompt, "document": asked.document_prompt}
    return variants.keep(
        catalogue.find_pipeline(asked.pipeline) if asked.pipeline is not None else catalogue.find(asked.model),
        variants.Changes(
            {role: text for role, text in prompts.items() if text is not None},
            asked.max_length,
            asked.pooling or "",
            asked.dimension,
            asked.vectors,
            asked.pool_factor,
            asked.pca,
        ),
    )


def said(run: str, result: Result, *, as_json: bool) -> list[str]:
    """The metrics as one JSON, or which run it is and its metrics with their intervals."""
    if as_json:
        return [export.as_json(result.metrics)]
    table = _metrics_table(result)
    return [
        f"{result.model} × {result.dataset} (run {run})",
        table.to_string(index=False, na_rep="", float_format=lambda value: f"{value:.4f}"),
    ]


def interval_missing(result: Result) -> Message | None:
    """Why the main metric has no interval, where it has none."""
    if plugins.tasks()[result.task].main_metric in result.intervals:
        return None
    return Message(
        "No interval is given: below {fewest} items that stand for themselves it would say too little.",
        {"fewest": FEWEST},
    )


def _metrics_table(result: Result) -> pd.DataFrame:
    """Metrics with their intervals, the main one first."""
    task: Task = plugins.tasks()[result.task]
    names = [task.main_metric, *(name for name in result.intervals if name != task.main_metric)]
    rows = [(name, result.metrics[name], *result.intervals.get(name, (float("nan"),) * 2)) for name in names]
    return pd.DataFrame(rows, columns=["metric", "value", "low", "high"])

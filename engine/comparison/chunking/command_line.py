"""How is a study of chunks asked for from a terminal?"""

import argparse
from collections.abc import Iterator
from typing import Any

from engine import plugins
from engine.comparison.chunking import kept, plan, study, verdict
from engine.comparison.chunking.grid import Grid
from engine.datasets import library
from engine.notation import fixed
from engine.storage import strict_json
from engine.types import Message, Step


def add_parser(commands: Any) -> None:
    """The command `chunks`."""
    take = commands.add_parser("chunks", help="how documents should be cut for models, on one dataset")
    take.add_argument("--model", action="append", required=True, help="again for a second one")
    take.add_argument("--dataset", required=True, help="a name of the library")
    take.add_argument("--splitter", action="append", help=f"default: {', '.join(plugins.splitters())}")
    take.add_argument("--size", action="append", type=int, metavar="TOKENS", help="default: 64, 128, 256")
    take.add_argument("--overlap", action="append", type=float, metavar="SHARE", help="default: 0, 0.25")
    take.add_argument("--title", action="store_true", help="put the title in front of every chunk")
    take.add_argument("--best", type=int, default=1, help="how many chunks a document's score is the mean of")
    take.add_argument("--json", action="store_true", help="all figures as JSON and nothing else on standard output")


def measure(asked: argparse.Namespace, step: Step) -> kept.Study:
    """Makes the study and keeps it.

    Raises:
        UserError: the dataset has no corpus, or there is no such splitter, size or overlap.
    """
    dataset = library.load(asked.dataset)
    grid = Grid(
        tuple(asked.model),
        tuple(asked.splitter or plugins.splitters()),
        tuple(asked.size or (64, 128, 256)),
        tuple(asked.overlap if asked.overlap is not None else (0.0, 0.25)),
        asked.title,
        asked.best,
    )
    study.refuse(dataset)
    seconds, basis = plan.estimate(dataset, grid)
    step(0.0, Message("About {seconds} s of encoding ({basis})", {"seconds": fixed(seconds, 0), "basis": basis}))
    found = study.study(dataset, grid, step)
    kept.keep(dataset.fingerprint, found)
    return found


def said(found: kept.Study, *, as_json: bool) -> Iterator[str | Message]:
    """The tables and the sentences of a study, or all of it as JSON."""
    if as_json:
        yield strict_json.dumps(kept.plain(found), indent=1)
        return
    by = verdict.measures(found)[0]
    judged = found.judged[found.judged["by"] == by].drop(columns="by")
    columns = ["model", "arm", "value", "low", "high", "gap", "p", "vectors", "bytes", "repeated", "unread", "seconds"]
    table = found.cells.merge(judged, "left", ["model", "arm"])[columns]
    yield table.to_string(index=False, na_rep="", float_format=lambda value: f"{value:.4f}")
    for model in found.facts["models"]:
        yield verdict.best(found, model, by)
    length = verdict.length(found)
    yield from ([length] if length is not None else [])
    yield from verdict.notes(found)

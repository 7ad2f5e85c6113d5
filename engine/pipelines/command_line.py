"""How is a pipeline put into the catalogue from a terminal?"""

import argparse
import shlex
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from engine import plugins
from engine.models import catalogue
from engine.pipelines import checks
from engine.types import BadModel, Message, ModelEntry, Pipeline


def add_parser(commands: Any) -> None:
    """The command `pipeline`."""
    take = commands.add_parser("pipeline", help="put a pipeline of models into the catalogue, to be run by its name")
    take.add_argument("name")
    take.add_argument("--retriever", action="append", required=True, metavar="MODEL", help="again for a second one")
    take.add_argument("--fusion", choices=checks.FUSIONS, help="how the lists of several become one; default: rrf")
    take.add_argument("--weight", type=float, help="of the first of two, 0 to 1; default: tuned on the other half")
    take.add_argument("--reranker", default="", metavar="MODEL")
    take.add_argument("--depth", type=int, help=f"how many documents the reranker reads; default: {Pipeline().depth}")
    take.add_argument("--splitter", choices=list(plugins.splitters()), default="", help="search chunks of documents")
    take.add_argument("--size", type=int, help=f"tokens of a chunk; default: {Pipeline().size}")
    take.add_argument("--overlap", type=int, help=f"tokens that a chunk repeats; default: {Pipeline().overlap}")
    take.add_argument("--title", action="store_true", default=None, help="put the title in front of every chunk")
    take.add_argument("--best", type=int, help="how many of its best chunks a document's score is the mean of")


def keep(asked: argparse.Namespace) -> Iterator[Message]:
    """Adds the pipeline; what was added and how to run it, and which part is not on this machine.

    Raises:
        UserError: an option changes nothing, the stages do not fit together, a part is not there, or the name cannot
            be had.
    """
    wanted = {"reranker": ("depth",), "splitter": ("size", "overlap", "title", "best")}
    for needed, options in wanted.items():
        for option in options:
            if getattr(asked, option) is not None and not getattr(asked, needed):
                raise BadModel("--{option} changes nothing without --{needed}.", option=option, needed=needed)
    fusion = asked.fusion or ("rrf" if len(asked.retriever) > 1 else "")
    given: dict[str, Any] = {one.name: getattr(asked, one.name, None) for one in fields(Pipeline)} | {"fusion": None}
    given = {name: value for name, value in given.items() if value is not None}
    made = Pipeline(tuple(asked.retriever), fusion, **given)
    entry = ModelEntry(asked.name, "pipeline", pipeline=made)
    checks.add(entry)
    yield told(asked.name, made)
    if isinstance(absent := catalogue.available(entry), Message):
        yield absent


def told(name: str, made: Pipeline) -> Message:
    """What was added, and how to run it."""
    stages = [
        " + ".join(made.retrievers),
        {"rrf": "reciprocal rank fusion", "weighted": "weighted fusion"}.get(made.fusion),
    ]
    if made.fusion == "weighted":
        stages[1] = f"{stages[1]}, {'tuned' if made.weight is None else f'{made.weight:g} of the first'}"
    stages += [f"{made.reranker} over the first {made.depth}" if made.reranker else ""]
    if made.splitter:
        stages += [f"chunks: {made.splitter}, {made.size} tokens, {made.overlap} repeated"]
        stages += ["the title in front of each" if made.title else "", f"the best {made.best}" if made.best > 1 else ""]
    return Message(
        "Added {name}: {stages}. Run it with: python -m engine run --pipeline {quoted} --dataset DATASET",
        {"name": name, "stages": "; ".join(filter(None, stages)), "quoted": shlex.quote(name)},
    )

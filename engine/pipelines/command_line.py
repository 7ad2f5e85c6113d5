"""How is a pipeline put into the catalogue from a terminal?"""

import argparse
from typing import Any

from engine import plugins
from engine.models import catalogue
from engine.pipelines import stages
from engine.types import ModelEntry, Pipeline


def add_parser(commands: Any) -> None:
    """The command `pipeline`."""
    take = commands.add_parser("pipeline", help="put a pipeline of models into the catalogue, to be run by its name")
    take.add_argument("name")
    take.add_argument("--retriever", action="append", required=True, metavar="MODEL", help="again for a second one")
    take.add_argument("--fusion", choices=stages.FUSIONS, default="", help="how the lists of several become one")
    take.add_argument("--weight", type=float, help="of the first of two, 0 to 1; default: tuned on the other half")
    take.add_argument("--reranker", default="", metavar="MODEL")
    take.add_argument("--depth", type=int, default=Pipeline().depth, help="how many documents the reranker reads")
    take.add_argument("--splitter", choices=list(plugins.splitters()), default="", help="search chunks of documents")
    take.add_argument("--size", type=int, default=Pipeline().size, help="tokens of a chunk")
    take.add_argument("--overlap", type=int, default=Pipeline().overlap, help="tokens that a chunk repeats")


def keep(asked: argparse.Namespace) -> None:
    """Adds the pipeline.

    Raises:
        BadModel: its stages do not fit together, a part is not there, or the name is taken.
    """
    made = Pipeline(
        tuple(asked.retriever), asked.fusion, asked.weight, asked.reranker, asked.depth,
        asked.splitter, asked.size, asked.overlap,
    )  # fmt: skip
    entry = ModelEntry(asked.name, "pipeline", pipeline=made)
    stages.check(entry)
    catalogue.add(entry)

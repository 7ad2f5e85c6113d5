"""How are shards asked for in a terminal, and what is said of them?"""

import argparse
import re
from functools import partial
from pathlib import Path
from typing import Any

from engine.cluster import connection, searching, sharding, spread, status, text_files
from engine.cluster.sharding import Done, Plan
from engine.datasets import library
from engine.encoding import vector_store
from engine.models import catalogue
from engine.runs.instructions import told
from engine.types import Message, Step, UserError

SHARD = re.compile(r"(\d+)/(\d+)")


def add_parser(commands: Any) -> None:
    """The commands `encode`, `search` and `cluster`."""
    made = commands.add_parser("encode", help="encode many texts in shards, on one machine or on many")
    made.add_argument("texts", help="a Parquet file or a folder of such, or a dataset of the library")
    _add_texts(made)
    made.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where the shards go")
    made.add_argument("--shard", metavar="I/N", help="only this one of so many; default: all that are missing")
    made.add_argument("--shards", type=int, metavar="N", help="how many there are; default: by the number of texts")
    made.add_argument("--role", choices=["document", "query", "none"], default="document", help="what the texts are")
    made = commands.add_parser("search", help="search shards of texts, each where it lies")
    made.add_argument("queries", type=Path, help="a Parquet file or a folder of such")
    _add_texts(made)
    made.add_argument("--in", dest="folder", required=True, type=Path, metavar="FOLDER", help="where the shards lie")
    made.add_argument("--out", required=True, type=Path, metavar="FILE.parquet", help="query_id, rank, id, score")
    made.add_argument("-k", type=int, default=10, help="how many for each query; default: 10")

    commands.add_parser("cluster", help="the nodes of the cluster that PARALLAX_CLUSTER names, and what each does")


def _add_texts(made: argparse.ArgumentParser) -> None:
    made.add_argument("--model", required=True, help="a name of the catalogue, a hub id, or a folder")
    made.add_argument("--text", default=text_files.TEXT, metavar="COLUMN", help="the column with the texts")
    made.add_argument("--id", default=text_files.ID, metavar="COLUMN", help="the one with their ids, if there is one")
    made.add_argument("--precision", choices=["float32", "bfloat16", "float16"], help="default: float32")


def done(asked: argparse.Namespace, step: Step) -> list[str]:
    """Does what one of the commands asks for, and says what came of it; raises UserError."""
    if asked.command == "cluster":
        return _shown()
    if asked.command == "search":
        return _search(asked, step)
    plan, numbers = plan_of(asked)
    vector_store.know(plan.folder)
    return sharding.said(plan, work(plan, numbers, step))


def plan_of(asked: argparse.Namespace) -> tuple[Plan, list[int]]:
    """What is to be encoded, and which shards of it.

    Raises:
        BadFile, BadDataset, BadModel: there is no such thing, or it cannot be read.
        UserError: there is no such shard.
    """
    entry, number, count = catalogue.find(asked.model), None, asked.shards
    if asked.shard is not None:
        said = SHARD.fullmatch(asked.shard)
        number, count = (int(said[1]), int(said[2])) if said else (0, 1)
        if not 1 <= number <= count or asked.shards not in (None, count):
            raise UserError("--shard {shard}: say it as 3/64, the first of them being 1/64.", shard=asked.shard)
    path = Path(asked.texts)
    if asked.texts not in library.entries() and path.exists():
        role = None if asked.role == "none" else asked.role
        texts = text_files.opened(path, text=asked.text, id_column=asked.id, role=role)
    else:
        dataset = library.load(asked.texts)
        texts, entry = text_files.of_dataset(dataset, asked.out), told(entry, dataset)
    plan = sharding.plan(texts, entry, asked.out, precision=asked.precision, count=count)
    return plan, [number] if number else list(range(1, plan.count + 1))


def work(plan: Plan, numbers: list[int], step: Step) -> list[Done]:
    """Encodes those of the shards that are missing, here or in a cluster; raises as `encode_shard`."""
    pieces, found = [partial(sharding.work, plan, number) for number in numbers], list[Done]()
    for _, done in spread.results(pieces, step):
        found.append(done)
        if done.path.parent != found[0].path.parent:
            raise UserError(
                "Two devices have different models under the name {model}: their vectors lie in {one} and {other}. Put "
                "the same files on every machine, and remove the wrong folder.",
                model=plan.entry.name,
                one=found[0].path.parent,
                other=done.path.parent,
            )
    step(1.0, Message("{shards} shards are there", {"shards": len(found)}))
    return sorted(found, key=lambda done: done.number)


def _search(asked: argparse.Namespace, step: Step) -> list[str]:
    """Searches shards for the best texts of each query."""
    texts = text_files.opened(asked.queries, text=asked.text, id_column=asked.id, role="query")
    folder = searching.queries_of(asked.folder, asked.out)
    plan = sharding.plan(texts, catalogue.find(asked.model), folder, precision=asked.precision, count=None)
    encoder = sharding.load(plan)
    documents = searching.complete(asked.folder.resolve(), encoder.key)
    queries = tuple(one.path for one in work(plan, list(range(1, plan.count + 1)), step))
    wanted = searching.Search(queries, documents, encoder.similarity, asked.k)
    pieces = [partial(searching.search_shard, wanted, path) for path in documents]
    best = searching.search_all((found for _, found in spread.results(pieces, step)), asked.k)
    searching.write(asked.out, wanted, best)
    values = {"queries": len(texts), "count": len(documents), "path": str(asked.out)}
    return [str(Message("the best of {count} shards for {queries} queries lie in {path}", values))]


def _shown() -> list[str]:
    if not (place := connection.address()):
        raise UserError("No cluster is named: set PARALLAX_CLUSTER to auto, or to HOST:PORT of its head.")
    return status.lines(status.look(place))

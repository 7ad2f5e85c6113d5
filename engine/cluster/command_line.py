"""How are shards asked for in a terminal, and what is said of them?"""

import argparse
import re
from pathlib import Path
from typing import Any

from engine.cluster import sharding, text_files
from engine.cluster.sharding import Done, Plan
from engine.datasets import library
from engine.encoding import vector_store
from engine.models import catalogue
from engine.runs.instructions import told
from engine.types import Message, Step, UserError

SHARD = re.compile(r"(\d+)/(\d+)")


def add_parser(commands: Any) -> None:
    """The command `encode`."""
    made = commands.add_parser("encode", help="encode many texts in shards, on one machine or on many")
    made.add_argument("texts", help="a Parquet file or a folder of such, or a dataset of the library")
    made.add_argument("--model", required=True, help="a name of the catalogue, a hub id, or a folder")
    made.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where the shards go")
    made.add_argument("--shard", metavar="I/N", help="only this one of so many; default: all that are missing")
    made.add_argument("--shards", type=int, metavar="N", help="how many there are; default: by the number of texts")
    made.add_argument("--text", default=text_files.TEXT, metavar="COLUMN", help="the column with the texts")
    made.add_argument("--id", default=text_files.ID, metavar="COLUMN", help="the one with their ids, if there is one")
    made.add_argument("--role", choices=["document", "query", "none"], default="document", help="what the texts are")
    made.add_argument("--precision", choices=["float32", "bfloat16", "float16"], help="default: float32")


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
    """Encodes the shards that are missing, one after another; from then on this home reads them. Raises as they do."""
    vector_store.know(plan.folder)
    step(0.0, Message("Loading {model}", {"model": plan.entry.name}))
    encoder, done = sharding.load(plan), list[Done]()
    for number in numbers:
        before = len(done) / len(numbers)

        def part(share: float, message: Message, before: float = before, number: int = number) -> None:
            values = {"number": number, "count": plan.count, "said": message}
            step(before + share / len(numbers), Message("Shard {number} of {count}: {said}", values))

        done.append(sharding.encode_shard(plan, number, encoder, part))
    step(1.0, Message("{shards} shards are there", {"shards": len(done)}))
    return done

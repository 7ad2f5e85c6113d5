"""How is one shard of texts encoded, by whichever process takes it, so that what is there is never done again?"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine import config
from engine.cluster.text_files import Rows, TextFiles
from engine.encoding import shard_files
from engine.encoding.encode import encode, text_keys
from engine.encoding.in_memory import InMemory
from engine.encoding.key_index import Keys
from engine.encoding.shard_files import SIDES, Shard
from engine.encoding.store import Shelf
from engine.models import catalogue
from engine.pipelines.rankers import ranks
from engine.storage.failures import telling
from engine.types import BadModel, Encoder, Message, ModelEntry, Step, Texts, UserError

FEWEST, MOST = 512, 65_536
"""Texts in a shard, unless somebody says how many shards there are."""
USUAL = 64


@dataclass(frozen=True)
class Plan:
    """Which texts are encoded by which model, in how many shards, and where these go."""

    texts: TextFiles
    entry: ModelEntry
    precision: str
    folder: Path
    count: int

    def rows(self, number: int) -> tuple[int, int]:
        """The first row of a shard, which count from 1, and the one behind its last."""
        total = len(self.texts)
        return (number - 1) * total // self.count, number * total // self.count


@dataclass(frozen=True)
class Done:
    """What came of a shard: how many texts it has, how many of them were encoded now, and in how many seconds.

    damaged: whether there was one that was not what had been written.
    """

    number: int
    texts: int
    encoded: int
    path: Path
    seconds: float = 0.0
    damaged: bool = False


def plan(texts: TextFiles, entry: ModelEntry, folder: Path, *, precision: str | None, count: int | None) -> Plan:
    """Into as many shards as are asked for, or many of a size that is soon done.

    Raises:
        BadModel: the model gives no vectors of single texts.
        UserError: there are fewer texts than shards.
    """
    if ranks(entry) or entry.pipeline:
        raise BadModel("{model} gives rankings, not vectors that could be kept in shards.", model=entry.name)
    total = len(texts)
    if count is not None and not 1 <= count <= total:
        raise UserError("{count} shards of {total} texts: choose from 1 to {total} shards.", count=count, total=total)
    count = count or max(min(USUAL, -(-total // FEWEST)), -(-total // MOST))
    return Plan(texts, entry, (precision or config.PRECISION) if entry.source else "", folder.resolve(), count)


def load(plan: Plan) -> Encoder:
    """The plan's model on this machine; raises BadModel."""
    encoder = catalogue.load(plan.entry, plan.precision or None)
    if encoder.fit(["a text"]) is not encoder:
        raise BadModel(
            "{model} weighs words by all documents together, which no shard knows; run it on the dataset itself.",
            model=plan.entry.name,
        )
    return encoder


def work(plan: Plan, number: int, step: Step) -> Done:
    """`encode_shard` with the plan's model, which is loaded once in a process."""
    step(0.0, Message("Loading {model}", {"model": plan.entry.name}))
    return encode_shard(plan, number, load(plan), step)


def encode_shard(plan: Plan, number: int, encoder: Encoder, step: Step) -> Done:
    """Encodes a shard and puts it into its file, unless it is there and sound.

    Raises:
        BadFile: its texts cannot be read.
        BadModel: one of them does not fit the device, or its vector is no number.
        DiskRefuses: there is no room for it.
    """
    first, stop = plan.rows(number)
    rows = plan.texts.read(first, stop)
    keys = _keys(encoder, rows)
    content = shard_files.content_of(encoder.key, [keys, rows.sides], rows.ids)
    place = shard_files.place(plan.folder, encoder.key)
    path = place / shard_files.name(number, plan.count, content)
    if shard_files.intact(path):
        return Done(number, stop - first, 0, path)
    if damaged := path.exists():
        values = {"number": number, "count": plan.count, "path": str(path)}
        step(0.0, Message("Shard {number} of {count} is damaged in {path}: it is encoded again", values))
    shard, fresh, seconds = _encoded(encoder, keys, rows, first, content=content, step=step)
    shard_files.write(path, shard)
    with telling(place):
        for old in place.glob(f"{shard_files.prefix(number, plan.count)}*"):
            if old != path:  # what the texts were before
                old.unlink(missing_ok=True)
    return Done(number, stop - first, fresh, path, seconds, damaged)


def _encoded(
    encoder: Encoder, keys: Keys, rows: Rows, first: int, *, content: str, step: Step
) -> tuple[Shard, int, float]:
    """The shard of these rows, how many texts were encoded for it, and in how many seconds."""
    places, own = _distinct(keys)
    memory, shelf = InMemory(), Shelf(encoder.name, encoder.key)
    known, _ = shelf.find_sound(keys[places])
    if (known >= 0).any():
        memory.append(keys[places][known >= 0], shelf.rows(known[known >= 0]))
    fresh, seconds = 0, 0.0
    for side, role in enumerate(SIDES):
        of_side = places[rows.sides[places] == side]
        if len(of_side):
            found = encode(encoder, Texts([rows.texts[place] for place in of_side], role), step, into=memory)
            fresh, seconds = fresh + found.distinct - found.cached, seconds + found.seconds
    vectors = memory.rows(memory.find(keys[places]))
    texts = {"rows": own, "sides": rows.sides, "ids": rows.ids}
    made = shard_files.made(
        encoder.name, encoder.key, content=content, first=first, keys=keys[places], vectors=vectors, texts=texts
    )
    return made, fresh, seconds


def _keys(encoder: Encoder, rows: Rows) -> Keys:
    """Of every text in its role, (n, 2)."""
    keys = np.empty((len(rows.texts), 2), np.uint64)
    for side, role in enumerate(SIDES):
        own = np.flatnonzero(rows.sides == side)
        if len(own):
            keys[own] = text_keys(encoder, [rows.texts[place] for place in own], role)
    return keys


def _distinct(keys: Keys) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The places of the texts that stand for the first time, rising; and which of these each text is."""
    _, first, own = np.unique(keys.view("V16").ravel(), return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[own.ravel()]


def said(plan: Plan, done: Sequence[Done]) -> list[str]:
    """What came of all shards, in sentences."""
    fresh = [one for one in done if one.encoded or one.damaged]
    encoded, seconds = sum(one.encoded for one in fresh), sum(one.seconds for one in fresh)
    values: dict[str, object] = {"shards": len(done), "count": plan.count, "texts": sum(one.texts for one in done)}
    values |= {"fresh": len(fresh), "encoded": encoded, "folder": str(plan.folder)}
    lines = [Message("{shards} of {count} shards with {texts} texts lie in {folder}", values)]
    lines.append(Message("encoded now: {encoded} texts in {fresh} shards", values))
    if seconds:
        lines.append(Message("{rate} texts/s on each device", {"rate": round(encoded / seconds)}))
    return [str(one) for one in lines]

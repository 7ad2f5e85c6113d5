"""Which texts in shards score highest for each query? Each shard is searched where it lies; only its best travel."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from engine import config
from engine.encoding import shard_files
from engine.encoding.shard_files import SIDES, Shard
from engine.search.merging import Hits, hits, merged, order_of
from engine.search.top_k import top_k
from engine.storage.failures import Damaged
from engine.storage.files import whole
from engine.types import Message, Similarity, Step, UserError, Vectors
from engine.vectors import joined

ANSWERS = pa.schema([("query_id", pa.string()), ("rank", pa.int32()), ("id", pa.string()), ("score", pa.float32())])


@dataclass(frozen=True)
class Search:
    """Shards of queries and shards of documents of one encoder, how alike they are, and how many are wanted."""

    queries: tuple[Path, ...]
    documents: tuple[Path, ...]
    similarity: Similarity
    k: int


def complete(folder: Path, key: str) -> tuple[Path, ...]:
    """All shards of an encoder in a folder, in the order of their rows.

    Raises:
        UserError: some are missing, or there are several sets of them.
    """
    place = shard_files.place(folder, key)
    names = {path.name.split(".")[0]: path for path in sorted(place.glob(f"*{shard_files.SUFFIX}"))}
    counts = {int(name.partition("-of-")[2]) for name in names}
    if len(counts) > 1:
        raise UserError(
            "{folder} holds shards of several sets ({counts} shards); remove the files of all but one.",
            folder=place,
            counts=", ".join(map(str, sorted(counts))),
        )
    if not counts or len(names) < max(counts):
        raise UserError(
            "{there} of {count} shards are in {folder}: encode the others first, `engine encode` with the same folder.",
            there=len(names),
            count=max(counts, default=0),
            folder=place,
        )
    return tuple(names[name] for name in sorted(names))


def search_shard(search: Search, path: Path, step: Step) -> Hits:
    """The best of one shard of documents for every query.

    Raises:
        Damaged: the shard, or one of the queries', is not what was written.
    """
    step(0.0, Message("searches {shard}", {"shard": path.name}))
    shard, queries = _opened(path), _queries(search)
    ids = shard.ids
    sides = np.flatnonzero(shard.columns["sides"] != SIDES.index("query"))
    documents = shard.of_texts(sides, config.home())
    ranking = top_k(queries, documents, search.k, similarity=search.similarity, order=order_of(ids[sides]))
    rows = np.where(ranking.rows >= 0, sides[ranking.rows], -1) if len(sides) else ranking.rows
    return hits(ranking._replace(rows=rows), ids, shard.first)


def search_all(found: Iterable[Hits], k: int) -> Hits:
    """The best of all parts, which may come in any order; one at least."""
    best = None
    for one in found:
        best = one if best is None else merged(best, one, k)
    assert best is not None
    return best


def write(path: Path, search: Search, best: Hits) -> None:
    """Puts what was found into a Parquet file: query_id, rank, id, score; raises DiskRefuses."""
    asked = np.concatenate([shard_files.read(one).ids for one in search.queries])
    places, ranks = np.nonzero(best.rows >= 0)
    columns = [asked[places], ranks + 1, best.ids[places, ranks], best.scores[places, ranks]]
    arrays = [pa.array(column, kind) for column, kind in zip(columns, ANSWERS.types, strict=True)]
    with whole(path) as fresh:
        pq.write_table(pa.table(arrays, schema=ANSWERS), fresh)


def queries_of(folder: Path, out: Path) -> Path:
    """The folder for the vectors of the queries of one search, beside those of the documents."""
    return folder / "queries" / xxhash.xxh3_64_hexdigest(str(out.resolve()).encode())


def _queries(search: Search) -> Vectors:
    shards = [_opened(path) for path in search.queries]
    return joined([one.of_texts(np.arange(len(one)), config.home()) for one in shards])


def _opened(path: Path) -> Shard:
    shard = shard_files.read(path)
    if not shard.sound:
        raise Damaged(
            "{path} is damaged: it is not what was written there. `engine encode` with the same texts and folder "
            "encodes it again.",
            path=path,
        )
    return shard

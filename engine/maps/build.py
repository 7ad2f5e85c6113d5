"""How does each model see my data? A map: the same texts under several models, made once and kept to be looked at."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine import config, plugins
from engine.datasets import library
from engine.encoding import encode, stored
from engine.maps import gold_pairs, layout, points
from engine.maps.geometry import Geometry
from engine.maps.layout import Side, Sight
from engine.models import catalogue
from engine.models.variants import Kept
from engine.results.store import Results
from engine.runs import evaluate
from engine.runs.instructions import told
from engine.search import neighbours
from engine.search.neighbours import Graph, Trust
from engine.storage import documents
from engine.storage.checksums import checksum, verify
from engine.storage.failures import Damaged, telling
from engine.storage.files import UNFINISHED
from engine.types import Dataset, Message, ModelEntry, Step, Texts, UserError, Vectors
from engine.vectors import joined

VERSION = 3
DEFAULTS: Mapping[str, Any] = {"projection": "umap", "limit": 20_000, "seed": 42, "dimensions": 2}


@dataclass(frozen=True)
class MapView:
    """A finished map.

    points: a row per text with the columns of points.choose, but for the text itself, and with those of
    pictures.describe for each model, its number behind them (`x_0`); total: how many different texts there are.
    """

    folder: Path
    arguments: Mapping[str, Any]
    sides: tuple[Side, ...]
    points: pd.DataFrame
    total: int

    def texts(self) -> pd.Series:
        """The text of every point."""
        return pd.read_parquet(self.folder / "texts.parquet")["text"]

    def graph(self, model: int) -> Graph | None:
        """The neighbours of every point under that model; None once they have been deleted from the disk."""
        return neighbours.stored(self.sides[model].graph)


def build(arguments: Mapping[str, Any], step: Step) -> str:
    """Makes the map that the arguments ask for, unless it is there already; gives its folder.

    Args:
        arguments: dataset, models (names) and fields (of points.fields), and if need be projection ("umap"), limit
            (20,000; None: every text that the projection can take; above it a seeded random sample), seed (42) and
            dimensions (2, or 3).
    """
    folder = address(arguments)
    if find(arguments) is not None:
        return str(folder)
    wanted = _whole(arguments)
    dataset, seed = library.load(wanted["dataset"]), wanted["seed"]
    table, total = points.choose(dataset, wanted["fields"], limit=wanted["limit"], seed=seed)
    count = len(wanted["models"])
    sights = [
        _sight(name, dataset, table, step=_share(step, 0.6 * number / count, 0.6 / count))
        for number, name in enumerate(wanted["models"])
    ]
    size, held = wanted["dimensions"], gold_pairs.pairs(dataset, table, seed=seed)
    places = layout.place(wanted["projection"], sights, size=size, seed=seed, step=_share(step, 0.6, 0.3))
    sides, texts = [], table.pop("text")
    for number, sight in enumerate(sights):
        step(
            0.9 + 0.1 * number / count,
            Message("Measuring how far the picture of {model} can be trusted", {"model": sight.model}),
        )
        side, columns = layout.describe(number, sights, places, texts=texts.tolist(), held=held, seed=seed)
        sides.append(side)
        table = table.join(columns.add_suffix(f"_{number}"))
    _save(folder, {"arguments": wanted, "total": total, "sides": [asdict(side) for side in sides]}, table, texts)
    return str(folder)


def find(arguments: Mapping[str, Any]) -> MapView | None:
    """The map that these arguments ask for, if it was made since the dataset and the models changed, and is sound."""
    with suppress(FileNotFoundError, Damaged):
        return load(address(arguments))
    return None


def load(folder: Path) -> MapView:
    """The map in this folder.

    Raises:
        Damaged: it is not what was written.
        FileNotFoundError: there is none.
    """
    known = documents.read(folder / "map.json")
    for name, check in known.get("checks", {}).items():
        verify(folder / name, check)
    sides = [
        Side(**side | {"trust": Trust(**side["trust"]), "geometry": Geometry(**side["geometry"])})
        for side in known["sides"]
    ]
    return MapView(folder, known["arguments"], tuple(sides), pd.read_parquet(folder / "points.parquet"), known["total"])


def address(arguments: Mapping[str, Any]) -> Path:
    """The folder of the map: another one when the dataset, a model or the way to make it changes."""
    wanted = _whole(arguments)
    entries = [evaluate.identity(catalogue.find(name)) for name in wanted["models"]]
    fingerprint = plugins.pick(library.entries(), wanted["dataset"], "dataset").fingerprint
    text = json.dumps([VERSION, wanted, entries, fingerprint], sort_keys=True, default=str)
    return config.home() / "maps" / hashlib.sha256(text.encode()).hexdigest()[:32]


def around(view: MapView, row: int, a: int, b: int, *, k: int = 10) -> pd.DataFrame:
    """The nearest texts of a point under models a and b in full dimension, those of both first.

    Columns: row, rank_a and similarity_a (cosine), rank_b and similarity_b; a rank beyond k is shown as far as it is
    known (30), and empty beyond.
    """
    sides = []
    for model, name in ((a, "a"), (b, "b")):
        graph = view.graph(model)
        near = graph.indices[row] if graph else np.empty(0, np.int32)
        known = {
            f"rank_{name}": range(1, len(near) + 1),
            f"similarity_{name}": 1 - graph.distances[row] if graph else [],
        }
        sides.append(pd.DataFrame(known, index=pd.Index(near, name="row")))
    table = sides[0].join(sides[1], how="outer")
    near_a, near_b = table["rank_a"] <= k, table["rank_b"] <= k
    table["side"] = np.select([near_a & near_b, near_a, near_b], ["both", "a", "b"], "")
    best = table[["rank_a", "rank_b"]].min(axis=1)
    table = table.assign(best=best, order=table["side"].map({"both": 0, "a": 1, "b": 2}))[near_a | near_b]
    ranks = {"rank_a": "Int64", "rank_b": "Int64"}
    return table.sort_values(["order", "best"]).drop(columns=["order", "best"]).astype(ranks).reset_index()


def _whole(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with what they leave out, and no more points than the projection can take."""
    wanted = {**DEFAULTS, **arguments}
    most = plugins.pick(plugins.projections(), wanted["projection"], "projection").most
    return wanted | {"limit": min(wanted["limit"] or most, most) if most else wanted["limit"]}


def _sight(model: str, dataset: Dataset, table: pd.DataFrame, *, step: Step) -> Sight:
    """The points as the model sees them: vectors from the store or encoded, and their neighbours, kept on disk."""
    step(0.0, Message("Loading {model}", {"model": model}))
    texts, entry = plugins.tasks()[dataset.task].texts(dataset), told(catalogue.find(model), dataset)
    asked = {
        str(field): Texts(rows["text"].tolist(), texts[str(field)].role)
        for field, rows in table.groupby("field", sort=False)
    }
    found = _of_run(entry, dataset, asked)
    key, vectors = found or _encoded(entry, evaluate.documents(texts), asked, step=_share(step, 0.0, 0.7))
    joined = "\x00".join(table["field"] + "\x01" + table["text"])
    name = neighbours.digest(key, hashlib.sha256(joined.encode(errors="replace")).hexdigest())
    graph = neighbours.stored(name)
    if graph is None:
        graph = neighbours.graph(vectors, step=_share(step, 0.7, 0.3))
        neighbours.keep(name, graph)
    return Sight(model, vectors, graph, name)


def _of_run(entry: ModelEntry, dataset: Dataset, asked: Mapping[str, Texts]) -> tuple[str, Vectors] | None:
    """The key and the vectors of these texts where a run has left all of them: a model takes long to load."""
    results = Results()
    run = results.known(entry.name, dataset.fingerprint, evaluate.identity(entry))
    if run is None:
        return None
    key = str(results.runs().set_index("id").loc[run, "encoder_key"])
    try:
        return key, joined(list(stored.vectors_of(entry.name, key, results.notes(run)[0], asked).values()))
    except UserError:
        return None


def _encoded(
    entry: ModelEntry, documents: Sequence[str], asked: Mapping[str, Texts], *, step: Step
) -> tuple[str, Vectors]:
    """The key and the vectors of these texts, encoded where they are not stored."""
    encoder, kept = catalogue.load(entry).fit(documents), Kept.of(entry)
    parts, done, total = [], 0.0, sum(len(one.items) for one in asked.values())
    for one in asked.values():
        parts.append(encode.encode(encoder, one, _share(step, done, len(one.items) / total)).vectors)
        done += len(one.items) / total
    vectors = joined(parts)
    return kept.key(encoder.key), kept.reading(vectors, encoder.similarity)(vectors)


def _share(step: Step, start: float, size: float) -> Step:
    """A step for one part of the work."""
    return lambda share, message: step(start + size * share, message)


def _save(folder: Path, known: Mapping[str, Any], table: pd.DataFrame, texts: pd.Series) -> None:
    """Puts the map into its folder, whole or not at all."""
    fresh = folder.with_name(f".{folder.name}{UNFINISHED}")
    with telling(folder):
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        try:
            table.to_parquet(fresh / "points.parquet")
            texts.to_frame("text").to_parquet(fresh / "texts.parquet")
            checks = {name: checksum(fresh / name) for name in ("points.parquet", "texts.parquet")}
            documents.write(fresh / "map.json", {**known, "checks": checks})
            shutil.rmtree(folder, ignore_errors=True)
            fresh.replace(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

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
from engine.maps import gold_pairs, layout, points, sights, trust
from engine.maps.geometry import Geometry
from engine.maps.layout import Side
from engine.maps.sights import Seen
from engine.maps.trust import Trust
from engine.models import catalogue
from engine.projections import pca
from engine.runs import evaluate
from engine.search import neighbours
from engine.search.neighbours import Graph
from engine.storage import documents
from engine.storage.checksums import checksum, verify
from engine.storage.failures import Damaged, telling
from engine.storage.files import UNFINISHED
from engine.types import Message, Step

VERSION = 4
LINEAR = pca.PROJECTION.name
DEFAULTS: Mapping[str, Any] = {"projection": "umap", "limit": 20_000, "seed": 42, "dimensions": 2}


@dataclass(frozen=True)
class MapView:
    """A finished map.

    points: a row per text with the columns of points.choose, but for the text itself, and with those of
    layout.describe for each model, its number behind them (`x_0`), of which a sketch has the places only; total: how
    many different texts there are.
    """

    folder: Path
    arguments: Mapping[str, Any]
    sides: tuple[Side, ...]
    points: pd.DataFrame
    total: int
    sketch: bool = False

    def texts(self) -> pd.Series:
        """The text of every point."""
        return pd.read_parquet(self.folder / "texts.parquet")["text"]

    def graph(self, model: int) -> Graph | None:
        """The neighbours of every point under that model; None once they have been deleted from the disk."""
        return neighbours.stored(self.sides[model].graph)


def build(arguments: Mapping[str, Any], step: Step) -> str:
    """Makes the map that the arguments ask for, unless it is there already; gives its folder. Its sketch comes first.

    Args:
        arguments: dataset, models (names) and fields (of points.fields), and if need be projection ("umap"), limit
            (20,000; None: every text that the projection can take; above it a seeded random sample), seed (42),
            dimensions (2, or 3) and exact (true: no neighbour is missed above 30,000 points either).
    """
    folder = address(arguments)
    if find(arguments) is not None:
        return str(folder)
    wanted = _whole(arguments)
    dataset, seed = library.load(wanted["dataset"]), wanted["seed"]
    table, total = points.choose(dataset, wanted["fields"], limit=wanted["limit"], seed=seed)
    count = len(wanted["models"])
    seen = [
        sights.seen(name, dataset, table, step=sights.part_of(step, 0.4 * number / count, 0.4 / count))
        for number, name in enumerate(wanted["models"])
    ]
    _sketch(wanted, seen, table, total)
    found = [
        sights.with_neighbours(
            one,
            table,
            exact=wanted.get("exact", False),
            step=sights.part_of(step, 0.4 + 0.2 * number / count, 0.2 / count),
        )
        for number, one in enumerate(seen)
    ]
    held = gold_pairs.pairs(dataset, table, seed=seed)
    drawing = sights.part_of(step, 0.6, 0.3)
    places = layout.place(wanted["projection"], found, size=wanted["dimensions"], seed=seed, step=drawing)
    sides, texts = [], table.pop("text")
    for number, sight in enumerate(found):
        step(
            0.9 + 0.1 * number / count,
            Message("Measuring how far the picture of {model} can be trusted", {"model": sight.model}),
        )
        side, columns = layout.describe(number, found, places, texts=texts.tolist(), held=held, seed=seed)
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
    table = pd.read_parquet(folder / "points.parquet")
    return MapView(folder, known["arguments"], tuple(sides), table, known["total"], known.get("sketch", False))


def address(arguments: Mapping[str, Any]) -> Path:
    """The folder of the map: another one when the dataset, a model or the way to make it changes."""
    wanted = _whole(arguments)
    entries = [evaluate.identity(catalogue.find(name)) for name in wanted["models"]]
    fingerprint = plugins.pick(library.entries(), wanted["dataset"], "dataset").fingerprint
    text = json.dumps([VERSION, wanted, entries, fingerprint], sort_keys=True, default=str)
    return config.home() / "maps" / hashlib.sha256(text.encode()).hexdigest()[:32]


def address_of_sketch(arguments: Mapping[str, Any]) -> Path:
    """The folder of the sketch of that map: its texts by PCA, there long before it, for all projections the same."""
    return address(_whole(arguments) | {"projection": LINEAR, "sketch": True})


def around(view: MapView, row: int, a: int, b: int, *, k: int = trust.NEAREST) -> pd.DataFrame:
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


def _sketch(wanted: Mapping[str, Any], seen: Sequence[Seen], table: pd.DataFrame, total: int) -> None:
    """Keeps the places by PCA, to be looked at while the rest is drawn and measured."""
    places = layout.sketch([one.vectors for one in seen], size=wanted["dimensions"], seed=wanted["seed"])
    spots = [pd.DataFrame(layout.axes(one)).add_suffix(f"_{number}") for number, one in enumerate(places)]
    said = {"arguments": {**wanted, "projection": LINEAR}, "total": total, "sketch": True}
    sides = [asdict(layout.unmeasured(one.model)) for one in seen]
    drawn = table.drop(columns="text").join(spots)
    _save(address_of_sketch(wanted), said | {"sides": sides}, drawn, table["text"])


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

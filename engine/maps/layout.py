"""Where does each model put the texts, how do the pictures lie on one another, and what are their groups about?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import plugins
from engine.maps import geometry, trust
from engine.maps.geometry import Geometry
from engine.maps.trust import Trust
from engine.projections import pca
from engine.search import neighbours
from engine.search.neighbours import Graph, Numbers
from engine.texts.keywords import keywords
from engine.types import Message, Step, Vectors

MOST_CLUSTERS = 15
SKETCHED = 8
"""Dimensions that sparse vectors are reduced to for a sketch: a tenth of the time that a hundred take."""


@dataclass(frozen=True)
class Sight:
    """The texts as one model sees them: vectors (n, d), their neighbours, and the name of these on disk."""

    model: str
    vectors: Vectors
    graph: Graph
    name: str


@dataclass(frozen=True)
class Side:
    """What is said of one model's picture.

    hubness: skewness of how often a text is among the ten neighbours of others; agreement: the share (0..1) of the
    spread of the first model's places that this model's explain; clusters: the distinctive words of each; graph: the
    name of the neighbours on disk; geometry: how the vectors lie; recall: the share (0..1) of true neighbours among
    those that were found, None where all were.
    """

    model: str
    trust: Trust
    hubness: float
    agreement: float
    clusters: list[list[str]]
    graph: str
    geometry: Geometry
    recall: float | None = None


def place(projection: str, sights: Sequence[Sight], *, size: int = 2, seed: int, step: Step) -> list[Numbers]:
    """Where every text lies under every model, each (n, size), all pictures laid onto the first."""
    record = plugins.pick(plugins.projections(), projection, "projection")
    told = Message(
        "Drawing {count} texts by {projection}", {"count": len(sights[0].graph.indices), "projection": record.title}
    )
    step(0.0, told)
    if record.joint:
        graphs = [one.graph for one in sights]
        return together(record.project([one.vectors for one in sights], neighbours=graphs, seed=seed, size=size))
    places = []
    for number, one in enumerate(sights):
        step(number / len(sights), told)
        places.append(record.project(one.vectors, neighbours=one.graph, seed=seed, size=size))
    return together(places)


def sketch(seen: Sequence[Vectors], *, size: int = 2, seed: int) -> list[Numbers]:
    """About where PCA puts every text under every model, by few axes of sparse vectors and without any neighbours."""
    return together([pca.project(one, seed=seed, size=size, dimensions=SKETCHED) for one in seen])


def together(places: Sequence[Numbers]) -> list[Numbers]:
    """All pictures laid onto the first."""
    return [places[0], *(onto(places[0], other) for other in places[1:])]


def onto(first: Numbers, other: Numbers) -> Numbers:
    """The other picture, as wide as the first, turned, mirrored and moved so that its points lie nearest theirs there.

    Procrustes analysis (Gower 1975): within the picture nothing moves against anything else.
    """
    middle, own = first.mean(axis=0), other.mean(axis=0)
    left, _, right = np.linalg.svd((other - own).T @ (first - middle))
    spread = float(np.linalg.norm(other - own))
    scale = float(np.linalg.norm(first - middle)) / spread if spread > 0 else 1.0
    return ((other - own) @ (left @ right) * scale + middle).astype(np.float32)


def agreement(first: Numbers, other: Numbers) -> float:
    """The share (0..1) of the first picture's spread that the places in the other explain; nan without spread."""
    one, two = (places - places.mean(axis=0) for places in (first, other))
    spread = float(np.linalg.norm(one) * np.linalg.norm(two))
    return min((float((one * two).sum()) / spread) ** 2, 1.0) if spread > 0 else float("nan")


def clusters(vectors: Vectors, *, seed: int) -> npt.NDArray[np.int64]:
    """The group of every text by k-means, the largest group 0; in full dimension, so that no picture decides it.

    There are √(n / 20) groups, from 2 to 15; sparse vectors are reduced as for PCA.
    """
    from sklearn.cluster import KMeans

    rows = neighbours.unit(pca.reduced(vectors, seed))
    count = min(max(2, round((rows.shape[0] / 20) ** 0.5)), MOST_CLUSTERS, rows.shape[0])
    found = KMeans(count, n_init=2, max_iter=60, random_state=seed).fit_predict(rows)
    order = np.argsort(-np.bincount(found, minlength=count), kind="stable")
    return np.argsort(order)[found]


def describe(
    number: int,
    sights: Sequence[Sight],
    places: Sequence[Numbers],
    *,
    texts: Sequence[str],
    held: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    seed: int,
) -> tuple[Side, pd.DataFrame]:
    """What is said of one model's picture, and its columns for every point.

    x, y (and z); kept: share of the true neighbours that are neighbours in the picture; trustworthy and continuous: its
    own trustworthiness and continuity, nan where it was not asked; named: of how many texts it is one of the ten
    nearest; cluster; overlap and jaccard: of its ten nearest with those under the first model, the first with the
    nearest weighing most. `held` are the pairs of points that the dataset holds to be alike, and not.
    """
    own, spots = sights[number], places[number]
    near, kept = own.graph.first(trust.NEAREST), trust.kept(own.graph, spots)
    groups = clusters(own.vectors, seed=seed)
    apiece = trust.pointwise(own.vectors, spots, seed=seed)
    side = Side(
        model=own.model,
        trust=trust.summary(apiece, kept),
        hubness=neighbours.hubness(near),
        agreement=agreement(places[0], spots),
        clusters=keywords(texts, groups),
        graph=own.name,
        geometry=geometry.measure(own.vectors, *held, seed=seed),
        recall=own.graph.recall,
    )
    columns = axes(spots) | {
        "kept": kept,
        "trustworthy": apiece[0],
        "continuous": apiece[1],
        "named": neighbours.occurrences(near),
        "cluster": groups,
        "overlap": neighbours.ranked_overlap(sights[0].graph, own.graph, trust.NEAREST),
        "jaccard": neighbours.jaccard(sights[0].graph, own.graph, trust.NEAREST),
    }
    return side, pd.DataFrame(columns)


def axes(places: Numbers) -> dict[str, Numbers]:
    """The columns x, y (and z) of places."""
    return {axis: places[:, at] for at, axis in enumerate("xyz"[: places.shape[1]])}


def unmeasured(model: str) -> Side:
    """A picture of which nothing is known yet but where the texts lie."""
    nothing = float("nan")
    return Side(
        model=model,
        trust=Trust(nothing, nothing, nothing, nothing, 0, 0),
        hubness=nothing,
        agreement=nothing,
        clusters=[],
        graph="",
        geometry=Geometry(nothing, nothing, nothing, nothing, nothing, [], []),
    )

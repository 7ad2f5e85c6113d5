"""Which documents stand in each k-means of a clustering, as mteb draws them?"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.metrics.cells import values_in
from engine.metrics.sampling import to_cluster
from engine.types import BadDataset, Dataset

SETTINGS: Mapping[str, Any] = {
    "variant": None,
    "max_fraction_of_documents_to_embed": None,
    "max_document_to_embed": None,
    "max_documents_per_cluster": 16384,
    "n_clusters": 10,
    "k_mean_batch_size": 512,
    "max_depth": None,
    "clustering_batch_size": 500,
}


@dataclass(frozen=True)
class Part:
    """The documents of one level (fast) or one set (legacy), and which of them stand in each of its k-means.

    rows: their places in the table; at: in the vectors; labels: all of shape (n,); draws: arrays of numbers below n.
    """

    level: int
    group: str
    rows: npt.NDArray[np.intp]
    at: npt.NDArray[np.intp]
    labels: npt.NDArray[Any]
    draws: list[npt.NDArray[np.intp]]


def settings_of(dataset: Dataset) -> dict[str, Any]:
    """The settings of the task, and what the dataset says otherwise."""
    return {**SETTINGS, **dataset.settings}


def is_legacy(dataset: Dataset) -> bool:
    """Whether each set is clustered once on its own: as the settings say, else where the documents name their sets."""
    return (
        settings_of(dataset)["variant"] or ("legacy" if "set" in dataset.tables["documents"] else "fast")
    ) == "legacy"


def sample(dataset: Dataset) -> tuple[npt.NDArray[np.intp], random.Random]:
    """The rows of the documents that are embedded, and mteb's random state after they were drawn."""
    settings, names = settings_of(dataset), ("max_fraction_of_documents_to_embed", "max_document_to_embed")
    return to_cluster(len(dataset.tables["documents"]), *(settings[name] for name in names))


def levels_of(dataset: Dataset) -> list[Part]:
    """The parts of the fast variant: 16,384 of the embedded documents, with replacement, ten times a level."""
    settings, (rows, rng) = settings_of(dataset), sample(dataset)
    labels = [values_in(label) for label in dataset.tables["documents"]["label"].iloc[rows].tolist()]
    depth = max(map(len, labels))
    depth = depth if settings["max_depth"] is None else min(depth, settings["max_depth"])
    parts = []
    for level in range(depth):
        values = np.array([label[level] if level < len(label) else -1 for label in labels])
        # as in mteb: among whole numbers -1 means no label; among strings '-1' is a class like any other
        there = np.flatnonzero(values != -1) if values.dtype.kind in "iuf" else np.arange(len(values))
        draws = [
            np.array(rng.choices(range(len(there)), k=settings["max_documents_per_cluster"]), np.intp)
            for _ in range(settings["n_clusters"])
        ]
        parts.append(Part(level, "", rows[there], there, values[there], draws))
    return parts


def sets_of(dataset: Dataset) -> list[Part]:
    """The parts of the legacy variant in the order of their first document; a set with one label has no vectors."""
    table = dataset.tables["documents"]
    names = table["set"].astype(str).tolist() if "set" in table else ["0"] * len(table)
    labels = [values_in(label) for label in table["label"].tolist()]
    if any(len(label) != 1 for label in labels):
        raise BadDataset("The legacy variant clusters by one label each; lists of labels need the variant 'fast'.")
    values, (codes, groups) = np.array([label[0] for label in labels]), pd.factorize(np.array(names))
    parts, embedded = [], 0
    for code, group in enumerate(groups):
        rows = np.flatnonzero(codes == code)
        size = len(rows) if len(np.unique(values[rows])) > 1 else 0
        parts.append(
            Part(0, str(group), rows, np.arange(embedded, embedded + size), values[rows], [np.arange(len(rows))])
        )
        embedded += size
    return parts

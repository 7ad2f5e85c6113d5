"""Which judged items hang together, because they share a text, a document, or what the data call their group?"""

from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from engine.types import Dataset

COLUMN, LINKS = "group", "links"
"""The columns of an item table: the group of an item, and, in a web of sharing, the numbers of what it shares."""
SHARED = 20_000_000
"""Pairs of items that share something, at most; units with most items are left out of a web until it fits."""
CLOSE = 0.5
Codes = npt.NDArray[np.intp]


def grouped(units: Sequence[Collection[Hashable]], given: Iterable[Any] | None = None) -> dict[str, list[Any]]:
    """The columns `group` and, where sharing is a web, `links` of items that hold these units (texts, documents, …).

    given: the groups that the data name themselves, before which nothing else counts; what has none is alone. Items
    that share a unit, over others too, are one group. Where that would chain items which share nothing into far fewer
    groups than the sharing itself explains (a web: queries that share one document each with the next), every item is a
    group of its own and `links` holds the units that it shares with others.
    """
    if given is not None:
        return {COLUMN: [f"row {row}" if pd.isna(one) else str(one) for row, one in enumerate(given)]}
    held = _held(units)
    joined = (
        sparse.csgraph.connected_components(held @ held.T, directed=False)[1] if held.nnz else np.arange(len(units))
    )
    sizes, linked = np.bincount(joined), shared_pairs(held)
    if (sizes.astype(float) ** 2).sum() * CLOSE <= linked:
        first = np.full(len(sizes), len(units))
        np.minimum.at(first, joined, np.arange(len(units)))
        return {COLUMN: [str(row) for row in first[joined]]}
    links = np.split(held.indices, held.indptr[1:-1])
    return {COLUMN: [str(row) for row in range(len(units))], LINKS: [one.tolist() for one in links]}


def pair_items(dataset: Dataset) -> pd.DataFrame:
    """The columns `item` and those of `grouped` of pairs of sentences: those that share a sentence hang together."""
    pairs = dataset.tables["pairs"]
    together = grouped(list(zip(pairs["sentence1"], pairs["sentence2"], strict=True)), pairs.get(COLUMN))
    return pd.DataFrame({"item": [str(row) for row in range(len(pairs))], **together})


def incidence(links: Sequence[Collection[int]]) -> sparse.csr_array:
    """Which item holds which unit, shape (items, units), from the column `links`."""
    lengths = np.array([len(one) for one in links], np.intp)
    columns = np.concatenate([np.asarray(one, np.intp) for one in links]) if lengths.sum() else np.empty(0, np.intp)
    return _matrix(np.repeat(np.arange(len(links)), lengths), columns, len(links))


def shared_pairs(held: sparse.csr_array) -> int:
    """How many ordered pairs of items share something, each item with itself included."""
    return int((held @ held.T + sparse.eye_array(held.shape[0])).nnz)


def _held(units: Sequence[Collection[Hashable]]) -> sparse.csr_array:
    """Which item holds which of the units that several items hold, as far as their pairs can be counted."""
    rows = np.repeat(np.arange(len(units)), [len(one) for one in units])
    codes = pd.factorize(pd.Series([unit for one in units for unit in one], dtype=object))[0]
    pairs = np.unique(np.stack([rows, codes]), axis=1)
    often = np.bincount(pairs[1], minlength=1)
    order = np.argsort(often, kind="stable")
    fits = np.zeros(len(often), np.bool_)
    fits[order[np.cumsum(often[order].astype(np.float64) ** 2) <= SHARED]] = True
    kept = pairs[:, (fits & (often > 1))[pairs[1]]]
    return _matrix(kept[0], np.unique(kept[1], return_inverse=True)[1], len(units))


def _matrix(rows: Codes, columns: Codes, n: int) -> sparse.csr_array:
    shape = (n, int(columns.max()) + 1 if len(columns) else 0)
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)

"""Which judged items hang together, because they share a text, a document, or what the data call their group?"""

from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from engine.types import Dataset

COLUMN, LINKS, NAMED = "group", "links", "named_by"
"""The columns of an item table: the group of an item, in a web of sharing the numbers of what it shares, and, where the
data name groups themselves, what their column is called in the file."""
COLUMNS = (COLUMN, LINKS, NAMED)
SHARED = 20_000_000
"""Pairs of items that share something, at most; units with most items are left out of a web until it fits."""
CLOSE = 0.5
Codes = npt.NDArray[np.intp]


def grouped(
    units: Sequence[Collection[Hashable]], given: Iterable[Any] | None = None, called: str = COLUMN
) -> dict[str, list[Any]]:
    """The columns `group` and, where sharing is a web, `links` of items that hold these units (texts, documents, …).

    Items that share a unit, over others too, are one group. Where that would chain items which share nothing into far
    fewer groups than the sharing itself explains (a web: queries that share one document each with the next), every
    item is a group of its own and `links` holds the units that it shares with others.
    given: the groups that the data name themselves, nan for none, in a column that the file calls so. They count where
    no unit is shared across them; where groups by units hold them whole, those do; else both kinds are one web.
    """
    held = _held(units)
    if given is None:
        return _by_units(held)
    names = named(given)
    codes = pd.factorize(pd.Series(names, dtype=object))[0]
    told = {NAMED: [called] * len(names)}
    large = (np.bincount(codes, minlength=1).astype(np.float64) ** 2).sum() > SHARED  # then what crosses is the less
    if large or _within(held.tocsc().indptr, codes[held.tocsc().indices]):
        return {COLUMN: names, **told}
    own = _by_units(held)
    order = np.argsort(codes, kind="stable")
    ends = np.append(0, np.cumsum(np.bincount(codes)))
    if LINKS not in own and _within(ends, pd.factorize(pd.Series(own[COLUMN], dtype=object))[0][order]):
        return own
    several = np.bincount(codes)[codes] > 1
    both = sparse.hstack([held, _matrix(np.flatnonzero(several), codes[several], len(names))]).tocsr()
    return _web(both) | told


def named(given: Iterable[Any]) -> list[str]:
    """The groups that the data name, as texts; an item without one is alone."""
    return [f"row {row}" if pd.isna(one) else str(one) for row, one in enumerate(given)]


def pair_items(dataset: Dataset) -> pd.DataFrame:
    """The columns `item` and those of `grouped` of pairs of sentences: those that share a sentence hang together."""
    pairs = dataset.tables["pairs"]
    units = list(zip(pairs["sentence1"], pairs["sentence2"], strict=True))
    together = grouped(units, pairs.get(COLUMN), called(dataset))
    return pd.DataFrame({"item": [str(row) for row in range(len(pairs))], **together})


def called(dataset: Dataset) -> str:
    """What the file calls the column that names groups."""
    return str(dataset.settings.get(COLUMN, COLUMN))


def incidence(links: Sequence[Collection[int]]) -> sparse.csr_array:
    """Which item holds which unit, shape (items, units), from the column `links`."""
    lengths = np.array([len(one) for one in links], np.intp)
    columns = np.concatenate([np.asarray(one, np.intp) for one in links]) if lengths.sum() else np.empty(0, np.intp)
    return _matrix(np.repeat(np.arange(len(links)), lengths), columns, len(links))


def sharing(held: sparse.csr_array) -> sparse.csr_array:
    """1 for every two items that share something, each item with itself included, shape (items, items)."""
    both = (held @ held.T + sparse.eye_array(held.shape[0])).tocsr()
    both.data[:] = 1.0
    return both


def shared_pairs(held: sparse.csr_array) -> int:
    """How many ordered pairs of items share something, each item with itself included."""
    return int(sharing(held).nnz)


def _by_units(held: sparse.csr_array) -> dict[str, list[Any]]:
    """The groups of items that share units, or their web."""
    n = held.shape[0]
    joined = sparse.csgraph.connected_components(held @ held.T, directed=False)[1] if held.nnz else np.arange(n)
    sizes = np.bincount(joined)
    if (sizes.astype(float) ** 2).sum() * CLOSE > shared_pairs(held):
        return _web(held)
    first = np.full(len(sizes), n)
    np.minimum.at(first, joined, np.arange(n))
    return {COLUMN: [str(row) for row in first[joined]]}


def _web(held: sparse.csr_array) -> dict[str, list[Any]]:
    """Every item by itself, with the numbers of what it shares."""
    links = np.split(held.indices, held.indptr[1:-1])
    return {COLUMN: [str(row) for row in range(held.shape[0])], LINKS: [one.tolist() for one in links]}


def _within(ends: npt.NDArray[Any], values: Codes) -> bool:
    """Whether the values between every two ends are the same."""
    starts = ends[:-1][np.diff(ends) > 0]
    if not len(starts):
        return True
    return bool((np.minimum.reduceat(values, starts) == np.maximum.reduceat(values, starts)).all())


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

"""Which rows does mteb embed, train on and test on?"""

import random
from collections.abc import Hashable, Sequence
from itertools import combinations, combinations_with_replacement
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.types import BadDataset

Rows: TypeAlias = npt.NDArray[np.intp]
Labels: TypeAlias = Sequence[Sequence[Hashable]]
Pair: TypeAlias = tuple[int, int]

SEED = 42


def to_cluster(documents: int, fraction: float | None, most: int | None) -> tuple[Rows, random.Random]:
    """Rows of the documents to embed for clustering, all if there is no limit, and mteb's generator after drawing them.

    Raises:
        BadDataset: both limits are set, or nothing is left.
    """
    rng = random.Random(SEED)
    if fraction is None and most is None:
        return np.arange(documents), rng
    if fraction is not None and most is not None:
        raise BadDataset(
            "max_fraction_of_documents_to_embed is {fraction} and max_document_to_embed {most}; set one of them only.",
            fraction=fraction,
            most=most,
        )
    size = min(documents, int((fraction or 0) * documents) if most is None else int(most))
    if size < 1:
        raise BadDataset(
            "None of the {documents} documents would be embedded; raise max_fraction_of_documents_to_embed or "
            "max_document_to_embed, or leave both out to embed all.",
            documents=documents,
        )
    return np.array(rng.sample(range(documents), k=size), np.intp), rng


def few_of_each(labels: Rows, per_label: int, experiments: int) -> list[Rows]:
    """Of every experiment the rows to train on: the first `per_label` of each label in a shuffled order.

    labels: numbers of shape (n,). Each shuffle moves the rows as the first one did, starting from where they lie, for
    mteb seeds it anew and shuffles what is already shuffled.
    """
    shuffle = np.arange(len(labels))
    np.random.RandomState(SEED).shuffle(shuffle)
    order, found = shuffle, []
    for _ in range(experiments):
        by_label = np.argsort(labels[order], kind="stable")
        sizes = np.bincount(labels)
        place = np.arange(len(labels)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        found.append(order[np.sort(by_label[place < per_label])])
        order = order[shuffle]
    return found


def few_of_each_in_sets(labels: Labels, per_label: int, experiments: int) -> list[Rows]:
    """As `few_of_each` where a row has several labels: a row is taken while one of its labels is short of rows."""
    rng, found = np.random.default_rng(SEED), []
    for _ in range(experiments):
        order, taken, counts = list(range(len(labels))), [], dict.fromkeys({one for row in labels for one in row}, 0)
        rng.shuffle(order)
        for row in order:
            if any(counts[label] < per_label for label in labels[row]):
                taken.append(row)
                for label in labels[row]:
                    counts[label] += 1
        found.append(np.array(taken, np.intp))
    return found


def overlap(samples: Sequence[Rows]) -> float:
    """The share of a sample's rows that another one holds too, the mean over every two of them; 0 of a single one."""
    shares = [len(np.intersect1d(one, other)) / len(one) for one, other in combinations(samples, 2)]
    return float(np.mean(shares)) if shares else 0.0


def stratified(labels: npt.NDArray[np.bool_], size: int) -> Rows:
    """About `size` rows that keep the shares of all pairs of labels, ascending; labels: (n, labels).

    Iterative stratification as in mteb: http://lpis.csd.auth.gr/publications/sechidis-ecmlpkdd-2011.pdf
    """
    rng, share = np.random.RandomState(SEED), size / len(labels)
    pairs_of = [list(combinations_with_replacement(np.flatnonzero(row).tolist(), 2)) for row in labels]
    rows_with: dict[Pair, dict[int, None]] = {}
    for row, pairs in enumerate(pairs_of):
        for pair in pairs:
            rows_with.setdefault(pair, {})[row] = None
    wanted = {pair: [len(rows) * share, len(rows) * (1.0 - share)] for pair, rows in rows_with.items()}
    left = np.array([share * len(labels), (1.0 - share) * len(labels)])  # to place inside and outside
    side_of = np.full(len(labels), -1)
    while (chosen := _next_pair(rows_with)) is not None:
        while rows_with[chosen]:
            row = next(reversed(rows_with[chosen]))
            inside, outside = wanted[chosen]
            side_of[row] = rng.choice([0, 1], 1)[0] if inside == outside else int(outside > inside)
            left[side_of[row]] -= 1
            for pair in pairs_of[row]:
                del rows_with[pair][row]
                wanted[pair][side_of[row]] -= 1
    for row in np.flatnonzero(side_of < 0)[::-1]:
        side_of[row] = rng.choice(np.flatnonzero(left > 0), 1)[0]
        left[side_of[row]] -= 1
    return np.flatnonzero(side_of == 0)


def _next_pair(rows_with: dict[Pair, dict[int, None]]) -> Pair | None:
    """The first pair that has rows, or a later one of two different labels that is rarer; None once all are placed."""
    chosen: Pair | None = None
    for pair, rows in rows_with.items():
        if rows and (chosen is None or (_variety(pair) > _variety(chosen) and len(rows) < len(rows_with[chosen]))):
            chosen = pair
    return chosen


def _variety(pair: Pair) -> int:
    return len(set(pair))


def share_of_each(labels: Rows, share: float) -> npt.NDArray[np.bool_]:
    """Which rows to set apart for a test: of every label its share, to the nearest row, but never all of it.

    labels: numbers of shape (n,); share: in 0..1. A label that stands once stays with the training rows.
    """
    rng = np.random.default_rng(SEED)
    apart = np.zeros(len(labels), np.bool_)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        count = min(len(rows) - 1, max(1, round(share * len(rows)))) if len(rows) > 1 else 0
        apart[rng.permutation(rows)[:count]] = True
    return apart

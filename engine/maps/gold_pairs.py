"""Which of the texts on a map does the dataset itself hold to be alike, and which not?"""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import plugins
from engine.types import Dataset

MOST = 20_000
Pairs = npt.NDArray[np.int64]
Named = tuple[str, str, str, str, bool]
"""Field and text, field and text, and whether they are held to be alike."""


def pairs(dataset: Dataset, points: pd.DataFrame, *, seed: int) -> tuple[Pairs, Pairs]:
    """Pairs of points (field and text of each are columns) that are alike, and that are not, each (m, 2), m ≤ 20,000.

    Alike are texts of one label, pairs labelled 1, translations, a query and a relevant document, a summary by a
    machine and those by people, and of scored pairs the upper fifth of the scale. Not alike are texts of two labels,
    pairs labelled 0, documents judged irrelevant, the lower fifth of the scale; without any, texts at random.
    """
    rng = np.random.default_rng(seed)
    if "data.label" in points and dataset.task in ("classification", "clustering"):
        return _by_label(points["data.label"], rng)
    at = {pair: row for row, pair in enumerate(zip(points["field"], points["text"], strict=True))}
    found: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    for one_field, one, other_field, other, alike in _named(dataset):
        first, second = at.get((one_field, one)), at.get((other_field, other))
        if first is not None and second is not None and first != second:
            found[alike].append((first, second))
    near, far = (np.array(found[alike], np.int64).reshape(-1, 2) for alike in (True, False))
    if not len(far):
        far = _shuffled(near, rng)
    return _some(near, rng), _some(far, rng)


def _by_label(labels: pd.Series, rng: np.random.Generator) -> tuple[Pairs, Pairs]:
    """Random pairs of one label, and of two."""
    codes = pd.factorize(labels)[0]
    order = np.argsort(codes, kind="stable")
    starts, sizes = np.searchsorted(codes[order], codes), np.bincount(codes[codes >= 0])
    known = np.flatnonzero(codes >= 0)
    one = rng.choice(known, MOST) if len(known) else known
    same = np.column_stack([one, order[starts[one] + rng.integers(0, sizes[codes[one]])] if len(one) else one])
    other = np.column_stack([one, rng.choice(known, len(one)) if len(one) else one])
    return same[same[:, 0] != same[:, 1]], other[codes[other[:, 0]] != codes[other[:, 1]]]


def _named(dataset: Dataset) -> Iterable[Named]:
    tables = dataset.tables
    if "qrels" in tables:
        return _judged(dataset)
    if "summaries" in tables:
        return _summaries(tables["summaries"])
    return _pairs(dataset) if "pairs" in tables else ()


def _judged(dataset: Dataset) -> Iterator[Named]:
    qrels, texts = dataset.tables["qrels"], plugins.tasks()[dataset.task].texts(dataset)
    asked = dict(zip(dataset.tables["queries"]["id"], texts["queries"].items, strict=False))
    known = dict(zip(dataset.tables["corpus"]["id"], texts["corpus"].items, strict=False))
    scores = qrels["score"] if "score" in qrels else np.ones(len(qrels))
    for query, document, score in zip(qrels["query_id"], qrels["corpus_id"], scores, strict=True):
        if query in asked and document in known:
            yield "queries", asked[query], "corpus", known[document], score > 0


def _summaries(table: pd.DataFrame) -> Iterator[Named]:
    for machine, people in zip(table["machine_summary"], table["human_summaries"], strict=True):
        for human in people:
            yield "machine", machine, "human", human, True


def _pairs(dataset: Dataset) -> Iterator[Named]:
    table = dataset.tables["pairs"]
    if dataset.task == "bitext_mining":
        near, far = np.ones(len(table), bool), np.zeros(len(table), bool)
    else:
        value = table["score" if "score" in table else "label"].to_numpy(float)
        low, high = value.min(initial=0), value.max(initial=0)
        near, far = value >= low + 0.8 * (high - low), value <= low + 0.2 * (high - low)
    for first, second, alike, not_alike in zip(table["sentence1"], table["sentence2"], near, far, strict=True):
        if alike or not_alike:
            yield "sentence1", first, "sentence2", second, bool(alike)


def _shuffled(near: Pairs, rng: np.random.Generator) -> Pairs:
    """The first of every pair with the second of another."""
    if len(near) < 2:
        return near[:0]
    known = set(map(tuple, near.tolist()))
    one = np.repeat(near[:, 0], 1 + 4 * (len(near) < MOST // 4))
    mixed = np.column_stack([one, rng.choice(near[:, 1], len(one))])
    return np.array(
        [pair for pair in mixed.tolist() if tuple(pair) not in known and pair[0] != pair[1]], np.int64
    ).reshape(-1, 2)


def _some(found: Pairs, rng: np.random.Generator) -> Pairs:
    return found if len(found) <= MOST else found[np.sort(rng.choice(len(found), MOST, replace=False))]

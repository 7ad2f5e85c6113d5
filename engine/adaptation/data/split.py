"""Which part of a dataset is learnt from, which stops the training in time, and which is judged, never seen before?"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy import sparse

from engine.adaptation.data import leaks
from engine.adaptation.data.examples import relevant
from engine.adaptation.data.near_duplicates import groups
from engine.adaptation.data.units import Rows, Units, part, units
from engine.datasets.fingerprint import fingerprint
from engine.types import Dataset, Message, UserError

TEST, DEV = 0.2, 0.1
MOST = {"test": 2_000, "dev": 500}
"""Units that are judged at most: more would settle nothing and take the time of the training."""
CORPUS = {"test": 20_000, "dev": 2_000}
"""Documents that are searched at most, beside those that are judged."""
CHAINED = 0.5
"""Share of all units in one group from which groups are no way to split."""
GIVEN = "split"
"""The column by which a table may say itself what is what."""
NAMES = {"train": "train", "training": "train", "dev": "dev", "validation": "dev", "valid": "dev", "test": "test"}


@dataclass(frozen=True)
class Split:
    """A dataset in three, none of which shows a text of another; what was left out for that, and how it was split."""

    train: Dataset
    dev: Dataset
    test: Dataset
    sizes: dict[str, int]
    left_out: leaks.Leaks
    notes: tuple[Message, ...]


def split(dataset: Dataset, *, learnt: Dataset | None = None, seed: int = 0, most: int = 0) -> Split:
    """The dataset by groups of units that share a query, a document or a near-duplicate, drawn with this seed.

    learnt: another dataset of the same task that is learnt from, so that all of the first is judged; a classification's
    own `train` and a column `split` are used likewise · most: units that are learnt from at most; 0: all.

    Raises:
        UserError: there is too little to split, or the two are of different tasks.
    """
    if learnt is not None and learnt.task != dataset.task:
        raise UserError(
            "{learnt} is of the task {one}, {dataset} of {other}: what is learnt from must be of the same one.",
            learnt=learnt.name, one=learnt.task, dataset=dataset.name, other=dataset.task,
        )  # fmt: skip
    source, judged = learnt or dataset, _judged(dataset, learnt)
    found = units(source)
    if len(found) < 2:
        raise UserError(
            "{dataset} has {n} {n:unit|units}: too few to learn from some and judge others.",
            dataset=source.name,
            n=len(found),
        )
    group = _groups(found)
    notes: list[Message] = []
    rows = _said(source, group) or _drawn(group, seed, judged is None, notes)
    if judged is None:
        judged = part(source, rows["test"], keep=CORPUS["test"], seed=seed)
        known, places = Units(found.table, [found.texts[row] for row in rows["test"]]), rows["test"]
    else:
        known = shown(judged)
        places = np.arange(len(known))
        notes.append(_whole(dataset, learnt))
    return _parted(source, judged, rows | {"judged": places}, (found, known), notes, seed=seed, most=most)


def _whole(dataset: Dataset, learnt: Dataset | None) -> Message:
    """Why nothing is drawn to be judged."""
    values = {"dataset": dataset.title or dataset.name}
    if learnt is None:
        return Message(
            "{dataset} has a test part of its own: all of it is judged, and only its training part is learnt from.",
            values,
        )
    return Message(
        "All of {dataset} is judged; {learnt} is learnt from.", values | {"learnt": learnt.title or learnt.name}
    )


def _judged(dataset: Dataset, learnt: Dataset | None) -> Dataset | None:
    """What is judged where something else is learnt from; None where it must be drawn."""
    if learnt is not None:
        return dataset
    return dataset if dataset.task == "classification" else None


def shown(dataset: Dataset) -> Units:
    """The units of a part that is judged: of a classification, those of its `test`."""
    if dataset.task == "classification":
        return Units("test", [[text] for text in dataset.tables["test"]["text"].astype(str)])
    return units(dataset)


def _groups(found: Units) -> Rows:
    """The group of each unit: units that share a text, or nearly one, over others too."""
    owners = np.repeat(np.arange(len(found)), [len(one) for one in found.texts])
    texts = groups([text for one in found.texts for text in one])
    held = sparse.coo_array((np.ones(len(texts), np.int8), (owners, texts))).tocsr()
    joined = sparse.csgraph.connected_components(held @ held.T, directed=False)[1]
    return np.asarray(joined, np.int64)


def _said(dataset: Dataset, group: Rows) -> dict[str, Rows] | None:
    """The parts as a column of the table names them; None where none does."""
    table = dataset.tables[units(dataset).table]
    if GIVEN not in table:
        return None
    named = table[GIVEN].astype(str).str.strip().str.lower().map(NAMES)
    found = {name: np.flatnonzero((named == name).to_numpy()) for name in ("train", "dev", "test")}
    return found if len(found["train"]) and len(found["test"]) else None


def _drawn(group: Rows, seed: int, test: bool, notes: list[Message]) -> dict[str, Rows]:
    """Whole groups, drawn; where one group holds most units, the units themselves."""
    sizes = np.bincount(group)
    if sizes.max() > CHAINED * len(group) and len(group) > 2:
        notes.append(Message(
            "{n} of {all} units hang together by shared texts, so single units are drawn, and those learnt from that "
            "show a judged text are left out.",
            {"n": int(sizes.max()), "all": len(group)},
        ))  # fmt: skip
        group = np.arange(len(group))
        sizes = np.ones(len(group), np.int64)
    random = np.random.default_rng(seed)
    wanted = [min(TEST * len(group), MOST["test"]) if test else 0.0, min(DEV * len(group), MOST["dev"])]
    order = random.permutation(len(sizes))
    order = order[np.argsort(sizes[order] > max(wanted[1], 1), kind="stable")]  # what is large is learnt from
    ends = np.searchsorted(np.cumsum(sizes[order]), np.cumsum(wanted), side="left") + (np.array(wanted) > 0)
    edges = [0, int(ends[0]), max(int(ends[1]), int(ends[0])), len(order)]
    rows = [np.flatnonzero(np.isin(group, order[low:high])) for low, high in pairwise(edges)]
    return dict(zip(("test", "dev", "train"), rows, strict=True))


def _parted(
    source: Dataset, judged: Dataset, rows: dict[str, Rows], shown: tuple[Units, Units], notes: list[Message],
    *, seed: int, most: int,
) -> Split:  # fmt: skip
    """The three datasets, once what leaks has left what is learnt from; rows: of the source, `judged` of what is."""
    found, known = shown
    dev = rows["dev"] if len(rows["dev"]) else rows["train"][: max(len(rows["train"]) // 10, 1)]
    dev = np.random.default_rng(seed).permutation(dev)[: MOST["dev"]]
    train = np.setdiff1d(rows["train"], dev)
    held = Units(found.table, [*known.texts, *(found.texts[row] for row in dev)])
    mine, theirs = (one.title or one.name for one in (source, judged))
    left = leaks.leaks(Units(found.table, [found.texts[row] for row in train]), held, called=(mine, theirs))
    left.found["row"] = train[left.found["row"].to_numpy(np.int64)]
    left.found.loc[left.found["other"] >= len(known), "dataset"] = mine
    left.found["other"] = np.concatenate([rows["judged"], dev])[left.found["other"].to_numpy(np.int64)]
    train = np.setdiff1d(train, left.rows)
    if most and len(train) > most:
        train = np.random.default_rng(seed).permutation(train)[:most]
    if not len(train) and len(left.rows):
        raise UserError(
            "Nothing is left to learn from in {dataset}: all of it shows what is judged.", dataset=source.name
        )
    if not len(train):
        raise UserError(
            "{dataset} has {n} {n:unit|units}: too few to learn from some and judge others.",
            dataset=source.name,
            n=len(found),
        )
    learnt = part(source, train, without=_answers(source, np.concatenate([dev, rows.get("test", dev[:0])])))
    parts = {"train": learnt, "dev": _developed(source, dev, train, seed), "test": judged}
    parts = {
        name: _named(one, f"{source.name if name != 'test' else judged.name}-{name}") for name, one in parts.items()
    }
    sizes = {"train": len(train), "dev": len(dev), "test": len(known)}
    return Split(**parts, sizes=sizes, left_out=left, notes=tuple(notes))


def _developed(source: Dataset, dev: Rows, train: Rows, seed: int) -> Dataset:
    """What stops the training in time; of a classification, the classifier learns from what the model learns from."""
    if source.task != "classification":
        return part(source, dev, keep=CORPUS["dev"], seed=seed)
    table = source.tables["train"]
    tables = {"train": table.iloc[train].reset_index(drop=True), "test": table.iloc[dev].reset_index(drop=True)}
    return replace(source, tables=tables)


def _answers(source: Dataset, rows: Rows) -> list[str]:
    """The documents that answer the queries of these rows: nothing may be mined from them."""
    if "qrels" not in source.tables:
        return []
    judged = relevant(source)
    return list(judged["corpus_id"][judged["query_id"].isin(source.tables["queries"]["id"].iloc[rows])].unique())


def _named(dataset: Dataset, name: str) -> Dataset:
    return replace(dataset, name=name, fingerprint=fingerprint(dataset.task, dataset.tables, dataset.settings))

"""Where does the best model fail: on which kinds of items, and on which single ones?"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine.comparison import item_features, segments, weak_spots
from engine.comparison.report import telling_items
from engine.comparison.report.grounds import WRITINGS
from engine.comparison.report.markup import element, table
from engine.comparison.report.picture import interval
from engine.comparison.report.subject import Subject
from engine.models import catalogue
from engine.statistics.draws import groups_of
from engine.types import Message

MOST_SLICES = 3
QUOTING = ("label", "topic")
"""Traits whose values are words of the data."""


@dataclass(frozen=True)
class Failures:
    """The kinds of items on which the best model does worse, as a section; and what comes later, among the details."""

    kinds: Sequence[str] = ()
    details: Sequence[str] = ()


def failures(about: Subject, *, texts: bool) -> Failures:
    """Where the best model fails. texts: whether the dataset's own words may be told."""
    if about.board.empty:
        return Failures()
    sides = _sides(about)
    traits = _traits(about, sides[0])
    kinds = [element("h2", about.say(Message("Where it fails"))), *_worst(about, traits, sides, texts=texts)]
    items = list(telling_items.shown(about, sides)) if texts else []
    details = [*items, *(_shrinking(about, traits, sides, texts=texts, told=kinds) if len(sides) > 1 else ())]
    headed = element("h2", about.say(Message("Where it fails, in detail")))
    return Failures(kinds, [headed, *details] if details else [])


def _sides(about: Subject) -> list[pd.DataFrame]:
    """The items of the best model and of the next, row for row the same."""
    sides = [about.results.items(run) for run in about.board["id"].head(2)]
    if len(sides) < 2:
        return sides
    shared = sorted(set(sides[0]["item"]) & set(sides[1]["item"]))
    return [side.set_index("item").loc[shared].reset_index() for side in sides]


def _traits(about: Subject, side: pd.DataFrame) -> pd.DataFrame:
    """What the items are like, for the first two models."""
    entries = catalogue.entries()
    models = [entries.get(model) for model in about.board["model"].head(2)]
    return item_features.traits(about.dataset, side, models)


def _worst(about: Subject, traits: pd.DataFrame, sides: list[pd.DataFrame], *, texts: bool) -> Iterator[str]:
    """The kinds of items on which the best model does worst."""
    best = about.board["label"].iloc[0]
    own = weak_spots.alone(traits, sides[0]["measure"].to_numpy(float), groups_of(sides[0]))
    worst = weak_spots.weak(own)
    values = {"best": best, "n": len(own.table)}
    if worst.empty:
        nothing = Message("No kind of items stands apart as worse for {best}: {n:,} were looked at.", values)
        yield element("p", about.say(nothing))
    else:
        said = Message("Kinds of items on which {best} does worse than on all others, the worst first:", values)
        heads = [Message("kind of items"), Message("items"), best, Message("elsewhere")]
        yield from _listed(about, said, heads, worst, texts=texts, cells=_alone)
    yield from _explained(about, worst, len(own.table), texts=texts)


def _shrinking(
    about: Subject, traits: pd.DataFrame, sides: list[pd.DataFrame], *, texts: bool, told: Collection[str]
) -> Iterator[str]:
    """The kinds of items on which the best model's lead over the second shrinks. told: what has been said before."""
    labels = about.board["label"].head(2).tolist()
    went = [side["measure"].to_numpy(float) for side in sides]
    found = segments.segments(traits, went[0], went[1], groups_of(sides[0]))
    apart = found.apart()
    lost = apart[apart["gap"] < apart["rest"]]
    if lost.empty:
        return
    said = Message(
        "Kinds of items on which {best} stands worse against {second} than on all others:",
        {"best": labels[0], "second": labels[1]},
    )
    heads = [Message("kind of items"), Message("items"), *labels, Message("difference"), Message("elsewhere")]
    yield from _listed(about, said, heads, lost, texts=texts, cells=_against)
    yield from _explained(about, lost, len(found.table), texts=texts, told=told)


def _alone(row: Any) -> list[str]:
    return [interval(row.gap, np.nan, np.nan), interval(row.rest, np.nan, np.nan)]


def _against(row: Any) -> list[str]:
    went = [interval(side, np.nan, np.nan) for side in (row.a, row.b)]
    return [*went, interval(row.gap, row.low, row.high, sign=True), interval(row.rest, np.nan, np.nan, sign=True)]


def _listed(
    about: Subject,
    said: Message,
    heads: Sequence[Message | str],
    rows: pd.DataFrame,
    *,
    texts: bool,
    cells: Callable[[Any], list[str]],
) -> Iterator[str]:
    """A table of slices under a sentence; those named by words of the data only where texts may stand in the report."""
    told = rows if texts else rows[~rows["key"].map(quotes)]
    labels = about.board["label"].head(2).tolist()
    if len(told):
        yield element("p", about.say(said))
        lines = [
            [describe(row.key, labels, about), f"{row.n:,}", *cells(row)] for row in told.head(MOST_SLICES).itertuples()
        ]
        yield table([one if isinstance(one, str) else about.say(one) for one in heads], lines, range(1, len(heads)))


def _explained(
    about: Subject, slices: pd.DataFrame, looked: int, *, texts: bool, told: Collection[str] = ()
) -> list[str]:
    """What the figures of slices are, how many of those looked at may be chance, and what was kept back.

    told: what has been explained before, and is not explained again.
    """
    shown = slices if texts else slices[~slices["key"].map(quotes)]
    parts = []
    if len(shown):
        measure = Message(
            "Figures are means of the per-item scores (0 to 1), so they need not add up to the score above. Kinds "
            "looked at: {n:,}. At most about 1 in 20 of those that stand apart is there by chance.",
            {"n": looked},
        )
        kinds = {one.split(": ", 1)[0] for key in shown["key"].head(MOST_SLICES) for one in key.split(" & ")}
        said = [measure, *(words for trait, words in item_features.EXPLAINED.items() if trait in kinds)]
        parts += [element("p", about.say(one), "note") for one in said]
    if hidden := len(slices) - len(shown):
        kept = Message("Left out by the author, for words of the data name them: {n}.", {"n": hidden})
        parts.append(element("p", about.say(kept), "note"))
    return [one for one in parts if one not in told]


def quotes(key: str) -> bool:
    """Whether the name of a slice holds words of the data."""
    return any(one.startswith((*QUOTING, item_features.COLUMN)) for one in key.split(" & "))


def describe(key: str, labels: list[str], about: Subject) -> str:
    """A slice as people read it: the traits in their language, the models by their names."""
    names = dict(zip(("cut_a", "cut_b"), labels, strict=False))
    told = []
    for one in key.split(" & "):
        trait, value = one.split(": ", 1)
        if trait in names:
            cut = Message("cut off by {model}: {value}", {"model": names[trait], "value": Message(value)})
            told.append(about.say(cut))
        else:
            name = item_features.TITLES.get(trait, trait.removeprefix(item_features.COLUMN))
            said = Message(WRITINGS.get(value, value)) if trait == "script" else segments.written(value)
            told.append(about.say(Message("{name}: {value}", {"name": name, "value": said})))
    return " & ".join(told)

"""Where does the best model fail: on which kinds of items, and on which single ones?"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from engine.comparison import item_features, segments
from engine.comparison.report import telling_items
from engine.comparison.report.markup import element, table
from engine.comparison.report.picture import interval
from engine.comparison.report.subject import Subject
from engine.models import catalogue
from engine.statistics.draws import groups_of
from engine.types import Message

MOST_SLICES = 5
QUOTING = ("label", "topic")
"""Traits whose values are words of the data."""


def failures(about: Subject, *, texts: bool) -> Iterator[str]:
    """The section. texts: whether the dataset's own words may stand in it."""
    if about.board.empty:
        return
    sides = [about.results.items(run) for run in about.board["id"].head(2)]
    if len(sides) == 2:
        shared = sorted(set(sides[0]["item"]) & set(sides[1]["item"]))
        sides = [side.set_index("item").loc[shared].reset_index() for side in sides]
    parts = [*_slices(about, sides, texts=texts), *(telling_items.shown(about, sides) if texts else ())]
    if parts:
        yield element("h2", about.say(Message("Where it fails")))
        yield from parts


def _slices(about: Subject, sides: list[pd.DataFrame], *, texts: bool) -> Iterator[str]:
    """The kinds of items on which the first two models differ otherwise than elsewhere."""
    if len(sides) < 2:
        return
    say, entries = about.say, catalogue.entries()
    labels = about.board["label"].head(2).tolist()
    models = [entries.get(model) for model in about.board["model"].head(2)]
    traits = item_features.traits(about.dataset, sides[0], models)
    went = [side["measure"].to_numpy(float) for side in sides]
    found = segments.segments(traits, went[0], went[1], groups_of(sides[0]))
    apart = found.apart()
    if apart.empty:
        nothing = Message("No kind of items stands apart: {n:,} were looked at.", {"n": len(found.table)})
        yield element("p", say(nothing))
        return
    told = apart if texts else apart[~apart["key"].map(quotes)]
    if len(told):
        heads = [Message("kind of items"), Message("items"), *labels, Message("difference"), Message("elsewhere")]
        yield element("p", say(Message("Kinds of items on which the difference is not what it is elsewhere:")))
        rows = [
            (
                describe(row.key, labels, about),
                f"{row.n:,}",
                interval(row.a, np.nan, np.nan),
                interval(row.b, np.nan, np.nan),
                interval(row.gap, row.low, row.high, sign=True),
                interval(row.rest, np.nan, np.nan, sign=True),
            )
            for row in told.head(MOST_SLICES).itertuples()
        ]
        yield table([one if isinstance(one, str) else say(one) for one in heads], rows, range(1, 6))
        measure = Message(
            "Figures are means of the per-item scores (0 to 1), so they need not add up to the score above. Of {n:,} "
            "kinds looked at, {found} stand apart; at most about 1 in 20 such finds is chance.",
            {"n": len(found.table), "found": len(apart)},
        )
        yield element("p", say(measure), "note")
        shown = {one.split(": ", 1)[0] for key in told["key"].head(MOST_SLICES) for one in key.split(" & ")}
        for trait, words in item_features.EXPLAINED.items():
            if trait in shown:
                yield element("p", say(words), "note")
    if hidden := len(apart) - len(told):
        kept = Message("{n} more are named by words of the data, which the author has left out.", {"n": hidden})
        yield element("p", say(kept), "note")


def quotes(key: str) -> bool:
    """Whether the name of a slice holds words of the data."""
    return any(one.startswith((*QUOTING, item_features.COLUMN)) for one in key.split(" & "))


def describe(key: str, labels: list[str], about: Subject) -> str:
    """A slice as people read it: the traits in their language, the models by their names."""
    names = {"cut_a": labels[0], "cut_b": labels[1]}
    told = []
    for one in key.split(" & "):
        trait, value = one.split(": ", 1)
        if trait in names:
            cut = Message("cut off by {model}: {value}", {"model": names[trait], "value": Message(value)})
            told.append(about.say(cut))
        elif trait in item_features.TITLES:
            told.append(f"{about.say(item_features.TITLES[trait])}: {value}")
        else:
            told.append(f"{trait.removeprefix(item_features.COLUMN)}: {value}")
    return " & ".join(told)

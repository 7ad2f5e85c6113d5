"""Which model is best on one dataset, and is it luck? The answer in one sentence."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from engine.metrics import names
from engine.statistics import multiple, power, stability
from engine.statistics.draws import DRAWS, FEWEST
from engine.types import Comparison, Message, Task

ALIKE = 0.001
"""A tenth of a point: where the whole interval of a difference lies within it, nobody would miss the difference."""
NIL = 1e-9
"""What rounding leaves of a difference that is none."""
LISTED = 4
FEASIBLE = 100
"""Times the items at hand: beyond that nobody will judge more of them to settle a difference."""


def verdict(task: Task, runs: pd.DataFrame, comparisons: pd.DataFrame) -> Message | None:
    """Which model is best on one dataset, and is it luck: one sentence, or None while there is nothing to compare."""
    runs = runs[runs["score"].notna()].sort_values("score", ascending=False, kind="stable")
    labels, ids = runs["label"].tolist(), runs["id"].tolist()
    p = multiple.corrected(ids, comparisons)
    leads = _leads(ids[0], comparisons) if ids else comparisons
    if len(ids) < 2 or ids[1] not in leads.index or not leads.loc[ids[1], "n"]:
        return None
    lead, pairs = leads.loc[ids[1]], int((~np.isnan(p)).sum()) // 2
    tied = [row for row in range(1, len(ids)) if not p[0, row] < multiple.ALPHA]
    values = {
        "items": judged(task, lead),
        "best": labels[0],
        "metric": names.title(task.main_metric),
        "holm": _correction(ids, comparisons, pairs),
    }
    if tied:
        known = leads.loc[[ids[row] for row in tied if not np.isnan(p[0, row])]]
        values |= {"score": float(runs["score"].iloc[0]), "tied": _listed([labels[row] for row in tied])}
        found = known if len(known) else leads.loc[ids[1:2]]
        return _undecided(values, found, tests=pairs, throughout=len(known) == len(tied))
    values |= {"second": labels[1], "p": sure(float(p[0, 1]))} | _figures(lead)
    if math.isnan(float(lead["low"])):
        return Message("On {items}, {best} beats {second} by {gap:.{digits}f} {metric} ({p}, {holm}).", values)
    behind = [label for label, separate in zip(labels, p[1] < multiple.ALPHA, strict=True) if not separate]
    if len(behind) > 1:
        return Message(
            "On {items}, {best} beats {second} by {gap:.{digits}f} {metric} (95 % CI {low:.{digits}f} to "
            "{high:.{digits}f}, {p}, {holm}); no paired test tells {second} apart from {tied}.",
            values | {"tied": _listed([label for label in behind if label != labels[1]])},
        )
    return Message(
        "On {items}, {best} beats {second} by {gap:.{digits}f} {metric} (95 % CI {low:.{digits}f} to "
        "{high:.{digits}f}, {p}, {holm}).",
        values,
    )


def outlook(found: Comparison) -> Message | None:
    """What would settle a difference that may be luck; None where it shows already, or cannot be known."""
    if math.isnan(found.low + found.high):
        return None
    most = max(abs(found.low), abs(found.high))
    if most < NIL:
        return Message("Both score the same whichever items are drawn: more items would not part them.")
    if most < ALIKE:
        return Message(
            "The two are practically the same: they are at most {most:.{digits}f} apart (95 % CI).",
            {"most": most, "digits": digits(most)},
        )
    more = stability.more_items(found)
    if more is None:
        return None
    values = {"gap": found.gap, "digits": max(4, digits(found.gap)), "more": more, "times": FEASIBLE}
    if more > FEASIBLE * found.n:
        return Message(
            "What was seen ({gap:+.{digits}f}) is so little that more than {times} times as many items would be needed "
            "to settle it.",
            values,
        )
    return Message(
        "If the true difference is what was seen ({gap:+.{digits}f}), about {more:,} more items would settle it (in 4 "
        "of 5 studies).",
        values,
    )


def digits(value: float, least: int = 3) -> int:
    """How many decimals show two digits of a small number."""
    return max(least, 1 - int(f"{value:.1e}".partition("e")[2])) if abs(value) > NIL else least


def _undecided(values: dict[str, object], leads: pd.DataFrame, *, tests: int, throughout: bool) -> Message:
    """The verdict on a best model with others tied: what must differ to show, unless nothing worth it ever differs.

    leads: over those that are tied; throughout: whether each of them was compared.
    """
    most = float(leads[["low", "high"]].abs().to_numpy().max())
    if most < NIL and throughout:
        return Message(
            "On {items}, {best} scores highest ({score:.3f} {metric}), and {tied} exactly the same: no resample of "
            "the items parts them.",
            values,
        )
    if most < ALIKE and throughout:
        return Message(
            "On {items}, {best} scores highest ({score:.3f} {metric}), and {tied} practically the same: at most "
            "{most:.{digits}f} apart (95 % CI).",
            values | {"most": most, "digits": digits(most)},
        )
    if leads["low"].isna().any():
        return Message(
            "On {items}, {best} scores highest ({score:.3f} {metric}), but nothing tells it apart from {tied}: below "
            "{fewest} that do not hang together no interval is given.",
            values | {"fewest": FEWEST},
        )
    spreads = [(power.spread(row.low, row.high, row.n), row.n) for row in leads.itertuples()]
    return Message(
        "On {items}, {best} scores highest ({score:.3f} {metric}), but no paired test tells it apart from {tied} "
        "({holm}); a difference must be about {least:.2g} to show.",
        values | {"least": max(power.detectable(spread, n, tests) for spread, n in spreads)},
    )


def judged(task: Task, found: pd.Series) -> Message:
    """How many items were judged, and in how many groups they hang together, where they do."""
    n, groups, web = (int(found.get(name, 0)) for name in ("n", "groups", "web"))
    if web and groups >= n:
        return Message("{n} items, some of which share texts (without a measurable effect)", {"n": n})
    if web:
        return Message(
            "{n} items that share texts in a web (worth about {groups} independent ones, by how much those vary "
            "together)",
            {"n": n, "groups": groups},
        )
    if 0 < groups < n:
        return Message(task.together, {"n": n, "groups": groups})
    return Message("{n} items", {"n": n})


def sure(p: float) -> str:
    """A p-value with two digits; one that no draw reached as less than one in that many."""
    return f"p ≤ {p:.2g}" if p <= 1.5 / DRAWS else f"p = {p:.2g}"


def _correction(ids: Sequence[str], comparisons: pd.DataFrame, pairs: int) -> Message:
    """How p was corrected."""
    if pairs == 1 and not multiple.stepwise(ids, comparisons):
        return Message("one comparison")
    if not multiple.stepwise(ids, comparisons):
        return Message("Holm over {pairs} pairs", {"pairs": pairs})
    family = int(comparisons[comparisons["a"].isin(ids)]["family"].max())
    return Message("max-T over {pairs} pairs", {"pairs": family}) if family > 1 else Message("one comparison")


def _leads(first: str, comparisons: pd.DataFrame) -> pd.DataFrame:
    """What is known of one run less each other run, by that run's id, whichever way round they were compared."""
    more = [name for name in ("groups", "design", "web") if name in comparisons]
    parts = ["n", "gap", "low", "high", *more]
    mine = comparisons[comparisons["a"] == first].set_index("b")[parts]
    turned = comparisons[comparisons["b"] == first].set_index("a")[parts]
    both = pd.concat([mine, turned.assign(gap=-turned["gap"], low=-turned["high"], high=-turned["low"])])
    return both[~both.index.duplicated()]


def _figures(lead: pd.Series) -> dict[str, object]:
    """The lead with its interval, and how many decimals show it."""
    gap, low, high = (float(lead[name]) for name in ("gap", "low", "high"))
    return {"gap": gap, "low": low, "high": high, "digits": digits(gap)}


def _listed(labels: Sequence[str]) -> str | Message:
    """Names in a row; of many, the first ones and how many there are besides."""
    if len(labels) <= LISTED + 1:
        return ", ".join(labels)
    return Message("{names} and {n} more", {"names": ", ".join(labels[:LISTED]), "n": len(labels) - LISTED})

"""What do the judged items tell at all: how many there are, what hangs together, which difference they can show?"""

from dataclasses import replace

import numpy as np
import pandas as pd

from engine.notation import small
from engine.statistics import multiple, power
from engine.statistics.judged_items import Items, judged
from engine.types import Message, Task

ONE = Message("one comparison")


def evidence(task: Task, runs: pd.DataFrame, comparisons: pd.DataFrame) -> Message:
    """What the items can show between the best run and those that may be as good, or the next: the verdict's figure."""
    ids = runs[runs["score"].notna()].sort_values("score", ascending=False, kind="stable")["id"].tolist()
    here = comparisons[comparisons["a"].isin(ids) & comparisons["b"].isin(ids)]
    over = leads(ids[0], here) if ids else here
    ranked = over.loc[[one for one in ids if one in over.index]]  # the verdict counts by the best against the next
    items = counted(task, int(runs["items"].max()), ranked)
    if len(ids) < 2:
        return power.power(items, here).said()
    p = multiple.corrected(ids, here)
    tied = [ids[row] for row in range(1, len(ids)) if not p[0, row] < multiple.ALPHA]
    found = over.reindex(tied or ids[1:2])
    if found["low"].isna().any() or not (found["high"] > found["low"]).any():
        return power.power(items, here).said()
    pairs = int((~np.isnan(p)).sum()) // 2
    values = {"items": items.said, "least": small(least(found, pairs)), "how": corrected_for(pairs)}
    return Message(
        "With {items}, a true difference of about {least} between the best models can be seen (4 times in 5; {how}).",
        values,
    )


def counted(task: Task, n: int, comparisons: pd.DataFrame) -> Items:
    """How many items were judged, and how they hang together, by the first of these comparisons if there is one."""
    plain = Items.alone(n)
    return replace(plain, said=judged(task, comparisons.iloc[0])) if len(comparisons) else plain


def least(leads: pd.DataFrame, tests: int) -> float:
    """The smallest true difference that shows, whichever of these leads it is, corrected for so many tests."""
    return max(power.detectable(power.spread(row.low, row.high, row.n), row.n, tests) for row in leads.itertuples())


def leads(first: str, comparisons: pd.DataFrame) -> pd.DataFrame:
    """What is known of one run less each other run, by that run's id, whichever way round they were compared."""
    more = [name for name in ("groups", "design", "web", "named_by", "tied") if name in comparisons]
    parts = ["n", "gap", "low", "high", *more]
    mine = comparisons[comparisons["a"] == first].set_index("b")[parts]
    turned = comparisons[comparisons["b"] == first].set_index("a")[parts]
    both = pd.concat([mine, turned.assign(gap=-turned["gap"], low=-turned["high"], high=-turned["low"])])
    return both[~both.index.duplicated()]


def corrected_for(comparisons: int) -> Message:
    """How p was corrected, in words that need no statistics; the method stands on the page Method."""
    return Message("corrected for {n} comparisons", {"n": comparisons}) if comparisons > 1 else ONE


def chance(p: float, comparisons: int) -> Message:
    """p as it is told; how it was corrected only where there was something to correct."""
    if comparisons > 1:
        return Message("p = {p:p}, {how}", {"p": p, "how": corrected_for(comparisons)})
    return Message("p = {p:p}", {"p": p})

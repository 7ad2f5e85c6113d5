"""Is the difference luck? Paired tests of any number of models on the same items, corrected for how many there are."""

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

import pandas as pd

from engine.metrics.groups import COLUMN, COLUMNS
from engine.statistics.draws import SEED, Floats
from engine.statistics.family import Family
from engine.types import Comparison, Task

NOTHING = Comparison(0, math.nan, math.nan, math.nan, math.nan, "none", 0, 0, 0, math.nan)


def compare(
    task: Task,
    a: pd.DataFrame,
    b: pd.DataFrame,
    *,
    seed: int = SEED,
    resampled: tuple[Floats, Floats] | None = None,
) -> Comparison:
    """The paired difference a − b in the main metric on the items that both tables have; see `compare_all`."""
    known = dict(zip("ab", resampled, strict=True)) if resampled else {}
    return compare_all(task, {"a": a, "b": b}, seed=seed, resampled=known)["a", "b"]


def compare_all(
    task: Task,
    tables: Mapping[str, pd.DataFrame],
    *,
    seed: int = SEED,
    resampled: Mapping[str, Floats] | None = None,
) -> dict[tuple[str, str], Comparison]:
    """Every two models on the items that both tables have.

    Groups of items are drawn and swapped as one. Where the main metric is a mean over items whose measures are nobody
    else's, p comes from a randomisation test that swaps the models' measures (https://aclanthology.org/W05-0908), exact
    up to 12 differing groups; elsewhere from the paired bootstrap, with Student's tail. `corrected` is the step-down
    max-T p over all pairs, from the same swaps or resamples for all of them (Westfall & Young 1993; Romano & Wolf 2005,
    https://doi.org/10.1111/j.1468-0262.2005.00615.x); nan for pairs of tables with different items.
    resampled: the main metric of models as `resamples` gave it for the same seed, which spares the bootstrap.
    """
    tables = {name: table.sort_values("item", ignore_index=True) for name, table in tables.items()}
    there = {name: frozenset(table["item"][table["measure"].notna()]) for name, table in tables.items()}
    if len(set(there.values())) == 1:
        return _family(task, tables, next(iter(there.values())), seed=seed, resampled=resampled or {})
    found = {}
    for pair in combinations(tables, 2):
        both = {name: tables[name] for name in pair}
        one = _family(task, both, there[pair[0]] & there[pair[1]], seed=seed, resampled=resampled or {})[pair]
        found[pair] = one if len(tables) == 2 else replace(one, corrected=math.nan, family=0)
    return found


def _family(
    task: Task, tables: Mapping[str, pd.DataFrame], kept: frozenset[str], *, seed: int, resampled: Mapping[str, Floats]
) -> dict[tuple[str, str], Comparison]:
    names, pairs = list(tables), list(combinations(tables, 2))
    if not kept or not pairs:
        return dict.fromkeys(pairs, NOTHING)
    whole = {len(table) for table in tables.values()} == {len(kept)}
    items = [table[table["item"].isin(kept)].reset_index(drop=True) for table in tables.values()]
    known = [resampled.get(name) for name in names] if whole else []
    told = next((table[[c for c in COLUMNS if c in table]] for table in items if COLUMN in table), None)
    if told is not None:  # a table that was written before tables named groups
        items = [table if COLUMN in table else table.assign(**told) for table in items]
    figures = Family(task, items, seed, known).figures()
    return {
        pair: Comparison(**{name: values[at].item() for name, values in figures.items()})
        for at, pair in enumerate(pairs)
    }

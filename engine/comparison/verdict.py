"""Which model is best on one dataset, and is it luck? The answer in one sentence."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from engine.metrics import names
from engine.notation import NIL, chance, fixed, interval, shown, small
from engine.results import frames
from engine.statistics import multiple, stability
from engine.statistics.draws import DRAWS, FEWEST
from engine.statistics.evidence import corrected_for, leads, least
from engine.statistics.judged_items import judged
from engine.types import Comparison, Message, Task

ALIKE = 0.001
"""A tenth of a point: where the whole interval of a difference lies within it, nobody would miss the difference."""
LISTED = 4
CERTAIN = 0.001
"""Below this p, a difference is called very unlikely to be luck."""
WIDER = 1.5
"""From how many times another model's figure on, what must differ to show is told of both models."""
FEASIBLE = 100
"""Times the items at hand: beyond that nobody will judge more of them to settle a difference."""


def verdict(task: Task, runs: pd.DataFrame, comparisons: pd.DataFrame, dataset: str) -> Message | None:
    """Which model is best on a dataset (as people call it), and is it luck? None while there is nothing to compare."""
    runs = runs[runs["score"].notna()].sort_values("score", ascending=False, kind="stable")
    labels, ids = runs["label"].tolist(), runs["id"].tolist()
    p = multiple.corrected(ids, comparisons)
    over = leads(ids[0], comparisons) if ids else comparisons
    if len(ids) < 2 or ids[1] not in over.index or not over.loc[ids[1], "n"]:
        return None
    lead, pairs = over.loc[ids[1]], int((~np.isnan(p)).sum()) // 2
    tied = [row for row in range(1, len(ids)) if not p[0, row] < multiple.ALPHA]
    values = {
        "dataset": dataset,
        "items": judged(task, lead),
        "best": labels[0],
        "second": labels[1],
        "metric": names.title(task.main_metric),
        "test": tested(float(p[0, 1]), correction(ids, comparisons, pairs)),
        "gap": gap_of(lead),
    }
    if tied:  # by chance, or exactly
        values["score"] = fixed(float(runs["score"].iloc[0]))
        values["tied"] = several([labels[row] for row in tied])
        known = over.loc[[ids[row] for row in tied if not np.isnan(p[0, row])]]
        even = over[over["tied"] == over["n"]]
        same = even.index.union(over.index[over["gap"].abs() < NIL])
        rest = [row for row in tied if ids[row] not in same]
        if len(rest) < len(tied):
            values["same"] = several([labels[0], *(labels[row] for row in tied if row not in rest)])
        if not rest and len(same) == len(even):
            return _even(values, even)
        if not rest:
            values["gap"] = gap_of(max((over.loc[one] for one in same.difference(even.index)), key=_reach))
            return _level(values)
        values["rest"], second = several([labels[row] for row in rest]), rest[0]
        values["gap"] = gap_of(over.reindex(ids).iloc[second])
        if len(rest) > 1:
            values["gap"] = Message("{gap} over {second}", {"gap": values["gap"], "second": labels[second]})
            values |= {} if np.isnan(p[0, second]) else {"rival": labels[second]}
        test = tested(float(p[0, second]), correction(ids, comparisons, pairs))
        values["test"] = _alone(test, over.reindex(ids).iloc[second], pairs)
        known = known.drop(same, errors="ignore")
        found = known if len(known) else over.loc[ids[1:2]]
        return _undecided(values, found, tests=pairs, throughout=len(known) == len(rest))
    values["luck"] = luck(float(p[0, 1]))
    return _clear(values, [label for label, one in zip(labels, p[1], strict=True) if not one < multiple.ALPHA])


def _clear(values: dict[str, object], behind: Sequence[str]) -> Message:
    """The verdict where the best stands apart; behind: the second and those that cannot be told from it."""
    if len(behind) < 2:
        return _decided(values)
    return Message(
        "On {dataset}, {best} is better than {second}: {metric} {gap}. {luck} ({test}; {items}). {second} cannot "
        "be told apart from {tied}.",
        values | {"tied": several([label for label in behind if label != values["second"]])},
    )


def duel(task: Task, labels: tuple[str, str], found: Comparison, dataset: str) -> Message:
    """Which of two models is better on a dataset, by how much, and is it luck? found: the first less the second."""
    if found.gap < 0:
        labels, found = (labels[1], labels[0]), frames.turned(found)
    p = found.p if math.isnan(found.corrected) else found.corrected
    family = corrected_for(found.family)
    row = pd.Series(found.__dict__)
    values = {
        "dataset": dataset,
        "items": judged(task, row),
        "best": labels[0],
        "second": labels[1],
        "metric": names.title(task.main_metric),
        "gap": gap_of(row),
    }
    if found.tied == found.n:
        return _even(values | {"same": several(labels)}, row.to_frame().T)
    if abs(found.gap) < NIL:
        return _level(values | {"same": several(labels)})
    if math.isnan(p):
        return Message(
            "On {dataset}, {best} scores higher than {second} ({metric} {gap}), but {items} are too few to say whether "
            "that is luck.",
            values,
        )
    values |= {"test": tested(p, family), "luck": luck(p)}
    if p < multiple.ALPHA:
        return _decided(values)
    values["test"] = _alone(tested(p, family), row, found.family)
    return Message(
        "On {dataset}, {best} scores higher than {second}: {metric} {gap}. {luck} ({test}; {items}).", values
    )


def luck(p: float) -> Message:
    """What a p-value, corrected where it must be, means to people."""
    if math.isnan(p):
        return Message("Too few items to test")
    if p >= multiple.ALPHA:
        return Message("This may be luck")
    return Message("Very unlikely to be luck") if p < CERTAIN else Message("Unlikely to be luck")


def outlook(found: Comparison) -> Message | None:
    """What would settle a difference that may be luck, or why it has no interval; None where it shows already."""
    if found.tied == found.n or math.isnan(found.gap):
        return None
    if math.isnan(found.low + found.high):
        return _without_interval(found)
    most = max(abs(found.low), abs(found.high))
    if most < NIL:  # an earlier version's, which took what it did not see for what there is not
        return None
    if most < ALIKE:
        return Message(
            "The two are practically the same: at most {most:.{digits}f} apart (95% interval).",
            {"most": most, "digits": shown(most)},
        )
    more = stability.more_items(found)
    if more is None:
        return None
    apart = found.web or not 0 < found.groups < found.n
    values = {"gap": found.gap, "digits": shown(found.gap), "more": more, "times": FEASIBLE}
    if more > FEASIBLE * found.n:
        return Message(
            "The difference ({gap:+.{digits}f}) is so small that settling it would take more than {times} times as "
            "many items.",
            values,
        )
    if apart:
        return Message(
            "If the true difference is the one seen here ({gap:+.{digits}f}), about {more:,} more items would settle "
            "it (4 times in 5).",
            values,
        )
    return Message(
        "If the true difference is the one seen here ({gap:+.{digits}f}), about {groups:,} more groups of items, of "
        "which there are {now:,} now, would settle it (4 times in 5), with as many items in each.",
        values | {"groups": math.ceil(more * found.groups / found.n), "now": found.groups},
    )


def _without_interval(found: Comparison) -> Message:
    """Why a difference has no interval, and what p cannot be below where few items differ."""
    differ = found.won + found.lost
    least = 2.0 ** (1 - differ)  # all swaps that are there, and both directions
    if found.method.startswith("exact") and least > multiple.ALPHA and found.groups in (0, found.n):
        return Message(
            "There is no interval: that takes {fewest} independent items. With {differ} {differ:item|items} that "
            "{differ:differs|differ}, p cannot be below {least}.",
            {"fewest": FEWEST, "differ": differ, "least": chance(least)},
        )
    if math.isnan(found.effect) and found.n > 1:
        return Message("There is no interval: the same difference on every item tells nothing of how far others lie.")
    return Message(
        "There is no interval: that takes {fewest} independent items of equal weight, and these are worth fewer.",
        {"fewest": FEWEST},
    )


def _even(values: dict[str, object], leads: pd.DataFrame) -> Message:
    """The verdict where all have the same score on each item: as far as others like them may part them all the same."""
    most = float(leads[["low", "high"]].abs().to_numpy().max())
    if not most > NIL:  # nothing is told of the others
        return Message("On {dataset}, {same} have the same {metric} on each of the {items}.", values)
    return Message(
        "On {dataset}, {same} have the same {metric} on each of the {items}; on others like them they may be up to "
        "{most:.{digits}f} apart (95% interval).",
        values | {"most": most, "digits": shown(most)},
    )


def _reach(lead: pd.Series) -> float:
    """How wide its interval is; nothing where it has none."""
    return float(np.nan_to_num(lead["high"] - lead["low"]))


def _level(values: dict[str, object]) -> Message:
    """The verdict where the score is the same, to the last digit, though not that of each item."""
    return Message(
        "On {dataset}, {same} have the same {metric}, though not on each item ({items}; difference {gap}).", values
    )


def _undecided(values: dict[str, object], leads: pd.DataFrame, *, tests: int, throughout: bool) -> Message:
    """The verdict on a best model with others tied: what must differ to show, unless nothing worth it ever differs.

    leads: over those that are tied; throughout: whether each of them was compared.
    """
    most = float(leads[["low", "high"]].abs().to_numpy().max())
    if most < ALIKE and throughout:
        return Message(
            "On {dataset}, {best} scores highest ({metric} {score}), and {tied} practically the same: at most "
            "{most:.{digits}f} apart (95% interval; {items}).",
            values | {"most": most, "digits": shown(most)},
        )
    if leads["low"].isna().any():
        return Message(
            "On {dataset}, {best} scores highest ({metric} {score}), but {items} cannot tell it apart from {tied}: "
            "below {fewest} independent ones there is no interval.",
            values | {"fewest": FEWEST},
        )
    values |= {"least": _shows(values, leads, tests)}
    if "same" in values:
        return Message(
            "On {dataset}, {same} have the same {metric} ({score}), the highest, but their lead over {rest} may be "
            "luck: {gap} ({test}). With {items}, only differences above about {least} can be seen.",
            values,
        )
    return Message(
        "On {dataset}, {best} scores highest ({metric} {score}), but its lead over {tied} may be luck: {gap} ({test}). "
        "With {items}, only differences above about {least} can be seen.",
        values,
    )


def _shows(values: Mapping[str, object], leads: pd.DataFrame, tests: int) -> str | Message:
    """From where on a lead shows: over the model that the sentence speaks of, and over that which takes most."""
    own, most = least(leads.head(1), tests), least(leads, tests)
    if most < WIDER * own or "rival" not in values:
        return small(most)
    return Message(
        "{own} over {second}, and {most} over the least certain of the others,",
        {"own": small(own), "second": values["rival"], "most": small(most)},
    )


def _decided(values: Mapping[str, object]) -> Message:
    return Message("On {dataset}, {best} is better than {second}: {metric} {gap}. {luck} ({test}; {items}).", values)


def tested(p: float, how: Message) -> Message:
    """A p-value and how it was corrected; the correction alone where there is no p-value."""
    return how if math.isnan(p) else Message("{p}, {how}", {"p": sure(p), "how": how})


def _alone(test: Message, lead: pd.Series, tests: int) -> Message:
    """What is said of a test that finds nothing, where the interval beside it seems to: that one is not corrected."""
    if tests < 2 or not (lead["low"] > 0 or lead["high"] < 0):
        return test
    return Message("{test}; the interval is of this pair alone", {"test": test})


def gap_of(found: pd.Series) -> str:
    """A lead with its interval, with as many decimals as show it."""
    return interval(float(found["gap"]), float(found["low"]), float(found["high"]), sign=True)


def sure(p: float) -> str:
    """A p-value; one that no draw reached as less than one in that many."""
    told = at_most(p)
    return f"p {told}" if told.startswith("≤") else f"p = {told}"


def at_most(p: float) -> str:
    """A p-value as a table shows it, of one that no draw reached how much it is at most."""
    return f"≤ {chance(p)}" if p <= 1.5 / DRAWS else chance(p)


def correction(ids: Sequence[str], comparisons: pd.DataFrame, pairs: int) -> Message:
    """For how many comparisons p was corrected: those made together, or those at hand where each was made by itself."""
    together = multiple.stepwise(ids, comparisons)
    return corrected_for(int(comparisons[comparisons["a"].isin(ids)]["family"].max()) if together else pairs)


def several(labels: Sequence[str]) -> str | Message:
    """Names in a row, as in a sentence; of many, the first ones and how many there are besides."""
    if len(labels) == 1:
        return labels[0]
    if len(labels) <= LISTED + 1:
        return Message("{names} and {last}", {"names": tuple(labels[:-1]), "last": labels[-1]})
    return Message("{names} and {n} more", {"names": tuple(labels[:LISTED]), "n": len(labels) - LISTED})

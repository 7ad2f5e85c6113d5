"""Do the tables of a reading belong together, and what does it leave over beside them?"""

from collections.abc import Mapping
from typing import TypeAlias

from engine.datasets.recognition import tables as names
from engine.datasets.recognition.assignment import Offer
from engine.datasets.recognition.facts import Facts

Held: TypeAlias = Mapping[str, Mapping[str, Facts]]
"""{given table: {its column: what it holds}}"""


def coherence(offers: Mapping[str, Offer], held: Held) -> float:
    """Whether tables belong together by their names: of one split, of one language, of one set.

    Splits that are built alike are read alike.
    """
    if {*offers} == {"train", "test"} and {*held[offers["train"].given]} == {*held[offers["test"].given]}:
        taken = [{to: of for to, (of, _) in one.columns.items()} for one in offers.values()]
        if taken[0] != taken[1]:
            return 0.3
    if {"corpus", "queries"} <= {*offers}:  # questions and documents of one table, such as posts that are alike
        both = [offers[name] for name in ("corpus", "queries")]
        if len({tuple(held[one.given]) for one in both}) == 1 and _differ(*both):
            return 0.3
    splits = {names.split(one.given) for name, one in offers.items() if name in ("queries", "qrels", "candidates")}
    said = [names.rest(one.given) for one in offers.values()]
    differ = any(one != said[0] for one in said)
    return (0.9 if len(splits - {""}) > 1 else 1.0) * (0.93 if differ else 1.0)


def _differ(one: Offer, other: Offer) -> bool:
    """Whether two tables that are built alike are read otherwise."""
    return any(one.columns[to][0] != other.columns[to][0] for to in {*one.columns} & {*other.columns})


def others(offers: Mapping[str, Offer], held: Held) -> float:
    """What a reading is worth that leaves other tables over; those of other splits count for nothing."""
    used = {offer.given for offer in offers.values()}
    shapes = [set(held[name]) for name in used]
    worth = 1.0
    for name, columns in held.items():
        if name in used or not columns:
            continue
        if any(names.is_called(part, name) for part in names.PARTS[:4] if part not in offers):
            worth *= 0.8
        elif not any(set(columns) == shape for shape in shapes):
            worth *= 0.97
    if {*offers} & {"documents", "labelled", "titled"} and {"train"} < {names.split(name) for name in held}:
        worth *= 0.75  # what is to be learnt from lies beside it
    return max(0.5, worth)

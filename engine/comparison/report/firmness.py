"""How sure is the answer: by how much, could it be luck, and on how much evidence? In words that need no statistics."""

import math
from collections.abc import Iterator

from engine.comparison import verdict
from engine.comparison.report.markup import element, facts
from engine.comparison.report.picture import interval
from engine.comparison.report.subject import Subject
from engine.statistics import multiple
from engine.statistics.evidence import ONE, evidence
from engine.types import Comparison, Message


def firmness(about: Subject) -> Iterator[str]:
    """The section, in three or four lines."""
    board, say = about.board, about.say
    found = about.lead(1) if len(board) > 1 else None
    if found is None:
        return
    yield element("h2", say(Message("How firm is this?")))
    rows = [
        (Message("By how much?"), say(_by_how_much(about, found))),
        (Message("Could it be luck?"), say(luck(about, found))),
        (Message("On how much evidence?"), say(evidence(about.task, board, about.comparisons))),
    ]
    share = float(about.first.get(board["label"].iloc[0], math.nan))
    if not math.isnan(share):
        drawn = Message(
            "Where the same number of items is drawn anew from these, again and again, {model} comes first in "
            "{share:.0f} of 100 draws.",
            {"model": board["label"].iloc[0], "share": 100 * share},
        )
        rows.append((Message("And on other items like these?"), say(drawn)))
    yield facts((say(name), told) for name, told in rows)


def _by_how_much(about: Subject, found: Comparison) -> Message:
    first, second = about.board.iloc[0], about.board.iloc[1]
    values = {
        "best": first["label"],
        "second": second["label"],
        "metric": about.metric,
        "one": interval(first["score"], math.nan, math.nan),
        "other": interval(second["score"], math.nan, math.nan),
        "gap": interval(found.gap, found.low, found.high, sign=True),
    }
    if math.isnan(found.low + found.high):
        return Message("{best} has {metric} {one}, the next, {second}, {other}: a lead of {gap}.", values)
    return Message(
        "{best} has {metric} {one}, the next, {second}, {other}: a lead of {gap}. In brackets is the range in which "
        "the true lead lies, as far as these items can tell (95%).",
        values,
    )


def luck(about: Subject, found: Comparison) -> Message:
    """Whether the best model's lead over the next may be luck, and how p says so."""
    p = float(about.p[1])
    if math.isnan(p):
        return Message("It cannot be told: too few items are independent of one another, so nothing was tested.")
    ids = about.board["id"].tolist()
    family = verdict.correction(ids, about.comparisons, len(ids) * (len(ids) - 1) // 2)
    values = {"p": verdict.sure(p), "n": 1000 * p, "family": family}
    if family != ONE:
        return _among_all(values, p, verdict.outlook(found))
    if p < 0.001:
        return Message(
            "Hardly: of two equally good models, one would lead by this much in fewer than 1 of 1,000 such comparisons "
            "({p}, {family}).",
            values,
        )
    if p < multiple.ALPHA:
        return Message(
            "Unlikely: of two equally good models, one would lead by this much in about {n:.0f} of 1,000 such "
            "comparisons ({p}, {family}).",
            values,
        )
    more = verdict.outlook(found)
    return Message(
        "Yes, it may be: of two equally good models, one would lead by this much in about {n:.0f} of 1,000 such "
        "comparisons ({p}, {family}; below 0.05 it would count as unlikely). {more}",
        values | {"more": more or ""},
    )


def _among_all(values: dict[str, object], p: float, more: Message | None) -> Message:
    """The same where p is corrected: it is then about the pair that parts most among all that were compared."""
    if p < 0.001:
        return Message(
            "Hardly: if all these models were equally good, some two of them would part as clearly as these in fewer "
            "than 1 of 1,000 such comparisons of them all ({p}, {family}).",
            values,
        )
    if p < multiple.ALPHA:
        return Message(
            "Unlikely: if all these models were equally good, some two of them would part as clearly as these in about "
            "{n:.0f} of 1,000 such comparisons of them all ({p}, {family}).",
            values,
        )
    return Message(
        "Yes, it may be: if all these models were equally good, some two of them would part as clearly as these in "
        "about {n:.0f} of 1,000 such comparisons of them all ({p}, {family}; below 0.05 it would count as unlikely). "
        "{more}",
        values | {"more": more or ""},
    )

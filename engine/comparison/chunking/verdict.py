"""Which way to cut is best for a model, is it luck, and is a longer reader better or only longer? In sentences."""

import pandas as pd

from engine import plugins
from engine.comparison.chunking.grid import EQUAL, WHOLE
from engine.comparison.chunking.kept import BUDGET, SCORE, SHARE, Study
from engine.metrics.names import title
from engine.notation import fixed, interval
from engine.statistics.multiple import ALPHA
from engine.types import Message

MEASURES = {
    SCORE: Message("score of documents"),
    SHARE: Message("share of the evidence in a reader's first {budget} tokens", {"budget": BUDGET}),
}


def measures(found: Study) -> list[str]:
    """What the ways to cut of a study can be compared by; the share of the evidence first, where it has any."""
    return [SHARE, SCORE] if found.facts["evidence"] else [SCORE]


def measure(found: Study, by: str) -> Message | str:
    """What is compared by, as people call it."""
    return title(plugins.tasks()["retrieval"].main_metric) if by == SCORE else MEASURES[by]


def best(found: Study, model: str, by: str) -> Message:
    """The best way to cut for a model: against whole documents, and against the second best."""
    judged = found.judged[(found.judged["model"] == model) & (found.judged["by"] == by)].set_index("arm")
    second = found.seconds[(found.seconds["model"] == model) & (found.seconds["by"] == by)].iloc[0]
    row = judged.loc[second["best"]]
    values = {
        "model": model, "cut": called(found, model, second["best"]), "n": int(second["ways"]),
        "value": interval(row["value"], row["low"], row["high"]), "measure": measure(found, by),
        "whole": fixed(judged.loc[WHOLE, "value"]), "against": _against(row),
        "other": called(found, model, second["second"]), "second": _second(second),
        "queries": int(found.facts["evidence"] if by == SHARE else found.facts["queries"]),
    }  # fmt: skip
    if second["second"] == WHOLE:
        return Message(
            "{model}, on {queries} queries: {cut} gives {value} {measure}, whole documents {whole}: {against}.", values
        )
    return Message(
        "{model}, on {queries} queries: of {n} ways to cut, {cut} is best, {value} {measure}; whole documents give "
        "{whole}: {against}. The second, {other}, {second}.",
        values,
    )


def _against(row: pd.Series) -> Message:
    values = {"gap": interval(row["gap"], row["gap_low"], row["gap_high"], sign=True), "p": row["p"]}
    if not row["p"] < ALPHA:
        return Message("{gap}, which may be luck (p = {p:p}, corrected for all pairs)", values)
    if row["gap"] > 0:
        return Message("cutting is better by {gap} (p = {p:p}, corrected for all pairs)", values)
    return Message("cutting is worse by {gap} (p = {p:p}, corrected for all pairs)", values)


def _second(second: pd.Series) -> Message:
    values = {"gap": interval(second["gap"], second["gap_low"], second["gap_high"], sign=True), "p": second["p"]}
    if second["p"] < ALPHA:
        return Message("is behind it by {gap} (p = {p:p})", values)
    return Message("cannot be told apart from it (p = {p:p}): that this one won may be luck", values)


def called(found: Study, model: str, arm: str) -> Message:
    """A way to cut as people say it."""
    if arm == WHOLE:
        return Message("whole documents")
    if arm == EQUAL:
        return Message("equal texts")
    cell = found.cells[(found.cells["model"] == model) & (found.cells["arm"] == arm)].iloc[0]
    splitter = Message(plugins.splitters()[cell["splitter"]].title)  # collected with the records
    values = {"splitter": splitter, "size": int(cell["size"]), "overlap": int(cell["overlap"])}
    if not cell["overlap"]:
        return Message("{splitter}, {size} tokens", values)
    return Message("{splitter}, {size} tokens, {overlap} of them repeated", values)


def length(found: Study) -> Message | None:
    """Whether the best model on whole documents is better, or only reads further than the second; None of one model."""
    if found.pairs.empty:
        return None
    whole = found.judged[(found.judged["arm"] == WHOLE) & (found.judged["by"] == SCORE)]
    first, other = whole.sort_values("value", ascending=False, kind="stable")["model"].iloc[:2]
    arms = {arm: _pair(found.pairs[found.pairs["arm"] == arm], first, other) for arm in set(found.pairs["arm"])}
    values = {"first": first, "other": other, "metric": title(plugins.tasks()["retrieval"].main_metric)}
    values |= {f"{arm}_gap": interval(one["gap"], one["low"], one["high"], sign=True) for arm, one in arms.items()}
    if EQUAL not in arms:
        return Message("Every model reads every document to its end: their lengths explain no difference.", values)
    if not arms[WHOLE]["p"] < ALPHA:
        return Message(
            "On whole documents {first} and {other} cannot be told apart ({metric} {whole_gap}); on texts that all "
            "models read to their end it is {equal_gap}.",
            values,
        )
    if arms[EQUAL]["p"] < ALPHA and arms[EQUAL]["gap"] > 0:
        return Message(
            "{first} is better than {other} on whole documents ({metric} {whole_gap}), and on equal texts, which all "
            "models read to their end ({equal_gap}): it is the model, not only how far it reads.",
            values,
        )
    if arms[EQUAL]["p"] < ALPHA:
        return Message(
            "{first} is better than {other} on whole documents ({metric} {whole_gap}), but worse on equal texts, which "
            "all models read to their end ({equal_gap}): how far it reads sets it apart, not how well.",
            values,
        )
    return Message(
        "{first} is better than {other} on whole documents ({metric} {whole_gap}), but not on equal texts, which all "
        "models read to their end ({equal_gap}): how far it reads may be all that sets it apart.",
        values,
    )


def _pair(pairs: pd.DataFrame, first: str, other: str) -> dict[str, float]:
    row = pairs[pairs["a"].isin([first, other]) & pairs["b"].isin([first, other])].iloc[0]
    if row["a"] == first:
        return {name: float(row[name]) for name in ("gap", "low", "high", "p")}
    return {"gap": -float(row["gap"]), "low": -float(row["high"]), "high": -float(row["low"]), "p": float(row["p"])}


def notes(found: Study) -> list[Message]:
    """What else a reader of the study should know."""
    facts, said = found.facts, []
    if not facts["evidence"]:
        said.append(
            Message(
                "The judgements name no evidence (start and end, or a quotation), so only documents are compared: a "
                "document is found by any of its chunks, and that hides much of what cutting does."
            )
        )
    if facts["lost"]:
        said.append(Message("Judgements that quote a text which is not in their document: {n}; they are left out.",
                            {"n": int(facts["lost"])}))  # fmt: skip
    if facts["empty"]:
        said.append(Message("Documents without any text: {n}; each stays one empty chunk.", {"n": int(facts["empty"])}))
    cells = found.cells[~found.cells["arm"].isin([WHOLE, EQUAL])]
    if len(cells) and (cells["vectors"] == facts["documents"]).all():
        said.append(Message("Every document is shorter than a chunk: all ways to cut are the same."))
    return said

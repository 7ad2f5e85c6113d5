"""What suspects, judgements and marks are called, and how each task's score is defined."""

import json
from typing import Any

from engine.confusions import label_text
from engine.marks import Mark
from pages.parts.language import _


def definition(task: str) -> str:
    """How the score of a suspect is made, for the task at hand; every model counts by its main score."""
    said = {
        "ranking": _(
            "Lacking judgement: a document that is not judged relevant, though more than half of the models have it among their first ten. Its score is the mean gain of its ranks (1 / log2(1 + rank)), less the more the better a judged document already stands. Wrong judgement: a relevant document that no model has among its first ten. Its score is the mean of log(rank) / log(number of documents): 0 the first place, 1 the last."
        ),
        "classification": _(
            "For every text, the share of each label among its 15 nearest texts (weighted by cosine), and among the predictions of the experiments, half each. The score is by how much the share of the strongest other label exceeds that of the label in the data: 0 not at all, 1 wholly."
        ),
        "clustering": _(
            "For every text, the share of each label among its 15 nearest texts, weighted by cosine. The score is by how much the share of the strongest other label exceeds that of the label in the data: 0 not at all, 1 wholly."
        ),
        "graded": _(
            "The rank that a model gives an item less the rank that people give it, as a share of all items: the residual. The score is the size of the models' mean residual, times the share of the models whose residual has the same sign. 0 where they agree with the data, near 1 where first and last are exchanged."
        ),
        "pair_classification": _(
            "How probable each model holds the other label, by logistic regression of the label on its similarity. The score is the mean over the models; only pairs above one half are shown."
        ),
        "bitext_mining": _(
            "At which rank the own translation stands, in both directions: log(rank) / log(number of lines), 0 the first place, 1 the last. The score is the mean over directions and models; only lines that most models miss in both directions are shown."
        ),
    }
    kind = {"retrieval": "ranking", "reranking": "ranking", "sts": "graded", "summarization": "graded"}.get(task, task)
    return said[kind] + " " + _("Models count by their main score.")


def kinds() -> dict[str, str]:
    """What kinds of suspicion are called."""
    return {
        "unjudged": _("probably relevant, not judged"),
        "relevant": _("probably relevant, judged not"),
        "irrelevant": _("probably not relevant"),
        "label": _("another label"),
        "alike": _("probably alike"),
        "not alike": _("probably not alike"),
        "too high": _("scored too high"),
        "too low": _("scored too low"),
        "line": _("probably no translation"),
    }


def judgement(task: str, written: str) -> str:
    """A judgement as a person reads it, out of JSON."""
    value = json.loads(written)
    if task in ("retrieval", "reranking"):
        return (
            _("not judged")
            if value is None
            else _("relevant {grade}", grade=f"{value:g}")
            if value > 0
            else _("not relevant")
        )
    if task == "pair_classification":
        return _("alike") if value else _("not alike")
    if value is None:
        return _("no translation here")
    return f"{value:.3g}" if isinstance(value, float) else label_text(value)


def says(task: str, value: Any) -> str:
    """What one model says, as a person reads it."""
    if task in ("retrieval", "reranking"):
        return _("not among its first ten") if value is None else _("rank {n}", n=f"{value:,}")
    if task in ("classification", "clustering"):
        return f"{label_text(value[0])} ({value[1]:.0%})"
    if task == "pair_classification":
        return _("the other label: {share}", share=f"{value:.0%}")
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def marked(task: str, mark: Mark | None) -> str:
    """What has been said of a judgement, in a few words."""
    if mark is None:
        return ""
    words = {"keep": _("right as it is"), "drop": _("to be dropped")}
    return words.get(mark.action) or f"→ {judgement(task, json.dumps(mark.value))}"

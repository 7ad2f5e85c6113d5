"""What suspects, judgements and marks are called, and how each task's score is defined."""

import json
from typing import Any

from engine.datasets.marks import Mark
from engine.inspection.confusions import label_text
from engine.notation import fixed, percent
from pages.parts.language import _, together


def definition(task: str) -> str:
    """How the score of a suspect is made, for the task at hand; every model counts by its main score."""
    said = {
        "ranking": _(
            "Found by most, not judged or judged not relevant: a document that is not judged relevant, though more than half of the models have it among their first ten. Its score is the mean gain of its ranks (1 / log2(1 + rank)), less up to half of it, the more the better a judged document already stands; what is judged not relevant scores half; it is likely a mistake where two models put it first. Probably not relevant: a relevant document that no model has among its first ten, or the first quarter of fewer than forty candidates. Its score is the mean of log(rank) / log(number of documents), 0 the first place and 1 the last; half of it counts by the gain of the best document that nobody judged."
        ),
        "classification": _(
            "For every text, the share of each label among its 15 nearest texts (weighted by cosine), and among the predictions of the experiments, half each. The score is by how much the share of the strongest other label exceeds that of the label in the data: 0 not at all, 1 wholly."
        ),
        "clustering": _(
            "For every text, the share of each label among its 15 nearest texts, weighted by cosine. The score is by how much the share of the strongest other label exceeds that of the label in the data: 0 not at all, 1 wholly."
        ),
        "graded": _(
            "What a linear regression on the cosines of all models expects an item to be scored, having learnt from the other items only (ten folds). The score is how far that lies from the score in the data, as a share of the range: 0 the same, 1 the other end; from a quarter of the range on it counts as contradicted. Summaries are compared with those of the same text."
        ),
        "pair_classification": _(
            "How probable the other label is, by logistic regression on the similarities of all models, having learnt from the other pairs only (ten folds). Only pairs above one half are shown."
        ),
        "bitext_mining": _(
            "By how much another line is nearer than the own translation: the difference of the similarities, the mean of both directions and of the models. Only lines that most models miss in both directions are shown."
        ),
    }
    kind = {"retrieval": "ranking", "reranking": "ranking", "sts": "graded", "summarization": "graded"}.get(task, task)
    weighed = kind in ("graded", "pair_classification")  # the regression has weighed them
    return said[kind] if weighed else together(said[kind], _("Models are weighted by their main score."))


def kinds() -> dict[str, str]:
    """What kinds of suspicion are called."""
    return {
        "unjudged": _("found by most, not judged"),
        "relevant": _("found by most, judged not relevant"),
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
        return f"{label_text(value[0])} ({percent(value[1])})"
    if task == "pair_classification":
        return _("the other label: {share}", share=percent(value))
    return fixed(value, 2) if isinstance(value, float) else str(value)


def marked(task: str, mark: Mark | None) -> str:
    """What has been said of a judgement, in a few words."""
    if mark is None:
        return ""
    words = {"keep": _("right as it is"), "drop": _("to be dropped")}
    return words.get(mark.action) or f"→ {judgement(task, json.dumps(mark.value))}"

"""Which three items tell most about two models, and what did each make of them? Shown with their texts."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from engine.comparison.report.markup import element, facts, inside
from engine.comparison.report.picture import interval
from engine.comparison.report.subject import Subject
from engine.inspection.confusions import label_text
from engine.results import frames
from engine.texts.widths import shortened
from engine.types import Dataset, Message

ALONE = Message("Hardest for {best}")
KINDS = (
    Message("Where {second} does better than {best}"),
    Message("Where {best} does better than {second}"),
    Message("Hardest for both"),
)
CALLED = {
    "text": Message("text"),
    "sentence1": Message("first sentence"),
    "sentence2": Message("second sentence"),
    "machine_summary": Message("summary by a machine"),
}
"""What the columns of texts are called."""
LONGEST = 300
"""Latin letters that fit in where a text is quoted; a Chinese one is two."""


def shown(about: Subject, sides: list[pd.DataFrame]) -> Iterator[str]:
    """The items of the first one or two models, whose tables hold the same items row for row."""
    labels = about.board["label"].head(2).tolist()
    named = dict(zip(("best", "second"), labels, strict=False))
    for kind, row in telling([side["measure"].to_numpy(float) for side in sides]).items():
        rows = [side.iloc[row] for side in sides]
        heading = element("h3", about.say(Message(kind, named)))
        yield inside("div", [heading, _item(about, labels, rows)], "case")


def telling(went: list[np.ndarray]) -> Mapping[str, int]:
    """What an item tells -> its row, by how well the items went (0 to 1) under one model or two."""
    if not len(went[0]):
        return {}
    if len(went) == 1:
        return {ALONE.template: int(np.nanargmin(went[0]))}
    best, other = went
    away = best - other
    second_better, best_better, hardest = (one.template for one in KINDS)
    found = {}
    if np.nanmin(away) < 0:
        found[second_better] = int(np.nanargmin(away))
    if np.nanmax(away) > 0:
        found[best_better] = int(np.nanargmax(away))
    worst = int(np.nanargmin(np.fmax(best, other)))
    return found if worst in found.values() else found | {hardest: worst}


def _item(about: Subject, labels: list[str], rows: list[pd.Series]) -> str:
    """One item: its texts, what would have been right, and what each model made of it with its per-item score."""
    say = about.say
    texts = frames.item_texts(about.dataset, pd.DataFrame([rows[0]]).reset_index(drop=True)).iloc[0]
    told: list[tuple[object, object]] = [
        (say(CALLED[name]), _quoted(texts[name])) for name in frames.ITEM_TEXTS[about.dataset.task][1]
    ]
    told.append((say(Message("right answer")), _right(about.dataset, rows[0])))
    for label, row in zip(labels, rows, strict=True):
        score = say(Message("score {score}", {"score": interval(float(row["measure"]), np.nan, np.nan)}))
        made = _made(about.dataset, row)
        told.append((label, f"{score} · {say(made)}" if made else score))
    return facts(told)


def _right(dataset: Dataset, row: pd.Series) -> str:
    """What people said: the document to be found, the label, the rating; empty where it stands among the texts."""
    if "relevant_ids" in row:
        return _document(frames.missed(row, dataset))
    name = "gold" if "gold" in row else "label"
    return label_text(row[name]) if name in row else ""


def _made(dataset: Dataset, row: pd.Series) -> Message | None:
    """What a model made of an item; None where its score says all."""
    if "top_ids" in row and len(row["top_ids"]):
        return Message("found first: {text}", {"text": _document(frames.ranking(row, dataset, limit=1))})
    if "found" in row:
        text = dataset.tables["pairs"]["sentence2"].iloc[int(row["found"])]
        return Message("found first: {text}", {"text": _quoted(text)})
    if "predictions" in row:
        most = pd.Series([label_text(one) for one in row["predictions"]]).value_counts(sort=True).index[0]
        return Message("took it for: {label}", {"label": most})
    if "similarity" in row:
        return Message("similarity {value}", {"value": interval(float(row["similarity"]), np.nan, np.nan)})
    return None


def _document(found: pd.DataFrame) -> str:
    """The first document of a table, with its title."""
    if found.empty:
        return ""
    parts = [str(found[name].iloc[0]) for name in ("title", "text") if name in found and pd.notna(found[name].iloc[0])]
    return _quoted("\n".join(filter(None, parts)))


def _quoted(value: object) -> str:
    return shortened(str(value), LONGEST)

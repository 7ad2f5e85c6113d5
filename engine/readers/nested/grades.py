"""Which of a question's passages are right, by their column's name or as they say it themselves?"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.texts import label_words
from engine.texts.column_names import plain, words
from engine.types import Message

FLAGS = (
    "is_selected", "is_supporting", "is_positive", "is_correct", "correct", "relevant", "is_relevant",
    "has_answer", "hasanswer", "gold", "is_gold", "golden", "accepted", "is_accepted", "is_answer", "is_best",
    "采纳", "是否采纳", "已采纳", "相关", "是否相关", "正确", "是否正确", "最佳", "是否最佳", "label", "human_label",
    "gold_label", "标签", "relevance", "relevancy", "judgment", "judgement", "相关性", "grade", "score",
)  # fmt: skip
"""Fields by which a passage says itself whether it answers; the first of them also where others hold nothing."""
GRADES = ("score",)
"""Those of them that are a search engine's own too."""
RIGHT = {
    "gold", "golden", "correct", "right", "relevant", "positive", "positives", "supporting", "evidence",
    "正确", "相关", "标准", "黄金",
}  # fmt: skip
"""Words in the name of a column that holds, or names, the right passages."""
RETRIEVED = {
    "retrieved", "retrieval", "prediction", "predictions", "predicted", "output", "candidate", "candidates",
    "候选", "检索", "召回",
}  # fmt: skip
"""Words in the name of a column that holds what a search found, right or not."""
NAMING = {
    "id", "ids", "idx", "index", "indices", "pid", "pids", "docid", "docids", "passage", "passages", "context",
    "contexts", "ctx", "ctxs", "doc", "docs", "document", "documents", "编号", "序号", "段落", "文档",
}  # fmt: skip
"""Words in the name of a field that names passages."""
COUNTING = {"count", "counts", "num", "number", "total", "rate", "score", "数", "数量"}
"""Words in the name of a field that counts what is right and names nothing."""
MARKS = ("labels", "label", "relevance", "relevances", "judgments", "judgements", "grades", "is_selected", "标签")
"""Fields of a record that hold as many judgements as there are passages."""
KEYS = ("label", "key", "id", "option")
"""Fields by which a choice is called."""
ANSWERS = ("answerkey", "answer_key", "answer", "correct_answer", "correct_option", "答案")
"""Fields of a record that call the right choice; `label` and its like do so only beside choices."""
OF_CHOICES = ("correct", "gold", "label")
CHOICES = {"choices", "options", "endings", "alternatives", "选项"}
"""Columns of which most are wrong."""


class Odd(ValueError):
    """What a record holds and no reading is known for: a sentence with a gap for the {file}."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.template)
        self.message = message


def first(record: Mapping[str, Any], names: Iterable[str]) -> str:
    """The first of these names that the record has; "" if none."""
    return next((name for name in names if record.get(name) not in (None, "")), "")


def one_text(cell: Any) -> str:
    """A text or a number as text; raises Odd for what is neither."""
    if cell is None:
        return ""
    if isinstance(cell, Mapping | list):
        raise Odd(Message("{file}: an object or a list stands where its other records hold a text."))
    return str(cell)


def meaning(field: str) -> str:
    """A field's own name in small letters, its words parted by underscores: hasAnswer, meta.label."""
    return "_".join(words(field.rpartition(".")[2]))


def spread(one: Mapping[str, Any]) -> dict[str, Any]:
    """A passage with the fields of the objects inside it as `object.field`."""
    made: dict[str, Any] = {}
    for name, cell in one.items():
        made |= {f"{name}.{key}": inner for key, inner in cell.items()} if isinstance(cell, Mapping) else {name: cell}
    return made


def flag(fields: Iterable[str]) -> str:
    """The field of these by which passages say themselves whether they are right; "" if none."""
    found = {meaning(one): one for one in fields}
    return next((found[name] for name in FLAGS if name in found), "")


def is_negative(column: str) -> bool:
    """Whether a column's name says that its passages are wrong."""
    return "neg" in column.lower() or "负" in column


def is_positive(column: str) -> bool:
    """Whether a column's name says that its passages are right."""
    return "pos" in column.lower() or "正例" in column


def says(name: str, sought: set[str]) -> bool:
    said = words(name)
    return bool(sought & {*said}) or any(not one.isascii() and one in name for one in sought)


def calls_right(column: str) -> bool:
    """Whether a column's name says that what it holds, or names, is right."""
    return says(column, RIGHT)


def is_retrieved(column: str) -> bool:
    """Whether a column's name says that a search found what it holds."""
    return says(column, RETRIEVED)


def by_itself(column: str, one: Mapping[str, Any], others: Sequence[str], known: str) -> float:
    """How relevant a passage is by its column's name, or as it says itself; raises Odd as `beside.grades` does."""
    if is_negative(column):
        return 0
    if is_positive(column):
        return 1 if one.get(FLAGS[0]) is None else _number(FLAGS[0], one[FLAGS[0]])
    is_choice = plain(column) in CHOICES
    there = {name: cell for name, cell in spread(one).items()
             if cell not in (None, "") and not (is_choice and meaning(name) in KEYS)}  # fmt: skip
    if said := flag(there):
        return _number(said, there[said])
    if is_choice:
        raise Odd(
            Message(
                "{file}: which of the {column} of a question are right is said by no field, such as answerKey beside "
                "them or is_correct inside each.",
                {"column": column},
            )
        )
    if known or (not calls_right(column) and any(calls_right(name) or is_positive(name) for name in others)):
        return 0  # others are said to be right
    if is_retrieved(column) and not calls_right(column):
        raise Odd(
            Message(
                "{file}: by its name, {column} holds what a search found, and nothing says which of that is right; a "
                "field such as is_relevant inside each passage would.",
                {"column": column},
            )
        )
    return 1


def number(said: Any) -> float | None:
    """What is said of a passage as a grade: a number, true or false, or a word that means one of them; else None."""
    try:
        return float(said)
    except (TypeError, ValueError):
        word = plain(said) if isinstance(said, str) else ""
    for means, grade in (("alike", 1.0), ("unlike", 0.0)):
        if word in label_words.words(means):
            return grade
    return None


def _number(field: str, said: Any) -> float:
    found = number(said)
    if found is not None:
        return found
    raise Odd(
        Message(
            "{file}: the field {field} of a passage is {value!r}, which does not say whether it is right; 1 and 0, "
            "true and false, or numbers that grade it would.",
            {"field": field, "value": said},
        )
    )

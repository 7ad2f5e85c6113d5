"""Exports of annotation tools and search engines: what are the texts of each record, and what was chosen for them?"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.texts.column_names import words
from engine.types import Message, Note

RATERS = {
    "annotator",
    "rater",
    "worker",
    "user",
    "labeler",
    "coder",
    "judge",
    "assessor",
    "evaluator",
    "expert",
    "标注人",
    "标注者",
    "标注员",
    "评分人",
    "打分人",
    "评委",
    "专家",
}
"""Words by which the field is called that names who gave a label."""
RATINGS = {"annotation", "annotations", "rating", "ratings", "judgments", "judgements", "scores", "raters", "评分"}
"""Words by which a field is called that lists what several raters gave."""
Record = Mapping[str, Any]


def is_annotated(records: Sequence[Record]) -> bool:
    """Whether all are tasks: an object of data, and a list of annotations with their results."""
    return bool(records) and all(
        isinstance(record.get("data"), Mapping) and isinstance(record.get("annotations"), list) for record in records
    )


def is_answered(records: Sequence[Record]) -> bool:
    """Whether all are Argilla's: an object of fields, and under each question's name a list of answers with a value."""
    return bool(records) and all(
        isinstance(record.get("fields"), Mapping) and isinstance(record.get("responses"), Mapping)
        and all(isinstance(answers, list) for answers in record["responses"].values())
        for record in records
    )  # fmt: skip


def answered(records: Iterable[Record]) -> Iterable[dict[str, Any]]:
    """One plain record each: its fields, and under each question's name the first answer that is there."""
    for record in records:
        given = {
            str(name): next((one["value"] for one in answers if isinstance(one, Mapping) and "value" in one), None)
            for name, answers in record["responses"].items()
        }
        yield {"id": record.get("id"), **record["fields"], **_there(given)}


def answer_notes(file: str, records: Iterable[Record]) -> tuple[Note, ...]:
    """How many records have a question with several answers, of which the first is used."""
    return _several(file, sum(any(len(one) > 1 for one in record["responses"].values()) for record in records))


def is_chosen(records: Sequence[Record]) -> bool:
    """Whether all are Prodigy's choices: options with ids, and a list of those that were accepted."""
    return bool(records) and all(
        isinstance(record.get("accept"), list) and isinstance(record.get("options"), list)
        and all(isinstance(one, Mapping) and "id" in one for one in record["options"])
        for record in records
    )  # fmt: skip


def chosen(records: Iterable[Record]) -> Iterable[dict[str, Any]]:
    """One plain record each: what the accepted option is called as its label, a list where there are several."""
    for record in records:
        texts = {one["id"]: one.get("text") or str(one["id"]) for one in record["options"]}
        labels = [texts.get(one, str(one)) for one in record["accept"]]
        plain = {name: cell for name, cell in record.items() if name not in ("options", "accept", "config", "meta")
                 and not isinstance(cell, Mapping | list)}  # fmt: skip
        yield {**plain, "label": labels[0] if len(labels) == 1 else labels or None}


def is_rated(records: Sequence[Record], name: str) -> bool:
    """Whether a field of all lists one object a rater, each with the same numbers, as SummEval's annotations do."""
    cells = [record.get(name) for record in records]
    return bool(RATINGS & {*words(name)}) and all(
        isinstance(cell, list) and bool(cell)
        and all(isinstance(one, Mapping) and bool(one) and {*one} == {*cell[0]} for one in cell)
        and all(type(number) in (int, float) for one in cell for number in one.values())
        for cell in cells
    )  # fmt: skip


def averaged(records: Iterable[Record], columns: Sequence[str]) -> Iterable[dict[str, Any]]:
    """The records with the mean of what the raters of these fields say, as `field.name` each."""
    for record in records:
        means = {
            f"{name}.{key}": sum(one[key] for one in record[name]) / len(record[name])
            for name in columns for key in record[name][0]
        }  # fmt: skip
        yield {name: cell for name, cell in record.items() if name not in columns} | means


def mean_notes(file: str, columns: Iterable[str]) -> tuple[Note, ...]:
    """That the mean of several raters' numbers is used."""
    return tuple(
        Note(Message("{file}: of the numbers that several raters gave in {column} the mean is used.",
                     {"file": file, "column": one}))
        for one in columns
    )  # fmt: skip


def is_found(records: Sequence[Record]) -> bool:
    """Whether all are Elasticsearch's: an index, an id, and an object of what was stored."""
    return bool(records) and all({"_index", "_source"} <= {*record} and isinstance(record["_source"], Mapping)
                                 for record in records)  # fmt: skip


def sources(records: Iterable[Record]) -> Iterable[dict[str, Any]]:
    """What was stored under each id, without what one search said of it."""
    for record in records:
        yield {"_id": record.get("_id"), **record["_source"]}


def flattened(records: Iterable[Record]) -> Iterable[dict[str, Any]]:
    """One plain record a task: its data, and under each control's name what the first annotation chose."""
    for record in records:
        chosen = {
            str(result["from_name"]): _value(result["value"])
            for one in _made(record)[:1]
            for result in one.get("result") or ()
            if isinstance(result, Mapping) and isinstance(result.get("value"), Mapping) and "from_name" in result
        }
        yield {"id": record.get("id"), **record["data"], **_there(chosen)}


def _made(record: Record) -> list[Record]:
    """The annotations that were not cancelled."""
    found = [one for one in record.get("annotations") or () if isinstance(one, Mapping)]
    return [one for one in found if not one.get("was_cancelled")]


def _value(value: Record) -> Any:
    """Choices as a list, or as a text where there is one; a rating or a number; nothing of what marks parts."""
    choices = value.get("choices")
    if isinstance(choices, list):
        return choices[0] if len(choices) == 1 else choices
    return value.get("rating", value.get("number"))


def _there(answers: Record) -> dict[str, Any]:
    """The answers that say anything; 0 does."""
    return {name: one for name, one in answers.items() if one not in (None, "", [])}


def raters(cell: Any) -> bool:
    """Whether a cell lists what several raters said of one text: a label each, beside who gave it."""
    return (
        isinstance(cell, list) and bool(cell)
        and all(isinstance(one, Mapping) and isinstance(one.get("label"), str | int) for one in cell)
        and any(RATERS & {*words(str(name))} for one in cell for name in one)
    )  # fmt: skip


def majority(cell: Any) -> Any:
    """The label that more raters gave than any other; None where there is none."""
    counts = Counter(str(one["label"]) for one in cell).most_common(2)
    return None if len(counts) > 1 and counts[0][1] == counts[1][1] else counts[0][0]


def rated_notes(file: str, records: Iterable[Record], columns: Iterable[str]) -> tuple[Note, ...]:
    """That of several raters' labels the commonest is used, and how many texts have none that is commonest."""
    columns = [*columns]
    if not columns:
        return ()
    cells = [record.get(name) for record in records for name in columns]
    open_ones = sum(raters(cell) and majority(cell) is None for cell in cells)
    message = Message(
        "{file}: several raters labelled each text; the label that most of them gave is used, and {count} "
        "{count:text has|texts have} none, for they were divided.",
        {"file": file, "count": open_ones},
    )
    return (Note(message),)


def notes(file: str, records: Iterable[Record]) -> tuple[Note, ...]:
    """How many tasks have several annotations, of which the first is used."""
    return _several(file, sum(len(_made(record)) > 1 for record in records))


def _several(file: str, several: int) -> tuple[Note, ...]:
    message = Message(
        "{file}: {count} {count:text was|texts were} annotated more than once; the first annotation is used.",
        {"file": file, "count": several},
    )
    return (Note(message),) if several else ()

"""Exports of annotation tools and search engines: what are the texts of each record, and what was chosen for them?"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.texts.column_names import words
from engine.types import Message, Note

RATERS = {"annotator", "rater", "worker", "user", "labeler", "coder", "judge", "标注人", "标注者", "标注员", "评分人"}
"""Words by which the field is called that names who gave a label."""
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
        yield {"id": record.get("id"), **record["fields"], **{name: one for name, one in given.items() if one}}


def answer_notes(file: str, records: Iterable[Record]) -> tuple[Note, ...]:
    """How many records have a question with several answers, of which the first is used."""
    return _several(file, sum(any(len(one) > 1 for one in record["responses"].values()) for record in records))


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
        yield {"id": record.get("id"), **record["data"], **{name: cell for name, cell in chosen.items() if cell}}


def _made(record: Record) -> list[Record]:
    """The annotations that were not cancelled."""
    found = [one for one in record.get("annotations") or () if isinstance(one, Mapping)]
    return [one for one in found if not one.get("was_cancelled")]


def _value(value: Record) -> Any:
    """Choices as a list, or as a text where there is one; a rating; nothing of what marks parts of a text."""
    choices = value.get("choices")
    if isinstance(choices, list):
        return choices[0] if len(choices) == 1 else choices
    return value.get("rating")


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

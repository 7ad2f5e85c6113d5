"""A file that is one JSON object: which tables does it hold?"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from engine.readers import header
from engine.readers.frames import frame
from engine.readers.kinds import NoTable
from engine.readers.nested import records
from engine.readers.nested.grades import first, one_text
from engine.readers.nested.passages import TEXTS, TITLES, squad
from engine.types import Message, Note, Reading

QRELS = ("relevant_docs", "qrels", "relevant_documents", "relevance")
SHOWN = 8
LONG = 3
"""Words that a text has, at least."""


def tables(file: str, stem: str, value: Mapping[str, Any]) -> Reading:
    """The tables of one object, by its form; raises NoTable where it is none that is known."""
    judged = first(value, QRELS)
    if {"queries", "corpus"} <= {*value} and judged:
        return Reading(
            {"corpus": _texts(value["corpus"]), "queries": _texts(value["queries"]), "qrels": _qrels(value[judged])}
        )
    hits = value.get("hits")
    if isinstance(hits, Mapping) and isinstance(hits.get("hits"), list) and hits["hits"]:  # Elasticsearch
        return rows(file, stem, hits["hits"])
    data = value.get("data")
    if {"columns", "data"} <= {*value} and isinstance(data, list):  # pandas, orient="split"
        names = [str(name) for name in value["columns"]]
        return rows(file, stem, [dict(zip(names, row, strict=False)) for row in data])
    if isinstance(data, list) and data and isinstance(data[0], Mapping) and {"paragraphs", "qas"} & {*data[0]}:
        return records.contexts(file, squad(value))
    lists = {name: cells for name, cells in value.items() if isinstance(cells, list) and cells}
    if len(lists) == len(value) and _are_ids(lists):
        return Reading({stem: _qrels(value).drop(columns="score")})
    if lists and len(lists) == len(value) and _are_columns(lists):
        return rows(file, stem, [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)])
    if lists and len(lists) == len(value) and all(map(_are_spoken, lists.values())):
        return _spoken(stem, lists)
    splits = {name: cells for name, cells in lists.items() if all(isinstance(one, Mapping | list) for one in cells)}
    if splits:
        return _splits(file, value, splits)
    if value and all(isinstance(one, Mapping) for one in value.values()):
        return _dictionary(file, stem, value)
    if len(value) > 1 and all(isinstance(one, str) for one in value.values()):
        both = [[*value], [*value.values()]]
        return Reading({stem: _pairs(*both) if all(map(_are_texts, both)) else _texts(value)})
    if len(value) > 1 and all(
        isinstance(one, list) and all(isinstance(each, str) for each in one) for one in value.values()
    ):
        return Reading({stem: _listed(value) if all(map(_are_texts, value.values())) else _qrels(value)})
    raise _unknown(file, value)


def _listed(value: Mapping[str, list[str]]) -> pd.DataFrame:
    """Lists of texts, each under a text, such as its question, or under their label."""
    keys, texts = zip(*((key, text) for key, of in value.items() for text in of), strict=True)
    if _are_texts([*value]):
        return _pairs([*keys], [*texts])
    return pd.DataFrame({"text": texts, "label": keys}, dtype="str")


def _pairs(first: list[str], second: list[str]) -> pd.DataFrame:
    """Two texts a row, under no name."""
    return pd.DataFrame({"column 1": first, "column 2": second}, dtype="str")


def _are_texts(cells: list[str]) -> bool:
    """Whether most have several words, or as many characters as those have where no blanks part them."""
    long = [len(one.split()) >= LONG or (not one.isascii() and len(one) >= 2 * LONG) for one in cells]
    return sum(long) > 0.5 * len(long)


def _unknown(file: str, value: Mapping[str, Any]) -> NoTable:
    keys = ", ".join(list(value)[:SHOWN]) + (", …" if len(value) > SHOWN else "")
    return NoTable("{file} is one JSON object ({keys}) in no form of a table that is known.", file=file, keys=keys)


def _are_ids(lists: Mapping[str, list[Any]]) -> bool:
    """Whether numbers that count no columns name each a list of other numbers: a question's candidates."""
    counted = {str(number + start) for number in range(len(lists)) for start in (0, 1)}
    if len(lists) < 2 or not all(name.lstrip("-").isdecimal() for name in lists) or {*lists} <= counted:
        return False
    return all(isinstance(one, int) and not isinstance(one, bool) for cells in lists.values() for one in cells)


def _are_spoken(cells: list[Any]) -> bool:
    """Whether all records are an utterance of SNIPS: a list of its parts in order, each with its text."""
    return all(
        isinstance(one, Mapping) and {*one} == {"data"} and isinstance(one["data"], list)
        and all(isinstance(part, Mapping) and isinstance(part.get("text"), str) for part in one["data"])
        for one in cells
    )  # fmt: skip


def _spoken(stem: str, lists: Mapping[str, list[Any]]) -> Reading:
    """Utterances under the name of what is meant by them, as text and label."""
    made = [
        ("".join(part["text"] for part in one["data"]).strip(), name) for name, cells in lists.items() for one in cells
    ]
    return Reading({stem: pd.DataFrame(made, columns=["text", "label"]).astype("str")})


def _are_columns(lists: Mapping[str, list[Any]]) -> bool:
    """Whether all lists are equally long and of single values: columns, not splits."""
    if len({len(cells) for cells in lists.values()}) > 1:
        return False
    return not any(isinstance(one, Mapping | list) for cells in lists.values() for one in cells[:SHOWN])


def rows(file: str, stem: str, found: Iterable[Mapping[str, Any]]) -> Reading:
    """Records that are in memory already, as a table."""
    found = list(found)
    try:
        plain = [{str(name): records.value(cell) for name, cell in record.items()} for record in found]
    except records.Nested:
        return records.tables(file, stem, lambda: iter(found))
    names = dict.fromkeys(name for record in plain for name in record)
    return Reading({stem: frame([{name: [record.get(name) for record in plain] for name in names}])})


def named(file: str, arrays: list[list[Any]]) -> tuple[list[dict[str, Any]], bool]:
    """Rows written as arrays, as records: under the names in the first of them, or numbered; whether it has names."""
    width = max(map(len, arrays))
    texts = [[None if one is None else str(one) for one in row] for row in arrays[: header.ROWS]]
    is_header = len(arrays) > 2 and header.evidence(texts) >= header.SURE
    names = (
        [texts[0][at] or f"column {at + 1}" for at in range(width)]
        if is_header
        else [f"column {at}" for at in range(1, width + 1)]
    )
    return [dict(zip(names, row, strict=False)) for row in arrays[is_header:]], is_header


def _splits(file: str, value: Mapping[str, Any], splits: Mapping[str, list[Any]]) -> Reading:
    """A table for each of the lists of records; what else the object holds is told."""
    made: dict[str, pd.DataFrame] = {}
    notes: list[Note] = []
    for name, cells in splits.items():
        kinds = {isinstance(one, list) for one in cells}
        if len(kinds) > 1 or (True in kinds and not all(map(records.is_plain, cells))):
            raise _unknown(file, value)
        found = named(file, cells)[0] if True in kinds else cells
        reading = rows(file, name, found)
        notes += reading.notes
        made |= {
            table if table == name or len(splits) == 1 else f"{name}/{table}": one
            for table, one in reading.tables.items()
        }
    others = [name for name in value if name not in splits]
    if others:
        message = Message(
            "{file}: beside its records it holds {keys}, which were left out.",
            {"file": file, "keys": ", ".join(others[:SHOWN])},
        )
        notes.append(Note(message))
    return Reading(made, tuple(notes))


def _dictionary(file: str, stem: str, value: Mapping[str, Mapping[str, Any]]) -> Reading:
    """An object of objects: pandas' columns of numbered rows, judgements by query, or records by id."""
    keys = [*next(iter(value.values()))]
    if keys == [str(number) for number in range(len(keys))] and all([*one] == keys for one in value.values()):
        return rows(
            file,
            stem,
            [dict(zip(value, row, strict=True)) for row in zip(*(one.values() for one in value.values()), strict=True)],
        )
    inner = [each for one in value.values() for each in one.values()]
    if all(isinstance(each, int | float) for each in inner) and len({*keys} & {*value}) < len(keys):
        return Reading({stem: _qrels(value)})
    shared = set.intersection(*({*one} for one in value.values()))
    if not shared or len(value) < 2:
        raise _unknown(file, value)
    return rows(file, stem, [{"id": name, **one} for name, one in value.items()])


def _texts(value: Any) -> pd.DataFrame:
    """{id: text}, {id: {title, text}} or a list of records as a table with an id."""
    if isinstance(value, list):
        made = [{name: one_text(cell) for name, cell in one.items()} for one in value]
    else:
        made = [{"id": name, **_document(one)} for name, one in value.items()]
    return pd.DataFrame(made).astype("str")


def _document(one: Any) -> dict[str, str]:
    if not isinstance(one, Mapping):
        return {"text": one_text(one)}
    title = first(one, TITLES)
    return ({"title": one_text(one[title])} if title else {}) | {"text": one_text(one.get(first(one, TEXTS)))}


def _qrels(value: Mapping[str, Any]) -> pd.DataFrame:
    """{query: [documents]} or {query: {document: grade}} as judgements."""
    made = [
        (query, one_text(document), "1" if isinstance(own, list) else one_text(own[document]))
        for query, own in value.items()
        for document in own
    ]
    return pd.DataFrame(made, columns=["query_id", "corpus_id", "score"]).astype("str")

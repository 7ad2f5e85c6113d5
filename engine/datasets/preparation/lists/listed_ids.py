"""Which column of a table names rows of another: the documents that answer a question, one or several in a cell?"""

from dataclasses import dataclass

import pandas as pd

from engine.datasets.conversion import as_text, has_lists, spread
from engine.datasets.reading.identifiers import plain
from engine.datasets.recognition import tables as names
from engine.datasets.recognition.headers import AT_END, is_id, is_unnamed, likeness
from engine.texts.column_names import column, words
from engine.texts.column_names import names as id_words
from engine.types import BadDataset, Message, Tables

MEANT = (column("corpus_id", "id", "document_id"), column("positive", "texts", "positive"))
ASKED = column("query_id", "id", "query_id")
OWN = (column("id", "id", "id"), ASKED, MEANT[0])
PARTS = r"[;；,，、|\s]+"
HAN = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]{3}"
LONGEST = 60
"""Characters of an id."""
ROWS = 500
SHOWN = 3
RESERVED = "qrels"


@dataclass(frozen=True)
class _Link:
    """A column of `table` whose cells name `other.others`; share of them that stand there, in 0..1."""

    table: str
    column: str
    other: str
    others: str
    share: float


def with_judgements(tables: Tables) -> tuple[Tables, list[Message]]:
    """The tables with questions that name their documents as questions and judgements, and what was done.

    Raises:
        BadDataset: a column names documents by its own name, and none of them is there.
    """
    if len(tables) < 2 or RESERVED in tables or any(_is_link_table(table) for table in tables.values()):
        return tables, []
    links = [link for name in tables for link in _links(tables, name)]
    if not links:
        return tables, []
    best = max(
        links,
        key=lambda link: (
            link.share, _length(tables[link.other]) > _length(tables[link.table]), names.points(link.table)
        ),
    )  # fmt: skip
    if best.share < 0.5:
        if best.share == 0 and len(tables) == 2 and names.is_called("corpus", best.other):
            raise _apart(tables, best)
        return tables, []
    return _parted(tables, best)


def _length(table: pd.DataFrame) -> float:
    """How long the longest texts of a table are, in characters: documents are longer than what is asked of them."""
    return max((as_text(table[one]).head(ROWS).str.len().mean() for one in table if is_text(table[one])), default=0.0)


def _is_link_table(table: pd.DataFrame) -> bool:
    """Whether it is one of judgements already: it has two columns of ids and no text."""
    ids = [str(header) for header in table.columns if is_id(str(header))]
    return len(ids) > 1 and not any(is_text(table[header]) for header in table.columns)


def _links(tables: Tables, name: str) -> list[_Link]:
    """What columns of a table with texts name ids of another: by their own name, or by ids that are no numbers."""
    table, own = tables[name], own_id(tables[name])
    headers = [str(header) for header in table.columns]
    named = [one for one in headers if names_documents(one)]
    if names.is_called("corpus", name) or not any(is_text(table[one]) for one in headers if one not in named):
        return []
    found = []
    for header in headers:
        if header not in named and (header == own or likeness(ASKED, header) >= AT_END):
            continue
        asked = set(each_id(spread(table[header], ROWS)))
        if not asked or (header not in named and not all(map(is_coded, asked))):
            continue
        for other, target in tables.items():
            others = own_id(target) or (_nameless_id(target) if header in named else "")
            if other == name or not others or names.are_splits(name, other) or names.is_called("queries", other):
                continue
            known = set(plain(as_text(target[others].dropna())))
            share = len(asked & known) / max(1, len(asked))
            if share or header in named:
                found.append(_Link(name, header, other, others, share))
    return found


def is_coded(one: str) -> bool:
    """Whether an id is no plain number, which might as well count something, or names a file."""
    if one.lower().endswith(".txt"):
        return True
    return any(sign.isdigit() for sign in one) and (not one.isdigit() or (len(one) > 1 and one.startswith("0")))


def names_documents(header: str) -> bool:
    """Whether a column is called like documents, or their ids: doc_ids, relevant_docs, relevant_ids."""
    rest = "_".join(word for word in words(header) if word not in id_words("id_words"))
    return max(likeness(meant, one) for meant in MEANT for one in (header, rest)) >= AT_END


def own_id(table: pd.DataFrame) -> str:
    """The column that tells a table's rows apart: called an id, each of them once; "" without one."""
    for header in map(str, table.columns):
        ids = table[header].dropna()
        if max(likeness(meant, header) for meant in OWN) < AT_END and not is_id(header):
            continue
        if len(ids) and not has_lists(ids) and ids.is_unique:
            return header
    return ""


def _nameless_id(table: pd.DataFrame) -> str:
    """The first of two columns without names, where it tells rows apart and texts follow, as in MS MARCO's files."""
    first, *rest = map(str, table.columns)
    if len(rest) != 1 or not is_unnamed(first) or not is_unnamed(rest[0]) or not is_text(table[rest[0]]):
        return ""
    ids = table[first]
    return first if not has_lists(ids) and not is_text(ids) and ids.notna().all() and ids.is_unique else ""


def is_text(cells: pd.Series) -> bool:
    there = cells.dropna().head(ROWS)
    if not len(there) or has_lists(there):
        return False
    texts = as_text(there)
    if texts.nunique() <= 0.5 * len(texts) or texts.str.contains(r"[^\W\d_]{2}").mean() < 0.8:
        return False
    return bool((texts.str.contains(r"[^\W\d_]{2}.*\s[^\W\d_]{2}") | texts.str.contains(HAN)).mean() > 0.5)


def each_id(cells: pd.Series) -> pd.Series:
    """The ids one by one under the number of their row, whichever way several are written; none of texts."""
    if has_lists(cells):
        made = cells
    elif is_text(cells):
        return pd.Series([], dtype="str")
    else:
        texts = as_text(cells).str.strip(" []()\"'").str.replace(r"[\"']", "", regex=True)
        made = texts.str.split(PARTS, regex=True)
    ids = plain(made.explode().dropna().astype("str"))
    ids = ids[ids != ""]
    return ids if ids.str.len().max() <= LONGEST else ids.iloc[:0]


def _parted(tables: Tables, link: _Link) -> tuple[Tables, list[Message]]:
    """The table of a link as questions with an id each, and judgements beside it."""
    table = tables[link.table]
    own = own_id(table.drop(columns=link.column))
    ids = as_text(table[own]) if own else pd.Series([f"q{row}" for row in range(1, len(table) + 1)], dtype="str")
    queries = table.drop(columns=link.column)
    if not own:
        name = "id" if "id" not in queries else "query_id"
        queries = queries.assign(**{name: ids.to_numpy(object)})
    found = each_id(table[link.column].reset_index(drop=True))
    asked = ids.reset_index(drop=True).loc[found.index]
    judged = pd.DataFrame({"query_id": asked.to_numpy(object), "corpus_id": found.to_numpy(object)}, dtype="str")
    judged = judged.assign(score="1")
    said = Message(
        "{column} of {table} names documents of {other}: {count} {count:judgement was|judgements were} made of it.",
        {"column": link.column, "table": link.table, "other": link.other, "count": len(judged)},
    )
    return {**tables, link.table: queries, RESERVED: judged}, [said]


def _apart(tables: Tables, link: _Link) -> BadDataset:
    asked = each_id(tables[link.table][link.column]).unique().tolist()
    known = tables[link.other][link.others].dropna().astype("str").head(SHOWN)
    return BadDataset(
        "{column} of {table} names documents, but none of them is an id of {other}: {here} here, where there are such "
        "as {there}.",
        column=link.column, table=link.table, other=link.other,
        here=", ".join(asked[:SHOWN]), there=", ".join(known),
    )  # fmt: skip

"""Questions with their passages inside one record, or texts with questions inside: corpus, queries, judgements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from engine.readers.nested.beside import grades
from engine.readers.nested.grades import calls_right, first, flag, is_positive, one_text, spread

QUERY_TEXTS = ("query", "question", "user_input", "claim", "anchor", "问题", "查询", "問題", "查詢", "text")
QUERY_IDS = ("query_id", "qid", "question_id", "id", "_id", "idx", "编号")
TEXTS = (
    "text",
    "contents",
    "content",
    "passage_text",
    "passage",
    "paragraphs",
    "paragraph_text",
    "paragraph",
    "sentences",
    "context",
    "body",
    "内容",
)
TITLES = ("title", "name", "标题")
DOCUMENT_IDS = ("docid", "doc_id", "document_id", "passage_id", "paragraph_id", "pid", "psg_id", "id", "_id", "idx")
Records = Iterable[Mapping[str, Any]]


@dataclass
class Judged:
    """Corpus, queries and judgements as they grow; a document is known by its id, or else by its text."""

    documents: dict[Any, dict[str, str | None]] = field(default_factory=dict)
    queries: list[dict[str, Any]] = field(default_factory=list)
    qrels: list[dict[str, Any]] = field(default_factory=list)
    graded: bool = False

    def document(self, title: str, text: str, name: str, owner: str) -> str:
        """The id of a document; one whose id stands for another text already gets its query's id before its own."""
        key = (title, text)
        if name:
            known = self.documents.get(name)
            if known is None or (known["title"] or "", known["text"]) == key:
                self.documents[name] = {"id": name, "title": title or None, "text": text}
                return name
            name = f"{owner}:{name}"
            self.documents[name] = {"id": name, "title": title or None, "text": text}
            return name
        made = self.documents.setdefault(
            key, {"id": f"d{len(self.documents) + 1}", "title": title or None, "text": text}
        )
        return str(made["id"])

    def judge(self, query: str, document: str, grade: float, **more: Any) -> None:
        """One judgement, with the evidence for it where there is some."""
        self.graded |= grade <= 0
        self.qrels.append({"query_id": query, "corpus_id": document, "score": f"{grade:g}", **more})

    def tables(self) -> dict[str, pd.DataFrame]:
        """As tables of texts; candidates too where documents stand beside a query that do not answer it."""
        corpus = pd.DataFrame(list(self.documents.values()), columns=["id", "title", "text"]).astype("str")
        queries = pd.DataFrame(self.queries)
        qrels = pd.DataFrame(self.qrels).drop_duplicates(ignore_index=True)
        if corpus["title"].isna().all():
            corpus = corpus.drop(columns="title")
        made = {"corpus": corpus, "queries": _texts(queries), "qrels": _texts(qrels)}
        if self.graded:
            made["candidates"] = made["qrels"][["query_id", "corpus_id"]].drop_duplicates(ignore_index=True)
        return made


def _texts(table: pd.DataFrame) -> pd.DataFrame:
    """Every column as texts, but for those that hold lists."""
    return pd.DataFrame(
        {
            name: table[name]
            if table[name].map(lambda cell: isinstance(cell, list)).any()
            else table[name].astype("str")
            for name in table.columns
        }
    )


def passage_columns(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """The columns whose cells are all lists of objects with a text each, or empty."""
    return [
        name
        for name in dict.fromkeys(name for record in records for name in record)
        if any(passages(record.get(name)) for record in records)
        and all(passages(record.get(name)) or not record.get(name) for record in records)
    ]


def passages(cell: Any) -> list[Mapping[str, Any]]:
    """The objects with a text in this cell: a list of them or of [title, sentences], or one object of long lists."""
    if isinstance(cell, Mapping) and first(cell, TEXTS):
        lists = {name: values for name, values in cell.items() if isinstance(values, list)}
        if len(lists) == len(cell) and len({len(values) for values in lists.values()}) == 1:
            return [dict(zip(lists, values, strict=True)) for values in zip(*lists.values(), strict=True)]
    if isinstance(cell, list) and cell and all(isinstance(one, Mapping) and first(one, TEXTS) for one in cell):
        return cell
    if isinstance(cell, list) and cell and all(map(_is_titled, cell)):
        return [{"title": title, "sentences": sentences} for title, sentences in cell]
    return []


def _is_titled(one: Any) -> bool:
    """Whether this is a title with its sentences, as HotpotQA writes a paragraph."""
    is_pair = isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) and isinstance(one[1], list)
    return is_pair and bool(one[1]) and all(isinstance(each, str) for each in one[1])


def is_named_texts(records: list[Mapping[str, Any]], name: str) -> bool:
    """Whether a column holds objects {name of a document: its text}, other names in each record."""
    cells = [record[name] for record in records if isinstance(record.get(name), Mapping)]
    keys = [key for cell in cells for key in cell]
    if len(cells) < 2 or not keys or not all(isinstance(text, str) for cell in cells for text in cell.values()):
        return False
    return len({frozenset(cell) for cell in cells}) > len(cells) // 2 and len({*keys}) > max(map(len, cells))


def from_passages(
    records: Records, columns: list[str], named: list[str], begin: Sequence[Mapping[str, Any]]
) -> dict[str, pd.DataFrame]:
    """Tables of records with a query and, in `columns`, lists of passages, or in `named` objects {name: text}.

    `begin` are the first of the records: what they hold says which field judges, and how places are counted.
    """
    made = Judged()
    columns = sorted(columns, key=lambda name: not (calls_right(name) or is_positive(name)))
    known = {
        name: flag(key for record in begin for one in passages(record.get(name)) for key in spread(one))
        for name in columns
    }
    for number, record in enumerate(records, 1):
        text, own = first(record, QUERY_TEXTS), first(record, QUERY_IDS)
        query = one_text(record[own]) if own else f"q{number}"
        rest = {name: cell for name, cell in record.items() if name not in {text, own, *columns, *named}}
        made.queries.append({"id": query, "text": one_text(record.get(text)), **_plain(rest)})
        right: set[str] = set()
        for column in columns:
            found, others = passages(record.get(column)), [name for name in columns if name != column]
            judged = grades(record, column, found, begin=begin, others=others, known=known[column])
            for one, grade in zip(found, judged, strict=True):
                document = _document(made, one, query)
                if grade > 0 or document not in right:
                    made.judge(query, document, grade)
                right |= {document} if grade > 0 else set()
        for column in named:
            for name, one in (record.get(column) or {}).items():
                made.judge(query, made.document(name, one, "", query), 1)
    return made.tables()


def _document(made: Judged, one: Mapping[str, Any], query: str) -> str:
    body, title, own = one[first(one, TEXTS)], first(one, TITLES), first(one, DOCUMENT_IDS)
    text = "\n".join(map(one_text, body)) if isinstance(body, list) else one_text(body)
    return made.document(one_text(one[title]) if title else "", text, one_text(one[own]) if own else "", query)


def _plain(record: Mapping[str, Any]) -> dict[str, Any]:
    """The cells that are texts, numbers or lists of them."""
    return {
        name: cell
        if cell is None or isinstance(cell, str)
        else [str(one) for one in cell]
        if isinstance(cell, list)
        else str(cell)
        for name, cell in record.items()
        if not isinstance(cell, Mapping)
        and not (isinstance(cell, list) and any(isinstance(one, Mapping | list) for one in cell))
    }


def is_squad(records: Sequence[Mapping[str, Any]]) -> bool:
    """Whether all have a question and a context as texts, and some an answer as an object with its text."""
    asked = all(isinstance(record.get(name), str) for record in records for name in ("context", "question"))
    return asked and any(True for record in records for _ in _spans(record.get("answers") or record.get("answer")))


def from_contexts(records: Records) -> tuple[dict[str, pd.DataFrame], int]:
    """Tables of records with context, question and answers with offsets, as in SQuAD; how many have no answer.

    The evidence, its text with the characters where it starts and ends, stays beside each judgement.
    """
    made, unanswered = Judged(), 0
    for number, record in enumerate(records, 1):
        document = made.document(one_text(record.get("title")), one_text(record["context"]), "", "")
        found = list(_spans(record.get("answers") or record.get("answer")))
        if record.get("is_impossible") or not found:
            unanswered += 1
            continue
        query = one_text(record.get("id")) or f"q{number}"
        made.queries.append({"id": query, "text": one_text(record.get("question"))})
        text, start = found[0]
        end = None if start is None else start + len(text)
        made.judge(query, document, 1, evidence=text, start=start, end=end)
    return made.tables(), unanswered


def _spans(answers: Any) -> Iterable[tuple[str, int | None]]:
    if isinstance(answers, Mapping):
        texts, starts = answers.get("text") or [], answers.get("answer_start") or []
        texts, starts = ([one] if isinstance(one, str | int) else list(one) for one in (texts, starts))
        yield from zip(map(one_text, texts), starts or [None] * len(texts), strict=False)
    for one in answers if isinstance(answers, list) else ():
        if isinstance(one, Mapping) and one.get("text"):
            yield one_text(one["text"]), one.get("answer_start")


def squad(value: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """The questions of a file in SQuAD's layout, each with its context and title."""
    for article in value["data"]:
        paragraphs = article.get("paragraphs", [article])
        for paragraph in paragraphs:
            for question in paragraph["qas"]:
                yield {"title": article.get("title"), "context": paragraph["context"], **question}

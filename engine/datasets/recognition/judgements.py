"""Which columns may tell the right documents of a query from the wrong ones, though a reading counts all as right?"""

from collections.abc import Mapping
from functools import lru_cache

import pandas as pd

from engine.datasets.recognition.facts import Facts
from engine.datasets.recognition.headers import (
    AT_END,
    PERHAPS,
    WITH_FILLER,
    is_aside,
    is_id,
    likeness,
    tells_who_or_when,
)
from engine.texts import label_words
from engine.texts.column_names import column, names, plain, words

GRADE, POSITIVE = column("score", "number", "grade"), column("positive", "texts", "positive")
DOCUMENT, LABEL = column("document", "text", "document"), column("label", "label", "label")
ASKED = {("retrieval", "pairs"), ("retrieval", "samples"), ("retrieval", "qrels"), ("reranking", "pairs")}
"""Readings of queries with documents."""
ROWS = 5_000
"""Rows that are looked at."""
SEVERAL = 0.2
"""The share of queries that must have several documents, and of these the share that a judgement tells apart."""
SHORT = 3
"""Words of a judgement at most."""
MARKS, MARKED = 7, {*map(str, range(11))}
"""Different marks at most, and the numbers among them."""
SCALE = {*map(str, range(6))}
"""Grades that a person gives, where nothing but the numbers says so."""
DENYING = ("not_", "non_", "un", "in", "ir", "im", "dis", "不", "未", "没", "没有", "无", "非")
"""What a word begins with that says the contrary of the rest, or of the same behind 有."""


def judging(
    task: str, name: str, columns: Mapping[str, str], table: pd.DataFrame, held: Mapping[str, Facts]
) -> list[str]:
    """The columns that a reading {task's column: given column} makes no use of, and that may say what is right.

    They say yes or no, hold few whole grades, or differ within its queries.
    """
    if (task, name) not in ASKED or "negative" in columns or not {"query", "query_id"} & {*columns}:
        return []
    answer = next((columns[to] for to in ("document", "positive", "corpus_id") if to in columns), "")
    if answer not in held or held[answer].has_lists or _is_right_by_name(answer):
        return []  # a name says that all of them are right
    able = [header for header, facts in held.items() if header not in columns.values() and _may_judge(header, facts)]
    clear = [header for header in able if says_right(held[header]) or is_scale(held[header])]
    marking = [header for header in able if header in clear or (name != "qrels" and _marks(header, held[header]))]
    asked = columns.get("query", columns.get("query_id", ""))
    beside = [header for header, facts in held.items() if header not in columns.values() and _may_order(header, facts)]
    if not (able or beside) or held[asked].has_lists or held[asked].distinct > 0.95:
        return marking
    rows = table[[*dict.fromkeys([asked, answer, *able, *beside])]].head(ROWS)
    counts = rows.groupby(asked, sort=False).nunique()
    several = counts[counts[answer] > 1]
    if len(several) < SEVERAL * len(counts):
        return marking
    told = {header for header in (*able, *beside) if (several[header] > 1).mean() >= SEVERAL}
    return [header for header in able if header in clear or header in told] + [one for one in beside if one in told]


def _is_right_by_name(header: str) -> bool:
    """Whether documents are called right, as positives are; a context is a document first."""
    return likeness(POSITIVE, header) >= max(WITH_FILLER, likeness(DOCUMENT, header))


def says_right(held: Facts) -> bool:
    """Whether all of a column's few words say that something is right, or that it is not."""
    told = label_words.words("alike") | label_words.words("unlike")
    said = [plain(one) for one in held.values]
    if len(said) == 2 and any(_denies(*pair) for pair in (said, said[::-1])):
        return True
    return len(said) > 1 and all(one in told for one in said)


def _denies(one: str, other: str) -> bool:
    """Whether a word says the contrary of another, as 不通过 of 通过 and 没用 of 有用."""
    return any(one in (sign + other, sign + other.removeprefix("有")) for sign in DENYING)


def is_scale(held: Facts) -> bool:
    """Whether a column holds a few whole numbers from 0 to 5, or true and false."""
    return held.is_binary or (len(held.values) > 1 and {one.removesuffix(".0") for one in held.values} <= SCALE)


def _marks(header: str, held: Facts) -> bool:
    """Whether it holds a few marks, and its name does not say that it sorts or counts the questions.

    Whatever the words and the language: where each query has one document, nothing else tells a judgement from a group.
    """
    if not 1 < len(held.values) <= MARKS or held.distinct > 0.5 or sorts(header) or plain(header) in names("count"):
        return False
    if {plain(one) for one in held.values} <= label_words.words("stages"):
        return False
    return held.numbers <= 0.5 or {one.removesuffix(".0") for one in held.values} <= MARKED


@lru_cache(maxsize=65536)
def sorts(header: str) -> bool:
    """Whether its name says that a column sorts questions, as a topic or a product does."""
    listed = names("sorting")
    is_listed = bool({plain(header), *words(header)} & {*listed})
    is_listed |= any(plain(header).endswith(one) for one in listed if not one.isascii())
    return is_listed or (likeness(LABEL, header) >= PERHAPS - 0.1 and likeness(GRADE, header) < AT_END)


def _may_order(header: str, held: Facts) -> bool:
    """Whether it holds three or more grades and is called like something beside the texts, such as a priority.

    It judges where it differs among the documents of one query: a ticket's own priority does not.
    """
    is_plain = held.numbers > 0.5 and is_scale(held) and len(held.values) > 2
    return is_plain and is_aside(header) and not tells_who_or_when(header) and not _may_judge(header, held)


def _may_judge(header: str, held: Facts) -> bool:
    """Whether what a column holds could be a judgement: a few short words, or numbers that count no rows."""
    if held.is_constant or held.is_running or held.is_padded or held.has_lists or held.has_objects or is_id(header):
        return False
    is_remark = bool({plain(header), *words(header)} & {*names("remark")})
    if is_aside(header) and not is_remark and likeness(GRADE, header) < WITH_FILLER:
        return False
    return held.numbers > 0.5 or (len(held.values) > 1 and held.words <= SHORT)

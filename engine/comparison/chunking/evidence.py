"""How much of what answers a query would a reader be given, whatever the chunks are?

A reader takes chunks in the order of their scores until its context is full. What counts are tokens of the documents,
never chunks, so that every way of cutting is measured by the same ruler: words, Chinese characters and punctuation.
Share, precision and IoU after https://research.trychroma.com/evaluating-chunking; tokens given twice count twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.metrics.ranked_items import Judgements
from engine.models.rulers import Words
from engine.pipelines.chunks import Chunks
from engine.rankings import Ranking
from engine.types import Dataset

BUDGETS = (256, 512, 1_024, 2_048, 4_096)
"""Tokens that a reader is given."""
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Evidence:
    """Where in the documents the answers stand.

    tokens: of each judged query, the numbers of its evidence's tokens among those of all documents, rising; lost: how
    many judgements quote a text that is not in their document.
    """

    tokens: list[Rows]
    lost: int


class Measured:
    """All documents in tokens, numbered one document after another."""

    def __init__(self, documents: Sequence[str]) -> None:
        self._starts = [Words().starts(document) for document in documents]
        self.first = np.concatenate([[0], np.cumsum([len(one) for one in self._starts])]).astype(np.int64)

    def span(self, document: int, start: int, end: int) -> tuple[int, int]:
        """The numbers of the tokens that begin between two characters of a document: the first, and behind the last."""
        low, high = np.searchsorted(self._starts[document], [start, end])
        return int(self.first[document] + low), int(self.first[document] + high)

    def spans(self, cut: Chunks) -> tuple[Rows, Rows]:
        """The same of every chunk, (C,) each."""
        found = [self.span(*one) for one in zip(cut.documents, cut.starts, cut.ends, strict=True)]
        low, high = np.array(found, np.int64).reshape(-1, 2).T
        return low, high


def evidence(dataset: Dataset, judged: Judgements, measured: Measured) -> Evidence | None:
    """What the relevant judgements name as evidence: characters `start` to `end` of a document's text, or a quotation.

    None where they name none.
    """
    qrels = dataset.tables["qrels"]
    if "evidence" not in qrels and not {"start", "end"} <= set(qrels):
        return None
    corpus = dataset.tables["corpus"]
    rows = pd.Index(judged.corpus_ids, dtype=object).get_indexer(qrels["corpus_id"].astype(str))
    queries = pd.Index(judged.query_ids, dtype=object).get_indexer(qrels["query_id"].astype(str))
    found: list[list[Rows]] = [[] for _ in judged.query_ids]
    lost = 0
    for query, row, one in zip(queries, rows, qrels.itertuples(index=False), strict=True):
        if query < 0 or row < 0 or not getattr(one, "score", 1) > 0:
            continue
        text = str(corpus["text"].iloc[row])
        span = _located(text, one)
        if span is None:
            lost += _named(one)
            continue
        offset = _offset(corpus, row, text)
        found[query].append(np.arange(*measured.span(int(row), span[0] + offset, span[1] + offset)))
    tokens = [np.unique(np.concatenate(one)) if one else np.empty(0, np.int64) for one in found]
    return Evidence(tokens, lost) if any(len(one) for one in tokens) else None


def _named(judgement: object) -> bool:
    quoted, start = getattr(judgement, "evidence", None), getattr(judgement, "start", None)
    return (isinstance(quoted, str) and bool(quoted)) or (start is not None and bool(pd.notna(start)))


def _located(text: str, judgement: object) -> tuple[int, int] | None:
    """The characters of the evidence: where it is said to stand, or else where its quotation is found."""
    quoted = getattr(judgement, "evidence", None)
    start, end = getattr(judgement, "start", None), getattr(judgement, "end", None)
    if start is not None and pd.notna(start):
        start = int(start)
        if isinstance(quoted, str) and quoted and text[start : start + len(quoted)] == quoted:
            return start, start + len(quoted)
        if not (isinstance(quoted, str) and quoted) and end is not None and pd.notna(end) and 0 <= start < int(end):
            return (start, int(end)) if int(end) <= len(text) else None
    place = text.find(quoted) if isinstance(quoted, str) and quoted else -1
    return None if place < 0 else (place, place + len(str(quoted)))


def _offset(corpus: pd.DataFrame, row: int, text: str) -> int:
    """At which character of the document, as it is searched, its text begins: behind the title, as mteb joins them."""
    title = corpus["title"].iloc[row] if "title" in corpus else None
    joined = f"{title} {text}" if isinstance(title, str) and title else text
    return len(joined) - len(text) - (len(joined) - len(joined.lstrip()))


def given(ranking: Ranking, cut: Chunks, measured: Measured, known: Evidence) -> pd.DataFrame:
    """What a reader of the best chunks gets of the evidence, a row a query; nan for queries without any.

    Columns for every budget: share_N (of the evidence's tokens), precision_N (of the tokens given), iou_N.
    """
    low, high = measured.spans(cut)
    heads = np.array(
        [Words().count(text[:head]) if head else 0 for text, head in zip(cut.texts, cut.titles, strict=True)]
    )
    sizes = heads + high - low
    rows = [
        _reader(own[own >= 0], wanted, low, high, heads, sizes)
        for own, wanted in zip(ranking.rows, known.tokens, strict=True)
    ]
    names = [f"{name}_{budget}" for budget in BUDGETS for name in ("share", "precision", "iou")]
    return pd.DataFrame(rows, columns=names)


def _reader(own: Rows, wanted: Rows, low: Rows, high: Rows, heads: Rows, sizes: Rows) -> list[float]:
    if not len(wanted):
        return [float("nan")] * (3 * len(BUDGETS))
    before = np.concatenate([[0], np.cumsum(sizes[own])])
    own = own[before[:-1] < BUDGETS[-1]]
    seen = np.full(len(wanted), np.iinfo(np.int64).max)
    for place in np.flatnonzero((low[own] <= wanted[-1]) & (high[own] > wanted[0])).tolist():
        chunk = own[place]
        inside = (wanted >= low[chunk]) & (wanted < high[chunk])
        at = before[place] + heads[chunk] + wanted[inside] - low[chunk]
        seen[inside] = np.minimum(seen[inside], at)
    found: list[float] = []
    for budget in BUDGETS:
        both, read = int((seen < budget).sum()), min(budget, int(before[-1]))
        found += [both / len(wanted), both / max(read, 1), both / (read + len(wanted) - both)]
    return found

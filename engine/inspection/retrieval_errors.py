"""How did a ranking go wrong: in the order, in the first hundred, altogether, or only in the judgements?"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.datasets.task_checks import own_documents
from engine.metrics.ranked_items import answers
from engine.texts.snippets import passage
from engine.types import Dataset

KINDS = ("first", "near", "deep", "lost")
"""The first relevant document at rank 1, at 2 to 10, at 11 to 100, beyond or nowhere."""
ALIKE = 0.6
SIGNS = re.compile(r"[\u3400-\u9fff]|[^\W_]+")


def first_relevant_rank(items: pd.DataFrame) -> pd.Series:
    """The best rank of a relevant document per query; 0: none among the first 1,000."""
    return items["relevant_ranks"].map(lambda ranks: min((rank for rank in ranks if rank), default=0)).astype(int)


def places(items: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Where the first relevant document of each query stood: one of KINDS, or `none` where no document is relevant."""
    rank = first_relevant_rank(items).to_numpy()
    place = np.searchsorted([1, 10, 100], np.where(rank == 0, 10**9, rank))
    kind = np.array(KINDS, dtype=object)[place]
    kind[[not len(ids) for ids in items["relevant_ids"]]] = "none"
    return kind


def kinds(
    items: pd.DataFrame,
    dataset: Dataset,
    others: Sequence[Mapping[str, str]] = (),
    cut: Mapping[str, int] | None = None,
) -> pd.DataFrame:
    """What went wrong with every query, row for row: item, rank (0: nowhere), kind, cut, missing.

    others: what each other model puts first, by query. cut: at which character the model stops reading a document, of
    those that it does not read to their end. `kind` is one of KINDS, or `none` where no document is relevant. `cut`: no
    relevant document came first, and the passage of one that answers best lies beyond what the model reads of it.
    `missing`: the first document was never judged, and another model puts it first too, or it shares most of its words
    with a relevant one.
    """
    rank = first_relevant_rank(items).to_numpy()
    return pd.DataFrame(
        {
            "item": items["item"].to_numpy(),
            "rank": rank,
            "kind": places(items),
            "cut": (rank != 1) & _unread(items, dataset, cut or {}),
            "missing": (rank != 1) & _missing(items, dataset, others),
        }
    )


def _unread(items: pd.DataFrame, dataset: Dataset, cut: Mapping[str, int]) -> npt.NDArray[np.bool_]:
    """Whether the passage that answers best lies beyond the cut in one of each query's relevant documents."""
    corpus, queries = dataset.tables["corpus"], dataset.tables["queries"]
    there = corpus[corpus["id"].isin(list(cut))]
    titles = there["title"].fillna("") if "title" in there else [""] * len(there)
    texts = {
        name: f"{title} {text}".strip() for name, title, text in zip(there["id"], titles, there["text"], strict=True)
    }
    asked = dict(zip(queries["id"], queries["text"], strict=True))

    def beyond(item: str, name: str) -> bool:
        found = passage(asked[item], texts[name])
        return (found.start + found.end) / 2 >= cut[name]

    pairs = zip(items["item"], items["relevant_ids"], strict=True)
    return np.array([any(one in texts and beyond(item, one) for one in ids) for item, ids in pairs], dtype=bool)


def firsts(items: pd.DataFrame) -> dict[str, str]:
    """Which document stands first, by query; none of score 0, which shares nothing with it."""
    rows = zip(items["item"], items["top_ids"], items["top_scores"], strict=True)
    tops = {item: answers(ids[:1], scores[:1]) for item, ids, scores in rows}
    return {item: top[0] for item, top in tops.items() if top}


def _missing(items: pd.DataFrame, dataset: Dataset, others: Sequence[Mapping[str, str]]) -> npt.NDArray[np.bool_]:
    """Whether the first document of each query is probably relevant although nobody judged it."""
    qrels, mine = dataset.tables["qrels"], firsts(items)
    judged = set(zip(qrels["query_id"].astype(str), qrels["corpus_id"].astype(str), strict=True))
    own = set(dataset.tables["queries"]["id"][own_documents(dataset.tables)])  # such a query finds itself, no answer
    unjudged = {
        item: first
        for item, first in mine.items()
        if (item, first) not in judged and not (item == first and item in own)
    }
    agreed = {item for other in others for item, first in unjudged.items() if other.get(item) == first}
    right = dict(zip(items["item"], items["relevant_ids"], strict=True))
    open_ = {item: first for item, first in unjudged.items() if item not in agreed}
    wanted = {*open_.values(), *(one for item in open_ for one in right[item])}
    corpus = dataset.tables["corpus"]
    there = corpus[corpus["id"].isin(wanted)]
    words = {name: set(SIGNS.findall(text.lower())) for name, text in zip(there["id"], there["text"], strict=True)}
    twins = {
        item
        for item, first in open_.items()
        if any(_shared(words.get(first, set()), words.get(one, set())) >= ALIKE for one in right[item])
    }
    return np.array([item in agreed or item in twins for item in items["item"]], dtype=bool)


def _shared(one: set[str], two: set[str]) -> float:
    """Words that both have over words that either has."""
    return len(one & two) / max(len(one | two), 1)


def moves(a: Sequence[str], b: Sequence[str], depth: int = 10) -> dict[str, int]:
    """How two rankings of one query differ within their first places: documents in both, and in one only."""
    one, two = set(a[:depth]), set(b[:depth])
    return {"both": len(one & two), "a": len(one - two), "b": len(two - one)}

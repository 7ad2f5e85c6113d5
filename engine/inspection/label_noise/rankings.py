"""Which documents do the models find first that nobody judged relevant, and which judged ones does none find?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from engine.datasets.task_checks import own_documents
from engine.inspection.label_noise.opinions import Opinion, place, table, weights, written
from engine.metrics.agreement import comparable
from engine.metrics.ranked_items import answers
from engine.search.similarity import every, paired
from engine.types import Dataset

TOP = 10
SAMPLE = 2_000
Ranks = dict[tuple[str, str], list[float]]


@dataclass(frozen=True)
class _Lacking:
    """A document that should perhaps be judged relevant; `gain` is that of its ranks alone."""

    query: str
    document: str
    score: float
    gain: float
    given: float | None
    proposed: float
    said: Mapping[str, int | None]

    def row(self) -> tuple:
        where, kind = place("qrels", self.query, self.document), "unjudged" if self.given is None else "relevant"
        written_down = (written(self.given), written(self.proposed), written(self.said))
        return where, self.query, kind, self.score, *written_down


def judged(dataset: Dataset, opinions: Sequence[Opinion]) -> pd.DataFrame:
    """Suspected judgements of retrieval and reranking, those that are lacking and those that are wrong together."""
    known = grades(dataset)
    own = set(dataset.tables["queries"]["id"][own_documents(dataset.tables)])
    lacking = [one for one in _lacking(known, opinions) if not (one.query == one.document and one.query in own)]
    rival: dict[str, float] = {}
    for one in lacking:
        if one.given is None:
            rival[one.query] = max(rival.get(one.query, 0.0), one.gain)
    wrong = _wrong(dataset, known, opinions, rival=rival)
    return table([one.row() for one in lacking] + wrong)


def grades(dataset: Dataset) -> dict[tuple[str, str], float]:
    """(query id, document id) -> grade, of everything that was judged; the last word counts."""
    qrels = dataset.tables["qrels"]
    said = qrels["score"] if "score" in qrels else np.ones(len(qrels))
    return dict(zip(zip(qrels["query_id"].astype(str), qrels["corpus_id"].astype(str), strict=True), map(float, said),
                    strict=True))  # fmt: skip


def _lacking(known: Mapping[tuple[str, str], float], opinions: Sequence[Opinion]) -> list[_Lacking]:
    """What most models have among their first ten, though it is not judged, or judged not relevant.

    The gain of a rank is 1 / log2(1 + rank), as in nDCG. From the weighted mean of the models' gains that of the best
    document that is judged relevant is taken away, half of it: the lacking one is the likelier the lower that stands.
    What is judged not relevant scores half, for somebody has looked at it.
    """
    weight = weights(opinions)
    ranks: Ranks = {}
    best: dict[str, list[float]] = {}
    for at, one in enumerate(opinions):
        for query, top, right in _found(one):
            best.setdefault(query, [0.0] * len(opinions))[at] = max(
                (1 / np.log2(1 + rank) for rank in right.values() if rank), default=0.0
            )
            for rank, document in enumerate(top[:TOP], start=1):
                if not known.get((query, document), 0) > 0:
                    ranks.setdefault((query, document), [0.0] * len(opinions))[at] = rank
    usual = max(1.0, float(pd.Series([grade for grade in known.values() if grade > 0]).mode().min()))
    rows = []
    for (query, document), placed in ranks.items():
        there = np.array(placed)
        if (there > 0).mean() <= 0.5:
            continue
        gain = np.divide(1, np.log2(1 + there), out=np.zeros(len(there)), where=there > 0)
        given = known.get((query, document))
        score = float(weight @ (gain * (1 - np.array(best[query]) / 2))) / (1 if given is None else 2)
        said = {one.label: int(rank) or None for one, rank in zip(opinions, placed, strict=True)}
        rows.append(_Lacking(query, document, score, float(weight @ gain), given, usual, said))
    return rows


def _found(opinion: Opinion) -> Iterator[tuple[str, list[str], dict[str, float]]]:
    """Of each query what the model found, best first, and the ranks of what is judged relevant: inf for score 0.

    Documents of score 0 take ranks as well, where fewer share anything with the query than are asked for.
    """
    columns = ["item", "top_ids", "top_scores", "relevant_ids", "relevant_ranks"]
    for query, top, scores, documents, ranks in opinion.items[columns].itertuples(index=False):
        found = answers(top, scores)
        last = len(found) if len(found) < len(top) else np.inf
        yield query, found, {one: rank if rank <= last else np.inf for one, rank in zip(documents, ranks, strict=True)}


def _wrong(
    dataset: Dataset,
    known: Mapping[tuple[str, str], float],
    opinions: Sequence[Opinion],
    *,
    rival: Mapping[str, float],
) -> list[tuple]:
    """What is judged relevant though every model ranks it far below.

    A rank counts as its logarithm over that of the number of documents, 0 for the first and 1 for the last; the score
    is the weighted mean, where no model has the document among its first ten (or the first quarter of few candidates).
    What shares nothing with the query stands in the middle of all that does not; a model that finds nothing at all for
    a query, as counting words does across languages, has no vote on it.
    Half of it counts by the gain of the query's best document that nobody judged, its rival, if it has one.
    """
    weight = weights(opinions)
    ranks: Ranks = {}
    silent: set[tuple[str, int]] = set()
    sizes = _sizes(dataset)
    for at, one in enumerate(opinions):
        for query, top, right in _found(one):
            if not top:
                silent.add((query, at))
            most = sizes.get(query, 1) if isinstance(sizes, dict) else sizes
            for document, rank in right.items():
                own = rank if np.isfinite(rank) else (len(top) + 1 + most) / 2
                ranks.setdefault((query, document), [0.0] * len(opinions))[at] = own
    _estimate(ranks, dataset, opinions)
    rows = []
    for (query, document), placed in ranks.items():
        most = sizes.get(query, 1) if isinstance(sizes, dict) else sizes
        voting = np.array([(query, at) not in silent for at in range(len(opinions))])
        there, its = np.array(placed)[voting], weight[voting]
        if most < 2 or not its.sum() or not there.all() or there.min() <= min(TOP, most / 4):
            continue
        score = float(its / its.sum() @ (np.log(there) / np.log(most))) * (1 + rival.get(query, 1.0)) / 2
        said = {one.label: int(rank) if votes else None
                for one, rank, votes in zip(opinions, placed, voting, strict=True)}  # fmt: skip
        given = known[query, document]
        where = place("qrels", query, document)
        rows.append((where, query, "irrelevant", min(score, 1.0), written(given), written(0.0), written(said)))
    return rows


def _sizes(dataset: Dataset) -> dict[str, int] | int:
    """How many documents there are to rank, for each query where they are its own."""
    if "candidates" in dataset.tables:
        return dataset.tables["candidates"]["query_id"].astype(str).value_counts().to_dict()
    return len(dataset.tables["corpus"])


def _estimate(ranks: Ranks, dataset: Dataset, opinions: Sequence[Opinion]) -> None:
    """Put a rank where an item table has none, beyond the first thousand: by how many of 2,000 random documents are
    at least as similar, or in the middle of all that a model without vectors did not rank; nothing happens to a
    document that is no candidate."""
    size = len(dataset.tables["corpus"])
    if "candidates" in dataset.tables:
        return
    rows = {name: pd.Index(dataset.tables[name]["id"].astype(str)) for name in ("queries", "corpus")}
    some = np.random.default_rng(0).choice(size, min(SAMPLE, size), replace=False)
    for at, one in enumerate(opinions):
        lost = [pair for pair, placed in ranks.items() if not placed[at] and pair[1] in rows["corpus"]]
        if one.fetch is None:
            ranked = dict(zip(one.items["item"], one.items["top_ids"].map(len), strict=True))
            for pair in lost:
                ranks[pair][at] = (ranked.get(pair[0], 0) + 1 + size) / 2
            continue
        if not lost:
            continue
        asked = comparable(one.vectors["queries"][rows["queries"].get_indexer([q for q, _ in lost])], one.similarity)
        sought = comparable(one.vectors["corpus"][rows["corpus"].get_indexer([d for _, d in lost])], one.similarity)
        others = comparable(one.vectors["corpus"][some], one.similarity)
        for start, stop in pairwise([*range(0, len(lost), 512), len(lost)]):
            own = paired(asked[start:stop], sought[start:stop], one.similarity)
            above = (every(asked[start:stop], others, one.similarity) >= own[:, None]).mean(axis=1)
            for pair, share in zip(lost[start:stop], above, strict=True):
                ranks[pair][at] = max(float(share * size), 1001.0 if size > 1000 else 1.0)
